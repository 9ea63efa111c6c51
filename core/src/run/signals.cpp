#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>
#include <muster/core/base/fd.hpp>
#include <muster/core/run/signals.hpp>
#include <utility>

namespace muster::run {

struct StopOnSignals::State {
  UniqueFd fd;
  Watch watch;
};

Result<std::unique_ptr<StopOnSignals>> StopOnSignals::install(EventLoop& loop) {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t wanted{};
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGTERM);
  sigaddset(&wanted, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  auto state = std::make_unique<State>();
  state->fd.reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!state->fd) return fail_errno("watch for signals", errno);
  state->watch = loop.watch(state->fd.get(), EPOLLIN, [&loop, fd = state->fd.get()](std::uint32_t) {
    signalfd_siginfo info{};
    if (::read(fd, &info, sizeof info) > 0) loop.stop();
  });
  return std::unique_ptr<StopOnSignals>(new StopOnSignals(std::move(state)));
}

StopOnSignals::StopOnSignals(std::unique_ptr<State> state) : state_(std::move(state)) {}
StopOnSignals::~StopOnSignals() = default;

}  // namespace muster::run
