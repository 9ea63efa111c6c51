#include "executor/progress.hpp"

namespace muster::agent {

void ProgressReports::report(const TaskId& task, std::uint16_t done, const std::string& note) {
  Entry& entry = tasks_[task];
  entry.newest = wire::Progress{task, done, note};
  send(entry);
}

void ProgressReports::has_room() {
  for (auto& [task, entry] : tasks_) send(entry);
}

void ProgressReports::send(Entry& entry) {
  if (!entry.newest || entry.pause.armed() || uplink_.congested()) return;
  if (!uplink_.say(*entry.newest)) return;
  entry.newest.reset();
  entry.pause = loop_.after(kPeriod, [this, &entry] { send(entry); });  // goes with its entry
}

}  // namespace muster::agent
