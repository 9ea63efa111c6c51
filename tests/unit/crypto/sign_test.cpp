#include <sys/stat.h>

#include <fstream>
#include <muster/core/crypto/sign.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::crypto;

TEST_CASE("a signature is that of RFC 8032", "[unit][crypto]") {
  Bytes seed;
  REQUIRE(from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed));
  const auto key = SigningKey::from_seed(seed).value();
  CHECK(to_hex(key.public_key()) ==
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  CHECK(to_hex(key.sign(Bytes{0x72})) ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST_CASE("a signature holds for its message and key alone", "[unit][crypto]") {
  const auto key = SigningKey::generate();
  const Signature signature = key.sign(as_bytes("deploy"));
  CHECK(verify(key.public_key(), as_bytes("deploy"), signature));
  CHECK_FALSE(verify(key.public_key(), as_bytes("deploy!"), signature));
  CHECK_FALSE(verify(SigningKey::generate().public_key(), as_bytes("deploy"), signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    Signature changed = signature;
    changed[i] ^= 1U;
    CHECK_FALSE(verify(key.public_key(), as_bytes("deploy"), changed));
  }
}

TEST_CASE("a key is made once, kept with mode 0600 and loaded afterwards", "[unit][crypto]") {
  const test::TempDir dir;
  const auto made = SigningKey::load_or_create(dir / "key").value();
  struct stat info {};
  REQUIRE(::stat((dir / "key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
  CHECK(SigningKey::load_or_create(dir / "key").value().public_key() == made.public_key());
  CHECK(verify(made.public_key(), as_bytes("m"),
               SigningKey::load(dir / "key").value().sign(as_bytes("m"))));
}

TEST_CASE("a key file that others may read is refused, and one that holds no key is not replaced",
          "[unit][crypto]") {
  const test::TempDir dir;
  REQUIRE(SigningKey::generate().save(dir / "open"));
  REQUIRE(::chmod((dir / "open").c_str(), 0640) == 0);
  CHECK(SigningKey::load(dir / "open").error().code == ErrorCode::PermissionDenied);
  const auto* content =
      GENERATE("", "muster-ed25519 ", "muster-ed25519 AAAA\n", "-----BEGIN PRIVATE KEY-----\n");
  std::ofstream(dir / "bad") << content;
  REQUIRE(::chmod((dir / "bad").c_str(), 0600) == 0);
  CHECK(SigningKey::load_or_create(dir / "bad").error().code == ErrorCode::Corrupt);
  CHECK(SigningKey::load(dir / "none").error().code == ErrorCode::NotFound);
  CHECK(SigningKey::from_seed(Bytes(31)).error().code == ErrorCode::InvalidArgument);
}
