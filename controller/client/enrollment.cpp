#include "client/enrollment.hpp"

#include "client/answer_place.hpp"
#include "client/request_body.hpp"

namespace muster::client {
namespace {

constexpr const char* kPath = "/v1/enrollment-tokens";

/// With the line, which is in no list.
struct MadeToken {
  EnrollmentToken token;
};

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

static void read(const Place& place, MadeToken& made) {
  read(place, made.token);
  place.must("token", made.token.token);
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
  return read_answer<MadeToken>(api.send("POST", kPath, body)).map([](MadeToken made) {
    return std::move(made.token);
  });
}

Result<void> revoke_enrollment_token(ApiClient& api, const std::string& id) {
  return nothing_of(
      api.send("DELETE", std::string(kPath) + "/" + sdk::percent_encode(id), nullptr));
}

}  // namespace muster::client
