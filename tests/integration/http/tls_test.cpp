#include <sys/stat.h>

#include <muster/core/base/files.hpp>

#include "fake_clock.hpp"
#include "fixture.hpp"

using namespace muster;
using test::Fixture;
using Kind = sdk::HttpError::Kind;

namespace {
const std::vector<std::string> kNames{"localhost", "127.0.0.1", "::1"};

unsigned mode_of(const std::filesystem::path& file) {
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}
}  // namespace

TEST_CASE("a client that trusts another authority refuses the server", "[integration][tls]") {
  const Fixture fixture(test::echo);
  const test::TempDir other;
  REQUIRE(tls::load_or_create_identity(other.path(), kNames, std::chrono::system_clock::now()));
  auto options = fixture.options();
  options.ca_file = (other / "ca.crt").string();
  const auto response = sdk::HttpClient(options).request("GET", "/");
  REQUIRE_FALSE(response);
  CHECK(response.error().kind == Kind::Tls);
  options.ca_file = (other / "none.crt").string();
  CHECK(sdk::HttpClient(options).request("GET", "/").error().kind == Kind::Tls);
}

TEST_CASE("a client refuses a server of another name", "[integration][tls]") {
  const Fixture fixture(test::echo, {}, {"controller.example"});
  const auto response = fixture.client().request("GET", "/");
  REQUIRE_FALSE(response);
  CHECK(response.error().kind == Kind::Tls);
}

TEST_CASE("a server is reached by each of its names", "[integration][tls]") {
  const Fixture fixture(test::echo);
  auto options = fixture.options();
  options.base_url = "https://localhost:" + std::to_string(fixture.server->port());
  CHECK(sdk::HttpClient(options).request("GET", "/").value().status == 200);
}

TEST_CASE("an expired certificate is refused", "[integration][tls]") {
  const auto long_ago = std::chrono::system_clock::now() - std::chrono::hours(24 * 366);
  const test::TempDir dir;
  const auto identity = tls::load_or_create_identity(dir.path(), kNames, long_ago).value();
  http::ServerOptions options;
  options.certificate_pem = identity.server.certificate_pem;
  options.key_pem = identity.server.key_pem;
  const auto server = http::Server::start(options, test::echo).value();
  sdk::HttpClientOptions client;
  client.base_url = "https://127.0.0.1:" + std::to_string(server->port());
  client.ca_file = (dir / "ca.crt").string();
  CHECK(sdk::HttpClient(client).request("GET", "/").error().kind == Kind::Tls);
}

TEST_CASE("a server refuses to start with a key of another certificate", "[integration][tls]") {
  const auto now = std::chrono::system_clock::now();
  const auto authority = tls::make_authority("test", now).value();
  http::ServerOptions options;
  options.certificate_pem =
      tls::make_server_certificate(authority, kNames, now).value().certificate_pem;
  options.key_pem = tls::make_server_certificate(authority, kNames, now).value().key_pem;
  CHECK(http::Server::start(options, test::echo).error().code == ErrorCode::InvalidArgument);
}

TEST_CASE("an identity is made once, its keys for their owner only, and loaded afterwards",
          "[integration][tls]") {
  const test::TempDir dir;
  const test::FakeClock clock;
  const auto made = tls::load_or_create_identity(dir / "tls", kNames, clock.unix_now()).value();
  CHECK(mode_of(dir / "tls/ca.key") == 0600);
  CHECK(mode_of(dir / "tls/server.key") == 0600);
  const auto loaded = tls::load_or_create_identity(dir / "tls", kNames, clock.unix_now()).value();
  CHECK(loaded.authority_pem == made.authority_pem);
  CHECK(loaded.authority_sha256 == made.authority_sha256);
  CHECK(loaded.server.certificate_pem == made.server.certificate_pem);
  CHECK(loaded.server.key_pem == made.server.key_pem);
  CHECK(made.authority_sha256.size() == 64);
  CHECK(made.authority_sha256 == tls::certificate_sha256(made.authority_pem).value());
}

