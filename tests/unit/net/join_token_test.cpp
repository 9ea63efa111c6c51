#include <muster/core/net/join_token.hpp>

#include "catch.hpp"

using namespace muster;
using namespace muster::net;

namespace {
// ["ops.example:8420", 32 times 0x44, 32 times 0x66]
const std::string kText =
    "muster1."
    "k7BvcHMuZXhhbXBsZTo4NDIwxCBERERERERERERERERERERERERERERERERERERERERERMQgZmZmZmZmZmZmZmZmZmZmZm"
    "Zm"
    "ZmZmZmZmZmZmZmZmZmY";
}  // namespace

TEST_CASE("a join token has its golden text, and comes back from it", "[unit][net]") {
  JoinToken token;
  token.address = "ops.example:8420";
  token.ca.fill(0x44);
  token.secret.fill(0x66);
  CHECK(encode_token(token) == kText);
  const auto decoded = decode_token("  " + kText + "\r\n");
  REQUIRE(decoded);
  CHECK(decoded->address == token.address);
  CHECK(decoded->ca == token.ca);
  CHECK(decoded->secret == token.secret);
}

TEST_CASE("what is no join token is refused with what to do", "[unit][net]") {
  const std::string text = GENERATE(as<std::string>{}, "", "hello", "muster1.", "muster1.!!!!",
                                    kText.substr(0, kText.size() - 4), kText + "AAAA");
  const auto decoded = decode_token(text);
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().code == ErrorCode::InvalidArgument);
  CHECK_THAT(decoded.error().message, Catch::Contains("muster enroll token create"));
}

TEST_CASE("a token of a later version is told from a broken one", "[unit][net]") {
  CHECK(decode_token("muster2.abcd").error().code == ErrorCode::Unsupported);
}
