#include "watcher.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <muster/core/plugins/leftovers.hpp>

namespace muster::plugins {
namespace {

[[noreturn]] void watch_until_end(int pidfd, pid_t host) {
  ::prctl(PR_SET_NAME, "plugin-watcher");
  // A signal for the host's process group is not for this process.
  ::setpgid(0, 0);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  pollfd ended{pidfd, POLLIN, 0};
  while (::poll(&ended, 1, -1) < 0 && errno == EINTR) {
  }
  kill_session(host);
  ::_exit(0);
}

}  // namespace

void start_watcher() {
  const pid_t host = ::getpid();
  // Debian 12's <sys/pidfd.h> cannot be used from C++: it lacks extern "C".
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, host, 0));
  if (pidfd < 0) return;
  if (::fork() == 0) {
    // The agent must see the socket end with the host, and the plugin's copy must not outlive it.
    ::close_range(3, static_cast<unsigned>(pidfd) - 1, 0);
    ::close_range(static_cast<unsigned>(pidfd) + 1, ~0U, 0);
    watch_until_end(pidfd, host);
  }
  ::close(pidfd);
}

}  // namespace muster::plugins
