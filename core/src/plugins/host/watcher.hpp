/// Ends what the plugin started once this process is gone, however it went and whoever is left.
#pragma once

namespace muster::plugins {

/// Forks a process that waits for this one to end, then kills the rest of its session. The agent
/// does the same; this is for a host whose agent was killed as well. Called while there is one
/// thread. Without pidfds (Linux before 5.3) there is no watcher.
void start_watcher();

}  // namespace muster::plugins
