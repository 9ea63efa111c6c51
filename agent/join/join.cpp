#include "join.hpp"

#include <muster/core/base/files.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <muster/core/net/join_token.hpp>
#include <muster/core/wire/node_name.hpp>
#include <nlohmann/json.hpp>

#include "fleet_api.hpp"
#include "identity/state_dir.hpp"
#include "joining_keys.hpp"

namespace muster::agent {
namespace {

/// A file that goes away with its owner.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Status require_new(const std::filesystem::path& state) {
  std::error_code error;
  if (!std::filesystem::exists(identity_file(state), error)) return {};
  forget_joining_keys(state);  // a join that was cut off after its last step
  return fail(ErrorCode::Conflict,
              "this node has joined a fleet already: " + identity_file(state).string() +
                  " is there; choose another --state, or remove it to join as a new node");
}

Result<crypto::PinnedCertificate> trusted_ca(const std::string& base_url,
                                             const net::JoinToken& token) {
  auto ca = fetch_ca(base_url);
  if (!ca) return ca;
  if (ca->digest != token.ca) {
    return fail(
        ErrorCode::Unauthenticated,
        "what answers at " + base_url +
            " is not the controller that made this token: its certificate authority is another "
            "one; make a new token there, or find out who is in between");
  }
  return ca;
}

std::string enrol_body(const JoinRequest& request, const net::JoinToken& token,
                       const Identity& identity) {
  using crypto::to_base64url;
  return nlohmann::json{{"secret", to_base64url(token.secret)},
                        {"name", request.name},
                        {"machine_id", request.machine_id},
                        {"transport_key", to_base64url(identity.transport_key.public_key)},
                        {"session_key", to_base64url(identity.session_key.public_key)}}
      .dump();
}

/// A gateway that listens on every address of its host does not know by which one it is reached:
/// then it is the host that the token names.
std::string reachable(const std::string& gateway, const std::string& api) {
  const auto colon = gateway.rfind(':');
  if (colon == std::string::npos) return gateway;
  const auto host = gateway.substr(0, colon);
  if (host != "0.0.0.0" && host != "[::]") return gateway;
  return api.substr(0, api.rfind(':')) + gateway.substr(colon);
}

}  // namespace

Result<Identity> join(const JoinRequest& request) {
  const auto token = net::decode_token(request.token);
  if (!token) return tl::unexpected(token.error());
  if (auto good = wire::check_node_name(request.name); !good) {
    return fail(ErrorCode::InvalidArgument, good.error().message + "; choose one with --name");
  }
  const std::string base_url = "https://" + token->address;

  if (auto fresh = require_new(request.state); !fresh) return tl::unexpected(fresh.error());
  const auto locked = StateDir::open(request.state);
  if (!locked) return tl::unexpected(locked.error());
  // Once more under the lock: two joins at once must not overwrite each other.
  if (auto fresh = require_new(request.state); !fresh) return tl::unexpected(fresh.error());

  auto ca = trusted_ca(base_url, *token);
  if (!ca) return tl::unexpected(ca.error());
  const TemporaryFile ca_file(request.state / "ca.pem.joining");
  if (auto wrote = write_file_atomic(ca_file.path(), as_bytes(ca->pem)); !wrote) {
    return tl::unexpected(wrote.error());
  }

  auto keys = joining_keys(request.state, request.name);
  if (!keys) return tl::unexpected(keys.error());
  Identity identity;
  identity.transport_key = std::move(keys->transport);
  identity.session_key = std::move(keys->session);
  const auto answer = enrol(base_url, ca_file.path(), enrol_body(request, *token, identity));
  if (!answer) {
    if (answer.error().code == ErrorCode::Conflict) forget_joining_keys(request.state);
    return tl::unexpected(answer.error());
  }
  const auto node = NodeId::parse(answer->node);
  if (!node) return fail(ErrorCode::Corrupt, "the controller gave this node an id that is none");

  identity.node = *node;
  identity.name = request.name;
  identity.api_address = token->address;
  identity.ca_pem = ca->pem;
  identity.gateway_address = reachable(answer->gateway_address, token->address);
  identity.gateway_key = answer->gateway_key;
  identity.controller_session_key = answer->session_key;
  identity.controller_signing_key = answer->signing_key;
  if (auto saved = save_identity(request.state, identity); !saved) {
    return tl::unexpected(saved.error());
  }
  forget_joining_keys(request.state);
  return identity;
}

}  // namespace muster::agent
