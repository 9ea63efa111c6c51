/// A real muster-plugin-host with the test in the place of its agent.
///
/// One per plugin; the destructor kills the process. Every wait ends after 30 s with an exception.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <muster/core/base/fd.hpp>
#include <muster/core/plugins/frames.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace muster::test {

/// A frame with bytes of its own.
struct Received {
  plugins::ToAgent frame;
  Bytes output;  ///< of an OUTPUT
};

class HostProcess {
 public:
  /// Starts the host with `file` as it is, unchecked, and sends nothing.
  explicit HostProcess(const std::filesystem::path& file);
  ~HostProcess();
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  void send(const plugins::ToHost& frame);
  void send_raw(BytesView bytes);
  [[nodiscard]] Received receive();
  /// Receives until a T comes; what else comes goes to `other`.
  template <class T>
  T receive_until(const std::function<void(const Received&)>& other = {}) {
    for (;;) {
      auto next = receive();
      if (auto* wanted = std::get_if<T>(&next.frame)) return std::move(*wanted);
      if (other) other(next);
    }
  }
  void start(const std::string& plugin_id, const nlohmann::json& config);
  void call(plugins::CallNumber number, const nlohmann::json& orders, std::uint64_t credit = 0);
  [[nodiscard]] plugins::Pong ping();

  void close_socket() { socket_.reset(); }
  /// Waits for the end: the exit code, or minus the signal.
  [[nodiscard]] int wait();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  UniqueFd socket_;
  wire::FrameReader reader_{plugins::kMaxFrame};
};

/// What mock.run is told, with the defaults of its manifest under it.
[[nodiscard]] nlohmann::json mock_orders(const nlohmann::json& changes);
/// The configuration of the mock plugin, likewise.
[[nodiscard]] nlohmann::json mock_config(const nlohmann::json& changes);
/// A program in `directory` that says these frames in the place of a host, and then nothing.
[[nodiscard]] std::filesystem::path rude_host(const std::filesystem::path& directory,
                                              const std::vector<plugins::ToAgent>& frames);
/// Waits until no process has this number (a zombie counts as none).
void wait_until_gone(pid_t pid);

}  // namespace muster::test
