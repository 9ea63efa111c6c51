#include <muster/core/crypto/pinned_certificate.hpp>

#include "catch.hpp"

using namespace muster;
using namespace muster::crypto;

namespace {

// The bytes "abc" in place of a certificate: what they mean is the TLS library's business.
const std::string kPem = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n";

}  // namespace

TEST_CASE("a certificate is read with the digest of its bytes", "[unit][crypto]") {
  const auto read = read_certificate("\n " + kPem + "\n");
  REQUIRE(read);
  CHECK(read->pem == kPem);
  CHECK(read->digest == sha256(as_bytes("abc")));
}

TEST_CASE("nothing is read beside the one certificate whose digest is compared", "[unit][crypto]") {
  for (const auto& text :
       {std::string(), kPem + kPem, kPem + "x", "x" + kPem, kPem.substr(1),
        std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN CERTIFICATE-----\nYW!j\n-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN CERTIFICATE----------END CERTIFICATE-----")}) {
    INFO(text);
    CHECK_FALSE(read_certificate(text));
  }
}
