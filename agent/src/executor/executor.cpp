#include "executor/executor.hpp"

#include <muster/core/wire/limits.hpp>
#include <utility>

namespace muster::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kTick = 1s;

/// A plugin may say more than the wire carries. Told, it would end every session; journaled, it
/// would keep the agent from starting.
Outcome within_limits(Outcome outcome) {
  const auto size = outcome.result.size();
  if (size <= wire::kMaxTaskResult) return outcome;
  return {Outcome::Kind::Failed,
          {},
          Error{ErrorCode::ResourceExhausted,
                "it ended, but its result of " + std::to_string(size) +
                    " bytes is larger than the limit of " + std::to_string(wire::kMaxTaskResult) +
                    "; the plugin should print it instead",
                {},
                false,
                {}}};
}

Outcome stopped_while_it_ran() {
  return {Outcome::Kind::Failed,
          {},
          Error{ErrorCode::Unavailable, "the agent was stopped while it ran", {}, true, {}}};
}

}  // namespace

Executor::Executor(Surroundings around, AdmissionRules rules, TableLimits limits)
    : around_(std::move(around)),
      rules_(rules),
      table_(limits),
      outbox_(around_.uplink),
      progress_(around_.loop, around_.uplink) {
  listen_to_runner();
  perform(table_.hold(true, 0));  // until the controller's time is known
}

Executor::~Executor() { around_.runner.set_events({}); }

void Executor::listen_to_runner() {
  RunnerEvents events;
  events.output = [this](const TaskId& task, wire::Stream stream, BytesView bytes) {
    on_output(task, stream, bytes);
  };
  events.progress = [this](const TaskId& task, std::uint16_t done, const std::string& note) {
    const TaskEntry* entry = table_.find(task);
    if (entry != nullptr && entry->phase == Phase::Running) progress_.report(task, done, note);
  };
  events.ended = [this](const TaskId& task, Outcome outcome) {
    progress_.forget(task);
    const auto* entry = table_.find(task);
    const bool cut_off = leaving_ && entry != nullptr && !entry->journaled;
    // It would wait for a second attempt that this process does not live to see.
    if (cut_off && outcome.kind == Outcome::Kind::Lost) outcome = stopped_while_it_ran();
    perform(table_.ended(task, within_limits(std::move(outcome)), around_.time.now_ms()));
  };
  events.ready = [this](const std::string& plugin, PluginCondition condition) {
    perform(table_.plugin_ready(plugin, std::move(condition), around_.time.now_ms()));
  };
  around_.runner.set_events(std::move(events));
}

void Executor::session_began(const wire::Welcome& welcome) {
  around_.time.set(welcome.controller_time_ms);
  if (welcome.epoch < epoch_) {
    around_.log.warn(
        "the controller is an older one than this node has seen; its tasks are refused",
        {{"epoch", welcome.epoch}, {"seen", epoch_}});
  }
  epoch_ = std::max(epoch_, welcome.epoch);
  write_clock();
  outbox_.session_began(welcome.window_bytes, welcome.window_messages);
  if (leaving_) {
    say_leaving();
  } else {
    perform(table_.hold(false, around_.time.now_ms()));
  }
  has_room();
}

void Executor::has_room() {
  progress_.has_room();  // first: bulk may fill the uplink again
  pump();
}

void Executor::on_task(wire::Task task) {
  if (leaving_) return;  // as LEAVING said
  const auto spec = wire::decode_spec(task.spec);
  if (!spec) {
    around_.log.error("a task of the controller cannot be read, ignoring",
                      {{"error", spec.error().message}});
    return;
  }
  if (refusing_.contains(spec->task)) return;  // its REFUSE follows
  if (table_.state_of(spec->task) != wire::TaskState::Unknown) return answer_known(spec->task);
  auto admitted = admit(task, *spec, rules_, around_.catalog, epoch_, around_.time.now_ms());
  if (!admitted) return refuse(spec->task, admitted.error());
  epoch_ = std::max(epoch_, spec->epoch);
  take(std::move(*admitted), task.spec);
}

void Executor::take(Admitted admitted, const Bytes& spec) {
  const TaskId id = admitted.spec.task;
  if (waiting_bytes_ + spec.size() > kMaxWaitingBytes) {
    return refuse(id, {ErrorCode::ResourceExhausted,
                       "this node has too many large tasks waiting and takes no more for now",
                       {},
                       true,
                       {}});
  }
  TaskEntry entry;
  entry.id = id;
  entry.plugin = admitted.plugin;
  entry.journaled = admitted.risk != config::Risk::Read;
  entry.idempotent = admitted.idempotent;
  entry.cancellable = admitted.cancellable;
  entry.not_after_ms = admitted.spec.not_after_ms;
  entry.timeout = admitted.spec.timeout;
  auto actions = table_.accept(std::move(entry), around_.time.now_ms());
  if (!actions) return refuse(id, actions.error());

  Work& work = works_[id];
  work.spec = std::move(admitted.spec);
  work.spec_bytes = spec.size();
  waiting_bytes_ += work.spec_bytes;
  begin_output(id, work);
  promise_spec_ = spec;
  perform(std::move(*actions));
  promise_spec_.clear();
}

