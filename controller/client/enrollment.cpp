#include "client/enrollment.hpp"

#include "client/answer_place.hpp"
#include "client/request_body.hpp"

namespace muster::client {
namespace {

constexpr const char* kPath = "/v1/enrollment-tokens";

}  // namespace

static void read(const Place& place, EnrollmentToken& token) {
  place.must("id", token.id);
  place.may("token", token.token);
  place.must("created", token.created);
  place.must("expires", token.expires);
  place.must("uses", token.uses);
  place.must("uses_left", token.uses_left);
  place.must("labels", token.labels);
  token.told = place.told();
}

/// With the line, which is in no list.
static void read_whole(const Place& place, EnrollmentToken& token) {
  place.must("token", token.token);
}

static void read(const Place& place, EnrollmentTokens& tokens) {
  place.must("tokens", tokens.tokens);
  tokens.told = place.told();
}

Result<EnrollmentTokens> list_enrollment_tokens(ApiClient& api) {
  return read_answer<EnrollmentTokens>(api.get(kPath));
}

Result<EnrollmentToken> create_enrollment_token(ApiClient& api,
                                                const EnrollmentTokenRequest& request) {
  nlohmann::json body{{"labels", request.labels}};
  put(body, "uses", request.uses);
  put(body, "expires", request.expires);
  return read_whole_answer<EnrollmentToken>(api.send("POST", kPath, body));
}

Result<void> revoke_enrollment_token(ApiClient& api, const std::string& id) {
  return nothing_of(
      api.send("DELETE", std::string(kPath) + "/" + sdk::percent_encode(id), nullptr));
}

}  // namespace muster::client
