/// What went wrong, as a value: a closed set of codes and a sentence for people.
///
/// The numbers are those of `muster_status` in <muster/plugin.h>. Plain values, free to copy
/// between threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace muster::sdk {

enum class ErrorCode : std::int32_t {
  Cancelled = 1,
  InvalidArgument = 3,
  Timeout = 4,
  NotFound = 5,
  Conflict = 6,
  PermissionDenied = 7,
  ResourceExhausted = 8,
  FailedPrecondition = 9,
  Unsupported = 12,
  Internal = 13,
  Unavailable = 14,
  Corrupt = 15,
  Unauthenticated = 16,
};

struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;  ///< one sentence: what failed, why, and what to do
  std::string field;    ///< JSON pointer into the arguments or the configuration, or empty
  bool retryable = false;
  std::chrono::milliseconds retry_after{0};
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// An error to return: `return fail(ErrorCode::NotFound, "there is no container named web9");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                                std::string field = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(field), false, {}});
}

}  // namespace muster::sdk
