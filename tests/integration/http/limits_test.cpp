#include <atomic>
#include <optional>

#include "fixture.hpp"
#include "raw_connection.hpp"

using namespace muster;
using test::Fixture;

namespace {
std::string get(const std::string& headers) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + headers + "Connection: close\r\n\r\n";
}
}  // namespace

TEST_CASE("a body of the limit's size is taken and one byte more is answered 413",
          "[integration][http]") {
  std::atomic<int> handled{0};
  http::ServerOptions options;
  options.max_body_bytes = 1000;
  const Fixture fixture(
      [&](const http::Request& request, const auto& responder) {
        ++handled;
        responder->respond(200, {}, std::to_string(request.body.size()));
      },
      options);
  CHECK(fixture.client().request("PUT", "/", {}, std::string(1000, 'x')).value().body == "1000");
  CHECK(fixture.client().request("PUT", "/", {}, std::string(1001, 'x')).value().status == 413);
  CHECK(handled == 1);
}

TEST_CASE("a client that sends far too large a body gets to see why", "[integration][http]") {
  http::ServerOptions options;
  options.max_body_bytes = 1000;
  const Fixture fixture(test::echo, options);
  const std::size_t size = GENERATE(std::size_t{10'000}, std::size_t{1} << 20U,
                                    (std::size_t{1} << 20U) + 1, 20'000'000U);
  for (int i = 0; i < 20; ++i) {
    const auto response = fixture.client().request("PUT", "/", {}, std::string(size, 'x'));
    INFO((response ? std::string() : response.error().message));
    REQUIRE(response);
    CHECK(response->status == 413);
  }
}

TEST_CASE("a chunked body over the limit is answered 413, and an endless one is cut off",
          "[integration][http]") {
  std::atomic<int> handled{0};
  http::ServerOptions options;
  options.max_body_bytes = 1000;
  const auto server =
      http::Server::start(options, [&](const http::Request&, const auto& responder) {
        ++handled;
        responder->respond(200, {}, "");
      }).value();
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string chunk = "800\r\n" + std::string(0x800, 'x') + "\r\n";
  CHECK(
      test::exchange_raw(server->port(), head + chunk + "0\r\n\r\n").starts_with("HTTP/1.1 413 "));

  test::RawConnection endless(server->port());
  REQUIRE(endless.send(head));
  std::size_t sent = 0;
  while (sent < (std::size_t{64} << 20U) && endless.send(chunk)) sent += chunk.size();
  CHECK(sent < (std::size_t{64} << 20U));
  CHECK(handled == 0);
}

TEST_CASE("too many headers, too large ones and too long a line are refused",
          "[integration][http]") {
  http::ServerOptions options;
  options.max_header_count = 10;
  options.max_header_bytes = 4096;
  const auto server = http::Server::start(options, test::echo).value();
  std::string eight;
  for (int i = 0; i < 8; ++i) eight += "X-" + std::to_string(i) + ": y\r\n";
  CHECK(test::exchange_raw(server->port(), get(eight)).starts_with("HTTP/1.1 200 "));
  CHECK(test::exchange_raw(server->port(), get(eight + "X-9: y\r\n")).starts_with("HTTP/1.1 431 "));
  CHECK(test::exchange_raw(server->port(), get("X-L: " + std::string(4000, 'y') + "\r\n"))
            .starts_with("HTTP/1.1 200 "));
  CHECK(test::exchange_raw(server->port(), get("X-L: " + std::string(4096, 'y') + "\r\n"))
            .starts_with("HTTP/1.1 431 "));
  CHECK(test::exchange_raw(server->port(), get("X-L: " + std::string(200'000, 'y') + "\r\n"))
            .find("200 OK") == std::string::npos);
  const std::string long_line =
      "GET /" + std::string(200'000, 'y') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  CHECK(test::exchange_raw(server->port(), long_line).find("200 OK") == std::string::npos);
}

TEST_CASE("one address gets no more connections than its limit", "[integration][http]") {
  http::ServerOptions options;
  options.max_connections_per_ip = 2;
  const auto server = http::Server::start(options, test::echo).value();
  std::optional<test::RawConnection> first(server->port());
  test::RawConnection second(server->port());
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  REQUIRE(first->send(request));
  REQUIRE_THAT(first->read_until("GET / "), Catch::Contains("200 OK"));
  REQUIRE(second.send(request));
  REQUIRE_THAT(second.read_until("GET / "), Catch::Contains("200 OK"));
  CHECK(test::exchange_raw(server->port(), request).empty());
}

TEST_CASE("a connection over the server's limit waits until another ends", "[integration][http]") {
  std::atomic<int> late{0};
  std::promise<void> late_came;
  http::ServerOptions options;
  options.max_connections = 2;
  const auto server =
      http::Server::start(options, [&](const http::Request& request, const auto& responder) {
        if (request.path == "/late" && ++late == 1) late_came.set_value();
        test::echo(request, responder);
      }).value();
  std::optional<test::RawConnection> leaving(server->port());
  test::RawConnection staying(server->port());
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  REQUIRE(leaving->send(request));
  REQUIRE_THAT(leaving->read_until("GET / "), Catch::Contains("200 OK"));
  test::RawConnection waiting(server->port());
  REQUIRE(waiting.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n"));
  for (int i = 0; i < 20;
       ++i) {  // turns of the server's loop, in which it would have taken the late one
    REQUIRE(staying.send(request));
    REQUIRE_THAT(staying.read_until("GET / "), Catch::Contains("200 OK"));
  }
  CHECK(late == 0);
  leaving.reset();
  auto future = late_came.get_future();
  test::soon(future);
  CHECK_THAT(waiting.read_until("GET /late "), Catch::Contains("200 OK"));
}

TEST_CASE("a connection that says nothing is closed after the idle timeout",
          "[integration][http]") {
  http::ServerOptions options;
  options.idle_timeout = std::chrono::seconds(1);
  const auto server = http::Server::start(options, test::echo).value();
  test::RawConnection silent(server->port());
  REQUIRE(silent.send("GET / HTT"));
  CHECK(silent.read_all().find("200 OK") == std::string::npos);  // returns, which is what is tested
}

TEST_CASE("a request that is screened out is answered at its headers and never handled",
          "[integration][http]") {
  std::atomic<int> handled{0};
  http::ServerOptions options;
  options.screen = [](const http::Request& request) {
    http::Verdict verdict{1000, std::nullopt};
    if (!request.header("authorization")) verdict.refusal = http::Refusal{401, {}, "who are you\n"};
    return verdict;
  };
  const auto server =
      http::Server::start(options, [&](const http::Request& request, const auto& responder) {
        ++handled;
        responder->respond(200, {}, std::to_string(request.body.size()));
      }).value();
  const auto post = [](const std::string& headers, std::size_t length, std::size_t sent) {
    return "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(length) + "\r\n\r\n" + std::string(sent, 'x');
  };
  const auto answered = [&](const std::string& request, const std::string& status) {
    return test::exchange_raw(server->port(), request).starts_with("HTTP/1.1 " + status + " ");
  };
  CHECK(answered(post("", 100, 100), "401"));
  CHECK(answered(post("", 1'000'000, 0), "401"));  // of its body nothing was sent
  CHECK(answered(post("Expect: 100-continue\r\n", 100, 0), "401"));
  CHECK(handled == 0);
  CHECK(answered(post("Authorization: me\r\n", 1000, 1000), "200"));
  CHECK(answered(post("Authorization: me\r\n", 1001, 1001), "413"));
  CHECK(handled == 1);

  const std::string chunk = "800\r\n" + std::string(0x800, 'x') + "\r\n";
  test::RawConnection endless(server->port());
  REQUIRE(endless.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  std::size_t sent = 0;
  while (sent < (std::size_t{64} << 20U) && endless.send(chunk)) sent += chunk.size();
  CHECK(sent < (std::size_t{64} << 20U));
}

TEST_CASE("a request that takes too long to come is ended, though its connection is never idle",
          "[integration][http]") {
  http::ServerOptions options;
  options.request_timeout = std::chrono::milliseconds(0);
  options.idle_timeout = std::chrono::seconds(120);  // which is not what ends it
  const auto server = http::Server::start(options, test::echo).value();
  const auto begun = GENERATE(as<std::string>(), "", "GET / HT",
                              "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx");
  test::RawConnection slow(server->port());
  REQUIRE(slow.send(begun));
  auto answer = std::async(std::launch::async, [&] { return slow.read_all(); });
  for (int i = 0;
       i < 10'000 && answer.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready;
       ++i) {
    server->end_slow_requests();
  }
  CHECK(test::soon(answer).empty());
}

TEST_CASE("a request that waits for its answer is not slow", "[integration][http]") {
  http::ServerOptions options;
  options.request_timeout = std::chrono::milliseconds(0);
  std::promise<std::shared_ptr<http::Responder>> taken;
  const auto server = http::Server::start(options, [&](const http::Request&, auto responder) {
                        taken.set_value(std::move(responder));
                      }).value();
  test::RawConnection waiting(server->port());
  REQUIRE(waiting.send(get("")));
  auto came = taken.get_future();
  const auto responder = test::soon(came);
  server->end_slow_requests();
  CHECK(responder->respond(200, {}, "at last"));
  CHECK(waiting.read_all().ends_with("at last"));
}
