#include <fstream>
#include <map>
#include <muster/core/crypto/noise.hpp>
#include <sstream>
#include <utility>

#include "catch.hpp"

using namespace muster;
using namespace muster::crypto;

namespace {

struct Vector {
  std::map<std::string, Bytes> values;
  std::vector<std::pair<Bytes, Bytes>> messages;  // payload, ciphertext

  [[nodiscard]] SessionKeyPair key(const std::string& name) const {
    return SessionKeyPair::from_secret(Secret::copy_of(values.at(name))).value();
  }
};

Bytes unhex(const std::string& text) {
  Bytes bytes;
  REQUIRE(from_hex(text, bytes));
  return bytes;
}

Vector read_vector(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  Vector vector;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::string first;
    std::string second;
    words >> name >> first >> second;
    if (name == "message") {
      vector.messages.emplace_back(unhex(first), unhex(second));
    } else {
      vector.values[name] = unhex(first);
    }
  }
  return vector;
}

}  // namespace

TEST_CASE("the session agrees byte for byte with the published vector", "[unit][crypto]") {
  const Vector vector = read_vector(MUSTER_TEST_DATA "/noise/kk_25519_chachapoly_sha256.txt");
  const auto initiator_key = vector.key("init_static");
  const auto responder_key = vector.key("resp_static");
  CHECK(to_bytes(responder_key.public_key) == vector.values.at("init_remote_static"));
  CHECK(to_bytes(initiator_key.public_key) == vector.values.at("resp_remote_static"));
  const auto initiator_ephemeral = vector.key("init_ephemeral");
  const auto responder_ephemeral = vector.key("resp_ephemeral");
  const Bytes& prologue = vector.values.at("prologue");

  auto initiator =
      Handshake::initiator(initiator_key, responder_key.public_key, prologue, &initiator_ephemeral);
  auto responder =
      Handshake::responder(responder_key, initiator_key.public_key, prologue, &responder_ephemeral);
  CHECK(initiator.write_message(vector.messages[0].first).value() == vector.messages[0].second);
  CHECK(responder.read_message(vector.messages[0].second).value() == vector.messages[0].first);
  CHECK(responder.write_message(vector.messages[1].first).value() == vector.messages[1].second);
  CHECK(initiator.read_message(vector.messages[1].second).value() == vector.messages[1].first);
  REQUIRE(initiator.complete());
  REQUIRE(responder.complete());

  const Split left = initiator.split();
  const Split right = responder.split();
  CHECK(left.handshake_hash == right.handshake_hash);
  CHECK(to_bytes(left.handshake_hash) == vector.values.at("handshake_hash"));
  REQUIRE(vector.messages.size() == 6);
  for (std::size_t i = 2; i < vector.messages.size(); ++i) {
    const auto& [payload, ciphertext] = vector.messages[i];
    const CipherState& sealer = i % 2 == 0 ? left.send : right.send;
    const CipherState& opener = i % 2 == 0 ? right.receive : left.receive;
    const std::uint64_t counter = (i - 2) / 2;
    CHECK(sealer.seal(counter, {}, payload).value() == ciphertext);
    CHECK(opener.open(counter, {}, ciphertext).value() == payload);
  }
}
