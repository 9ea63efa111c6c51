#include "kernel_checks.hpp"

#include <linux/landlock.h>
#include <linux/magic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <muster/core/base/fd.hpp>
#include <string>

namespace muster::agent {
namespace {

using doctor::Check;

/// Plugin hosts are ended through descriptors, which never hit a process that has the same number.
Check check_pidfd() {
  struct utsname names {};
  ::uname(&names);
  const std::string kernel = std::string(names.sysname) + " " + names.release;
  const UniqueFd self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  if (self) return doctor::ok("kernel", kernel);
  return doctor::failed("kernel", kernel + " has no pidfd_open",
                        "the agent needs Linux 5.10 or newer");
}

Check check_landlock() {
  const auto abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi > 0) return doctor::ok("landlock", "ABI " + std::to_string(abi));
  return doctor::warning(
      "landlock", errno == EOPNOTSUPP ? "this kernel has it switched off" : "this kernel has none",
      "a kernel with landlock (5.13, lsm=landlock) keeps plugins from files "
      "that they were not granted");
}

Check check_seccomp() {
  // With a null filter a kernel that has filters says EFAULT before it does anything.
  if (::prctl(PR_SET_SECCOMP, 2 /* SECCOMP_MODE_FILTER */, nullptr, 0, 0) == -1 &&
      errno == EFAULT) {
    return doctor::ok("seccomp", "filters can be set");
  }
  return doctor::warning(
      "seccomp", "this kernel has no filters",
      "a kernel with CONFIG_SECCOMP_FILTER keeps plugins from starting programs");
}

Check check_cgroup() {
  struct statfs facts {};
  if (::statfs("/sys/fs/cgroup", &facts) == 0 && facts.f_type == CGROUP2_SUPER_MAGIC) {
    return doctor::ok("cgroup", "version 2");
  }
  return doctor::warning("cgroup", "version 2 is not mounted at /sys/fs/cgroup",
                         "boot with systemd.unified_cgroup_hierarchy=1, so that what a plugin "
                         "started can be limited and ended as a whole");
}

}  // namespace

doctor::Checks check_kernel() {
  return {check_pidfd(), check_landlock(), check_seccomp(), check_cgroup()};
}

}  // namespace muster::agent
