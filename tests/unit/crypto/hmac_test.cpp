#include <muster/core/crypto/base64.hpp>
#include <muster/core/crypto/hmac.hpp>

#include "catch.hpp"

namespace muster::crypto {
namespace {

TEST_CASE("HMAC-SHA256 gives the codes of RFC 4231", "[unit][crypto]") {
  CHECK(to_hex(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There"))) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // A key that is longer than a block.
  CHECK(to_hex(hmac_sha256(Bytes(131, 0xaa),
                           as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("base64 text has the alphabet of RFC 4648 and padding", "[unit][crypto]") {
  CHECK(to_base64({}).empty());
  CHECK(to_base64(as_bytes("f")) == "Zg==");
  CHECK(to_base64(as_bytes("foobar")) == "Zm9vYmFy");
  CHECK(from_base64("+/+/").value() == Bytes{0xfb, 0xff, 0xbf});
  CHECK(from_base64("Zg==").value() == Bytes{'f'});
  for (const auto* wrong : {"Zg", "Zm-v", "Zm9v YmFy", "Zm9vYmFy\n", "Zh=="}) {
    INFO(wrong);
    CHECK(from_base64(wrong).error().code == ErrorCode::InvalidArgument);
  }
}

}  // namespace
}  // namespace muster::crypto
