#include <algorithm>
#include <chrono>
#include <utility>

#include "executor/executor.hpp"

// What the executor takes from the journal at its start, and keeps in it when it is made smaller.

namespace muster::agent {
namespace {

/// One compaction for all that ended within it.
constexpr std::chrono::seconds kWipe{10};

}  // namespace

void Executor::recover(Replay replay) {
  epoch_ = std::max(epoch_, replay.highest_epoch());
  around_.time.raise(replay.highest_time_ms());
  const auto& clock = replay.clock();
  around_.time.restore(clock.time_ms, clock.boot_id, clock.boot_ms);
  for (const auto& [id, known] : replay.known()) table_.remember(id, known);

  std::set<std::uint64_t> files;
  const auto tasks = replay.tasks_in_order();
  for (const auto* task : tasks) {
    if (!task->end) continue;
    for (const auto& stream : task->end->streams) files.insert(stream.file);
  }
  around_.spool.keep_only(files);
  for (auto* task : tasks) recover_task(std::move(*task));
  if (!tasks.empty()) {
    around_.log.info("took up the tasks of the last run", {{"tasks", tasks.size()}});
  }
  const auto& over = replay.over();
  if (std::any_of(over.begin(), over.end(),
                  [this](const auto& it) { return may_take_secrets(it); })) {
    wipe_soon();  // the last run did not come to it
  }
  if (around_.time.known()) perform(table_.hold(false, around_.time.now_ms()));
}

void Executor::recover_task(RecoveredTask task) {
  const TaskId id = task.spec.task;
  TaskEntry entry;
  entry.id = id;
  entry.plugin = task.spec.operation.substr(0, task.spec.operation.find('.'));
  entry.idempotent = task.idempotent;
  entry.not_after_ms = task.spec.not_after_ms;
  entry.timeout = task.spec.timeout;
  entry.attempt = task.attempt;
  entry.started_ms = task.started_ms;

  Work& work = works_[id];
  work.spec = std::move(task.spec);
  begin_output(id, work);
  if (task.end) {
    entry.phase = Phase::Ended;
    entry.state = task.end->result.state;
    entry.ended_ms = task.end->result.ended_ms;
    entry.result = std::move(task.end->result.result);
    entry.error = std::move(task.end->result.error);
    work.end_in_journal = true;
    for (auto& summary : task.end->result.outputs) {
      for (auto& stream : task.end->streams) {
        if (stream.stream != summary.stream) continue;
        work.output->restore(stream.stream,
                             {summary.size, summary.kept, summary.digest, stream.file,
                              std::move(stream.content), stream.given_back});
      }
    }
    perform(table_.restore(std::move(entry), around_.time.now_ms()));
    return;
  }
  auto checked = check_operation(work.spec, rules_, around_.catalog);
  if (checked) {
    entry.plugin = checked->plugin;
    entry.cancellable = checked->cancellable;
    work.spec = std::move(checked->spec);
  }
  entry.idempotent = entry.idempotent && checked;  // what cannot run again must not try
  entry.phase = entry.started_ms != 0 ? Phase::Running : Phase::Queued;
  if (entry.phase == Phase::Running) entry.cancel = task.cancel;
  perform(table_.restore(std::move(entry), around_.time.now_ms()));
  if (!checked && table_.find(id)->phase == Phase::Queued) {
    perform(table_.withdraw(id, checked.error(), around_.time.now_ms()));
  }
}

records::Clock Executor::clock_record() const {
  return {around_.time.now_ms(), epoch_, around_.time.boot_id(), around_.time.boot_ms()};
}

void Executor::write_clock() {
  around_.journal.append(records::encode(clock_record()), [](const Result<journal::Lsn>&) {});
}

records::Start Executor::start_record(const TaskEntry& entry) {
  // Of a task that waits, the attempt before is the last one that started.
  const auto attempt = entry.phase == Phase::Queued ? entry.attempt - 1 : entry.attempt;
  return {entry.started_ms, entry.id, std::max(attempt, 1U)};
}

void Executor::add_live_task(const TaskEntry& entry, std::vector<Bytes>& live) const {
  const Work& work = works_.at(entry.id);
  live.push_back(records::encode(
      records::Promise{entry.started_ms, wire::encode_spec(work.spec), entry.idempotent, false}));
  if (entry.started_ms != 0) live.push_back(records::encode(start_record(entry)));
  if (entry.cancel) live.push_back(records::encode(records::Cancel{entry.id, *entry.cancel}));
  if (work.end_in_journal) live.push_back(records::encode(end_record(work)));
}

std::vector<Bytes> Executor::live_records() const {
  std::vector<Bytes> live{records::encode(clock_record())};
  for (const auto& [id, known] : table_.forgotten().all()) {
    live.push_back(records::encode(records::Known{id, known.state, known.until_ms}));
  }
  for (const auto* entry : table_.journaled_in_order()) add_live_task(*entry, live);
  return live;
}

bool Executor::may_take_secrets(const std::string& operation) const {
  const auto found = around_.catalog.find(operation);
  return !found || found->operation->arguments.has_secrets();
}

void Executor::wipe_soon() {
  if (wipe_timer_.armed()) return;
  wipe_timer_ = around_.loop.after(kWipe, [this] {
    if (compacting_) return wipe_soon();  // which may have begun before the end of the last
    wiping_ = true;
    compact();
  });
}

void Executor::compact_if_large() {
  if (around_.journal.size_bytes() >= compact_above_) compact();
}

void Executor::compact() {
  if (std::exchange(compacting_, true)) return;
  can_shrink_ = false;
  around_.journal.compact(live_records(), [this](const Status& done) {
    compacting_ = false;
    take_back(done);
    const bool wiped = std::exchange(wiping_, false);
    if (!done) {
      can_shrink_ = true;
      if (wiped) wipe_soon();
      around_.log.warn("cannot make the journal smaller, retrying",
                       {{"error", done.error().message}});
      return;
    }
    const auto size = around_.journal.size_bytes();
    const auto half_way_to_full = (size + around_.journal.max_bytes()) / 2;
    compact_above_ = std::min(std::max(kFirstCompaction, 2 * size), half_way_to_full);
  });
}

}  // namespace muster::agent
