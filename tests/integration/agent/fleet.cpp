#include "fleet.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catch.hpp"
#include "identity/identity.hpp"

namespace muster::test {

using namespace std::chrono_literals;

Fleet::Fleet() {
  agent::Identity identity;
  identity.node = node_;
  identity.name = "web9";
  identity.gateway_address = scene.hello.address;
  identity.gateway_key = scene.hello.key;
  identity.controller_session_key = controller_.public_key;
  identity.controller_signing_key = signing_.public_key();
  identity.transport_key = crypto::SessionKeyPair::generate();
  identity.session_key = node_session_.duplicate();
  std::filesystem::create_directories(scene.dir / "agent");
  std::filesystem::create_directories(scene.dir / "plugins");
  REQUIRE(agent::save_identity(scene.dir / "agent", identity));
  std::filesystem::copy_file(MOCK_PLUGIN, scene.dir / "plugins" / "mock.so");
  std::filesystem::copy_file(SYSTEM_PLUGIN, scene.dir / "plugins" / "system.so");
  scene.controller->allow(*scene.gateway_id, std::vector{identity.transport_key.public_key}, false);
  start_agent();
}

void Fleet::start_agent() {
  std::vector<std::string> words{MUSTER_AGENT,        "run",         "--state",
                                 scene.dir / "agent", "--plugins",   scene.dir / "plugins",
                                 "--dev-trust",       "--log-level", "error"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  REQUIRE(::posix_spawn(&pid_, MUSTER_AGENT, nullptr, nullptr, arguments.data(), environ) == 0);
}

int Fleet::end_agent(int signal) {
  if (pid_ < 0) return 0;
  ::kill(pid_, signal);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  plugins.clear();
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool Fleet::until(const std::function<bool()>& holds) {
  return scene.until([&] {
    const auto heard = std::exchange(scene.heard, {});
    for (const auto& one : heard) take(one);
    return holds();
  });
}

bool Fleet::until_ready(const std::string& plugin) {
  return until([&] { return plugins[plugin] == "ready"; });
}

bool Fleet::until_result(const TaskId& task) {
  return until([&] { return !results[task].empty(); });
}

void Fleet::take(const Scene::Heard& heard) {
  const auto envelope = wire::decode_envelope(heard.payload);
  REQUIRE(envelope);
  if (envelope->header.type == wire::MessageType::Hello) return welcome(*envelope, heard.route);
  if (heard.route != route_) return;  // of an agent that was killed
  const auto opened = session_->open(*envelope);
  REQUIRE(opened);
  take_message(*opened);
}

void Fleet::welcome(const wire::Envelope& envelope, const Bytes& route) {
  session_ =
      std::make_unique<net::ControllerSession>(controller_, signing_, node_session_.public_key);
  route_ = route;
  const auto hello = session_->on_hello(envelope);
  REQUIRE(hello);
  note_plugins(hello->plugins);
  wire::Welcome welcome;
  welcome.session = static_cast<std::uint64_t>(++sessions);
  welcome.heartbeat = 5s;
  welcome.window_bytes = std::uint64_t{2} << 20U;
  welcome.window_messages = 100;
  welcome.controller_time_ms = to_unix_ms(scene.clock.unix_now());
  welcome.epoch = 1;
  REQUIRE(scene.controller->send(*scene.gateway_id, route_, session_->welcome(welcome).value()));
}

void Fleet::note_plugins(const std::vector<wire::PluginInfo>& all) {
  for (const auto& plugin : all) plugins[plugin.id] = plugin.state;
}

void Fleet::take_message(const net::Opened& message) {
  using wire::MessageType;
  if (message.type == MessageType::Heartbeat) {
    say(wire::HeartbeatAck{to_unix_ms(scene.clock.unix_now())});
  } else if (message.type == MessageType::Plugins) {
    note_plugins(wire::decode<wire::Plugins>(message.body)->plugins);
  } else if (message.type == MessageType::Start) {
    ++starts[wire::decode<wire::Start>(message.body)->task];
  } else if (message.type == MessageType::Event) {
    events.push_back(wire::decode<wire::Event>(message.body).value());
  } else if (message.type == MessageType::Refuse) {
    FAIL(wire::decode<wire::Refuse>(message.body)->error.message);
  } else if (message.type == MessageType::Out) {
    const auto out = wire::decode<wire::Out>(message.body).value();
    if (out.stream != wire::Stream::Stdout) return;
    auto& kept = stdouts[out.task];
    REQUIRE(out.offset == kept.bytes);
    kept.sum.update(out.bytes);
    kept.bytes += out.bytes.size();
    if (kept.head.size() < 65536) kept.head += as_text(out.bytes);
    say(wire::OutAck{out.task, out.stream, kept.bytes, false});
  } else if (message.type == MessageType::Result) {
    const auto result = wire::decode<wire::TaskResult>(message.body).value();
    results[result.task].push_back(result);
    if (acknowledge) say(wire::ResultAck{{result.task}});
  }
}

TaskId Fleet::send(const std::string& operation, const nlohmann::json& arguments) {
  wire::TaskSpec spec;
  spec.task = TaskId::random();
  spec.node = node_;
  spec.operation = operation;
  spec.arguments = nlohmann::json::to_msgpack(arguments);
  spec.epoch = 1;
  spec.not_after_ms = to_unix_ms(scene.clock.unix_now()) + 60'000;
  spec.timeout = 60s;
  spec.output_cap = output_cap;
  wire::Task task;
  task.spec = wire::encode_spec(spec);
  task.signature = signing_.sign(wire::signed_part(task.spec));
  say(task);
  return spec.task;
}

}  // namespace muster::test
