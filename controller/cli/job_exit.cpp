#include "job_exit.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace muster::cli {
namespace {

using nlohmann::json;

int count_of(const json& job, const char* state) { return job.at("counts").value(state, 0); }

/// Refused by the node's policy, rather than because the node cannot do it.
bool any_denied(const json& job) {
  for (const auto& task : job.at("tasks")) {
    const auto& error = task.at("error");
    if (task.value("state", "") == "refused" && error.is_object() &&
        error.value("code", "") == "permission_denied") {
      return true;
    }
  }
  return false;
}

}  // namespace

Exit exit_of_job(const json& job) {
  if (job.value("state", "") == "stopped") return Exit::OverBudget;
  const bool denied = any_denied(job);
  if (count_of(job, "failed") > 0 || count_of(job, "cancelled") > 0) return Exit::SomeFailed;
  if (count_of(job, "refused") > 0) return denied ? Exit::Denied : Exit::SomeFailed;
  constexpr std::array kUnreached = {"timed_out", "indeterminate", "expired", "skipped",
                                     "unreachable"};
  for (const auto* state : kUnreached) {
    if (count_of(job, state) > 0) return Exit::Unreached;
  }
  if (job.value("check", false) && count_of(job, "changed") > 0) return Exit::ChangesPending;
  return Exit::Ok;
}

}  // namespace muster::cli
