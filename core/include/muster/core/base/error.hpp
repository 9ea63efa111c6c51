/// What went wrong, as a value: a closed set of codes and a sentence for people.
///
/// Made where the failure is seen, given context on the way up, logged once at the top. The numbers
/// of ErrorCode are those of `muster_status` in <muster/plugin.h>; they cross the wire and the C
/// ABI and never change.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace muster {

enum class ErrorCode : std::int32_t {
  Cancelled = 1,
  InvalidArgument = 3,
  Timeout = 4,
  NotFound = 5,
  Conflict = 6,  ///< it exists already, or somebody else changed it first
  PermissionDenied = 7,
  ResourceExhausted = 8,  ///< a limit of ours was reached
  FailedPrecondition = 9,
  Unsupported = 12,
  Internal = 13,
  Unavailable = 14,  ///< cannot be had now; trying again may help
  Corrupt = 15,
  Unauthenticated = 16,
};

/// The code's name as it appears in JSON and logs, for example "invalid_argument".
[[nodiscard]] std::string_view to_string(ErrorCode code);

/// The code with this number, or Internal for a number that is not one of ours.
[[nodiscard]] ErrorCode error_code_from(std::int32_t number);

struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;  ///< one sentence: what failed, why, and what to do
  std::string field;    ///< JSON pointer to the value at fault, or empty
  bool retryable = false;
  std::chrono::milliseconds retry_after{0};
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// An error to return: `return fail(ErrorCode::NotFound, "no node is named web9");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                                std::string field = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(field), false, {}});
}

/// The failure of a system call: "cannot <what>: <text of error_number>". Maps ENOENT, EACCES,
/// EEXIST, ENOSPC and the like to codes; everything else is Internal.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view what, int error_number);

/// For `map_error`: puts "<context>: " before the message.
[[nodiscard]] inline auto with_context(std::string context) {
  return [context = std::move(context)](Error error) {
    error.message = context + ": " + error.message;
    return error;
  };
}

}  // namespace muster
