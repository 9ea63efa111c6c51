// What `muster-agent doctor` says of the gateway's door.
#include <csignal>

#include "catch.hpp"
#include "gateway_check.hpp"
#include "scene.hpp"

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;
using doctor::Verdict;

namespace {

agent::Identity identity_of(const Scene& scene, const Agent& agent) {
  agent::Identity identity;
  identity.gateway_address = scene.hello.address;
  identity.gateway_key = scene.hello.key;
  identity.transport_key = agent.key.duplicate();
  return identity;
}

}  // namespace

TEST_CASE("a node whose key the gateway lets in is told so, beside its agent",
          "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.allowed_agent();
  const auto check = agent::check_gateway_key(identity_of(scene, *agent), 20s);
  INFO(check.says);
  CHECK(check.verdict == Verdict::Ok);
  CHECK_FALSE(agent->down);
}

TEST_CASE(
    "a key that the gateway refuses, and another gateway, have failed, and it is told what to do",
    "[integration][gateway]") {
  Scene scene;
  const auto stranger = scene.agent();
  auto identity = identity_of(scene, *stranger);
  const auto refused = agent::check_gateway_key(identity, 20s);
  CHECK(refused.verdict == Verdict::Failed);
  CHECK_THAT(refused.says, Catch::Contains("this node's key is refused: the node was retired"));
  CHECK_THAT(refused.advice, Catch::Contains("join again"));
  identity.gateway_key = net::TransportKeyPair::generate().public_key;
  const auto misled = agent::check_gateway_key(identity, 20s);
  CHECK(misled.verdict == Verdict::Failed);
  CHECK_THAT(misled.says, Catch::Contains("did not prove to be our gateway"));
}

TEST_CASE("of a gateway that is away nothing is known", "[integration][gateway]") {
  Scene scene;
  const auto agent = scene.agent();
  scene.gateway->end(SIGKILL);
  const auto check = agent::check_gateway_key(identity_of(scene, *agent), 20s);
  CHECK(check.verdict == Verdict::Unknown);
}
