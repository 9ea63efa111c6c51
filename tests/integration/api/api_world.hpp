/// The controller's parts behind its real HTTP server, with TLS and on a port of its own, and the
/// clients that talk to it.
///
/// The loop runs on a thread of its own; whatever touches the world goes through on_loop(), and
/// time stands still until the test moves it. Every answer is held against the API's document, and
/// the test fails where they differ.
#pragma once

#include <filesystem>
#include <future>
#include <muster/core/net/http_server.hpp>
#include <muster/core/net/tls_authority.hpp>
#include <muster/sdk/http_client.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "access/access.hpp"
#include "access/enrollment.hpp"
#include "api/router.hpp"
#include "scripted_world.hpp"
#include "services.hpp"
#include "temp_dir.hpp"

namespace muster::controller {

/// An answer of the API.
struct Answer {
  int status = 0;
  sdk::HttpHeaders headers;
  nlohmann::json body;  ///< discarded where it is no JSON
  std::string text;

  /// The reason of a problem, or "".
  [[nodiscard]] std::string reason() const;
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
};

class ApiWorld {
 public:
  /// `requests_per_second`: of each token.
  explicit ApiWorld(unsigned requests_per_second = 1000);
  ~ApiWorld();
  ApiWorld(const ApiWorld&) = delete;
  ApiWorld& operator=(const ApiWorld&) = delete;

  /// What `work` returns, run on the loop.
  template <class Work>
  auto on_loop(Work work) {
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    world_.loop->post([&task] { task(); });
    return result.get();
  }
  void advance(std::chrono::milliseconds by) {
    on_loop([&] { world_.advance(by); });
  }
  /// Requests of those who made too many.
  [[nodiscard]] std::uint64_t refused() const;
  /// Moves time until `waiting` has come.
  template <class T>
  T moving_time(std::future<T>& waiting) {
    while (waiting.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
      advance(std::chrono::milliseconds(100));
    }
    return waiting.get();
  }

  /// A node that is connected.
  Agent& join(const std::string& name);
  /// Lets `agent` accept and start what was sent to it, without an end.
  std::vector<TaskId> start_tasks(Agent& agent);
  /// And end it in `state`, with `output` on standard output.
  void finish_tasks(Agent& agent, TaskState state = TaskState::Ok, const std::string& output = "");
  static void print(Agent& agent, TaskId task, std::uint64_t offset, const std::string& output);
  static void end(Agent& agent, TaskId task, TaskState state, const std::string& output);

  [[nodiscard]] sdk::HttpClient client(const std::string& token) const;
  Answer ask(const std::string& method, const std::string& path, const std::string& body = "",
             const sdk::HttpHeaders& headers = {});
  Answer ask_as(const std::string& token, const std::string& method, const std::string& path,
                const std::string& body = "");
  Answer get(const std::string& path) { return ask("GET", path); }
  Answer post(const std::string& path, const nlohmann::json& body) {
    return ask("POST", path, body.dump());
  }
  /// POST /v1/jobs of test.change; the job's id.
  std::string create_job(const std::string& selector = "all");

  [[nodiscard]] const Services& services() const { return *services_; }
  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] std::string base_url() const;
  [[nodiscard]] std::filesystem::path ca_file() const { return dir_ / "ca.crt"; }
  [[nodiscard]] const std::filesystem::path& dir() const { return dir_.path(); }
  [[nodiscard]] std::string token_of(Role role);
  [[nodiscard]] std::vector<api::Route> routes() const;
  [[nodiscard]] const std::string& admin() const { return admin_; }  ///< the first token

 private:
  test::TempDir dir_;
  tls::ServerIdentity identity_;
  World world_;
  std::unique_ptr<Access> access_;
  std::unique_ptr<Enrollment> enrollment_;
  std::unique_ptr<WebhookSender> sender_;
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<Retention> retention_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<http::Server> server_;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::string admin_;
  int operators_ = 0;
  std::thread thread_;
};

}  // namespace muster::controller
