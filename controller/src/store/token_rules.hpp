/// Whether an enrolment token lets a node in, and the sentence when it does not. The same in every
/// store.
#pragma once

#include "store/records.hpp"

namespace muster::controller {

/// Errors: PermissionDenied.
[[nodiscard]] inline Status check_usable(const EnrollmentToken& token, UnixMs now) {
  if (token.revoked != 0) {
    return fail(ErrorCode::PermissionDenied, "this enrolment token was revoked; ask for a new one");
  }
  if (token.uses_left == 0) {
    return fail(ErrorCode::PermissionDenied, "this enrolment token was used " +
                                                 std::to_string(token.uses) +
                                                 (token.uses == 1 ? " time" : " times") +
                                                 ", which is all it allows; ask for a new one");
  }
  if (token.expires <= now) {
    return fail(ErrorCode::PermissionDenied, "this enrolment token has expired; ask for a new one");
  }
  return {};
}

[[nodiscard]] inline tl::unexpected<Error> unknown_token() {
  return fail(ErrorCode::PermissionDenied,
              "this enrolment token is not one of this fleet's; check that it was copied whole");
}

}  // namespace muster::controller
