/// What happens in a job, live.
#pragma once

#include <variant>

#include "client/jobs.hpp"

namespace muster::client {

/// A task is in a state, be it a new one or not.
struct TaskEvent {
  Task task;
  Counts counts;       ///< of the job
  bool check = false;  ///< changed means that it would change
};

/// A task printed something.
struct OutputEvent {
  std::string node;
  std::string stream;
  std::uint64_t offset = 0;
  std::string bytes;
};

struct ProgressEvent {
  std::string node;
  double done = 0;  ///< from 0 to 1
  std::string note;
  Json told;
};

/// Events were left out: get_job() tells the state, get_job_output() the bytes.
struct GapEvent {
  std::string reason;
};

/// A node that has a task is offline; unless it comes back, the task ends as indeterminate.
struct AwayEvent {
  std::string node;
  std::string since;  ///< when it was heard last; empty: never
  std::string until;
};

/// The job is over, and so is the stream. Without its tasks.
struct DoneEvent {
  Job job;
};

using JobEvent =
    std::variant<TaskEvent, OutputEvent, ProgressEvent, GapEvent, AwayEvent, DoneEvent>;

/// Gives each event to `on_event` until that says false or the stream ends; see
/// ApiClient::events() for `last` and `on_anew`. Those of a later version are left out.
[[nodiscard]] Result<void> watch_job(ApiClient& api, const std::string& job, std::string& last,
                                     const std::function<void()>& on_anew,
                                     const std::function<bool(const JobEvent&)>& on_event);

}  // namespace muster::client
