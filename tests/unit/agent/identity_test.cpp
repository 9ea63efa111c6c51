#include "identity/identity.hpp"

#include <sys/stat.h>

#include <fstream>

#include "catch.hpp"
#include "identity/state_dir.hpp"
#include "temp_dir.hpp"

using namespace muster;

namespace {

agent::Identity some_identity() {
  agent::Identity identity;
  identity.node = NodeId::random();
  identity.name = "web9";
  identity.api_address = "127.0.0.1:8420";
  identity.ca_pem = "-----BEGIN CERTIFICATE-----\n";
  identity.gateway_address = "127.0.0.1:8421";
  identity.gateway_key.fill(7);
  identity.transport_key = crypto::SessionKeyPair::generate();
  identity.session_key = crypto::SessionKeyPair::generate();
  return identity;
}

}  // namespace

TEST_CASE("an identity comes back from its file as it was, and nobody else may read it",
          "[unit][agent]") {
  const test::TempDir state;
  const auto saved = some_identity();
  REQUIRE(agent::save_identity(state.path(), saved));
  struct stat info {};
  REQUIRE(::stat(agent::identity_file(state.path()).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);

  const auto loaded = agent::load_identity(state.path());
  REQUIRE(loaded);
  CHECK(loaded->node == saved.node);
  CHECK(loaded->gateway_key == saved.gateway_key);
  CHECK(loaded->transport_key.public_key == saved.transport_key.public_key);
  CHECK(loaded->session_key.public_key == saved.session_key.public_key);
}

TEST_CASE("a node that never joined is told how to", "[unit][agent]") {
  const test::TempDir state;
  const auto loaded = agent::load_identity(state.path());
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::NotFound);
  CHECK_THAT(loaded.error().message, Catch::Contains("muster-agent join"));
}

TEST_CASE("keys that others may read are not used", "[unit][agent]") {
  const test::TempDir state;
  REQUIRE(agent::save_identity(state.path(), some_identity()));
  REQUIRE(::chmod(agent::identity_file(state.path()).c_str(), 0644) == 0);
  CHECK(agent::load_identity(state.path()).error().code == ErrorCode::PermissionDenied);
}

TEST_CASE("a damaged identity names the member at fault", "[unit][agent]") {
  const test::TempDir state;
  const std::string text = GENERATE("{", "[]", R"({"format":1})", R"({"format":1,"node":5})");
  const auto file = agent::identity_file(state.path());
  std::ofstream(file) << text;
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  CHECK(agent::load_identity(state.path()).error().code == ErrorCode::Corrupt);
}

TEST_CASE("a second agent on the same directory is refused until the first has gone",
          "[unit][agent]") {
  const test::TempDir parent;
  const auto path = parent / "agent";
  {
    const auto first = agent::StateDir::open(path);
    REQUIRE(first);
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0700);
    const auto second = agent::StateDir::open(path);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::Conflict);
  }
  CHECK(agent::StateDir::open(path));
}
