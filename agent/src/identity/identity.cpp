#include "identity/identity.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <muster/core/base/files.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>

namespace muster::agent {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

tl::unexpected<Error> corrupt(const std::string& pointer) {
  return fail(ErrorCode::Corrupt,
              "identity.json: " + pointer +
                  " is missing or wrong; restore the file, or remove it and join again",
              pointer);
}

/// The string at `pointer`, or nothing.
const std::string* text_at(const json& document, const std::string& pointer) {
  const json::json_pointer place(pointer);
  if (!document.contains(place)) return nullptr;
  return document.at(place).get_ptr<const std::string*>();
}

Status read_text(const json& document, const std::string& pointer, std::string& out) {
  const auto* text = text_at(document, pointer);
  if (text == nullptr) return corrupt(pointer);
  out = *text;
  return {};
}

Status read_key(const json& document, const std::string& pointer,
                std::array<std::uint8_t, 32>& out) {
  const auto* text = text_at(document, pointer);
  if (text == nullptr) return corrupt(pointer);
  const auto bytes = crypto::from_base64url(*text);
  if (!bytes || bytes->size() != out.size()) return corrupt(pointer);
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return {};
}

Status read_pair(const json& document, const std::string& pointer, crypto::SessionKeyPair& out) {
  std::array<std::uint8_t, 32> secret{};
  if (auto read = read_key(document, pointer, secret); !read) return read;
  auto pair = crypto::SessionKeyPair::from_secret(crypto::Secret::copy_of(secret));
  if (!pair) return corrupt(pointer);
  out = std::move(*pair);
  return {};
}

Status require_private(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return fail_errno("read " + file.string(), errno);
  if ((info.st_mode & 077U) != 0) {
    return fail(ErrorCode::PermissionDenied, file.string() +
                                                 " holds secret keys and others may read it; run "
                                                 "chmod 600 on it");
  }
  return {};
}

Result<Identity> parse(const json& document) {
  Identity identity;
  std::string node;
  const Status steps[] = {
      read_text(document, "/node", node),
      read_text(document, "/name", identity.name),
      read_text(document, "/api", identity.api_address),
      read_text(document, "/ca", identity.ca_pem),
      read_text(document, "/gateway/address", identity.gateway_address),
      read_key(document, "/gateway/key", identity.gateway_key),
      read_key(document, "/controller/session_key", identity.controller_session_key),
      read_key(document, "/controller/signing_key", identity.controller_signing_key),
      read_pair(document, "/secret/transport_key", identity.transport_key),
      read_pair(document, "/secret/session_key", identity.session_key),
  };
  for (const auto& step : steps) {
    if (!step) return tl::unexpected(step.error());
  }
  const auto id = NodeId::parse(node);
  if (!id) return corrupt("/node");
  identity.node = *id;
  return identity;
}

}  // namespace

std::filesystem::path identity_file(const std::filesystem::path& state) {
  return state / "identity.json";
}

Result<Identity> load_identity(const std::filesystem::path& state) {
  const auto file = identity_file(state);
  const auto text = read_file(file);
  if (!text && text.error().code == ErrorCode::NotFound) {
    return fail(ErrorCode::NotFound, "this node has not joined a fleet: there is no " +
                                         file.string() + "; run muster-agent join first");
  }
  if (!text) return tl::unexpected(text.error());
  if (auto checked = require_private(file); !checked) return tl::unexpected(checked.error());
  const auto document = json::parse(*text, nullptr, false);
  if (!document.is_object()) return corrupt("its JSON");
  if (document.value("/format"_json_pointer, json()) != json(kFormat)) return corrupt("/format");
  return parse(document);
}

Status save_identity(const std::filesystem::path& state, const Identity& identity) {
  using crypto::to_base64url;
  const json document = {
      {"format", kFormat},
      {"node", identity.node.text()},
      {"name", identity.name},
      {"api", identity.api_address},
      {"ca", identity.ca_pem},
      {"gateway",
       {{"address", identity.gateway_address}, {"key", to_base64url(identity.gateway_key)}}},
      {"controller",
       {{"session_key", to_base64url(identity.controller_session_key)},
        {"signing_key", to_base64url(identity.controller_signing_key)}}},
      {"secret",
       {{"transport_key", to_base64url(identity.transport_key.secret_key.reveal())},
        {"session_key", to_base64url(identity.session_key.secret_key.reveal())}}},
  };
  return write_file_atomic(identity_file(state), as_bytes(document.dump(2) + "\n"), 0600);
}

}  // namespace muster::agent
