#include <utility>

#include "executor/executor.hpp"

namespace muster::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kWriteRetry = 1s;

}  // namespace

void Executor::perform(Actions actions) {
  to_do_.insert(to_do_.end(), actions.begin(), actions.end());
  if (std::exchange(performing_, true)) return;  // whoever is at it goes on with these
  while (!to_do_.empty()) {
    const Action action = to_do_.front();
    to_do_.pop_front();
    perform_one(action);
  }
  performing_ = false;
  pump();
  show();
}

void Executor::perform_one(const Action& action) {
  const TaskEntry* entry = table_.find(action.task);
  if (entry == nullptr) return;
  switch (action.what) {
    case Do::WriteAccept:
      return write_promise(action.task, false);
    case Do::WriteAcceptAndStart:
      return write_promise(action.task, true);
    case Do::WriteStart:
      return write_start(action.task);
    case Do::WriteNotStarted:
      around_.journal.append(records::encode(start_record(*entry)),
                             [](const Result<journal::Lsn>&) {});
      return;
    case Do::WriteEnd:
      return write_end(action.task);
    case Do::SayAccept:
      around_.uplink.say(wire::Accept{action.task});
      return;
    case Do::SayStart:
      around_.uplink.say(wire::Start{action.task, entry->started_ms});
      return;
    case Do::Call:
      return call(action.task);
    case Do::CancelCall:
      return cancel_call(*entry);
    case Do::BeginAgain:
      return begin_again(action.task);
    case Do::Deliver:
      return deliver(action.task);
  }
}

void Executor::append(const TaskId& task, const records::Record& record) {
  around_.journal.append(records::encode(record),
                         [this, task](const Result<journal::Lsn>& written) {
                           if (written) {
                             perform(table_.wrote(task, around_.time.now_ms()));
                           } else {
                             on_unwritten(task, written.error());
                           }
                         });
}

void Executor::on_unwritten(const TaskId& task, const Error& error) {
  around_.log.error("cannot write the journal, retrying; make room on its disk",
                    {{"error", error.message}});
  if (table_.not_written(task) == TaskTable::Unwritten::Dropped) {
    forget(task);
    refuse_unwritten(task, {ErrorCode::Unavailable,
                            "this node cannot write down its promise: " + error.message,
                            {},
                            true,
                            {}});
  } else if (const auto* entry = table_.find(task); entry->phase == Phase::Ending) {
    progress_.report(task, 10'000,
                     "it has ended, and this node cannot write that down: " + error.message +
                         "; make room on its disk");
  }
  make_room_and_retry(error);
}

void Executor::refuse_unwritten(const TaskId& task, Error why) {
  if (!compacting_) return refuse(task, why);
  // What is under way may hold the promise all the same, and a restart must not run what was
  // refused: see take_back().
  refusing_.insert(task);
  refused_meanwhile_.emplace_back(task, std::move(why));
}

void Executor::take_back(const Status& compacted) {
  const bool unchanged = !compacted && compacted.error().code != ErrorCode::Unavailable;
  for (auto& [id, error] : std::exchange(refused_meanwhile_, {})) {
    auto say = [this, task = id, why = std::move(error)] {
      refusing_.erase(task);
      refuse(task, why);
    };
    if (unchanged) {
      say();
    } else {
      write_known({id, wire::TaskState::Refused, around_.time.now_ms()}, std::move(say));
    }
  }
}

void Executor::write_known(const records::Known& known, std::function<void()> when_durable) {
  around_.journal.append(records::encode(known), [this, known, when_durable](
                                                     const Result<journal::Lsn>& written) {
    if (written) return when_durable();
    unwritten_known_.push_back([this, known, when_durable] { write_known(known, when_durable); });
    make_room_and_retry(written.error());
  });
}

void Executor::make_room_and_retry(const Error& error) {
  // A journal may be full below any size at which it would be made smaller by itself.
  if (error.code == ErrorCode::ResourceExhausted && can_shrink_) compact();
  if (retry_timer_.armed()) return;
  retry_timer_ = around_.loop.after(kWriteRetry, [this] {
    for (const auto& again : std::exchange(unwritten_known_, {})) again();
    perform(table_.retry_writes(around_.time.now_ms()));
  });
}

void Executor::write_promise(const TaskId& task, bool started) {
  const TaskEntry& entry = *table_.find(task);
  const auto time = started ? entry.started_ms : around_.time.now_ms();
  append(task, records::Promise{time, promise_spec_, entry.idempotent, started});
}

void Executor::write_start(const TaskId& task) { append(task, start_record(*table_.find(task))); }

wire::TaskResult Executor::result_of(const TaskEntry& entry, const Work& work) const {
  wire::TaskResult result;
  result.task = entry.id;
  result.attempt = entry.attempt;
  result.state = entry.state;
  result.result = entry.result;
  result.error = entry.error;
  result.started_ms = entry.started_ms;
  result.ended_ms = entry.ended_ms;
  result.outputs = work.output->summary();
  return result;
}

void Executor::write_end(const TaskId& task) {
  Work& work = works_.at(task);
  work.deadline.reset();
  work.output->finish();
  work.result = result_of(*table_.find(task), work);
  std::uint64_t kept = 0;
  work.output->each([&](wire::Stream, StreamSpool& stream) { kept += stream.kept(); });
  if (kept <= kEmbedded) return append_end(task);

  std::vector<std::filesystem::path> files;
  Status spilled;
  work.output->each([&](wire::Stream, StreamSpool& stream) {
    if (spilled) spilled = stream.spill();
    if (spilled) files.push_back(around_.spool.path_of(stream.file()));
  });
  if (!spilled) return on_unwritten(task, spilled.error());
  sync_then_write_end(task, std::move(files));
}

