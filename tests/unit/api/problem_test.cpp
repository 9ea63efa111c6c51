#include "api/problem.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace muster;
using controller::api::Problem;

namespace {

Problem problem_of(ErrorCode code, const std::string& reason = {}) {
  return {Error{code, "a sentence", {}, false, {}}, reason, {}};
}

}  // namespace

TEST_CASE("each kind of error has its status and a general reason", "[unit][api]") {
  struct Row {
    ErrorCode code;
    int status;
    std::string reason;
  };
  const auto row = GENERATE(values<Row>({{ErrorCode::InvalidArgument, 400, "bad_request"},
                                         {ErrorCode::Unauthenticated, 401, "bad_token"},
                                         {ErrorCode::PermissionDenied, 403, "denied"},
                                         {ErrorCode::NotFound, 404, "no_such_thing"},
                                         {ErrorCode::Unsupported, 405, "method"},
                                         {ErrorCode::Conflict, 409, "name_taken"},
                                         {ErrorCode::ResourceExhausted, 429, "limit"},
                                         {ErrorCode::Unavailable, 503, "busy"},
                                         {ErrorCode::Corrupt, 500, "internal"},
                                         {ErrorCode::Internal, 500, "internal"}}));
  const auto body = to_json(problem_of(row.code));
  CHECK(status_of(problem_of(row.code)) == row.status);
  CHECK(body.at("status") == row.status);
  CHECK(body.at("reason") == row.reason);
  CHECK(body.at("code") == std::string(to_string(row.code)));
  CHECK(body.at("detail") == "a sentence");
  CHECK_FALSE(body.contains("field"));
  CHECK_FALSE(body.contains("position"));
}

TEST_CASE("a route's own reason takes the place of the general one", "[unit][api]") {
  CHECK(to_json(problem_of(ErrorCode::NotFound, "matched_nothing")).at("reason") ==
        "matched_nothing");
  CHECK(status_of(problem_of(ErrorCode::ResourceExhausted, "too_large")) == 413);
  CHECK(status_of(problem_of(ErrorCode::ResourceExhausted, "disk_full")) == 503);
  CHECK(status_of(problem_of(ErrorCode::FailedPrecondition, "changed")) == 412);
}

TEST_CASE("a problem tells the field and the place in the text where it has them", "[unit][api]") {
  auto problem = problem_of(ErrorCode::InvalidArgument, "selector_syntax");
  problem.error.field = "/selector";
  problem.position = "role=\n     ^";
  const auto body = to_json(problem);
  CHECK(body.at("field") == "/selector");
  CHECK(body.at("position") == "role=\n     ^");
}

TEST_CASE("only what may work later says when to try again", "[unit][api]") {
  auto busy = problem_of(ErrorCode::Unavailable);
  CHECK(retry_after(busy) == std::chrono::seconds(1));
  busy.error.retry_after = std::chrono::milliseconds(2500);
  CHECK(retry_after(busy) == std::chrono::seconds(3));
  CHECK(retry_after(problem_of(ErrorCode::ResourceExhausted)) == std::chrono::seconds(1));
  CHECK(retry_after(problem_of(ErrorCode::ResourceExhausted, "disk_full")));
  CHECK_FALSE(retry_after(problem_of(ErrorCode::ResourceExhausted, "too_large")));
  CHECK_FALSE(retry_after(problem_of(ErrorCode::InvalidArgument)));
}
