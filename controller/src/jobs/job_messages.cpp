// What nodes say about tasks.
#include <algorithm>

#include "jobs/service_state.hpp"

namespace muster::controller {
namespace {

using wire::MessageType;
using wire::Violation;

template <class Message, class Use>
std::optional<Violation> with(BytesView body, Use use) {
  auto message = wire::decode<Message>(body);
  if (message) return use(*message);
  return message.error().code == ErrorCode::ResourceExhausted ? Violation::Limit : Violation::Body;
}

}  // namespace

std::optional<Violation> JobService::on_message(NodeId node, MessageType type, BytesView body) {
  auto& state = *state_;
  switch (type) {
    case MessageType::Accept:
      return with<wire::Accept>(body, [&](auto& m) { return state.on_accept(node, m); });
    case MessageType::Refuse:
      return with<wire::Refuse>(body, [&](auto& m) { return state.on_refuse(node, m); });
    case MessageType::Start:
      return with<wire::Start>(body, [&](auto& m) { return state.on_start(node, m); });
    case MessageType::Out:
      return with<wire::Out>(body, [&](auto& m) { return state.on_out(node, m); });
    case MessageType::Progress:
      return with<wire::Progress>(body, [&](auto& m) { return state.on_progress(node, m); });
    case MessageType::Result:
      return with<wire::TaskResult>(body,
                                    [&](auto& m) { return state.on_result(node, std::move(m)); });
    case MessageType::Status:
      return with<wire::StatusReport>(body, [&](auto& m) { return state.on_status(node, m); });
    default:
      return Violation::Type;
  }
}

OpenTask* JobService::State::find_for(NodeId node, TaskId id, bool& settled, Verdict& verdict) {
  settled = false;
  if (auto* task = find(id)) {
    if (task->record.node == node) return task;
    verdict = Violation::Body;  // another node's task
    return nullptr;
  }
  const auto stored = parts.store.task(id);
  if (!stored) {
    // Of a controller that had a newer database: the node may forget it.
    settled = true;
    return nullptr;
  }
  const auto& [job, record] = *stored;
  if (record.node != node) {
    verdict = Violation::Body;
    return nullptr;
  }
  if (record.state == TaskState::Indeterminate) return revive(node, job, id);
  settled = true;
  return nullptr;
}

OpenTask* JobService::State::revive(NodeId node, JobId id, TaskId task) {
  // Each reads a whole job. What does not come in now comes again in the node's next session.
  if (revived >= kMaxRevived) {
    parts.fleet.send_away(node, "too many old tasks are told of at once", kBusyPause);
    return nullptr;
  }
  ++revived;
  auto stored = parts.store.job(id);
  if (!stored) return nullptr;
  take_in(std::move(stored->job), std::move(stored->tasks), {}, false);
  return find(task);
}

JobService::State::Verdict JobService::State::on_accept(NodeId node, const wire::Accept& message) {
  bool settled = false;
  Verdict verdict;
  auto* task = find_for(node, message.task, settled, verdict);
  if (task == nullptr) return verdict;
  const auto step = step_for(task->record.state, Said::Accept);
  if (step == Step::Violate) return Violation::Body;
  if (step == Step::Take && !task->storing) set_state(*task, state_after(Said::Accept));
  if (task->job->idle()) release(*task->job);
  return std::nullopt;
}

JobService::State::Verdict JobService::State::on_start(NodeId node, const wire::Start& message) {
  bool settled = false;
  Verdict verdict;
  auto* task = find_for(node, message.task, settled, verdict);
  if (task == nullptr) return verdict;
  const auto step = step_for(task->record.state, Said::Start);
  if (step == Step::Violate) return Violation::Body;
  if (step == Step::Take && !task->storing) {
    task->record.started = std::clamp<UnixMs>(message.started_ms, 0, now());
    set_state(*task, state_after(Said::Start));
  }
  if (task->job->idle()) release(*task->job);
  return std::nullopt;
}

JobService::State::Verdict JobService::State::on_refuse(NodeId node, const wire::Refuse& message) {
  bool settled = false;
  Verdict verdict;
  auto* task = find_for(node, message.task, settled, verdict);
  if (task == nullptr) return verdict;
  const auto step = step_for(task->record.state, Said::Refuse);
  if (step == Step::Violate) return Violation::Body;
  if (step == Step::Take && task->storing && !task->told) {
    task->held = std::make_unique<NodesEnd>(message);
  } else if (step == Step::Take && !task->storing) {
    TaskRecord last = task->record;
    last.state = TaskState::Refused;
    last.error = message.error;
    last.ended = now();
    end(*task, std::move(last), {});
  }
  return std::nullopt;
}

JobService::State::Verdict JobService::State::on_progress(NodeId node,
                                                          const wire::Progress& message) {
  const auto* task = find(message.task);
  if (task == nullptr) return std::nullopt;
  if (task->record.node != node) return Violation::Body;
  const auto step = step_for(task->record.state, Said::Progress);
  if (step == Step::Violate) return Violation::Body;
  if (step == Step::Take) {
    watchers.tell(task->job->record.id,
                  TaskProgress{task->record, message.done / 10'000.0, message.note});
  }
  return std::nullopt;
}

void JobService::State::take_result(OpenTask& task, wire::TaskResult message) {
  TaskRecord last = task.record;
  last.state = message.state;
  last.attempt = message.attempt;
  last.result = std::move(message.result);
  last.error = std::move(message.error);
  // By the controller's clock, but the node's word: it may not reach into the future.
  last.ended = std::clamp<UnixMs>(message.ended_ms, 0, now());
  last.started = std::clamp<UnixMs>(message.started_ms, 0, last.ended);
  for (const auto which : {wire::Stream::Records, wire::Stream::Stdout, wire::Stream::Stderr}) {
    const bool told = std::any_of(message.outputs.begin(), message.outputs.end(),
                                  [&](const auto& output) { return output.stream == which; });
    if (!told) task.stream(which) = {};  // of an attempt before this one
  }
  std::vector<std::shared_ptr<OutputBuffer>> bodies;
  last.outputs = outputs_so_far(task, bodies);
  for (const auto& told : message.outputs) {
    for (auto& output : last.outputs) {
      if (output.stream == told.stream) output.size = std::max(told.size, output.kept);
    }
    if (told.size > 0 && !task.stream(told.stream).buffer) {
      last.outputs.push_back({told.stream, told.size, 0, crypto::sha256({})});
    }
  }
  task.told = true;
  end(task, std::move(last), std::move(bodies));
}

JobService::State::Verdict JobService::State::on_result(NodeId node, wire::TaskResult message) {
  bool settled = false;
  Verdict verdict;
  auto* task = find_for(node, message.task, settled, verdict);
  if (task == nullptr) {
    if (settled) acknowledge(node, {message.task});
    return verdict;
  }
  const auto step = step_for(task->record.state, Said::Result);
  if (step == Step::Violate) return Violation::Body;
  if (step == Step::AckAgain) {
    acknowledge(node, {message.task});
    return std::nullopt;
  }
  if (task->storing) {  // the node's own end, sent again: one RESULT_ACK answers both
    if (!task->told) task->held = std::make_unique<NodesEnd>(std::move(message));
    return std::nullopt;
  }
  if (writer.full()) {
    // Not taken and not acknowledged: the node keeps it, and sends it again in its next session.
    if (task->job->idle()) release(*task->job);
    parts.fleet.send_away(node, "results cannot be stored as fast as they come", kBusyPause);
    return std::nullopt;
  }
  if (!output_is_whole(*task, message)) return std::nullopt;
  take_result(*task, std::move(message));
  return std::nullopt;
}

JobService::State::Verdict JobService::State::on_status(NodeId node,
                                                        const wire::StatusReport& message) {
  for (const auto& said : message.tasks) {
    auto* task = find(said.task);
    if (task == nullptr || task->storing) continue;
    if (task->record.node != node) return Violation::Body;
    reconcile_one(*task, said.state);
  }
  dispatch(node);
  return std::nullopt;
}

void JobService::State::reconcile_one(OpenTask& task, TaskState theirs) {
  switch (reconcile(task.record.state, theirs, task.job->read_only)) {
    case Reconcile::Nothing:
      break;
    case Reconcile::MoveOn:
      set_state(task, theirs);
      break;
    case Reconcile::GiveUp:
      end(task, TaskState::Indeterminate, ErrorCode::Unavailable,
          "the node had the task and has forgotten it: it may or may not have run");
      return;
    case Reconcile::SendAgain:
      if (task.cancel_wanted) {
        end(task, TaskState::Cancelled, ErrorCode::Cancelled, "cancelled before the node had it");
        return;
      }
      if (task.job->record.not_after <= now()) {
        end(task, TaskState::Expired, ErrorCode::Timeout,
            "the node never had it, and its time is over");
        return;
      }
      queue_again(task);
      return;
  }
  if (task.cancel_wanted) send_cancel(task, wire::CancelReason::Requested);
}

}  // namespace muster::controller
