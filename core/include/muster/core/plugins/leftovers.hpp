/// What a dead plugin host leaves running: found by its session, and ended.
///
/// A host is the leader of a session of its own, and what it starts stays in it (the kit's process
/// runner gives programs a process group, not a session). What calls setsid() leaves on purpose; a
/// cgroup would hold that.
#pragma once

#include <sys/types.h>

#include <functional>

namespace muster::plugins {

/// Orphans of this process's descendants become its children, so that they can be reaped. Once, at
/// the start.
void adopt_orphans();

/// Kills (SIGKILL) every process whose session is `session`, but neither its leader nor the caller;
/// how many signals that took. Reads /proc.
int kill_session(pid_t session);

/// Collects the children of this process that have ended, but for those that `is_host` knows: their
/// end is somebody else's to collect.
void reap_orphans(const std::function<bool(pid_t)>& is_host);

}  // namespace muster::plugins
