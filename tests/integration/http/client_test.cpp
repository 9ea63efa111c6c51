#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <muster/core/base/fd.hpp>
#include <thread>

#include "fixture.hpp"

using namespace muster;
using test::Fixture;
using Kind = sdk::HttpError::Kind;

namespace {

/// Answers each of `count` connections on a unix socket with `answer`, whatever is asked.
class CannedServer {
 public:
  CannedServer(const std::string& path, std::string answer)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(fd_.get(), 1) == 0);
    thread_ = std::thread([this, answer = std::move(answer)] {
      const UniqueFd peer(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      std::array<char, 4096> request{};
      const ssize_t got = ::recv(peer.get(), request.data(), request.size(), 0);
      if (got > 0) request_.assign(request.data(), static_cast<std::size_t>(got));
      (void)::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    });
  }
  ~CannedServer() {
    if (thread_.joinable()) thread_.join();
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;
  /// What was asked; waits for it.
  std::string request() {
    thread_.join();
    return request_;
  }

 private:
  UniqueFd fd_;
  std::thread thread_;
  std::string request_;
};

sdk::HttpClientOptions over_socket(const std::filesystem::path& path) {
  sdk::HttpClientOptions options;
  options.base_url = "http://localhost/";
  options.unix_socket = path.string();
  return options;
}

}  // namespace

TEST_CASE("a client speaks over a unix socket", "[integration][http]") {
  const test::TempDir dir;
  CannedServer server((dir / "s").string(),
                      "HTTP/1.1 200 OK\r\nX-A:  b \r\nContent-Length: 2\r\n\r\nhi");
  sdk::HttpClient client(over_socket(dir / "s"));
  const auto response = client.request("GET", "/containers/json?all=1", {{"X-Empty", ""}}).value();
  CHECK(response.body == "hi");
  CHECK(response.header("x-a").value() == "b");
  const std::string request = server.request();
  CHECK_THAT(request, Catch::StartsWith("GET /containers/json?all=1 HTTP/1.1\r\n"));
  CHECK_THAT(request, Catch::Contains("X-Empty:\r\n"));
}

TEST_CASE("an answer that is not HTTP, or breaks off, is a protocol error", "[integration][http]") {
  const test::TempDir dir;
  const auto* answer =
      GENERATE("", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi");
  const CannedServer server((dir / "s").string(), answer);
  sdk::HttpClient client(over_socket(dir / "s"));
  const auto response = client.request("GET", "/");
  REQUIRE_FALSE(response);
  CHECK(response.error().kind == Kind::Protocol);
}

TEST_CASE("a redirect is an answer and is not followed", "[integration][http]") {
  const test::TempDir dir;
  CannedServer server(
      (dir / "s").string(),
      "HTTP/1.1 302 Found\r\nLocation: http://localhost/b\r\nContent-Length: 0\r\n\r\n");
  sdk::HttpClient client(over_socket(dir / "s"));
  CHECK(client.request("GET", "/a").value().status == 302);
}

TEST_CASE("nobody at the address is told in one sentence that names it", "[integration][http]") {
  sdk::HttpClientOptions options;
  {
    const Fixture fixture(test::echo);
    options = fixture.options();
    options.ca_file.clear();
  }
  sdk::HttpClient client(options);
  const auto response = client.request("GET", "/");
  REQUIRE_FALSE(response);
  CHECK(response.error().kind == Kind::CannotConnect);
  CHECK(response.error().message ==
        "cannot reach " + options.base_url + ": connection refused; is the controller running?");
  const test::TempDir dir;
  sdk::HttpClient no_socket(over_socket(dir / "none"));
  const auto missing = no_socket.request("GET", "/");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == Kind::CannotConnect);
  CHECK_THAT(missing.error().message, Catch::Contains((dir / "none").string()));
}

TEST_CASE("an answer over the limit is refused, and one of the limit's size is not",
          "[integration][http]") {
  const Fixture fixture([](const http::Request& request, const auto& responder) {
    responder->respond(200, {}, std::string(std::stoul(std::string(*request.parameter("n"))), 'x'));
  });
  auto options = fixture.options();
  options.max_response_bytes = 1000;
  sdk::HttpClient client(options);
  CHECK(client.request("GET", "/?n=1000").value().body.size() == 1000);
  const auto larger = client.request("GET", "/?n=1001");
  REQUIRE_FALSE(larger);
  CHECK(larger.error().kind == Kind::TooLarge);
  CHECK(client.request("GET", "/?n=1").value().body == "x");
}

TEST_CASE("a server that does not answer is a timeout", "[integration][http]") {
  std::promise<std::shared_ptr<http::Responder>> kept;
  const Fixture fixture([&](const http::Request&, std::shared_ptr<http::Responder> responder) {
    kept.set_value(std::move(responder));
  });
  auto options = fixture.options();
  options.timeout = std::chrono::milliseconds(300);
  sdk::HttpClient client(options);
  const auto response = client.request("GET", "/");
  REQUIRE_FALSE(response);
  CHECK(response.error().kind == Kind::Timeout);
}

TEST_CASE("the token goes into its header, and nowhere when the peer is not verified",
          "[integration][http]") {
  const Fixture fixture([](const http::Request& request, const auto& responder) {
    responder->respond(200, {}, std::string(request.header("authorization").value_or("none")));
  });
  auto options = fixture.options();
  options.bearer_token = "s3cret";
  CHECK(sdk::HttpClient(options).request("GET", "/").value().body == "Bearer s3cret");
  options.verify_peer = false;
  CHECK(sdk::HttpClient(options).request("GET", "/").value().body == "none");
}

TEST_CASE("the body of a stream's refusal is collected, not streamed", "[integration][http]") {
  const Fixture fixture(
      [](const http::Request&, const auto& responder) { responder->respond(403, {}, "no"); });
  auto client = fixture.client();
  const auto response = client.stream("GET", "/", {}, [](std::string_view) { return false; });
  CHECK(response.value().status == 403);
  CHECK(response.value().body == "no");
}

TEST_CASE("a request header with a line break is refused before anything is sent",
          "[integration][http]") {
  const Fixture fixture(test::echo);
  auto client = fixture.client();
  CHECK_FALSE(client.request("GET", "/", {{"X", "a\r\nY: b"}}));
  CHECK(client.connections_opened() == 0);
}

TEST_CASE("percent-encoding leaves only what is safe in a path", "[integration][http]") {
  CHECK(sdk::percent_encode("a-Z_0.9~") == "a-Z_0.9~");
  CHECK(sdk::percent_encode("a b/c?d=\xC3\xA9") == "a%20b%2Fc%3Fd%3D%C3%A9");
}
