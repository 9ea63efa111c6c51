// Output on its way in: in order, acknowledged, compared with what the node says it sent.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "jobs/service_state.hpp"

namespace muster::controller {

using wire::Violation;

JobService::State::Verdict JobService::State::on_out(NodeId node, const wire::Out& message) {
  bool settled = false;
  Verdict verdict;
  auto* task = find_for(node, message.task, settled, verdict);
  if (task == nullptr) {
    // Nobody wants it any more; the node goes on to its RESULT, which is answered.
    const auto end = message.offset + message.bytes.size();
    if (settled) {
      std::ignore = parts.fleet.send(node, wire::OutAck{message.task, message.stream, end, false});
    }
    return verdict;
  }
  const auto step = step_for(task->record.state, Said::Out);
  if (step == Step::Violate) return Violation::Body;
  if (step != Step::Take || task->storing) return std::nullopt;
  const auto cap = task->job->record.output_cap;
  if (message.offset > cap || message.bytes.size() > cap - message.offset) {
    if (task->open()) return Violation::Limit;
    // Of a task that was given up: a session that ends here would only begin with it again.
    std::ignore = parts.fleet.send(
        node,
        wire::OutAck{message.task, message.stream, message.offset + message.bytes.size(), false});
    if (task->job->idle()) release(*task->job);
    return std::nullopt;
  }
  if (!task->open() && !task->collecting) {
    task->collecting = true;
    ++task->job->late;
    work[node].in_flight[task->record.id] = task;
  }
  append(*task, message);
  return std::nullopt;
}

void JobService::State::append(OpenTask& task, const wire::Out& message) {
  auto& stream = task.stream(message.stream);
  // A further attempt on a node that forgot the first one's output prints from the beginning.
  if (message.offset < stream.size() && !repeats(stream, message)) stream = {};
  const auto have = stream.size();
  const auto end = message.offset + message.bytes.size();
  if (message.offset > have) {
    if (!std::exchange(stream.asked_rewind, true)) send_out_ack(task, message.stream, true);
    return;
  }
  if (end < have || (end == have && message.offset < end)) {
    // Known. Answered as far as it goes: the node may not have sent again what comes after it.
    std::ignore =
        parts.fleet.send(task.record.node, wire::OutAck{message.task, message.stream, end, false});
    return;
  }
  const auto fresh = BytesView(message.bytes).subspan(have - message.offset);
  if (!stream.buffer) stream.buffer = parts.store.new_output();
  if (const auto appended = stream.buffer->append(fresh); !appended) {
    // Not acknowledged, so the node keeps it, and is asked for it again after a while.
    parts.log.error("output cannot be kept, retrying",
                    {{"task", task.record.id.text()}, {"reason", appended.error().message}});
    stream.asked_rewind = true;
    unasked.emplace(task.record.id, static_cast<std::uint8_t>(message.stream));
    return;
  }
  stream.asked_rewind = false;
  task.vain_rewinds = 0;
  watchers.tell(task.job->record.id, OutputChunk{task.record, message.stream, have, fresh});
  if (stream.size() - stream.acked >= kAckEvery) {
    send_out_ack(task, message.stream, false);
  } else {
    unacked.emplace(task.record.id, static_cast<std::uint8_t>(message.stream));
    arm_idle_acks();
  }
}

bool JobService::State::repeats(const IncomingStream& stream, const wire::Out& message) const {
  const auto common = std::min<std::uint64_t>(message.bytes.size(), stream.size() - message.offset);
  const auto known = stream.buffer->read(message.offset, common);
  return known && std::equal(known->begin(), known->end(), message.bytes.begin());
}

void JobService::State::send_out_ack(OpenTask& task, wire::Stream which, bool rewind) {
  auto& stream = task.stream(which);
  unacked.erase({task.record.id, static_cast<std::uint8_t>(which)});
  const wire::OutAck ack{task.record.id, which, stream.size(), rewind};
  if (parts.fleet.send(task.record.node, ack)) {
    stream.acked = stream.size();
  } else if (parts.fleet.connected(task.record.node)) {  // no room: the node waits for it
    (rewind ? unasked : unacked).emplace(task.record.id, static_cast<std::uint8_t>(which));
    if (!rewind) arm_idle_acks();
  }
}

void JobService::State::ask_again() {
  for (const auto& [id, which] : std::exchange(unasked, {})) {
    if (auto* task = find(id)) send_out_ack(*task, static_cast<wire::Stream>(which), true);
  }
}

void JobService::State::arm_idle_acks() {
  if (idle_acks.armed()) return;
  idle_acks = parts.loop.after(kIdleAck, [this] {
    for (const auto& [id, which] : std::exchange(unacked, {})) {
      if (auto* task = find(id)) send_out_ack(*task, static_cast<wire::Stream>(which), false);
    }
  });
}

bool JobService::State::stream_is_whole(OpenTask& task, const wire::OutputSummary& told) {
  auto& stream = task.stream(told.stream);
  if (stream.size() == told.kept) {
    // A node that lost the end of a stream has no digest of what is left.
    if (told.kept == 0 || told.digest == Digest{}) return true;
    if (stream.buffer->digest() == told.digest) return true;
    if (++task.wrong_digests > kMaxWrongDigests) {
      parts.log.error("output has another digest than the node says, keeping what came",
                      {{"task", task.record.id.text()}, {"stream", static_cast<int>(told.stream)}});
      return true;
    }
    parts.log.error("output has another digest than the node says, asking for it again",
                    {{"task", task.record.id.text()}, {"stream", static_cast<int>(told.stream)}});
  }
  // More than the node says, or other bytes: nothing of it can be trusted.
  if (stream.size() >= told.kept) stream.buffer = nullptr;
  stream.acked = 0;
  return false;
}

bool JobService::State::output_is_whole(OpenTask& task, const wire::TaskResult& message) {
  std::vector<wire::Stream> missing;
  for (const auto& told : message.outputs) {
    if (told.kept > task.job->record.output_cap)
      continue;  // cannot come; what we have is what there is
    if (!stream_is_whole(task, told)) missing.push_back(told.stream);
  }
  if (missing.empty()) return true;
  const auto no_room = [&](wire::Stream which) {
    return unasked.contains({task.record.id, static_cast<std::uint8_t>(which)});
  };
  if (std::any_of(missing.begin(), missing.end(), no_room)) return false;  // asked for in a while
  if (++task.vain_rewinds > kMaxVainRewinds) {
    parts.log.error("a node does not send the output that it says it has, keeping what came",
                    {{"task", task.record.id.text()}});
    return true;
  }
  if (!task.open() && !task.collecting) {
    task.collecting = true;
    ++task.job->late;
    work[task.record.node].in_flight[task.record.id] = &task;
  }
  for (const auto which : missing) {
    task.stream(which).asked_rewind = true;
    send_out_ack(task, which, true);
  }
  return false;
}

Result<TaskRecord> JobService::find_task(JobId id, std::string_view node_name) const {
  const auto* job = state_->find(id);
  if (job == nullptr) return state_->parts.store.task_on(id, node_name);
  for (const auto& task : job->tasks) {
    if (task->record.node_name == node_name) return task->record;
  }
  return fail(ErrorCode::NotFound,
              "the job " + id.text() + " has no task on a node named " + std::string(node_name));
}

Result<OutputPart> JobService::read_output(const TaskRecord& seen, wire::Stream which,
                                           std::uint64_t offset, std::size_t most) const {
  auto* open = state_->find(seen.id);
  if (open != nullptr && open->open()) {
    const auto& buffer = open->stream(which).buffer;
    if (!buffer) return OutputPart{};
    auto bytes = buffer->read(offset, most);
    if (!bytes) return tl::unexpected(bytes.error());
    return OutputPart{std::move(*bytes), buffer->size(), buffer->size(), false};
  }
  auto outputs = open != nullptr ? open->record.outputs : seen.outputs;
  if (open == nullptr && !wire::is_final(seen.state)) {  // it ended meanwhile
    auto ended = state_->parts.store.task(seen.id);
    if (!ended) return tl::unexpected(ended.error());
    outputs = std::move(ended->second.outputs);
  }
  for (const auto& output : outputs) {
    if (output.stream != which) continue;
    if (output.kept == 0) return OutputPart{{}, output.size, 0, output.size > 0};
    auto bytes = state_->parts.store.read_output(output.digest, offset, most);
    if (!bytes) return tl::unexpected(bytes.error());
    return OutputPart{std::move(*bytes), output.size, output.kept, output.kept < output.size};
  }
  return OutputPart{};
}

Result<OutputPart> JobService::read_output(JobId job, std::string_view node_name,
                                           wire::Stream stream, std::uint64_t offset,
                                           std::size_t most) const {
  const auto task = find_task(job, node_name);
  if (!task) return tl::unexpected(task.error());
  return read_output(*task, stream, offset, most);
}

}  // namespace muster::controller
