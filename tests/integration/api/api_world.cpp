#include "api_world.hpp"

#include <muster/core/base/files.hpp>

#include "api/job_feed.hpp"
#include "api/request_limit.hpp"
#include "api/routes.hpp"

namespace muster::controller {

std::string Answer::reason() const {
  return body.is_object() ? body.value("reason", "") : std::string();
}

std::string Answer::header(const std::string& lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return "";
}

ApiWorld::ApiWorld(unsigned requests_per_second)
    : identity_(
          tls::load_or_create_identity(dir_.path(), {"127.0.0.1"}, std::chrono::system_clock::now())
              .value()) {
  access_ = std::make_unique<Access>(world_.kept(), world_.clock);
  REQUIRE(access_->load(dir_ / "admin.token", [this] { world_.settle(); }));
  admin_ = read_file(dir_ / "admin.token", 4096).value();
  while (!admin_.empty() && admin_.back() == '\n') admin_.pop_back();
  enrollment_ = std::make_unique<Enrollment>(world_.kept(), world_.clock, Digest{});
  sender_ = std::make_unique<WebhookSender>(*world_.loop, WebhookSenderOptions{});
  webhooks_ = std::make_unique<Webhooks>(
      Webhooks::Parts{*world_.loop, world_.kept(), *world_.events, world_.log, *sender_});
  REQUIRE(webhooks_->load());
  webhooks_->start();
  retention_ = std::make_unique<Retention>(
      Retention::Parts{*world_.loop, world_.kept(), *world_.events, world_.log,
                       [this] { return world_.jobs->in_memory(); }});
  REQUIRE(retention_->load());
  services_ = std::make_unique<Services>(Services{
      *world_.loop, world_.log, world_.kept(), *world_.events, *world_.groups, *world_.fleet,
      *world_.jobs, *retention_, *webhooks_, *access_, *enrollment_, identity_.authority_pem,
      to_unix_ms(world_.clock.unix_now()), api::Document::built_in().value(), nullptr});
  services_->answers = api::AnswerCheck::compile(*services_->document, world_.log).value();
  services_->request_limit = std::make_shared<api::RequestLimit>(world_.clock, requests_per_second);
  services_->job_feeds = std::make_shared<api::JobFeeds>(*services_);
  services_->state = dir_.path();
  services_->certificate_expires = identity_.server_expires;
  services_->authority_expires = identity_.authority_expires;
  http::ServerOptions options;
  options.certificate_pem = identity_.server.certificate_pem;
  options.key_pem = identity_.server.key_pem;
  server_ = http::Server::start(options, api::open(options, *services_).value()).value();
  enrollment_->set_api_address("127.0.0.1:" + std::to_string(server_->port()));
  thread_ = std::thread([this] { world_.loop->run(); });
}

ApiWorld::~ApiWorld() {
  server_.reset();
  world_.loop->stop();
  thread_.join();
  for (const auto& entry : world_.said.entries()) {
    if (entry.sentence == "an answer is not as the API's document says") {
      FAIL_CHECK(log::format_line(entry, log::Format::Text));
    }
  }
}

std::uint64_t ApiWorld::refused() const { return services_->request_limit->refused(); }

Agent& ApiWorld::join(const std::string& name) {
  on_loop([&] {
    agents_.push_back(std::make_unique<Agent>(world_, name));
    agents_.back()->connect();
  });
  return *agents_.back();
}

std::vector<TaskId> ApiWorld::start_tasks(Agent& agent) {
  return on_loop([&] {
    std::vector<TaskId> started;
    for (const auto& spec : agent.tasks()) {
      agent.say(wire::Accept{spec.task});
      agent.say(wire::Start{spec.task, 1});
      started.push_back(spec.task);
    }
    return started;
  });
}

void ApiWorld::print(Agent& agent, TaskId task, std::uint64_t offset, const std::string& output) {
  constexpr std::size_t kPart = std::size_t{16} << 10U;
  for (std::size_t at = 0; at < output.size(); at += kPart) {
    agent.say(wire::Out{task, wire::Stream::Stdout, offset + at,
                        to_bytes(as_bytes(output.substr(at, kPart)))});
  }
}

void ApiWorld::end(Agent& agent, TaskId task, TaskState state, const std::string& output) {
  auto result = result_of(task, state);
  if (!output.empty()) {
    result.outputs.push_back(
        {wire::Stream::Stdout, output.size(), output.size(), crypto::sha256(as_bytes(output))});
  }
  agent.say(result);
}

void ApiWorld::finish_tasks(Agent& agent, TaskState state, const std::string& output) {
  for (const auto task : start_tasks(agent)) {
    on_loop([&] {
      print(agent, task, 0, output);
      end(agent, task, state, output);
    });
  }
}

std::vector<api::Route> ApiWorld::routes() const {
  return api::routes_of(*services_->document, api::all_served()).value();
}

std::string ApiWorld::base_url() const {
  return "https://127.0.0.1:" + std::to_string(server_->port());
}

sdk::HttpClient ApiWorld::client(const std::string& token) const {
  sdk::HttpClientOptions options;
  options.base_url = base_url();
  options.ca_file = ca_file().string();
  options.bearer_token = token;
  return sdk::HttpClient(options);
}

Answer ApiWorld::ask_as(const std::string& token, const std::string& method,
                        const std::string& path, const std::string& body) {
  const auto response = client(token).request(method, path, {}, body);
  if (!response) FAIL(response.error().message);
  return {response->status, response->headers,
          nlohmann::json::parse(response->body, nullptr, false), response->body};
}

Answer ApiWorld::ask(const std::string& method, const std::string& path, const std::string& body,
                     const sdk::HttpHeaders& headers) {
  const auto response = client(admin_).request(method, path, headers, body);
  if (!response) FAIL(response.error().message);
  return {response->status, response->headers,
          nlohmann::json::parse(response->body, nullptr, false), response->body};
}

std::string ApiWorld::create_job(const std::string& selector) {
  const auto made = post("/v1/jobs", {{"operation", "test.change"}, {"selector", selector}});
  REQUIRE(made.status == 201);
  return made.body.at("job");
}

std::string ApiWorld::token_of(Role role) {
  std::promise<std::string> made;
  on_loop([&] {
    access_->create_token("operator" + std::to_string(++operators_), role,
                          [&](const Result<std::string>& token) { made.set_value(token.value()); });
  });
  return made.get_future().get();
}

}  // namespace muster::controller
