/// An error as the API tells it (RFC 9457 "problem details"), and the status and reason that go
/// with it.
#pragma once

#include <muster/core/base/error.hpp>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace muster::controller::api {

/// What a route answers instead of a result. The reasons are those of openapi/.
struct Problem {
  Error error;
  std::string reason;    ///< for programs; empty: a general one for the error's code
  std::string position;  ///< text with a caret, where the error has a place in a text
  std::optional<std::size_t> offset = {};  ///< of that place, in bytes
  std::vector<std::string> warnings = {};  ///< of a job's selector, where they matter for the error
};

/// How long a client should wait before it tries again; nothing when trying again is no use.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const Problem& problem);
[[nodiscard]] int status_of(const Problem& problem);
[[nodiscard]] nlohmann::json to_json(const Problem& problem);

}  // namespace muster::controller::api
