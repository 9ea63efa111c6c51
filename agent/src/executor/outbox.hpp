/// Output and results on their way to the controller: within its windows, until it has them.
///
/// Owned by the executor; everything is [loop]. A task's RESULT follows its last OUT; tasks take
/// turns, so that one that prints a gigabyte does not hold up a ping. It decides what is sent next
/// and does not store anything: TaskOutput does.
#pragma once

#include <cstdint>
#include <deque>
#include <muster/core/base/ids.hpp>
#include <muster/core/wire/messages.hpp>
#include <unordered_map>

#include "session/uplink.hpp"
#include "spool/task_output.hpp"

namespace muster::agent {

class Outbox {
 public:
  static constexpr std::size_t kChunk = std::size_t{64} << 10U;

  explicit Outbox(Uplink& uplink) : uplink_(uplink) {}

  /// `output` must stay until forget().
  void add(const TaskId& task, TaskOutput& output);
  /// There is more to send of this task.
  void grew(const TaskId& task);
  /// The last word on this task, to be sent after its output and again in every session until
  /// forget(). `result` must stay until forget().
  void finish(const TaskId& task, wire::TaskResult& result);
  void forget(const TaskId& task);

  void session_began(std::uint64_t window_bytes, std::uint64_t window_messages);
  void session_ended();

  void on_out_ack(const wire::OutAck& ack);
  /// Sends the RESULT once more: the controller asked about a task that is over.
  void send_result_again(const TaskId& task);

  /// Sends what the windows allow.
  void pump();

  [[nodiscard]] std::uint64_t bytes_in_flight() const { return bytes_in_flight_; }
  [[nodiscard]] std::uint64_t results_in_flight() const { return results_in_flight_; }

 private:
  struct Entry {
    TaskOutput* output = nullptr;
    wire::TaskResult* result = nullptr;
    bool result_sent = false;
    bool waiting = false;  // in line_
  };
  enum class Sent : std::uint8_t { Something, Nothing, Blocked };

  void line_up(const TaskId& task, Entry& entry);
  void take_back_result(Entry& entry);
  [[nodiscard]] Sent send_next(const TaskId& task, Entry& entry);
  [[nodiscard]] Sent send_chunk(const TaskId& task, wire::Stream which, StreamSpool& stream);
  [[nodiscard]] Sent send_result(Entry& entry);

  Uplink& uplink_;
  std::unordered_map<TaskId, Entry> entries_;
  std::deque<TaskId> line_;  // tasks that may have something to send, in turns
  bool in_session_ = false;
  std::uint64_t window_bytes_ = 0;
  std::uint64_t window_messages_ = 0;
  std::uint64_t bytes_in_flight_ = 0;
  std::uint64_t results_in_flight_ = 0;
};

}  // namespace muster::agent
