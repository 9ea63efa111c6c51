#include <muster/core/crypto/base64url.hpp>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/crypto/equal.hpp>
#include <muster/core/crypto/random.hpp>
#include <muster/core/crypto/secret.hpp>
#include <type_traits>

#include "catch.hpp"

using namespace muster;
using namespace muster::crypto;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4", "[unit][crypto]") {
  CHECK(to_hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256(as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a digest made piece by piece is that of the whole, and the object starts anew",
          "[unit][crypto]") {
  Sha256 hasher;
  hasher.update(as_bytes("a"));
  hasher.update({});
  hasher.update(as_bytes("bc"));
  CHECK(hasher.finish() == sha256(as_bytes("abc")));
  CHECK(hasher.finish() == sha256({}));
}

TEST_CASE("base64url text has the alphabet of RFC 4648 and no padding", "[unit][crypto]") {
  CHECK(to_base64url({}).empty());
  CHECK(to_base64url(as_bytes("f")) == "Zg");
  CHECK(to_base64url(as_bytes("foobar")) == "Zm9vYmFy");
  CHECK(to_base64url(Bytes{0xfb, 0xff, 0xbf}) == "-_-_");
  CHECK(from_base64url("-_-_").value() == Bytes{0xfb, 0xff, 0xbf});
  CHECK(from_base64url("").value().empty());
}

TEST_CASE("base64url text with a foreign character, padding or stray bits is refused",
          "[unit][crypto]") {
  const auto* text = GENERATE("Zg==", "Zm+v", "Zm/v", "Z", "Zm9v YmFy", "Zm9vYmFy\n", "Zh");
  CHECK(from_base64url(text).error().code == ErrorCode::InvalidArgument);
}

TEST_CASE("secrets compare by length and every byte", "[unit][crypto]") {
  CHECK(equal_constant_time(as_bytes("token"), as_bytes("token")));
  CHECK(equal_constant_time({}, {}));
  CHECK_FALSE(equal_constant_time(as_bytes("token"), as_bytes("tokem")));
  CHECK_FALSE(equal_constant_time(as_bytes("token"), as_bytes("toke")));
}

TEST_CASE("two tokens differ and carry the bytes asked for", "[unit][crypto]") {
  const std::string token = random_token();
  CHECK(token != random_token());
  CHECK(token.size() == 43);
  CHECK(from_base64url(token).value().size() == 32);
  CHECK(random_bytes(48) != random_bytes(48));
}

TEST_CASE("a secret moves, never copies by itself, and leaves nothing in what it was moved from",
          "[unit][crypto]") {
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Secret>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<Secret>);
  Secret first = Secret::copy_of(as_bytes("hunter2"));
  Secret second = std::move(first);
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): this is what is tested
  CHECK(as_text(second.reveal()) == "hunter2");
  CHECK(as_text(second.duplicate().reveal()) == "hunter2");
}

TEST_CASE("a secret is overwritten in place when another takes its place", "[unit][crypto]") {
  Secret outer;
  const std::uint8_t* where = nullptr;
  Bytes bytes = to_bytes(as_bytes("a long enough secret"));
  where = bytes.data();
  outer = Secret(std::move(bytes));
  CHECK(outer.reveal().data() == where);  // taken over, so no copy is left behind
}
