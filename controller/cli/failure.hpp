/// Why a command ends badly: the sentence for people and the exit code of its class.
#pragma once

#include <client/result.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace muster::cli {

/// The exit codes of the command line; their meaning never changes.
enum class Exit : int {
  Ok = 0,
  SomeFailed = 1,
  Usage = 2,           ///< wrong arguments, or a selector that does not parse
  MatchedNothing = 3,  ///< or what was named does not exist
  Unreached = 4,       ///< skipped, unreachable, timed out or indeterminate
  Denied = 5,
  OverBudget = 6,
  ChangesPending = 7,
  Interrupted = 130,  ///< left before the job's end: by Ctrl-C, or because its reader went
};

struct Failure {
  Failure(Exit with, std::string says) : exit(with), message(std::move(says)) {}
  /// What an error of the API means to who typed a command. Implicit, because commands return such
  /// an error as it came.
  Failure(const client::ApiError& error);  // NOLINT(google-explicit-constructor)

  Exit exit;
  std::string message;
  std::string reason;  ///< of a problem that the controller told, for programs
  /// Of one with a place in a selector: the two lines at the end of `message`, and where it is.
  std::string position = {};
  std::optional<std::size_t> offset = {};
};

template <class T>
using CliResult = tl::expected<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> failure(Exit exit, std::string message) {
  return tl::unexpected<Failure>(Failure{exit, std::move(message)});
}

}  // namespace muster::cli
