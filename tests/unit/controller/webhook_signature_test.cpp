#include "events/webhook_signature.hpp"

#include "catch.hpp"

namespace muster::controller {
namespace {

TEST_CASE("a delivery has the signature of the standard's own libraries", "[unit][controller]") {
  // The vector in the tests of the libraries at standardwebhooks.com.
  const auto secret = parse_webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  REQUIRE(secret);
  CHECK(webhook_signature(*secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                          R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a signature covers id, time and every byte of the body", "[unit][controller]") {
  const Bytes secret(32, 7);
  const auto signature = webhook_signature(secret, "a", 1, "{}");
  CHECK(webhook_signature(secret, "b", 1, "{}") != signature);
  CHECK(webhook_signature(secret, "a", 2, "{}") != signature);
  CHECK(webhook_signature(secret, "a", 1, "{} ") != signature);
  CHECK(webhook_signature(Bytes(32, 8), "a", 1, "{}") != signature);
}

TEST_CASE("a secret is read as it is told, and a weak one is refused", "[unit][controller]") {
  const Bytes secret(32, 7);
  CHECK(parse_webhook_secret(webhook_secret_text(secret)).value() == secret);
  CHECK(parse_webhook_secret(webhook_secret_text(Bytes(24, 1))));
  CHECK(parse_webhook_secret(webhook_secret_text(Bytes(64, 1))));
  for (const auto& wrong :
       {webhook_secret_text(Bytes(23, 1)), webhook_secret_text(Bytes(65, 1)), std::string(),
        std::string("whsec_"), std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        std::string("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!")}) {
    INFO(wrong);
    const auto parsed = parse_webhook_secret(wrong);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().field == "/secret");
    if (wrong.size() > 6) CHECK(parsed.error().message.find(wrong) == std::string::npos);
  }
}

}  // namespace
}  // namespace muster::controller
