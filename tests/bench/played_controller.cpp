#include "played_controller.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <muster/core/base/files.hpp>

#include "identity/identity.hpp"

namespace muster::bench {

using namespace std::chrono_literals;

namespace {
constexpr auto kPatience = 60s;
}

PlayedController::PlayedController(const Programs& programs, std::filesystem::path directory)
    : programs_(programs),
      directory_(std::move(directory)),
      loop_(must(run::EventLoop::create(clock_), "an event loop")) {
  listen();
  start({programs_.bin / "muster-gateway", "--state", directory_ / "gateway", "--listen",
         "127.0.0.1:0", "--controller", directory_ / "gw.sock", "--port-file",
         directory_ / "port"});
  run_until([&] { return gateway_.has_value(); }, "the gateway");
  join_and_start_agent();
  run_until([&] { return !plugins_.empty(); }, "the agent's session");
}

PlayedController::~PlayedController() {
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
    ::kill(*child, SIGTERM);
    ::waitpid(*child, nullptr, 0);
  }
}

void PlayedController::listen() {
  net::GatewayEvents events;
  events.on_gateway = [this](net::GatewayId id, const wire::GatewayHello& said) {
    gateway_ = id;
    hello_ = said;
    loop_->stop();
  };
  events.on_received = [this](net::GatewayId, const wire::Received& received) {
    on_received(received);
  };
  events.on_gateway_lost = [](net::GatewayId, const std::string& why) {
    give_up("the gateway was lost: " + why);
  };
  server_ = must(net::GatewayServer::listen(*loop_, {directory_ / "gw.sock", {}}, events),
                 "listening for the gateway");
}

void PlayedController::join_and_start_agent() {
  agent::Identity identity;
  identity.node = node_;
  identity.name = "bench";
  identity.gateway_address = hello_.address;
  identity.gateway_key = hello_.key;
  identity.controller_session_key = session_key_.public_key;
  identity.controller_signing_key = signing_.public_key();
  identity.transport_key = crypto::SessionKeyPair::generate();
  identity.session_key = node_session_.duplicate();
  must(make_directories(directory_ / "agent"), "the agent's directory");
  must(agent::save_identity(directory_ / "agent", identity), "the agent's identity");
  server_->allow(*gateway_, std::vector{identity.transport_key.public_key}, false);
  start({programs_.bin / "muster-agent", "run", "--state", directory_ / "agent", "--plugins",
         programs_.plugins, "--dev-trust", "--log-level", "error"});
}

void PlayedController::start(const std::vector<std::string>& words) {
  auto copies = words;
  std::vector<char*> arguments;
  for (auto& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = -1;
  if (::posix_spawn(&pid, words[0].c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
    give_up("cannot start " + words[0]);
  }
  children_.push_back(pid);
}

template <class Holds>
void PlayedController::run_until(Holds holds, const std::string& what) {
  bool late = false;
  const auto limit = loop_->after(kPatience, [&] {
    late = true;
    loop_->stop();
  });
  while (!holds()) {
    if (late) give_up("waited in vain for " + what);
    loop_->run();
  }
}

void PlayedController::wait_for_plugin(const std::string& id) {
  run_until([&] { return plugins_[id] == "ready"; }, "the plugin " + id);
}

template <class Message>
std::size_t PlayedController::say(const Message& message) {
  const auto frame = must(session_->seal(message), "sealing");
  must(server_->send(*gateway_, route_, frame), "sending");
  return frame.size();
}

void PlayedController::on_received(const wire::Received& received) {
  const auto envelope = wire::decode_envelope(received.payload);
  if (!envelope) give_up("the agent sent what is no envelope");
  if (envelope->header.type == wire::MessageType::Hello) {
    route_ = to_bytes(received.route);
    return welcome(*envelope);
  }
  const auto opened = session_->open(*envelope);
  if (!opened) give_up("the agent broke the rules of the session");
  on_message(*opened, received.payload.size());
}

void PlayedController::welcome(const wire::Envelope& envelope) {
  session_ =
      std::make_unique<net::ControllerSession>(session_key_, signing_, node_session_.public_key);
  const auto hello = session_->on_hello(envelope);
  if (!hello) give_up("the agent's HELLO does not open");
  wire::Welcome answer;
  answer.session = 1;
  answer.heartbeat = 5s;
  answer.window_bytes = std::uint64_t{2} << 20U;
  answer.window_messages = 100;
  answer.controller_time_ms = to_unix_ms(clock_.unix_now());
  answer.epoch = 1;
  must(server_->send(*gateway_, route_, must(session_->welcome(answer), "WELCOME")), "WELCOME");
  note(hello->plugins);
}

void PlayedController::note(const std::vector<wire::PluginInfo>& plugins) {
  for (const auto& plugin : plugins) plugins_[plugin.id] = plugin.state;
  loop_->stop();
}

void PlayedController::on_message(const net::Opened& message, std::size_t frame) {
  using wire::MessageType;
  if (message.type == MessageType::Result) return on_result(message, frame);
  if (message.type == MessageType::Heartbeat) {
    say(wire::HeartbeatAck{to_unix_ms(clock_.unix_now())});
  } else if (message.type == MessageType::Plugins) {
    note(must(wire::decode<wire::Plugins>(message.body), "PLUGINS").plugins);
  } else if (message.type == MessageType::Refuse) {
    give_up("the agent refused: " +
            must(wire::decode<wire::Refuse>(message.body), "REFUSE").error.message);
  }
}

void PlayedController::on_result(const net::Opened& message, std::size_t frame) {
  const auto result = must(wire::decode<wire::TaskResult>(message.body), "RESULT");
  if (result.task != waiting_.task) return;  // told again
  waiting_.timing.took = BenchClock::now() - waiting_.begin;
  waiting_.timing.result_frame = frame;
  waiting_.over = true;
  if (result.state != wire::TaskState::Ok && result.state != wire::TaskState::Changed) {
    give_up("a task failed: " + (result.error ? result.error->message : "no reason given"));
  }
  say(wire::ResultAck{{result.task}});
  loop_->stop();
}

CallTiming PlayedController::call(const std::string& operation, bool is_read) {
  waiting_ = {TaskId::random(), BenchClock::now(), {}, false};
  wire::TaskSpec spec;
  spec.task = waiting_.task;
  spec.job = JobId::random();
  spec.node = node_;
  spec.operation = operation;
  spec.arguments = {0x80};
  spec.epoch = 1;
  spec.issued_ms = to_unix_ms(clock_.unix_now());
  spec.not_after_ms = spec.issued_ms + 60'000;
  spec.timeout = 60s;
  spec.output_cap = std::uint64_t{1} << 20U;
  wire::Task task;
  task.spec = wire::encode_spec(spec);
  if (!is_read) task.signature = signing_.sign(wire::signed_part(task.spec));
  waiting_.timing.task_frame = say(task);
  run_until([&] { return waiting_.over; }, "the result of " + operation);
  return waiting_.timing;
}

}  // namespace muster::bench
