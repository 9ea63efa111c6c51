/// A server with TLS on a free port, and clients that trust it.
#pragma once

#include <fstream>
#include <future>
#include <muster/core/net/http_server.hpp>
#include <muster/core/net/tls_authority.hpp>
#include <muster/sdk/http_client.hpp>
#include <string>

#include "catch.hpp"
#include "temp_dir.hpp"

namespace muster::test {

struct Fixture {
  TempDir dir;
  tls::ServerIdentity identity;
  std::unique_ptr<http::Server> server;

  explicit Fixture(http::Handler handler, http::ServerOptions options = {},
                   const std::vector<std::string>& names = {"127.0.0.1", "localhost"})
      : identity(tls::load_or_create_identity(dir.path(), names, std::chrono::system_clock::now())
                     .value()) {
    options.certificate_pem = identity.server.certificate_pem;
    options.key_pem = identity.server.key_pem;
    server = http::Server::start(options, std::move(handler)).value();
  }

  [[nodiscard]] sdk::HttpClientOptions options() const {
    sdk::HttpClientOptions options;
    options.base_url = "https://127.0.0.1:" + std::to_string(server->port());
    options.ca_file = (dir / "ca.crt").string();
    return options;
  }
  [[nodiscard]] sdk::HttpClient client() const { return sdk::HttpClient(options()); }
};

/// Answers 200 with the method, the path and the body.
inline void echo(const http::Request& request, const std::shared_ptr<http::Responder>& responder) {
  responder->respond(200, {{"Content-Type", "text/plain"}, {"X-Peer", request.peer}},
                     request.method + " " + request.path + " " + request.body);
}

/// What `future` holds; a failed test instead of a hanging one when it never comes.
template <class T>
T soon(std::future<T>& future) {
  REQUIRE(future.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  return future.get();
}

}  // namespace muster::test
