#include <muster/core/net/endpoint.hpp>

#include "catch.hpp"

using namespace muster;

TEST_CASE("an endpoint is read as it is written", "[unit][net]") {
  const auto text = GENERATE("127.0.0.1:0", "0.0.0.0:65535", "fleet.example.org:8421", "[::]:80",
                             "[fe80::1]:8421");
  CHECK(net::parse_endpoint(text, "x").value().text() == text);
}

TEST_CASE("what is no endpoint is refused with an example", "[unit][net]") {
  const auto* const text =
      GENERATE("", "foo", ":80", "a:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
               "127.0.0.1:80x", "127.0.0.1: 80", "127.0.0.1:*", "::1:80", "[::1:80");
  const auto parsed = net::parse_endpoint(text, "127.0.0.1:8421");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::InvalidArgument);
  CHECK(parsed.error().message ==
        "'" + std::string(text) + "' is not ADDR:PORT, for example 127.0.0.1:8421");
}
