#include "joining_keys.hpp"

#include <algorithm>
#include <array>
#include <muster/core/base/files.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>
#include <optional>

namespace muster::agent {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFile = 4096;

std::filesystem::path file_in(const std::filesystem::path& state) { return state / "joining.json"; }

std::optional<crypto::SessionKeyPair> pair_from(const json& document, const char* member) {
  const auto bytes = crypto::from_base64url(document.value(member, ""));
  std::array<std::uint8_t, 32> secret{};
  if (!bytes || bytes->size() != secret.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), secret.begin());
  auto pair = crypto::SessionKeyPair::from_secret(crypto::Secret::copy_of(secret));
  if (!pair) return std::nullopt;
  return std::move(*pair);
}

/// Nothing also for a file that cannot be read: its keys are then no use to anybody.
std::optional<JoiningKeys> left_behind(const std::filesystem::path& state,
                                       const std::string& name) {
  const auto text = read_file(file_in(state), kMaxFile);
  const auto document = json::parse(text ? *text : "", nullptr, false);
  if (!document.is_object() || document.value("name", json()) != json(name)) return std::nullopt;
  for (const auto* member : {"transport_key", "session_key"}) {
    if (!document.contains(member) || !document.at(member).is_string()) return std::nullopt;
  }
  auto transport = pair_from(document, "transport_key");
  auto session = pair_from(document, "session_key");
  if (!transport || !session) return std::nullopt;
  return JoiningKeys{std::move(*transport), std::move(*session)};
}

}  // namespace

Result<JoiningKeys> joining_keys(const std::filesystem::path& state, const std::string& name) {
  if (auto left = left_behind(state, name)) return std::move(*left);
  JoiningKeys made{crypto::SessionKeyPair::generate(), crypto::SessionKeyPair::generate()};
  const json document{{"name", name},
                      {"transport_key", crypto::to_base64url(made.transport.secret_key.reveal())},
                      {"session_key", crypto::to_base64url(made.session.secret_key.reveal())}};
  const auto text = document.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  if (auto wrote = write_file_atomic(file_in(state), as_bytes(text), 0600); !wrote) {
    return tl::unexpected(wrote.error());
  }
  return made;
}

void forget_joining_keys(const std::filesystem::path& state) {
  std::error_code ignored;
  std::filesystem::remove(file_in(state), ignored);
}

}  // namespace muster::agent
