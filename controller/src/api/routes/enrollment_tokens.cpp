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

Result<Labels> labels_from(const json& body) {
  Labels labels;
  const auto found = body.find("labels");
  if (found == body.end()) return labels;
  if (!found->is_object())
    return fail(ErrorCode::InvalidArgument, "labels must be an object", "/labels");
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) {
      return fail(ErrorCode::InvalidArgument, "a label's value must be text", "/labels/" + name);
    }
    labels[name] = value.get<std::string>();
  }
  return labels;
}

Result<EnrollmentRequest> request_from(const Exchange& exchange) {
  const auto body = exchange.body({"uses", "expires", "labels"});
  if (!body) return tl::unexpected(body.error());
  EnrollmentRequest request;
  const auto uses = count_member(*body, "uses", request.uses, kMaxEnrollmentUses);
  if (!uses) return tl::unexpected(uses.error());
  const auto expires = duration_member(*body, "expires");
  if (!expires) return tl::unexpected(expires.error());
  auto labels = labels_from(*body);
  if (!labels) return tl::unexpected(labels.error());
  request.uses = static_cast<std::uint32_t>(*uses);
  request.expires = expires->value_or(request.expires);
  request.labels = std::move(*labels);
  request.created_by = exchange.principal;
  return request;
}

}  // namespace

void create_enrollment_token(const Services& services, const ExchangePtr& exchange) {
  auto request = request_from(*exchange);
  if (!request) return exchange->answer(request.error());
  services.enrollment.create(std::move(*request),
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
