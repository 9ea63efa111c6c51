#include <sys/stat.h>

#include <algorithm>
#include <muster/core/base/files.hpp>
#include <muster/core/net/curve_keys.hpp>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::net;

TEST_CASE("a key's Z85 text comes back as the key and anything else is refused", "[unit][net]") {
  // The published test key of libzmq's curve examples.
  Bytes raw;
  REQUIRE(from_hex("bb88471d65e2659b30c55a5321cebb5aab2b70a398645c26dca2b2fcb43fc518", raw));
  wire::TransportKey key{};
  std::ranges::copy(raw, key.begin());
  CHECK(to_z85(key) == "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
  CHECK(from_z85(to_z85(key)).value() == key);
  CHECK_FALSE(from_z85(""));
  CHECK_FALSE(from_z85(to_z85(key) + "00000"));
  CHECK_FALSE(from_z85(std::string(40, '\x7f')));
}

TEST_CASE("a key is made once, kept for its owner alone, and found again", "[unit][net]") {
  const test::TempDir dir;
  const auto made = load_or_create_key_pair(dir / "key").value();
  struct stat info {};
  REQUIRE(::stat((dir / "key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
  const auto found = load_or_create_key_pair(dir / "key").value();
  CHECK(found.public_key == made.public_key);
  CHECK(std::ranges::equal(found.secret_key.reveal(), made.secret_key.reveal()));
}

TEST_CASE("a key file that others may read, or that holds no key, is refused", "[unit][net]") {
  const test::TempDir dir;
  REQUIRE(load_or_create_key_pair(dir / "key"));
  REQUIRE(::chmod((dir / "key").c_str(), 0640) == 0);
  CHECK(load_or_create_key_pair(dir / "key").error().code == ErrorCode::PermissionDenied);
  REQUIRE(write_file_atomic(dir / "other", as_bytes("hello\n")));
  CHECK(load_or_create_key_pair(dir / "other").error().code == ErrorCode::Corrupt);
}
