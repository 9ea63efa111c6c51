#include "executor/outbox.hpp"

#include <algorithm>

namespace muster::agent {

void Outbox::add(const TaskId& task, TaskOutput& output) { entries_[task].output = &output; }

void Outbox::line_up(const TaskId& task, Entry& entry) {
  if (std::exchange(entry.waiting, true)) return;
  line_.push_back(task);
}

void Outbox::grew(const TaskId& task) {
  const auto found = entries_.find(task);
  if (found != entries_.end()) line_up(task, found->second);
}

void Outbox::finish(const TaskId& task, wire::TaskResult& result) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  found->second.result = &result;
  line_up(task, found->second);
}

void Outbox::take_back_result(Entry& entry) {
  if (std::exchange(entry.result_sent, false)) --results_in_flight_;
}

void Outbox::forget(const TaskId& task) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  bytes_in_flight_ -= found->second.output->in_flight();
  take_back_result(found->second);
  entries_.erase(found);  // line_ skips what it no longer finds
}

void Outbox::session_began(std::uint64_t window_bytes, std::uint64_t window_messages) {
  session_ended();
  in_session_ = true;
  window_bytes_ = window_bytes;
  window_messages_ = window_messages;
  for (auto& [task, entry] : entries_) line_up(task, entry);
}

void Outbox::session_ended() {
  in_session_ = false;
  for (auto& [task, entry] : entries_) {
    entry.output->restart_sending();
    entry.result_sent = false;
  }
  bytes_in_flight_ = 0;
  results_in_flight_ = 0;
}

void Outbox::on_out_ack(const wire::OutAck& ack) {
  const auto found = entries_.find(ack.task);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  StreamSpool* stream = entry.output->find(ack.stream);
  if (stream == nullptr) return;
  const std::uint64_t before = stream->in_flight();
  if (ack.rewind) {
    stream->rewind(ack.offset);
    take_back_result(entry);  // it has to follow what is sent again
  } else {
    stream->acknowledge(ack.offset);
  }
  bytes_in_flight_ -= before - stream->in_flight();
  line_up(ack.task, entry);
}

void Outbox::send_result_again(const TaskId& task) {
  const auto found = entries_.find(task);
  if (found == entries_.end()) return;
  take_back_result(found->second);
  line_up(task, found->second);
}

void Outbox::pump() {
  // Ends when a whole round of the line found nothing that may go.
  std::size_t idle = 0;
  while (in_session_ && !uplink_.congested() && idle < line_.size()) {
    const TaskId task = line_.front();
    line_.pop_front();
    const auto found = entries_.find(task);
    if (found == entries_.end()) continue;
    const Sent sent = send_next(task, found->second);
    if (sent == Sent::Nothing) {
      found->second.waiting = false;
      continue;
    }
    line_.push_back(task);
    idle = sent == Sent::Something ? 0 : idle + 1;
  }
}

Outbox::Sent Outbox::send_next(const TaskId& task, Entry& entry) {
  Sent sent = Sent::Nothing;
  entry.output->each([&](wire::Stream which, StreamSpool& stream) {
    if (sent == Sent::Nothing && !stream.all_sent()) sent = send_chunk(task, which, stream);
  });
  return sent == Sent::Nothing ? send_result(entry) : sent;
}

Outbox::Sent Outbox::send_chunk(const TaskId& task, wire::Stream which, StreamSpool& stream) {
  const std::uint64_t unsent = std::min<std::uint64_t>(kChunk, stream.kept() - stream.sent());
  const std::uint64_t room = window_bytes_ - std::min(window_bytes_, bytes_in_flight_);
  // A nearly full window waits for an acknowledgement instead of being filled with crumbs.
  if (room == 0 || (room < unsent && bytes_in_flight_ > 0)) return Sent::Blocked;
  auto bytes = stream.read(stream.sent(), std::min(unsent, room));
  if (!bytes) {
    stream.cut_at(stream.sent());
    return Sent::Nothing;
  }
  const std::size_t count = bytes->size();
  if (!uplink_.say(wire::Out{task, which, stream.sent(), std::move(*bytes)})) return Sent::Blocked;
  stream.note_sent(count);
  bytes_in_flight_ += count;
  return Sent::Something;
}

Outbox::Sent Outbox::send_result(Entry& entry) {
  if (!entry.result || entry.result_sent) return Sent::Nothing;
  if (results_in_flight_ >= window_messages_) return Sent::Blocked;
  entry.result->outputs = entry.output->summary();
  if (!uplink_.say(*entry.result)) return Sent::Blocked;
  entry.result_sent = true;
  ++results_in_flight_;
  return Sent::Something;
}

}  // namespace muster::agent
