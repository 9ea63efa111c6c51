/// Tokens with which nodes come into the fleet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/api_client.hpp"

namespace muster::client {

struct EnrollmentToken {
  std::string id;
  std::string token;  ///< the line for the node; told once, to who makes it
  std::string created;
  std::string expires;
  std::uint64_t uses = 0;  ///< how many nodes it lets in
  std::uint64_t uses_left = 0;
  std::map<std::string, std::string> labels;  ///< that those nodes get
  Json told;
};

struct EnrollmentTokens {
  std::vector<EnrollmentToken> tokens;
  Json told;
};

/// The controller has a default for what is not said.
struct EnrollmentTokenRequest {
  std::optional<int> uses = {};
  std::optional<std::string> expires = {};  ///< a duration: for how long
  std::map<std::string, std::string> labels = {};
};

/// Those that can still be used.
[[nodiscard]] Result<EnrollmentTokens> list_enrollment_tokens(ApiClient& api);
[[nodiscard]] Result<EnrollmentToken> create_enrollment_token(
    ApiClient& api, const EnrollmentTokenRequest& request);
/// Ends it now; the nodes that it let in stay.
[[nodiscard]] Result<void> revoke_enrollment_token(ApiClient& api, const std::string& id);

}  // namespace muster::client
