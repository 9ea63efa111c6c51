/// A controller that a test plays for the real program `muster`: what comes over the wire, what is
/// lost and when it goes away is up to the test.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <muster/core/base/guarded.hpp>
#include <muster/core/net/http_server.hpp>
#include <muster/core/net/tls_authority.hpp>

#include "catch.hpp"
#include "cli_runner.hpp"
#include "temp_dir.hpp"
#include "whole_job.hpp"

namespace muster::controller {

using nlohmann::json;
using RespondTo = std::function<void(const http::Request&, std::shared_ptr<http::Responder>)>;

inline constexpr const char* kJob = "7c1e2a58-0000-4000-8000-000000000000";

/// Answers POST /v1/jobs with kJob unless told otherwise. What `on` is given runs on the server's
/// thread.
class FakeController {
 public:
  FakeController() {
    on("/v1/jobs", [](const auto&, const auto& to) {
      to->respond(201, {}, json{{"job", kJob}}.dump());
    });
    start(0);
  }
  void on(const std::string& path, RespondTo respond) { routes_[path] = std::move(respond); }
  /// Ends every connection and listens again where it was.
  void restart() {
    const auto port = server_->port();
    server_.reset();
    start(port);
  }
  [[nodiscard]] std::string url() const {
    return "https://127.0.0.1:" + std::to_string(server_->port());
  }
  [[nodiscard]] std::filesystem::path ca_file() const { return keys_ / "ca.crt"; }
  [[nodiscard]] int asked(const std::string& path) {
    return asked_.with([&](auto& asked) { return asked[path]; });
  }

 private:
  void start(std::uint16_t port) {
    http::ServerOptions options;
    options.port = port;
    options.certificate_pem = identity_.server.certificate_pem;
    options.key_pem = identity_.server.key_pem;
    options.stream_queue_bytes = std::size_t{16} << 20U;
    server_ = http::Server::start(options, [this](const http::Request& request, auto to) {
                asked_.with([&](auto& asked) { ++asked[request.path]; });
                const auto found = routes_.find(request.path);
                if (found == routes_.end()) return (void)to->respond(404, {}, "{}");
                found->second(request, std::move(to));
              }).value();
  }

  test::TempDir keys_;
  tls::ServerIdentity identity_ =
      tls::load_or_create_identity(keys_.path(), {"127.0.0.1"}, std::chrono::system_clock::now())
          .value();
  std::map<std::string, RespondTo> routes_;
  Guarded<std::map<std::string, int>> asked_;
  std::unique_ptr<http::Server> server_;
};

inline std::string event(const std::string& name, const json& data) {
  return "event: " + name + "\ndata: " + data.dump() + "\n\n";
}

inline std::string output(std::uint64_t offset, const std::string& text,
                          const std::string& stream = "stdout") {
  return event("output", {{"node", "web1"},
                          {"stream", stream},
                          {"offset", offset},
                          {"bytes", text.size()},
                          {"text", text}});
}

inline std::string running() {
  return event("task", test::whole_task(
                           {{"state", "running"}, {"counts", {{"targets", 1}, {"running", 1}}}}));
}

inline json done_job(std::uint64_t size, std::uint64_t kept) {
  auto outputs = json::array();
  if (size > 0) {
    outputs.push_back(
        test::whole_output({{"size", size}, {"kept", kept}, {"truncated", kept < size}}));
  }
  return test::whole_job({{"job", kJob},
                          {"counts", {{"targets", 1}, {"ok", 1}}},
                          {"tasks", json::array({test::whole_task({{"outputs", outputs}})})}});
}

struct Scene {
  test::TempDir dir;
  FakeController controller;
  CliRunner muster{controller.url(), controller.ca_file(), dir.path()};
  Guarded<std::vector<std::string>> streams;  // what each connection to the events gets
  std::string kept;                           // output that the controller has
  Guarded<json> job{done_job(0, 0)};          // when it is over

  Scene() {
    REQUIRE(write_file_atomic(muster.token_file_, as_bytes("token\n"), 0600));
    controller.on(events_path(), [this](const auto&, const auto& to) {
      const auto text = streams.with([](auto& left) {
        if (left.empty()) return std::string();
        auto first = left.front();
        left.erase(left.begin());
        return first;
      });
      auto stream = to->start_stream({});
      (void)stream->push(text);
    });
    controller.on(job_path(), [this](const auto&, const auto& to) {
      to->respond(200, {}, job.with([](auto& whole) { return whole.dump(); }));
    });
    controller.on(job_path() + "/output", [this](const auto& request, const auto& to) {
      const auto offset = std::stoull(std::string(request.parameter("offset").value_or("0")));
      to->respond(200, {}, kept.substr(offset));
    });
  }
  /// The end of a job whose output has that `size`, of which so much is `kept`.
  std::string done(std::uint64_t size = 0, std::uint64_t kept_bytes = 0) {
    auto whole = done_job(size, kept_bytes);
    job.with([&](auto& known) { known = whole; });
    whole.erase("tasks");
    return event("done", whole);
  }
  static std::string job_path() { return std::string("/v1/jobs/") + kJob; }
  static std::string events_path() { return job_path() + "/events"; }
  void say(std::vector<std::string> all) {
    streams.with([&](auto& left) { left = std::move(all); });
  }
};

inline constexpr const char* kExec = "exec --on node:web1 -- cat";

}  // namespace muster::controller
