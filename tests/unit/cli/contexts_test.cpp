#include "cli/contexts.hpp"

#include <sys/stat.h>

#include <muster/core/base/files.hpp>

#include "catch.hpp"
#include "cli/token_file.hpp"
#include "temp_dir.hpp"

using namespace muster;
using namespace muster::cli;
using Catch::Contains;
using Words = std::vector<std::string>;

namespace {

const FleetAccess kProd{"https://prod:8420", "/ca.crt", "secret"};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

struct World {
  test::TempDir dir;
  Contexts contexts{dir.path() / "muster"};

  std::filesystem::path file(const std::string& name) const {
    return dir.path() / "muster/contexts" / (name + ".json");
  }
  /// What is wrong with a context whose file has this text.
  std::string wrong(const std::string& text) {
    REQUIRE(contexts.write("bad", kProd));
    REQUIRE(write_file_atomic(file("bad"), as_bytes(text), 0600));
    const auto read = contexts.read("bad");
    REQUIRE_FALSE(read);
    CHECK(read.error().exit == Exit::Usage);
    CHECK_THAT(read.error().message, Contains(file("bad").string()));
    return read.error().message;
  }
};

}  // namespace

TEST_CASE("a context is kept as it was written, for nobody else to read", "[unit][cli]") {
  World world;
  CHECK(world.contexts.names().empty());
  REQUIRE(world.contexts.write("prod", kProd));
  REQUIRE(world.contexts.write("a.b-c_1", {"https://other", "", ""}));
  CHECK(world.contexts.names() == Words{"a.b-c_1", "prod"});
  const auto read = world.contexts.read("prod");
  REQUIRE(read);
  CHECK(read->controller == kProd.controller);
  CHECK(read->ca_file == kProd.ca_file);
  CHECK(read->token == kProd.token);
  CHECK(mode_of(world.file("prod")) == 0600);
  CHECK(mode_of(world.file("prod").parent_path()) == 0700);
}

TEST_CASE("one context is in use, until it is removed", "[unit][cli]") {
  World world;
  REQUIRE(world.contexts.write("prod", kProd));
  CHECK(world.contexts.current().empty());
  CHECK(world.contexts.use("nowhere").error().exit == Exit::MatchedNothing);
  REQUIRE(world.contexts.use("prod"));
  CHECK(world.contexts.current() == "prod");
  REQUIRE(world.contexts.remove("prod"));
  CHECK(world.contexts.current().empty());
  CHECK(world.contexts.read("prod").error().exit == Exit::MatchedNothing);
  CHECK(world.contexts.remove("prod").error().exit == Exit::MatchedNothing);
}

TEST_CASE("a name cannot lead to another place", "[unit][cli]") {
  World world;
  for (const auto* name : {"", ".", "..", "../x", "a/b", "-x", ".hidden", "a b", "ä"}) {
    INFO(name);
    CHECK(world.contexts.write(name, kProd).error().exit == Exit::Usage);
    CHECK(world.contexts.read(name).error().exit == Exit::Usage);
    CHECK(world.contexts.use(name).error().exit == Exit::Usage);
    CHECK(world.contexts.remove(name).error().exit == Exit::Usage);
  }
  CHECK(check_context_name(std::string(64, 'a')));
  CHECK_FALSE(check_context_name(std::string(65, 'a')));
}

TEST_CASE("what is wrong with a context's file is told with its path and the place",
          "[unit][cli]") {
  World world;
  CHECK_THAT(world.wrong("{\"controller\":\n  x}"), Contains("line 2"));
  CHECK_THAT(world.wrong("{\"token\": \"a\", \"token\": \"b\"}"), Contains("twice"));
  CHECK_THAT(world.wrong("[]"), Contains("no JSON object"));
  CHECK_THAT(world.wrong("{\"token\": \"a\"}"), Contains("\"controller\" is \"\""));
  CHECK_THAT(world.wrong("{\"controller\": 1}"), Contains("\"controller\" is no text"));
  CHECK_THAT(world.wrong("{\"controller\": \"http://x\"}"), Contains("no https:// address"));
  CHECK_THAT(world.wrong("{\"controller\": \"https://x\", \"token\": \"a\\nb\"}"),
             Contains("something else than one token"));
  CHECK_THAT(world.wrong(std::string(70'000, ' ')), Contains("larger than 65536 bytes"));
}

TEST_CASE("a file with a token that others may read or write is refused", "[unit][cli]") {
  World world;
  const auto file = world.dir.path() / "token";
  REQUIRE(write_file_atomic(file, as_bytes("secret\n"), 0600));
  CHECK(read_private_file(file, 100).value() == "secret\n");
  for (const mode_t mode : {0640, 0604, 0620, 0602}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    const auto read = read_private_file(file, 100);
    REQUIRE_FALSE(read);
    CHECK(read.error().exit == Exit::Usage);
    CHECK_THAT(read.error().message, Contains("chmod 600 " + file.string()));
    CHECK_THAT(read.error().message, !Contains("secret\n"));
  }
  REQUIRE(::chmod(file.c_str(), 0400) == 0);
  CHECK(read_private_file(file, 100));
  CHECK_FALSE(read_private_file(file, 3));
  CHECK_FALSE(read_private_file(world.dir.path() / "none", 100));
}

TEST_CASE("a token is one word of characters that a header may have", "[unit][cli]") {
  CHECK(token_in(" \nabc.DEF-1\r\n", "x").value() == "abc.DEF-1");
  CHECK_THAT(token_in("\n", "the file").error().message, Contains("the file holds no token"));
  for (const auto& text : {std::string("a b"), std::string("a\nb"), std::string("a\x01"),
                           std::string("\xC3\xA4"), std::string(4097, 'a')}) {
    CHECK_THAT(token_in(text, "x").error().message, Contains("something else"));
  }
}

TEST_CASE("a certificate is kept under its digest", "[unit][cli]") {
  World world;
  crypto::PinnedCertificate ca{"pem", {}};
  const auto file = world.contexts.keep_ca(ca);
  REQUIRE(file);
  CHECK(file->filename() == std::string(64, '0') + ".crt");
  CHECK(read_file(*file).value() == "pem");
}

TEST_CASE("an address is https, and its port one that can be", "[unit][cli]") {
  for (const auto* good : {"https://a", "https://a:8420", "https://a:65535/", "https://[::1]",
                           "https://[::1]:8420", "https://10.0.0.1:1/x?y#z:99999"}) {
    INFO(good);
    CHECK(check_address(good, "it"));
  }
  for (const auto* bad : {"", "https://", "http://a", "https:///x", "https://a:", "https://a:0",
                          "https://a:65536", "https://a:-1", "https://a:1x", "https://[::1]:x"}) {
    INFO(bad);
    REQUIRE_FALSE(check_address(bad, "it"));
    CHECK(check_address(bad, "it").error().exit == Exit::Usage);
  }
}
