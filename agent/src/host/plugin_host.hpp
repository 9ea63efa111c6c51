/// One muster-plugin-host process: started, talked to, watched, ended with all that it started.
///
/// Owned by the PluginSupervisor; everything is [loop]. It knows frames, not calls: what a frame
/// means and whether the process should be started again is its owner's business.
#pragma once

#include <sys/types.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <muster/core/base/fd.hpp>
#include <muster/core/plugins/frames.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <string>

namespace muster::agent {

enum class EndCause : std::uint8_t { Stopped, Exit, Signal, Hang, Protocol };
[[nodiscard]] std::string_view to_string(EndCause cause);

/// How a host ended, for people: the crash record.
struct HostEnd {
  EndCause cause = EndCause::Exit;
  int exit_code = 0;     ///< of Exit
  int signal = 0;        ///< of Signal
  std::string sentence;  ///< "the plugin's process was killed by signal 11 (Segmentation fault)"
};

struct HostSpec {
  std::filesystem::path program;  ///< muster-plugin-host
  std::string name;               ///< the plugin's, for people who look at `ps`
  int library_fd = -1;            ///< the sealed copy; borrowed during start()
  plugins::Start start;
};

struct HostEvents {
  /// Views in it live until return. A PONG comes at most once for each PING.
  std::function<void(const plugins::ToAgent&)> frame;
  std::function<void(const HostEnd&)> ended;  ///< once, after the last frame
};

class PluginHost {
 public:
  static constexpr std::size_t kMaxQueuedBytes = std::size_t{8} << 20U;
  static constexpr std::chrono::seconds kPingPeriod{5};
  static constexpr int kUnansweredPings = 3;  ///< a host is dead a period after the last of these
  static constexpr std::chrono::seconds kStrandBusyAtMost{30};

  /// Starts the process and sends START. Errors: NotFound for the program, ResourceExhausted.
  [[nodiscard]] static Result<std::unique_ptr<PluginHost>> start(run::EventLoop& loop,
                                                                 const HostSpec& spec,
                                                                 HostEvents events);
  /// Kills the process if it is still there, and what it started.
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  /// Errors: ResourceExhausted for a CALL while more than kMaxQueuedBytes wait for the host;
  /// nothing was sent. What steers the calls that it has is small, and always taken.
  [[nodiscard]] Status send(const plugins::ToHost& frame);
  /// Ends the process now; `ended` follows with this cause. Frames that it has sent still count,
  /// but after Protocol.
  void kill(EndCause cause, const std::string& sentence);
  /// Sends STOP; the process then has `grace` to end by itself.
  void stop(std::chrono::milliseconds grace);
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  PluginHost(run::EventLoop& loop, HostEvents events) : loop_(loop), events_(std::move(events)) {}
  [[nodiscard]] Status spawn(const HostSpec& spec);
  void on_socket(std::uint32_t events);
  bool read_frames();
  void take_frames();
  void write_queued();
  void take(const plugins::ToAgent& frame);
  void on_exit();
  void ping_later();
  [[nodiscard]] HostEnd end_from(int code, int status) const;

  run::EventLoop& loop_;
  HostEvents events_;
  pid_t pid_ = -1;
  UniqueFd pidfd_;
  UniqueFd socket_;
  run::Watch socket_watch_;
  run::Watch exit_watch_;
  run::Timer ping_timer_;
  run::Timer stop_timer_;
  wire::FrameReader reader_{plugins::kMaxFrame};
  std::deque<Bytes> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t sent_of_first_ = 0;
  std::uint64_t pings_ = 0;
  int unanswered_pings_ = 0;
  bool stopping_ = false;
  bool deaf_ = false;              // what comes is not frames, or not those of a host
  std::optional<HostEnd> killed_;  // why we did
};

}  // namespace muster::agent
