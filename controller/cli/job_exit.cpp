#include "job_exit.hpp"

#include <algorithm>
#include <array>

namespace muster::cli {
namespace {

/// Refused by the node's policy, rather than because the node cannot do it.
bool is_denied(const client::Task& task) {
  return task.state == "refused" && task.error && task.error->code == "permission_denied";
}

}  // namespace

Exit exit_of_job(const client::Job& job) {
  if (job.state == "stopped") return Exit::OverBudget;
  const auto any = [&](const char* state) { return job.counts.states.contains(state); };
  if (any("failed") || any("cancelled")) return Exit::SomeFailed;
  if (std::any_of(job.tasks.begin(), job.tasks.end(), is_denied)) return Exit::Denied;
  if (any("refused")) return Exit::SomeFailed;
  constexpr std::array kUnreached = {"timed_out", "indeterminate", "expired", "skipped",
                                     "unreachable"};
  if (std::any_of(kUnreached.begin(), kUnreached.end(), any)) return Exit::Unreached;
  return job.check && any("changed") ? Exit::ChangesPending : Exit::Ok;
}

}  // namespace muster::cli
