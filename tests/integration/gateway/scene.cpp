#include "scene.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <functional>

#include "catch.hpp"

namespace muster::test {
namespace {
using namespace std::chrono_literals;
}  // namespace

GatewayProcess::GatewayProcess(const std::filesystem::path& dir, const std::string& listen) {
  std::vector<std::string> words{
      MUSTER_GATEWAY,          "--state",     dir / "gateway", "--listen", listen, "--controller",
      dir / "controller.sock", "--port-file", dir / "port"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  REQUIRE(::posix_spawn(&pid_, MUSTER_GATEWAY, nullptr, nullptr, arguments.data(), environ) == 0);
}

GatewayProcess::~GatewayProcess() { end(SIGKILL); }

int GatewayProcess::end(int signal) {
  if (pid_ < 0) return 0;
  ::kill(pid_, signal);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::size_t GatewayProcess::resident_bytes() const {
  std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

Scene::Scene()
    : loop(run::EventLoop::create(clock).value()), context(net::ZmqContext::create().value()) {
  start_controller();
  start_gateway();
}

void Scene::start_controller() {
  net::GatewayEvents events;
  events.on_gateway = [this](net::GatewayId id, const wire::GatewayHello& said) {
    gateway_id = id;
    hello = said;
  };
  events.on_received = [this](net::GatewayId, const wire::Received& received) {
    heard_bytes += received.payload.size();
    if (!keep_payloads) return;
    heard.push_back({to_bytes(received.route), received.key, to_bytes(received.payload)});
  };
  events.on_counters = [this](net::GatewayId, const wire::Counters& said) {
    counters = said.values;
  };
  events.on_gateway_lost = [this](net::GatewayId, const std::string&) {
    ++lost;
    gateway_id.reset();
  };
  controller = net::GatewayServer::listen(*loop, {dir / "controller.sock", {}}, events).value();
}

void Scene::start_gateway(const std::string& listen) {
  gateway = std::make_unique<GatewayProcess>(dir.path(), listen);
  REQUIRE(until([&] { return gateway_id.has_value(); }));
}

std::unique_ptr<Agent> Scene::agent() {
  auto agent = std::make_unique<Agent>();
  net::DealerOptions options;
  options.address = hello.address;
  options.server_key = hello.key;
  options.key = agent->key.duplicate();
  agent->transport = net::make_zmq_dealer(context, *loop, std::move(options));
  agent->transport->set_events(
      {[one = agent.get()] { one->connected = true; },
       [one = agent.get()](BytesView frame) { one->got.push_back(to_bytes(frame)); },
       [one = agent.get()](net::DownReason reason, const std::string& sentence) {
         one->down = reason;
         one->sentence = sentence;
       }});
  return agent;
}

void Scene::allow(const Agent& agent) {
  controller->allow(*gateway_id, std::vector{agent.key.public_key}, false);
}

std::unique_ptr<Agent> Scene::allowed_agent() {
  auto one = agent();
  allow(*one);
  // The list may arrive after the first try.
  REQUIRE(until([&] {
    if (one->connected) return true;
    if (one->down || one->sentence.empty()) {
      one->down.reset();
      // libzmq gives back a closed socket a moment later, and the context has few.
      if (one->transport->connect()) one->sentence = "trying";
    }
    return false;
  }));
  one->sentence.clear();
  return one;
}

bool Scene::until(const std::function<bool()>& holds) {
  bool held = false;
  const auto deadline = clock.mono_now() + 20s;
  run::Timer look;
  const std::function<void()> check = [&] {
    held = holds();
    if (held || clock.mono_now() > deadline) return loop->stop();
    look = loop->after(1ms, check);
  };
  check();
  loop->run();
  return held;
}

std::map<std::string, std::uint64_t> Scene::fresh_counters() {
  controller.reset();
  gateway_id.reset();
  counters.clear();
  start_controller();
  REQUIRE(until([&] { return !counters.empty(); }));
  return counters;
}

}  // namespace muster::test