void Executor::refuse(const TaskId& task, const Error& error) {
  around_.log.info("task refused", {{"task", task.text()}, {"why", error.message}});
  around_.metrics.counter("muster_tasks_refused_total", "Tasks that this node would not take")
      .add();
  around_.uplink.say(wire::Refuse{task, error});
}

void Executor::answer_known(const TaskId& id) {
  const TaskEntry* entry = table_.find(id);
  if (entry == nullptr) {  // acknowledged long ago: only its state is left
    around_.uplink.say(wire::StatusReport{{{id, table_.state_of(id)}}});
    return;
  }
  switch (entry->phase) {
    case Phase::Accepting:
      return;  // its ACCEPT follows when it is safe
    case Phase::Queued:
      around_.uplink.say(wire::Accept{id});
      return;
    case Phase::Starting:
      if (!entry->accept_unsaid) around_.uplink.say(wire::Accept{id});
      return;
    case Phase::Running:
    case Phase::Ending:
      around_.uplink.say(wire::Start{id, entry->started_ms});
      return;
    case Phase::Ended:
      outbox_.send_result_again(id);
      pump();
      return;
  }
}

void Executor::on_cancel(const wire::Cancel& cancel) {
  perform(table_.cancel(cancel.task, cancel.reason, around_.time.now_ms()));
}

void Executor::on_query(const wire::Query& query) {
  wire::StatusReport report;
  for (const auto& id : query.tasks) report.tasks.push_back({id, table_.state_of(id)});
  around_.uplink.say(report);
}

void Executor::on_out_ack(const wire::OutAck& ack) {
  outbox_.on_out_ack(ack);
  pay_all_credit();
  pump();
}

void Executor::on_result_ack(const wire::ResultAck& ack) {
  for (const auto& id : ack.tasks) {
    const bool remembered = table_.acknowledged(id);
    if (table_.find(id) != nullptr) continue;  // not over: a RESULT that we never sent
    auto files = files_of(id);
    forget(id);
    if (remembered) {
      can_shrink_ = true;
      const auto* known = table_.forgotten().find(id);
      write_known({id, known->state, known->until_ms},
                  [this, files = std::move(files)] { remove_files(files); });
    } else {
      remove_files(files);
    }
  }
  compact_if_large();
  pay_all_credit();
  pump();
  show();
}

std::vector<std::uint64_t> Executor::files_of(const TaskId& id) const {
  std::vector<std::uint64_t> files;
  const auto found = works_.find(id);
  if (found == works_.end()) return files;
  found->second.output->each([&files](wire::Stream, const StreamSpool& stream) {
    if (stream.file() != 0) files.push_back(stream.file());
  });
  return files;
}

void Executor::remove_files(const std::vector<std::uint64_t>& files) {
  for (const auto file : files) around_.spool.remove(file);
}

void Executor::forget(const TaskId& id) {
  outbox_.forget(id);
  const auto found = works_.find(id);
  if (found == works_.end()) return;
  waiting_bytes_ -= found->second.spec_bytes;
  works_.erase(found);
}

void Executor::leave() {
  leaving_ = true;
  perform(table_.hold(true, around_.time.now_ms()));
  say_leaving();
}

void Executor::say_leaving() {
  wire::Leaving leaving;
  for (const auto& [id, entry] : table_.tasks()) {
    // What is not journaled ends with this process, unless it runs already.
    if (entry.journaled || entry.phase != Phase::Queued) leaving.tasks.push_back(id);
  }
  leaving.tasks.insert(leaving.tasks.end(), refusing_.begin(), refusing_.end());
  around_.uplink.say(leaving);
}

std::size_t Executor::unwritten_ends() const {
  std::size_t count = 0;
  for (const auto& [id, entry] : table_.tasks()) count += entry.phase == Phase::Ending ? 1 : 0;
  return count;
}

void Executor::tick() {
  const auto remembered = table_.forgotten().size();
  perform(table_.tick(around_.time.now_ms()));
  if (table_.forgotten().size() < remembered) can_shrink_ = true;
  pay_all_credit();
}

void Executor::show() {
  auto& metrics = around_.metrics;
  metrics.gauge("muster_tasks_running", "Tasks that a plugin works on")
      .set(static_cast<double>(running()));
  metrics.gauge("muster_tasks_queued", "Tasks that wait for a slot")
      .set(static_cast<double>(queued()));
  metrics.gauge("muster_spool_used_bytes", "Output that waits for the controller")
      .set(static_cast<double>(around_.spool.used()));
  // A clock that ticks only while there is something to wait for keeps an idle agent idle.
  if (table_.tasks().empty() && table_.forgotten().size() == 0) {
    tick_timer_.reset();
  } else if (!tick_timer_.armed()) {
    tick_timer_ = around_.loop.after(kTick, [this] { tick(); });
  }
}

}  // namespace muster::agent
