#include "errno_error.hpp"

#include <string.h>

#include <cerrno>

namespace muster::plugin::system {
namespace {

sdk::ErrorCode code_of(int number) {
  switch (number) {
    case ENOENT:
      return sdk::ErrorCode::NotFound;
    case EACCES:
    case EPERM:
      return sdk::ErrorCode::PermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EFBIG:
      return sdk::ErrorCode::ResourceExhausted;
    case EIO:
      return sdk::ErrorCode::Unavailable;
    case ENAMETOOLONG:
      return sdk::ErrorCode::InvalidArgument;
    default:
      return sdk::ErrorCode::FailedPrecondition;
  }
}

}  // namespace

tl::unexpected<sdk::Error> errno_error(const std::string& what, int number, std::string field) {
  const char* reason = ::strerrordesc_np(number);
  return sdk::fail(code_of(number),
                   what + ": " + (reason != nullptr ? reason : "error " + std::to_string(number)),
                   std::move(field));
}

}  // namespace muster::plugin::system
