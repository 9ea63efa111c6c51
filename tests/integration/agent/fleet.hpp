/// A real muster-agent with real plugin hosts, a real gateway, and a controller that the test
/// plays.
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/crypto/sign.hpp>
#include <muster/core/net/session.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "../gateway/scene.hpp"

namespace muster::test {

class Fleet {
 public:
  Fleet();
  ~Fleet() { end_agent(9); }
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  void start_agent();
  /// Sends the signal, waits for the end, and says the exit status (negative: ended by a signal).
  int end_agent(int signal);
  [[nodiscard]] pid_t agent_pid() const { return pid_; }

  TaskId send(const std::string& operation, const nlohmann::json& arguments);
  template <class Message>
  void say(const Message& message) {
    const auto frame = session_->seal(message);
    (void)scene.controller->send(*scene.gateway_id, route_, *frame);
  }
  /// Runs the loop, answering the agent, until `holds`; false when it did not within 20 s.
  [[nodiscard]] bool until(const std::function<bool()>& holds);
  [[nodiscard]] bool until_ready(const std::string& plugin);
  [[nodiscard]] bool until_result(const TaskId& task);

  struct Kept {
    std::uint64_t bytes = 0;
    std::string head;  // the first 64 KiB
    crypto::Sha256 sum;
  };

  Scene scene;
  int sessions = 0;
  bool acknowledge = true;
  std::map<std::string, std::string> plugins;  // id to state
  std::map<TaskId, std::vector<wire::TaskResult>> results;
  std::map<TaskId, int> starts;
  std::vector<wire::Event> events;
  std::map<TaskId, Kept> stdouts;
  std::uint64_t output_cap = std::uint64_t{10} << 20U;

 private:
  void take(const Scene::Heard& heard);
  void welcome(const wire::Envelope& envelope, const Bytes& route);
  void take_message(const net::Opened& message);
  void note_plugins(const std::vector<wire::PluginInfo>& all);

  NodeId node_ = NodeId::random();
  crypto::SessionKeyPair node_session_ = crypto::SessionKeyPair::generate();
  crypto::SessionKeyPair controller_ = crypto::SessionKeyPair::generate();
  crypto::SigningKey signing_ = crypto::SigningKey::generate();
  std::unique_ptr<net::ControllerSession> session_;
  Bytes route_;
  pid_t pid_ = -1;
};

}  // namespace muster::test
