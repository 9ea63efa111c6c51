#include "host/plugin_host.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <muster/core/plugins/leftovers.hpp>
#include <string_view>
#include <utility>
#include <vector>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to us

namespace muster::agent {
namespace {

constexpr int kHostSocket = 3;
constexpr int kHostLibrary = 4;

/// posix_spawn's two objects, given back whatever happens.
struct SpawnPlan {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
};

/// A session of its own, default signals, nothing open but the three standard ones and ours.
void plan_host(SpawnPlan& plan, int socket, int library) {
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setflags(&plan.attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setsigmask(&plan.attributes, &none);
  ::posix_spawnattr_setsigdefault(&plan.attributes, &all);
  ::posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&plan.actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&plan.actions, socket, kHostSocket);
  ::posix_spawn_file_actions_adddup2(&plan.actions, library, kHostLibrary);
  ::posix_spawn_file_actions_addclosefrom_np(&plan.actions, kHostLibrary + 1);
}

/// The environment that a plugin may see: not the agent's own channels to the service manager, nor
/// what configures the agent.
std::vector<char*> plugin_environment() {
  constexpr std::array<std::string_view, 6> kOurs{
      "NOTIFY_SOCKET=",         "WATCHDOG_",      "LISTEN_",
      "CREDENTIALS_DIRECTORY=", "INVOCATION_ID=", "MUSTER_"};
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const bool ours = std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view prefix) {
      return text.substr(0, prefix.size()) == prefix;
    });
    if (!ours) kept.push_back(*entry);
  }
  kept.push_back(nullptr);
  return kept;
}

/// A copy of `fd` above the numbers that the host uses, so that one dup2 cannot overwrite the
/// other's source.
Result<UniqueFd> moved_up(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, kHostLibrary + 1));
  if (!copy) return fail_errno("duplicate a descriptor", errno);
  return copy;
}

}  // namespace

std::string_view to_string(EndCause cause) {
  switch (cause) {
    case EndCause::Stopped:
      return "stopped";
    case EndCause::Exit:
      return "exit";
    case EndCause::Signal:
      return "signal";
    case EndCause::Hang:
      return "hang";
    case EndCause::Protocol:
      return "protocol";
  }
  return "exit";
}

Result<std::unique_ptr<PluginHost>> PluginHost::start(run::EventLoop& loop, const HostSpec& spec,
                                                      HostEvents events) {
  std::unique_ptr<PluginHost> host(new PluginHost(loop, std::move(events)));
  if (auto spawned = host->spawn(spec); !spawned) return tl::unexpected(spawned.error());
  if (auto sent = host->send(spec.start); !sent) return tl::unexpected(sent.error());
  host->ping_later();
  return host;
}

Status PluginHost::spawn(const HostSpec& spec) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno("make a socket pair", errno);
  }
  socket_.reset(ends[0]);
  const UniqueFd far_end(ends[1]);
  if (::fcntl(socket_.get(), F_SETFL, O_NONBLOCK) != 0) return fail_errno("set up a socket", errno);
  const auto socket = moved_up(far_end.get());
  const auto library = moved_up(spec.library_fd);
  if (!socket) return tl::unexpected(socket.error());
  if (!library) return tl::unexpected(library.error());
  SpawnPlan plan;
  plan_host(plan, socket->get(), library->get());
  std::string program = spec.program.string();
  std::string name = spec.name;
  const std::array<char*, 3> argv{program.data(), name.data(), nullptr};
  const int error = ::posix_spawn(&pid_, program.c_str(), &plan.actions, &plan.attributes,
                                  argv.data(), plugin_environment().data());
  if (error != 0) {
    pid_ = -1;
    return fail_errno("start " + program, error);
  }
  // Debian 12's <sys/pidfd.h> cannot be used from C++: it lacks extern "C".
  pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!pidfd_) return fail_errno("watch the plugin host", errno);
  exit_watch_ = loop_.watch(pidfd_.get(), EPOLLIN, [this](std::uint32_t) { on_exit(); });
  socket_watch_ =
      loop_.watch(socket_.get(), EPOLLIN, [this](std::uint32_t events) { on_socket(events); });
  return {};
}

PluginHost::~PluginHost() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  siginfo_t info{};
  // It was killed: this does not wait long. It keeps its number until what it left is gone as well.
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  plugins::kill_session(pid_);
  ::waitpid(pid_, nullptr, 0);
}

