#include <nlohmann/json.hpp>

#include "api/members.hpp"
#include "api/serve.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

json view_of(const EnrollmentToken& token) {
  return {{"id", token.id.text()},
          {"created", time_view(token.created)},
          {"expires", time_view(token.expires)},
          {"uses", token.uses},
          {"uses_left", token.uses_left},
          {"labels", token.labels}};
}

EnrollmentRequest request_from(const Exchange& exchange) {
  const auto& body = exchange.body();
  EnrollmentRequest request;
  request.uses = body.at("uses");
  request.expires = duration_member(body, "expires").value_or(request.expires);
  request.labels = body.at("labels").get<Labels>();
  request.created_by = exchange.principal;
  return request;
}

}  // namespace

void create_enrollment_token(const Services& services, const ExchangePtr& exchange) {
  services.enrollment.create(request_from(*exchange),
                             [exchange](const Result<NewEnrollmentToken>& made) {
                               if (!made) return exchange->answer(made.error());
                               auto view = view_of(made->record);
                               view["token"] = made->line;
                               exchange->answer(201, view);
                             });
}

void list_enrollment_tokens(const Services& services, const ExchangePtr& exchange) {
  const auto tokens = services.enrollment.list();
  if (!tokens) return exchange->answer(tokens.error());
  json views = json::array();
  for (const auto& token : *tokens) views.push_back(view_of(token));
  exchange->answer(200, {{"tokens", std::move(views)}});
}

void revoke_enrollment_token(const Services& services, const ExchangePtr& exchange) {
  const auto id = EnrollmentTokenId::parse(exchange->path("id"));
  if (!id) {
    return exchange->answer(Error{ErrorCode::NotFound,
                                  "'" + exchange->path("id") + "' is not the id of a token",
                                  {},
                                  false,
                                  {}});
  }
  services.enrollment.revoke(*id, [exchange](const Result<void>& done) {
    if (!done) return exchange->answer(done.error());
    exchange->answer_nothing();
  });
}

}  // namespace muster::controller::api
