/// What running tasks say of their progress, on its way to the controller: the newest of each, four
/// times a second at most.
///
/// Owned by the executor; everything is [loop]. A plugin may report as often as it likes; what
/// comes between two messages is replaced by what comes after it, so this holds one report of each
/// task. Nothing is sent while the uplink is congested or without a session: the newest waits for
/// has_room(). A task that is over is forgotten first, so that nothing follows its RESULT.
#pragma once

#include <chrono>
#include <muster/core/base/ids.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/wire/messages.hpp>
#include <optional>
#include <string>
#include <unordered_map>

#include "session/uplink.hpp"

namespace muster::agent {

class ProgressReports {
 public:
  static constexpr std::chrono::milliseconds kPeriod{250};  ///< between two of one task

  ProgressReports(run::EventLoop& loop, Uplink& uplink) : loop_(loop), uplink_(uplink) {}

  void report(const TaskId& task, std::uint16_t done, const std::string& note);
  /// Sends what waited for the uplink.
  void has_room();
  void forget(const TaskId& task) { tasks_.erase(task); }

 private:
  struct Entry {
    std::optional<wire::Progress> newest;  // not sent yet
    run::Timer pause;                      // armed for kPeriod after each message
  };
  void send(Entry& entry);

  run::EventLoop& loop_;
  Uplink& uplink_;
  std::unordered_map<TaskId, Entry> tasks_;
};

}  // namespace muster::agent
