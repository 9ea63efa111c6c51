#include <array>
#include <cerrno>
#include <muster/core/base/error.hpp>
#include <system_error>

namespace muster {
namespace {

struct Name {
  ErrorCode code;
  std::string_view text;
};

constexpr std::array kNames = {
    Name{ErrorCode::Cancelled, "cancelled"},
    Name{ErrorCode::InvalidArgument, "invalid_argument"},
    Name{ErrorCode::Timeout, "timeout"},
    Name{ErrorCode::NotFound, "not_found"},
    Name{ErrorCode::Conflict, "conflict"},
    Name{ErrorCode::PermissionDenied, "permission_denied"},
    Name{ErrorCode::ResourceExhausted, "resource_exhausted"},
    Name{ErrorCode::FailedPrecondition, "failed_precondition"},
    Name{ErrorCode::Unsupported, "unsupported"},
    Name{ErrorCode::Internal, "internal"},
    Name{ErrorCode::Unavailable, "unavailable"},
    Name{ErrorCode::Corrupt, "corrupt"},
    Name{ErrorCode::Unauthenticated, "unauthenticated"},
};

ErrorCode code_for_errno(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::NotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::PermissionDenied;
    case EEXIST:
    case EADDRINUSE:
      return ErrorCode::Conflict;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return ErrorCode::ResourceExhausted;
    case EAGAIN:
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
      return ErrorCode::Unavailable;
    case EINVAL:
    case ENAMETOOLONG:
      return ErrorCode::InvalidArgument;
    case ETIMEDOUT:
      return ErrorCode::Timeout;
    default:
      return ErrorCode::Internal;
  }
}

}  // namespace

std::string_view to_string(ErrorCode code) {
  for (const auto& name : kNames) {
    if (name.code == code) return name.text;
  }
  return "internal";
}

ErrorCode error_code_from(std::int32_t number) {
  for (const auto& name : kNames) {
    if (static_cast<std::int32_t>(name.code) == number) return name.code;
  }
  return ErrorCode::Internal;
}

tl::unexpected<Error> fail_errno(std::string_view what, int error_number) {
  return fail(code_for_errno(error_number),
              "cannot " + std::string(what) + ": " + std::generic_category().message(error_number));
}

}  // namespace muster
