/// A real muster-gateway process between agents and a controller of the test, all on one loop.
#pragma once

#include <map>
#include <memory>
#include <muster/core/base/clock.hpp>
#include <muster/core/net/curve_keys.hpp>
#include <muster/core/net/gateway_server.hpp>
#include <muster/core/net/zmq_dealer.hpp>
#include <muster/core/net/zmq_socket.hpp>
#include <string>
#include <vector>

#include "temp_dir.hpp"

namespace muster::test {

/// A started muster-gateway; killed and reaped at the latest by the destructor.
class GatewayProcess {
 public:
  GatewayProcess(const std::filesystem::path& dir, const std::string& listen);
  ~GatewayProcess();
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;
  /// Sends the signal, waits for the end, and says the exit status (negative: ended by a signal).
  int end(int signal);
  [[nodiscard]] std::size_t resident_bytes() const;

 private:
  pid_t pid_ = -1;
};

struct Agent {
  net::TransportKeyPair key = net::TransportKeyPair::generate();
  std::unique_ptr<net::Transport> transport;
  bool connected = false;
  std::optional<net::DownReason> down;
  std::string sentence;
  std::vector<Bytes> got;
};

struct Scene {
  struct Heard {
    Bytes route;
    wire::TransportKey key;
    Bytes payload;
  };

  TempDir dir;
  SystemClock clock;
  std::unique_ptr<run::EventLoop> loop;
  net::ZmqContext context;
  std::unique_ptr<net::GatewayServer> controller;
  std::unique_ptr<GatewayProcess> gateway;

  // What the controller was told.
  std::optional<net::GatewayId> gateway_id;
  wire::GatewayHello hello;
  std::vector<Heard> heard;
  std::size_t heard_bytes = 0;
  bool keep_payloads = true;
  std::map<std::string, std::uint64_t> counters;
  int lost = 0;

  /// Starts both and waits until they know each other.
  Scene();
  void start_controller();
  void start_gateway(const std::string& listen = "127.0.0.1:0");

  /// An agent that began to connect; wait for what becomes of it.
  std::unique_ptr<Agent> agent();
  /// One that is allowed and connected.
  std::unique_ptr<Agent> allowed_agent();
  void allow(const Agent& agent);
  /// Runs the loop until `holds`; false when it did not within 20 s.
  [[nodiscard]] bool until(const std::function<bool()>& holds);
  /// The counters as they are now: gateways tell them when they connect.
  [[nodiscard]] std::map<std::string, std::uint64_t> fresh_counters();
};

[[nodiscard]] inline Bytes text(std::string_view words) { return to_bytes(as_bytes(words)); }

}  // namespace muster::test
