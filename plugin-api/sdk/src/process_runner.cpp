#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <muster/sdk/process_runner.hpp>

#include "spawn.hpp"

namespace muster::sdk {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

/// write() to a pipe without the SIGPIPE, and without touching how the process handles signals.
ssize_t write_quietly(int fd, const void* bytes, std::size_t count) {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t written = ::write(fd, bytes, count);
  const int error_number = errno;
  if (written < 0 && error_number == EPIPE) {
    const timespec at_once{};
    ::sigtimedwait(&pipe_signal, nullptr,
                   &at_once);  // ours: a thread's SIGPIPE goes to that thread
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error_number;
  return written;
}

/// One program on its way to its end. Lives on the stack of run_process().
class Run {
 public:
  Run(Spawned child, const Program& program, const ProcessLimits& limits, const OutputSink& sink)
      : child_(std::move(child)), program_(program), limits_(limits), sink_(sink) {
    if (program_.stdin_bytes.empty()) child_.in.close();
  }

  ProcessEnd until_the_end(const std::stop_token& stop, int wake) {
    while (!finished()) {
      check_limits(stop);
      wait(wake);
      feed();
      drain(child_.out, OutputStream::Stdout);
      drain(child_.err, OutputStream::Stderr);
      notice_exit();
    }
    ::kill(-child_.pid,
           SIGKILL);  // the leader is not reaped yet, so the number is still this group's
    reap();
    end_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
    return end_;
  }

 private:
  [[nodiscard]] bool finished() const {
    return exited_ && ((!child_.out.is_open() && !child_.err.is_open()) || past(output_until_));
  }

  [[nodiscard]] static bool past(const std::optional<Clock::time_point>& time) {
    return time && Clock::now() >= *time;
  }

  void check_limits(const std::stop_token& stop) {
    if (stop.stop_requested()) terminate(StopReason::Cancelled);
    if (past(limits_.deadline)) terminate(StopReason::Deadline);
    if (refused_) terminate(StopReason::OutputRefused);  // last, because the others may be why
    if (past(kill_at_)) {
      ::kill(-child_.pid, SIGKILL);
      if (!output_until_) output_until_ = Clock::now() + limits_.kill_grace;
      kill_at_.reset();
    }
  }

  void terminate(StopReason reason) {
    if (end_.stopped != StopReason::None) return;
    end_.stopped = reason;
    ::kill(-child_.pid, SIGTERM);
    kill_at_ = Clock::now() + limits_.kill_grace;
    child_.in.close();
  }

  void wait(int wake) {
    std::array<pollfd, 5> set{{{child_.in.get(), POLLOUT, 0},
                               {child_.out.get(), POLLIN, 0},
                               {child_.err.get(), POLLIN, 0},
                               {exited_ ? -1 : child_.exited.get(), POLLIN, 0},
                               {end_.stopped == StopReason::None ? wake : -1, POLLIN, 0}}};
    ::poll(set.data(), set.size(), timeout_ms());
  }

  [[nodiscard]] int timeout_ms() const {
    std::optional<Clock::time_point> next;
    // Until it has exited the time for its output does not count: what SIGKILL cannot end at once
    // (a process in the kernel, waiting for a device) is waited for, not asked over and over.
    for (const auto& time : {kill_at_, exited_ ? output_until_ : std::nullopt,
                             end_.stopped == StopReason::None ? limits_.deadline : std::nullopt}) {
      if (time && (!next || *time < *next)) next = time;
    }
    if (!next) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
  }

  void feed() {
    while (child_.in.is_open() && fed_ < program_.stdin_bytes.size()) {
      const auto count = write_quietly(child_.in.get(), program_.stdin_bytes.data() + fed_,
                                       program_.stdin_bytes.size() - fed_);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count < 0) break;  // it closed its input, which is its right
      fed_ += static_cast<std::size_t>(count);
    }
    child_.in.close();
  }

  /// One read a turn, so that a flood on one stream starves neither the other nor the limits.
  void drain(Descriptor& from, OutputStream stream) {
    if (!from.is_open()) return;
    const auto count = ::read(from.get(), buffer_.data(), buffer_.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return from.close();
    auto& total = stream == OutputStream::Stdout ? end_.stdout_bytes : end_.stderr_bytes;
    total += static_cast<std::uint64_t>(count);
    pass_on(stream, std::span(buffer_).first(static_cast<std::size_t>(count)));
  }

  void pass_on(OutputStream stream, std::span<const std::byte> piece) {
    if (limits_.max_output_bytes != 0) {
      const auto room = limits_.max_output_bytes - passed_;
      if (piece.size() > room) {
        piece = piece.first(static_cast<std::size_t>(room));
        end_.truncated = true;
      }
    }
    passed_ += piece.size();
    if (piece.empty() || refused_) return;
    refused_ = !sink_(stream, piece);
  }

  void notice_exit() {
    pollfd exited{child_.exited.get(), POLLIN, 0};
    if (exited_ || ::poll(&exited, 1, 0) <= 0) return;
    exited_ = true;
    child_.in.close();
    if (!output_until_) output_until_ = Clock::now() + limits_.kill_grace;
  }

  void reap() {
    int status = 0;
    while (::waitpid(child_.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) end_.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
  }

  Spawned child_;
  const Program& program_;
  const ProcessLimits& limits_;
  const OutputSink& sink_;
  const Clock::time_point started_ = Clock::now();
  ProcessEnd end_;
  std::size_t fed_ = 0;
  std::uint64_t passed_ = 0;
  bool exited_ = false;
  bool refused_ = false;
  std::optional<Clock::time_point> kill_at_;
  std::optional<Clock::time_point> output_until_;  // when to stop waiting for the pipes to close
  std::vector<std::byte> buffer_ = std::vector<std::byte>(kReadBytes);
};

}  // namespace

Result<ProcessEnd> run_process(const Program& program, const ProcessLimits& limits,
                               const OutputSink& on_output, std::stop_token stop) {
  const Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.is_open()) return fail(ErrorCode::ResourceExhausted, "cannot make an event descriptor");
  auto child = spawn(program, limits.max_memory_bytes);
  if (!child) return tl::unexpected(child.error());
  const std::stop_callback on_stop(stop, [fd = wake.get()] { ::eventfd_write(fd, 1); });
  return Run(std::move(*child), program, limits, on_output).until_the_end(stop, wake.get());
}

}  // namespace muster::sdk
