#include <atomic>
#include <thread>

#include "fixture.hpp"
#include "raw_connection.hpp"

using namespace muster;
using test::Fixture;

TEST_CASE("requests reach the handler whole and one connection serves them all",
          "[integration][http]") {
  const Fixture fixture(test::echo);
  auto client = fixture.client();
  for (int i = 0; i < 20; ++i) {
    const auto response =
        client.request("POST", "/v1/a%20b/" + std::to_string(i), {}, "body").value();
    CHECK(response.status == 200);
    CHECK(response.body == "POST /v1/a b/" + std::to_string(i) + " body");
    CHECK(response.header("x-peer").value() == "127.0.0.1");
  }
  CHECK(client.request("DELETE", "/x").value().body == "DELETE /x ");
  CHECK(client.connections_opened() == 1);
}

TEST_CASE("query parameters and headers are found decoded and in any case", "[integration][http]") {
  const Fixture fixture([](const http::Request& request, const auto& responder) {
    responder->respond(200, {},
                       std::string(request.parameter("selector").value_or("none")) + "|" +
                           std::string(request.parameter("flag").value_or("none")) + "|" +
                           std::string(request.header("X-MUSTER").value_or("none")) +
                           (request.parameter("absent") || request.header("absent") ? "!" : ""));
  });
  auto client = fixture.client();
  const auto response =
      client.request("GET", "/?selector=role%3Dweb+and%20all&&flag", {{"x-Muster", "yes"}});
  CHECK(response.value().body == "role=web and all||yes");
}

TEST_CASE("a HEAD request gets the headers of an answer without its body", "[integration][http]") {
  const Fixture fixture(test::echo);
  auto client = fixture.client();
  const auto response = client.request("HEAD", "/x").value();
  CHECK(response.status == 200);
  CHECK(response.body.empty());
  CHECK(response.header("content-length").value() == "8");
  CHECK(client.request("GET", "/x").value().body == "GET /x ");
  CHECK(client.connections_opened() == 1);
}

TEST_CASE("a chunked request body arrives whole, and two requests in one packet are both answered",
          "[integration][http]") {
  const auto server = http::Server::start({}, test::echo).value();
  const std::string answers =
      test::exchange_raw(server->port(),
                         "POST /one HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
                         "GET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(answers.find("POST /one abcdefg") != std::string::npos);
  CHECK(answers.find("GET /two ") != std::string::npos);
}

TEST_CASE("a request may be answered later, from another thread", "[integration][http]") {
  std::thread answerer;
  {
    const Fixture fixture(
        [&answerer](const http::Request&, std::shared_ptr<http::Responder> responder) {
          answerer = std::thread([responder = std::move(responder)] {
            CHECK(responder->respond(202, {{"X-From", "thread"}}, "later"));
            CHECK_FALSE(responder->respond(200, {}, "twice"));
            CHECK(responder->start_stream({}) == nullptr);
          });
        });
    auto client = fixture.client();
    const auto response = client.request("GET", "/").value();
    CHECK(response.status == 202);
    CHECK(response.header("x-from").value() == "thread");
    CHECK(response.body == "later");
    answerer.join();
  }
}

TEST_CASE("a request that nobody answers gets 500, also when the handler throws",
          "[integration][http]") {
  const Fixture fixture(
      [](const http::Request& request, const std::shared_ptr<http::Responder>& /*dropped*/) {
        if (request.path == "/throws") throw std::runtime_error("a defect");
      });
  auto client = fixture.client();
  CHECK(client.request("GET", "/").value().status == 500);
  CHECK(client.request("GET", "/throws").value().status == 500);
  CHECK(client.connections_opened() == 1);
}

TEST_CASE("a header of an answer with a line break in it becomes 500 and is not sent",
          "[integration][http]") {
  const Fixture fixture([](const http::Request&, const auto& responder) {
    responder->respond(200, {{"X-Name", "a\r\nX-Evil: b"}}, "body");
  });
  auto client = fixture.client();
  const auto response = client.request("GET", "/").value();
  CHECK(response.status == 500);
  CHECK_FALSE(response.header("x-evil"));
}

TEST_CASE("a path that leaves its place or cannot be decoded never reaches the handler",
          "[integration][http]") {
  std::atomic<int> handled{0};
  const auto server = http::Server::start({}, [&](const http::Request&, const auto& responder) {
                        ++handled;
                        responder->respond(200, {}, "");
                      }).value();
  const auto* target = GENERATE("/a/../b", "/..", "/a/%2e%2E/b", "/%2e/x", "/a%00b", "/a%2",
                                "/a%zz", "/?x=%0", "*", "http://x/y");
  const std::string answer =
      test::exchange_raw(server->port(), "GET " + std::string(target) +
                                             " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 400 "));
  CHECK(handled == 0);
}

TEST_CASE("a port in use is a conflict that names the port", "[integration][http]") {
  const auto first = http::Server::start({}, test::echo).value();
  http::ServerOptions options;
  options.port = first->port();
  const auto second = http::Server::start(options, test::echo);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::Conflict);
  CHECK_THAT(second.error().message,
             Catch::Contains("127.0.0.1 port " + std::to_string(first->port())));
  CHECK_THAT(second.error().message, Catch::Contains("in use"));
}

TEST_CASE("an address that is none and half a TLS identity are refused", "[integration][http]") {
  http::ServerOptions options;
  options.address = "localhost";
  CHECK(http::Server::start(options, test::echo).error().code == ErrorCode::InvalidArgument);
  options.address = "192.0.2.1";
  CHECK(http::Server::start(options, test::echo).error().code == ErrorCode::InvalidArgument);
  options = {};
  options.key_pem = "x";
  CHECK(http::Server::start(options, test::echo).error().code == ErrorCode::InvalidArgument);
  options.certificate_pem = "y";
  CHECK(http::Server::start(options, test::echo).error().code == ErrorCode::InvalidArgument);
}

TEST_CASE("a server on :: is reached over IPv4, and tells the peer's address as IPv4",
          "[integration][http]") {
  http::ServerOptions options;
  options.address = "::";
  const auto server = http::Server::start(options, test::echo);
  if (!server) return;  // a machine without IPv6
  const std::string answer = test::exchange_raw(
      (*server)->port(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK_THAT(answer, Catch::Contains("X-Peer: 127.0.0.1\r\n"));
}

TEST_CASE("a server goes away cleanly while requests wait, and late answers find nobody",
          "[integration][http]") {
  std::promise<std::shared_ptr<http::Responder>> waiting;
  auto arrived = waiting.get_future();
  auto fixture = std::make_unique<Fixture>(
      [&](const http::Request&, std::shared_ptr<http::Responder> responder) {
        waiting.set_value(std::move(responder));
      });
  auto client = fixture->client();
  auto answer = std::async(std::launch::async, [&] { return client.request("GET", "/"); });
  const auto responder = test::soon(arrived);
  fixture.reset();
  CHECK_FALSE(test::soon(answer));
  CHECK_FALSE(responder->respond(200, {}, "late"));
}
