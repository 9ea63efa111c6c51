#include <sys/wait.h>
#include <unistd.h>

#include <muster/core/plugins/leftovers.hpp>

#include "catch.hpp"

namespace muster::plugins {
namespace {

/// A child that has ended and that nobody has collected.
pid_t ended_child() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  return child;
}

bool still_there(pid_t child) { return ::waitpid(child, nullptr, WNOHANG) == child; }

TEST_CASE("children that ended are collected, but for those whose end is somebody else's",
          "[unit][plugins]") {
  reap_orphans([](pid_t) { return false; });  // without any child
  const pid_t host = ended_child();
  const pid_t orphan = ended_child();
  reap_orphans([host](pid_t pid) { return pid == host; });
  CHECK_FALSE(still_there(orphan));
  CHECK(still_there(host));
}

}  // namespace
}  // namespace muster::plugins