Status PluginHost::send(const plugins::ToHost& frame) {
  auto bytes = plugins::encode(frame);
  const bool is_call = std::holds_alternative<plugins::Call>(frame);
  if (is_call && queued_bytes_ + bytes.size() > kMaxQueuedBytes) {
    return fail(ErrorCode::ResourceExhausted,
                "the plugin does not read what it is sent; try again later");
  }
  queued_bytes_ += bytes.size();
  queue_.push_back(std::move(bytes));
  write_queued();
  return {};
}

void PluginHost::write_queued() {
  while (!queue_.empty()) {
    const auto& first = queue_.front();
    const auto count = ::send(socket_.get(), first.data() + sent_of_first_,
                              first.size() - sent_of_first_, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;  // full, or gone: then the exit watch tells
    sent_of_first_ += static_cast<std::size_t>(count);
    if (sent_of_first_ < first.size()) continue;
    queued_bytes_ -= first.size();
    queue_.pop_front();
    sent_of_first_ = 0;
  }
  socket_watch_.set_events(queue_.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void PluginHost::on_socket(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) write_queued();
  if ((events & (EPOLLIN | EPOLLHUP)) != 0) (void)read_frames();
}

/// One read for each turn of the loop, so that a plugin that floods does not starve the others.
/// False: nothing is there now.
bool PluginHost::read_frames() {
  const auto space = reader_.prepare();
  const auto count = ::recv(socket_.get(), space.data(), space.size(), 0);
  if (count < 0 && errno == EINTR) return true;
  if (count < 0 && errno == EAGAIN) return false;
  if (count <= 0) {
    socket_watch_.reset();  // its end is on the way; without the watch this would spin until then
    return false;
  }
  reader_.commit(static_cast<std::size_t>(count));
  take_frames();
  return true;
}

void PluginHost::take_frames() {
  while (!deaf_) {
    const auto frame = reader_.next();
    if (!frame) return kill(EndCause::Protocol, frame.error().message);
    if (!*frame) return;
    const auto decoded = plugins::decode_to_agent(**frame);
    if (!decoded) return kill(EndCause::Protocol, decoded.error().message);
    take(*decoded);
  }
}

void PluginHost::take(const plugins::ToAgent& frame) {
  if (const auto* pong = std::get_if<plugins::Pong>(&frame)) {
    const bool asked = std::exchange(unanswered_pings_, 0) > 0;
    if (pong->strand_busy > kStrandBusyAtMost) {
      kill(EndCause::Hang, "the plugin stayed inside one function for more than 30 s");
    }
    if (!asked) return;
  }
  events_.frame(frame);
}

void PluginHost::ping_later() {
  ping_timer_ = loop_.after(kPingPeriod, [this] {
    // Counted and not timed: when it was the agent that stood still, nothing was asked meanwhile.
    if (unanswered_pings_ >= kUnansweredPings) {
      return kill(EndCause::Hang, "the plugin's process did not answer for 15 s");
    }
    ++unanswered_pings_;
    (void)send(plugins::Ping{++pings_});
    ping_later();
  });
}

void PluginHost::kill(EndCause cause, const std::string& sentence) {
  if (cause == EndCause::Protocol) deaf_ = true;
  if (pid_ < 0 || killed_) return;
  killed_ = HostEnd{cause, 0, 0, sentence};
  (void)::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

void PluginHost::stop(std::chrono::milliseconds grace) {
  stopping_ = true;
  (void)send(plugins::Stop{});
  stop_timer_ =
      loop_.after(grace, [this] { kill(EndCause::Stopped, "the plugin did not stop in time"); });
}

HostEnd PluginHost::end_from(int code, int status) const {
  if (killed_) return *killed_;
  if (code == CLD_EXITED) {
    if (stopping_ && status == 0) return {EndCause::Stopped, 0, 0, "stopped"};
    return {EndCause::Exit, status, 0,
            "the plugin's process exited with code " + std::to_string(status)};
  }
  return {EndCause::Signal, 0, status,
          "the plugin's process was killed by signal " + std::to_string(status) + " (" +
              ::strsignal(status) + ")"};
}

void PluginHost::on_exit() {
  // What it left running may hold the socket open, and goes first, while the dead host still keeps
  // its number, which is the session's, from being used again.
  plugins::kill_session(pid_);
  // Frames that it sent before it ended still count.
  while (socket_watch_ && !deaf_ && read_frames()) {
  }
  siginfo_t info{};
  ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED);
  exit_watch_.reset();
  socket_watch_.reset();
  ping_timer_.reset();
  stop_timer_.reset();
  const auto end = end_from(info.si_code, info.si_status);
  pid_ = -1;
  auto ended = std::move(events_.ended);  // it may destroy this
  ended(end);
}

}  // namespace muster::agent
