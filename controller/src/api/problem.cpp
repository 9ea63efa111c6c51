#include "problem.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace muster::controller::api {
namespace {

struct Meaning {
  int status;
  const char* reason;
};

Meaning meaning_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::FailedPrecondition:
      return {400, "bad_request"};
    case ErrorCode::Unauthenticated:
      return {401, "bad_token"};
    case ErrorCode::PermissionDenied:
      return {403, "denied"};
    case ErrorCode::NotFound:
      return {404, "no_such_thing"};
    case ErrorCode::Unsupported:
      return {405, "method"};
    case ErrorCode::Conflict:
      return {409, "name_taken"};
    case ErrorCode::ResourceExhausted:
      return {429, "limit"};
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
    case ErrorCode::Cancelled:
      return {503, "busy"};
    case ErrorCode::Corrupt:
    case ErrorCode::Internal:
      break;
  }
  return {500, "internal"};
}

}  // namespace

int status_of(const Problem& problem) {
  if (problem.reason == "too_large") return 413;
  if (problem.reason == "disk_full") return 503;
  if (problem.reason == "changed") return 412;
  return meaning_of(problem.error.code).status;
}

std::optional<std::chrono::seconds> retry_after(const Problem& problem) {
  const int status = status_of(problem);
  if (status != 429 && status != 503) return std::nullopt;
  const auto pause = std::chrono::ceil<std::chrono::seconds>(problem.error.retry_after);
  return std::max(pause, std::chrono::seconds(1));
}

nlohmann::json to_json(const Problem& problem) {
  const auto& error = problem.error;
  nlohmann::json body{
      {"status", status_of(problem)},
      {"code", std::string(to_string(error.code))},
      {"reason", problem.reason.empty() ? meaning_of(error.code).reason : problem.reason},
      {"detail", error.message}};
  if (!error.field.empty()) body["field"] = error.field;
  if (!problem.position.empty()) body["position"] = problem.position;
  if (problem.offset) body["offset"] = *problem.offset;
  if (!problem.warnings.empty()) body["warnings"] = problem.warnings;
  return body;
}

}  // namespace muster::controller::api
