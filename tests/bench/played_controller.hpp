/// A real gateway, a real agent with real plugin hosts, and a controller that the bench plays, so
/// that the time from dispatch to result is seen without anything added to the real controller.
///
/// One owner, one thread. What goes wrong ends the bench.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <muster/core/crypto/sign.hpp>
#include <muster/core/net/gateway_server.hpp>
#include <muster/core/net/session.hpp>
#include <optional>
#include <string>
#include <vector>

#include "samples.hpp"

namespace muster::bench {

struct Programs {
  std::filesystem::path bin;      ///< where muster-agent and muster-gateway are
  std::filesystem::path plugins;  ///< given to the agent
};

struct CallTiming {
  Nanoseconds took{0};
  std::size_t task_frame = 0;  ///< bytes, sealed
  std::size_t result_frame = 0;
};

class PlayedController {
 public:
  /// Returns when the agent's session stands. Everything is made in `directory`.
  PlayedController(const Programs& programs, std::filesystem::path directory);
  ~PlayedController();
  PlayedController(const PlayedController&) = delete;
  PlayedController& operator=(const PlayedController&) = delete;

  void wait_for_plugin(const std::string& id);
  /// From before the task is signed (unless it only reads), sealed and sent until its RESULT is
  /// opened and decoded; the acknowledgement follows and is not part of it. Gives up unless the
  /// task ends well.
  CallTiming call(const std::string& operation, bool is_read);

 private:
  void listen();
  void join_and_start_agent();
  void start(const std::vector<std::string>& words);
  void on_received(const wire::Received& received);
  void welcome(const wire::Envelope& envelope);
  void on_message(const net::Opened& message, std::size_t frame);
  void on_result(const net::Opened& message, std::size_t frame);
  void note(const std::vector<wire::PluginInfo>& plugins);
  template <class Message>
  std::size_t say(const Message& message);
  template <class Holds>
  void run_until(Holds holds, const std::string& what);

  SystemClock clock_;
  Programs programs_;
  std::filesystem::path directory_;
  std::unique_ptr<run::EventLoop> loop_;
  std::unique_ptr<net::GatewayServer> server_;
  std::vector<pid_t> children_;
  std::optional<net::GatewayId> gateway_;
  wire::GatewayHello hello_;
  Bytes route_;
  NodeId node_ = NodeId::random();
  crypto::SessionKeyPair node_session_ = crypto::SessionKeyPair::generate();
  crypto::SessionKeyPair session_key_ = crypto::SessionKeyPair::generate();
  crypto::SigningKey signing_ = crypto::SigningKey::generate();
  std::unique_ptr<net::ControllerSession> session_;
  std::map<std::string, std::string> plugins_;  // id to state

  struct Waiting {
    TaskId task;
    BenchClock::time_point begin;
    CallTiming timing;
    bool over = false;
  } waiting_;
};

}  // namespace muster::bench
