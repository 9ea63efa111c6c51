/// A job that is not over, and its tasks, in memory. Owned by JobService; [loop].
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "store/store.hpp"

namespace muster::controller {

/// One stream of a task as it comes in.
struct IncomingStream {
  std::shared_ptr<OutputBuffer> buffer;  // null until the first byte
  std::uint64_t acked = 0;
  bool asked_rewind = false;  // and nothing useful has come since

  [[nodiscard]] std::uint64_t size() const { return buffer ? buffer->size() : 0; }
};

struct OpenJob;

/// How a node says that a task is over.
using NodesEnd = std::variant<wire::Refuse, wire::TaskResult>;

struct OpenTask {
  TaskRecord record;
  OpenJob* job = nullptr;
  std::array<IncomingStream, 3> streams;  // by wire::Stream
  UnixMs not_after = 0;                   // its latest start
  bool held_back = false;                 // it may not go yet, because enough are under way
  bool noted = false;                     // the store knows that it may have left us
  bool storing = false;                   // its end is on the way to the disk
  bool told = false;                      // and that end is the node's own RESULT
  bool collecting = false;                // indeterminate, and the node tells us more
  bool of_session = false;                // it was sent in the node's session of now
  bool cancel_wanted = false;
  bool cancel_sent = false;
  int vain_rewinds = 0;   // asked for output again, and none came
  int wrong_digests = 0;  // all of a stream came, and was not what the node says
  // What the node said of its end while our own verdict was being stored.
  std::unique_ptr<NodesEnd> held;

  [[nodiscard]] bool open() const { return !wire::is_final(record.state); }
  [[nodiscard]] IncomingStream& stream(wire::Stream which) {
    return streams.at(static_cast<std::size_t>(which));
  }
};

struct OpenJob {
  JobRecord record;
  std::uint64_t number = 0;                      // rises with the order of creation
  std::vector<std::unique_ptr<OpenTask>> tasks;  // by node name
  std::vector<OpenTask*> swept;  // those whose time may run out; who has an end leaves it
  TaskCounts counts;
  Bytes arguments;         // as msgpack; empty when secret ones were lost: nothing is sent then
  bool read_only = false;  // every node may run it again

  std::deque<OpenTask*> held;  // those held back whose turn comes, in order, and some that ended
  std::size_t held_back = 0;   // all of those, also the ones that wait for their nodes
  bool stopped = false;        // it failed too often: no further node gets it
  UnixMs swept_from = 0;       // when the time of one of its tasks may first be over

  std::size_t ending = 0;  // open tasks whose end is on its way to the disk
  std::size_t late = 0;    // indeterminate tasks about which the node tells us more

  /// Tasks whose end is neither stored nor on its way.
  [[nodiscard]] std::size_t unsettled() const {
    return static_cast<std::size_t>(counts.open()) - ending;
  }
  /// Tasks that went out, or are on their way to their node.
  [[nodiscard]] std::size_t under_way() const {
    return static_cast<std::size_t>(counts.open()) - held_back;
  }
  /// True when nothing keeps it in memory.
  [[nodiscard]] bool idle() const { return counts.open() == 0 && late == 0; }
  [[nodiscard]] JobWithTasks snapshot() const {
    JobWithTasks copy{record, {}};
    copy.tasks.reserve(tasks.size());
    for (const auto& task : tasks) copy.tasks.push_back(task->record);
    return copy;
  }
};

}  // namespace muster::controller
