#include "failure.hpp"

#include <cctype>

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

/// Where it is wrong, unless the sentence says so itself: "" or " (at /a/b)".
std::string place_of(const ApiError& error) {
  if (error.field.empty()) return {};
  const auto name = error.field.substr(error.field.rfind('/') + 1);
  const auto at = error.message.find(name);
  const auto is_part_of_word = [&](std::size_t place) {
    return place < error.message.size() &&
           std::isalnum(static_cast<unsigned char>(error.message[place])) != 0;
  };
  const bool says = at != std::string::npos && name.find_first_not_of("0123456789") < name.size() &&
                    (at == 0 || !is_part_of_word(at - 1)) && !is_part_of_word(at + name.size());
  return says ? std::string() : " (at " + error.field + ")";
}

}  // namespace

Failure::Failure(const ApiError& error)
    : exit(exit_for(error)),
      message(error.message),
      reason(error.reason),
      position(error.position),
      offset(error.offset) {
  message += place_of(error);
  if (!error.position.empty()) message += "\n" + error.position;
}

}  // namespace muster::cli