void Executor::sync_then_write_end(const TaskId& task, std::vector<std::filesystem::path> files) {
  // On a worker, which may be at it when the executor is gone already: only the loop calls back.
  auto& loop = around_.loop;
  auto queued = around_.workers.submit([this, &loop, task, files = std::move(files)] {
    Status synced;
    for (const auto& file : files) {
      if (synced) synced = sync_spool_file(file);
    }
    loop.post([this, task, synced] {
      if (synced) {
        append_end(task);
      } else {
        on_unwritten(task, synced.error());
      }
    });
  });
  if (!queued) on_unwritten(task, queued.error());
}

records::End Executor::end_record(const Work& work) const {
  records::End end{work.result, {}};
  work.output->each([&end](wire::Stream which, const StreamSpool& stream) {
    const auto parts = stream.kept_parts();
    end.streams.push_back({which, parts.file, parts.content, parts.given_back});
  });
  return end;
}

void Executor::append_end(const TaskId& task) {
  Work& work = works_.at(task);
  work.end_in_journal = true;
  append(task, end_record(work));
}

void Executor::call(const TaskId& task) {
  const TaskEntry& entry = *table_.find(task);
  Work& work = works_.at(task);
  // The plugin may be another than when the task was taken.
  const auto still = check_operation(work.spec, rules_, around_.catalog);
  if (still && !entry.journaled && still->risk != config::Risk::Read) {
    return perform(table_.ended(
        task,
        {Outcome::Kind::Refused,
         {},
         Error{ErrorCode::FailedPrecondition,
               "operation " + work.spec.operation +
                   " only read when this node took the task, and may change something now; run it "
                   "again",
               {},
               false,
               {}}},
        around_.time.now_ms()));
  }
  if (!still && still.error().code != ErrorCode::Unavailable &&
      still.error().code != ErrorCode::NotFound) {
    return perform(
        table_.ended(task, {Outcome::Kind::Refused, {}, still.error()}, around_.time.now_ms()));
  }
  const Call request{task,
                     entry.plugin,
                     work.spec.operation,
                     work.spec.instance,
                     work.spec.arguments,
                     work.spec.check_mode(),
                     entry.timeout,
                     work.spec.traceparent,
                     kCredit};
  auto started = around_.runner.start(request);
  if (started) {
    if (entry.timeout > 0ms) {
      work.deadline = around_.loop.after(entry.timeout, [this, task] {
        if (goes_on_after_the_stop(task)) return;
        perform(table_.cancel(task, wire::CancelReason::Deadline, around_.time.now_ms()));
      });
    }
  } else if (started.error().code == ErrorCode::Unavailable) {
    perform(table_.put_back(task));
  } else {
    perform(
        table_.ended(task, {Outcome::Kind::Refused, {}, started.error()}, around_.time.now_ms()));
  }
}

bool Executor::goes_on_after_the_stop(const TaskId& task) const {
  const auto* entry = table_.find(task);
  return leaving_ && entry != nullptr && entry->journaled && entry->idempotent;
}

void Executor::cancel_call(const TaskEntry& entry) {
  if (entry.journaled) {
    around_.journal.append(records::encode(records::Cancel{entry.id, *entry.cancel}),
                           [](const Result<journal::Lsn>&) {});
  }
  around_.runner.cancel(entry.id, *entry.cancel);
}

void Executor::begin_again(const TaskId& task) {
  Work& work = works_.at(task);
  work.deadline.reset();
  work.owed_credit = 0;
  outbox_.forget(task);
  work.output->discard();
  begin_output(task, work);
}

void Executor::begin_output(const TaskId& task, Work& work) {
  const auto cap = work.spec.output_cap != 0 ? work.spec.output_cap : kDefaultOutputCap;
  work.output = std::make_unique<TaskOutput>(around_.spool, cap);
  outbox_.add(task, *work.output);
}

void Executor::deliver(const TaskId& task) {
  progress_.forget(task);  // of what on_unwritten() reported
  const TaskEntry& entry = *table_.find(task);
  Work& work = works_.at(task);
  work.deadline.reset();
  work.output->finish();
  work.result = result_of(entry, work);
  const bool written = entry.journaled && !work.spec.arguments.empty();
  if (written && may_take_secrets(work.spec.operation)) wipe_soon();
  work.spec.arguments = {};
  waiting_bytes_ -= std::exchange(work.spec_bytes, 0);
  around_.metrics
      .counter("muster_tasks_ended_total", "Tasks that are over, by state",
               {{"state", std::string(wire::to_string(entry.state))}})
      .add();
  outbox_.finish(task, work.result);
}

void Executor::on_output(const TaskId& task, wire::Stream stream, BytesView bytes) {
  const auto found = works_.find(task);
  if (found == works_.end()) return;
  if (auto kept = found->second.output->stream(stream).append(bytes); !kept) {
    around_.log.error("cannot keep the output of a task; it will be marked as truncated",
                      {{"task", task.text()}, {"error", kept.error().message}});
  }
  found->second.owed_credit += bytes.size();
  pay_credit(task, found->second);
  outbox_.grew(task);
  pump();
}

void Executor::pay_credit(const TaskId& task, Work& work) {
  // In halves, because each payment is a message to the plugin's host.
  if (work.owed_credit < kCredit / 2 || !around_.spool.has_room()) return;
  around_.runner.add_credit(task, std::exchange(work.owed_credit, 0));
}

void Executor::pay_all_credit() {
  for (auto& [task, work] : works_) pay_credit(task, work);
}

void Executor::pump() { outbox_.pump(); }

}  // namespace muster::agent
