/// A controller that a test plays for the client, over plain HTTP on a port of its own: it answers
/// what it is told to, and remembers what it was asked.
#pragma once

#include <client/api_client.hpp>
#include <functional>
#include <memory>
#include <muster/core/base/guarded.hpp>
#include <muster/core/net/http_server.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

namespace muster::client {

struct Said {
  int status = 200;
  std::string body = {};
  http::Headers headers = {};
};

/// "GET /v1/groups?limit=2", as it was before it was encoded.
inline std::string line_of(const http::Request& request) {
  std::string line = request.method + " " + request.path;
  char before = '?';
  for (const auto& [name, value] : request.query) {
    line += before + name + "=" + value;
    before = '&';
  }
  return line;
}

class PlayedApi {
 public:
  /// `answer` runs on the server's thread.
  explicit PlayedApi(std::function<Said(const http::Request&)> answer)
      : server_(http::Server::start({}, [this, answer = std::move(answer)](auto request, auto to) {
                  auto said = answer(request);
                  asked_.with([&](auto& all) { all.push_back(std::move(request)); });
                  to->respond(said.status, said.headers, said.body);
                }).value()) {}
  /// Always the same.
  explicit PlayedApi(Said said) : PlayedApi([said](const auto&) { return said; }) {}

  [[nodiscard]] ApiClient client() const {
    return ApiClient::open({"http://127.0.0.1:" + std::to_string(server_->port()), "", "token"})
        .value();
  }
  /// So far.
  [[nodiscard]] std::vector<http::Request> asked() {
    return asked_.with([](auto& all) { return all; });
  }

 private:
  Guarded<std::vector<http::Request>> asked_;
  std::unique_ptr<http::Server> server_;  // ends before what it writes to
};

}  // namespace muster::client
