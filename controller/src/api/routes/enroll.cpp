#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>

#include "api/serve.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

Result<PublicKey> key_from(const json& body, const std::string& member) {
  PublicKey key{};
  const auto bytes = crypto::from_base64url(body.at(member).get<std::string>());
  if (!bytes || bytes->size() != key.size()) {
    return fail(ErrorCode::InvalidArgument,
                member + " must be a public key of 32 bytes in base64url", "/" + member);
  }
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

Result<EnrollRequest> request_from(const Exchange& exchange) {
  const auto& body = exchange.body();
  const auto transport_key = key_from(body, "transport_key");
  const auto session_key = key_from(body, "session_key");
  for (const auto* key : {&transport_key, &session_key}) {
    if (!*key) return tl::unexpected(key->error());
  }
  auto bytes = crypto::from_base64url(body.at("secret").get<std::string>());
  if (!bytes) return fail(ErrorCode::InvalidArgument, "secret must be base64url", "/secret");
  return EnrollRequest{std::move(*bytes), body.at("name"), body.at("machine_id"), *transport_key,
                       *session_key};
}

json view_of(const EnrollAnswer& answer) {
  return {
      {"node", answer.node.text()},
      {"gateway",
       {{"address", answer.gateway_address}, {"key", crypto::to_base64url(answer.gateway_key)}}},
      {"controller",
       {{"session_key", crypto::to_base64url(answer.controller_session_key)},
        {"signing_key", crypto::to_base64url(answer.controller_signing_key)}}}};
}

}  // namespace

void enroll_node(const Services& services, const ExchangePtr& exchange) {
  const auto& address = exchange->request().peer;
  if (auto may = services.enrollment.may_try(address); !may) return exchange->answer(may.error());
  auto request = request_from(*exchange);
  if (!request) return exchange->answer(request.error());
  services.fleet.enroll(
      std::move(*request), [&services, exchange](const Result<EnrollAnswer>& answer) {
        if (answer) return exchange->answer(201, view_of(*answer));
        const bool bad_secret = answer.error().code == ErrorCode::PermissionDenied;
        if (bad_secret) services.enrollment.note_wrong_secret(exchange->request().peer);
        exchange->answer(Problem{answer.error(), bad_secret ? "bad_secret" : "", {}});
      });
}

}  // namespace muster::controller::api
