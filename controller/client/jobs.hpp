/// Jobs: one operation on the nodes that a selector named, frozen when the job was made.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/page.hpp"

namespace muster::client {

/// With how much care a job goes over its nodes. What is not said the controller decides.
struct Care {
  std::optional<std::uint64_t> expect = {};      ///< how many nodes it should be
  std::optional<std::string> at_once = {};       ///< "10" or "5%": under way together
  std::optional<std::string> max_failures = {};  ///< the same: where it stops
  bool stop_at_warnings = false;  ///< refuse a new one that changes something by a strange selector
};

/// What is not said the controller or the operation's manifest decides.
struct JobRequest {
  std::string operation;
  std::string selector;
  Json arguments = nullptr;  ///< an object; null: none
  std::optional<std::string> instance = {};
  std::optional<std::string> timeout = {};       ///< a duration, for one task
  std::optional<std::string> start_within = {};  ///< the same, until it has to have begun
  std::optional<std::string> offline = {};       ///< skip, queue or fail
  std::optional<std::string> limit = {};         ///< "10" or "5%" of those that match
  std::optional<std::string> seed = {};          ///< which of them
  std::optional<std::string> output_cap = {};
  bool check = false;
  bool include_drained = false;
  bool include_unknown = false;
  Care care = {};
  std::string wait = {};  ///< a duration, up to 60s: how long to wait for its end; empty: not
};

struct TaskError {
  std::string code;
  std::string message;
  std::string field;  ///< empty: none
};

/// One stream of what a task printed.
struct TaskOutput {
  std::string stream;      ///< stdout, stderr or records
  std::uint64_t size = 0;  ///< bytes that were printed
  std::uint64_t kept = 0;  ///< bytes that can be had
  bool truncated = false;
  std::string digest;  ///< of what is kept
};

/// The node of a task is offline; unless it comes back, the task ends as indeterminate.
struct TaskAway {
  std::string since;  ///< when it was heard last; empty: never
  std::string until;
};

struct Task {
  std::string node;  ///< its name when the job was made
  std::string state;
  Json result;  ///< may be JSON null
  std::optional<TaskError> error;
  std::uint64_t attempt = 1;
  std::string started;  ///< empty: not yet, here and below
  std::string ended;
  std::vector<TaskOutput> outputs;  ///< those that are not empty
  std::optional<TaskAway> away;     ///< of one job that was asked for, not in events
  Json told;
};

/// How many tasks are in each state.
struct Counts {
  std::uint64_t targets = 0;  ///< the sum of the others
  std::map<std::string, std::uint64_t> states;
};

struct Job {
  std::string id;
  std::string operation;
  Json arguments;  ///< an object; null in lists and events
  std::string selector;
  bool check = false;
  std::string limit;  ///< as it was asked for; empty: all that matched
  std::string seed;
  std::string state;    ///< running, done, cancelled or stopped
  std::string outcome;  ///< ok, failed or incomplete; empty while it runs
  std::string requested_by;
  std::string created;
  std::string ended;
  Counts counts;
  std::vector<Task> tasks;  ///< by node; none in lists and events
  std::string etag;         ///< of one job, not in lists
  Json told;
};

/// Which jobs. What is empty says nothing.
struct JobFilter {
  std::string operation = {};  ///< or a pattern, such as system.*
  std::string by = {};
  std::string node = {};
  std::string state = {};
  std::string since = {};
  std::string until = {};
  [[nodiscard]] bool operator==(const JobFilter&) const = default;
};

struct JobQuery {
  static constexpr std::uint64_t kMaxLimit = 500;
  JobFilter which = {};
  std::uint64_t limit = kMaxLimit;
  std::string cursor = {};  ///< `next` of the page before, or the id of a job: older ones
};

struct MadeJob {
  std::string id;
  std::vector<std::string> warnings;  ///< what the selector may have wrong although it parses
  std::optional<Job> ended;           ///< where its end was waited for, and came
};

struct RetryRequest {
  std::vector<std::string> states = {};  ///< of the tasks to run again; empty: as it is usual
  Care care = {};
};

struct Cancelled {
  std::string id;
  bool ended = false;  ///< it was over already
  Json told;
};

struct OutputQuery {
  std::string node;
  std::string stream = "stdout";
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< at most; 0: all
};

/// The job is stored when this is answered, and made once, however often it had to be asked for.
[[nodiscard]] Result<MadeJob> create_job(ApiClient& api, const JobRequest& request);
/// Newest first.
[[nodiscard]] Result<Page<Job>> list_jobs(ApiClient& api, const JobQuery& query);
[[nodiscard]] Result<Job> get_job(ApiClient& api, const std::string& job);
/// A new job, as create_job().
[[nodiscard]] Result<MadeJob> retry_job(ApiClient& api, const std::string& job,
                                        const RetryRequest& request);
/// Asks every task that is not over to end.
[[nodiscard]] Result<Cancelled> cancel_job(ApiClient& api, const std::string& job);
/// Gives the bytes to `on_chunk` as they come, until that says false, which is an error.
[[nodiscard]] Result<void> get_job_output(ApiClient& api, const std::string& job,
                                          const OutputQuery& query,
                                          const std::function<bool(std::string_view)>& on_chunk);

}  // namespace muster::client
