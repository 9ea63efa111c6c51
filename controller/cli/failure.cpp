#include "failure.hpp"

namespace muster::cli {
namespace {

using client::ApiError;

Exit exit_for_refusal(const ApiError& error) {
  if (error.status == 401 || error.status == 403) return Exit::Denied;
  if (error.reason == "matched_nothing" || error.reason == "no_such_thing") {
    return Exit::MatchedNothing;
  }
  if (error.is_passing()) return Exit::Unreached;  // not done, or nobody knows
  return error.status >= 400 ? Exit::Usage : Exit::SomeFailed;
}

Exit exit_for(const ApiError& error) {
  switch (error.kind) {
    case ApiError::Kind::Setup:
      return Exit::Usage;
    case ApiError::Kind::CannotConnect:
    case ApiError::Kind::Lost:
      return Exit::Unreached;
    case ApiError::Kind::NotTrusted:
      return Exit::Denied;
    case ApiError::Kind::Refused:
      return exit_for_refusal(error);
    case ApiError::Kind::NotUnderstood:
      return Exit::SomeFailed;
  }
  return Exit::SomeFailed;
}

}  // namespace

Failure::Failure(const ApiError& error)
    : exit(exit_for(error)), message(error.message), reason(error.reason) {
  if (!error.field.empty()) message += " (at " + error.field + ")";
  if (!error.position.empty()) message += "\n" + error.position;
}

}  // namespace muster::cli