TEST_CASE("a server's certificate is issued anew 30 days before it ends, by the same authority",
          "[integration][tls]") {
  const test::TempDir dir;
  test::FakeClock clock;
  const auto made = tls::load_or_create_identity(dir.path(), kNames, clock.unix_now()).value();
  clock.advance(std::chrono::hours(24 * 334));
  const auto kept = tls::load_or_create_identity(dir.path(), kNames, clock.unix_now()).value();
  CHECK(kept.server.certificate_pem == made.server.certificate_pem);
  clock.advance(std::chrono::hours(24 * 2));
  const auto anew = tls::load_or_create_identity(dir.path(), kNames, clock.unix_now()).value();
  CHECK(anew.server.certificate_pem != made.server.certificate_pem);
  CHECK(anew.authority_sha256 == made.authority_sha256);
}

TEST_CASE("a server's certificate is issued anew for a new name or when its key is gone",
          "[integration][tls]") {
  const test::TempDir dir;
  const test::FakeClock clock;
  const auto made =
      tls::load_or_create_identity(dir.path(), {"a.example"}, clock.unix_now()).value();
  const auto more =
      tls::load_or_create_identity(dir.path(), {"a.example", "10.0.0.1"}, clock.unix_now()).value();
  CHECK(more.server.certificate_pem != made.server.certificate_pem);
  const auto fewer =
      tls::load_or_create_identity(dir.path(), {"a.example"}, clock.unix_now()).value();
  CHECK(fewer.server.certificate_pem == more.server.certificate_pem);
  std::filesystem::remove(dir / "server.key");
  const auto anew =
      tls::load_or_create_identity(dir.path(), {"a.example"}, clock.unix_now()).value();
  CHECK(anew.server.certificate_pem != more.server.certificate_pem);
}

TEST_CASE("a damaged or halved authority is an error and is never replaced", "[integration][tls]") {
  const test::TempDir dir;
  const test::FakeClock clock;
  REQUIRE(tls::load_or_create_identity(dir.path(), kNames, clock.unix_now()));
  const auto* victim = GENERATE("ca.key", "ca.crt");
  SECTION("damaged") { REQUIRE(write_file_atomic(dir / victim, as_bytes("x"), 0600)); }
  SECTION("gone") { std::filesystem::remove(dir / victim); }
  SECTION("of another") {
    const auto other = tls::make_authority("other", clock.unix_now()).value();
    REQUIRE(write_file_atomic(dir / "ca.key", as_bytes(other.key_pem), 0600));
  }
  CHECK(tls::load_or_create_identity(dir.path(), kNames, clock.unix_now()).error().code ==
        ErrorCode::Corrupt);
}

TEST_CASE("a key that others may read is refused", "[integration][tls]") {
  const test::TempDir dir;
  const test::FakeClock clock;
  REQUIRE(tls::load_or_create_identity(dir.path(), kNames, clock.unix_now()));
  const auto* victim = GENERATE("ca.key", "server.key");
  REQUIRE(::chmod((dir / victim).c_str(), 0644) == 0);
  CHECK(tls::load_or_create_identity(dir.path(), kNames, clock.unix_now()).error().code ==
        ErrorCode::PermissionDenied);
}

TEST_CASE("a name that is neither DNS name nor address gets no certificate", "[integration][tls]") {
  const auto now = std::chrono::system_clock::now();
  const auto authority = tls::make_authority("test", now).value();
  CHECK(tls::make_server_certificate(authority, {}, now).error().code ==
        ErrorCode::InvalidArgument);
  const auto* name = GENERATE("", "a b", "https://x", "a/b");
  CHECK(tls::make_server_certificate(authority, {name}, now).error().code ==
        ErrorCode::InvalidArgument);
  CHECK(tls::certificate_sha256("x").error().code == ErrorCode::Corrupt);
}
