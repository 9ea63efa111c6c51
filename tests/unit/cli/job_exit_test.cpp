#include <cli/job_exit.hpp>

#include "catch.hpp"
#include "told_job.hpp"

using namespace muster::cli;
using nlohmann::json;

namespace {

muster::client::Job job_with(const std::vector<std::string>& states,
                             const std::string& refusal = "not_found") {
  json job{{"counts", {{"targets", states.size()}}}, {"tasks", json::array()}};
  for (const auto& state : states) {
    job["counts"][state] = job["counts"].value(state, 0) + 1;
    json error;
    if (state == "refused") error = {{"code", refusal}, {"message", ""}};
    job["tasks"].push_back(whole_task({{"state", state}, {"error", error}}));
  }
  return told_job(job);
}

}  // namespace

TEST_CASE("the exit code of a job is that of its worst task", "[unit][cli]") {
  struct Row {
    std::vector<std::string> states;
    Exit exit;
  };
  const auto row =
      GENERATE(Row{{"ok", "changed"}, Exit::Ok}, Row{{"ok", "failed", "skipped"}, Exit::SomeFailed},
               Row{{"ok", "cancelled"}, Exit::SomeFailed}, Row{{"skipped"}, Exit::Unreached},
               Row{{"ok", "unreachable"}, Exit::Unreached}, Row{{"timed_out"}, Exit::Unreached},
               Row{{"indeterminate"}, Exit::Unreached}, Row{{"expired"}, Exit::Unreached},
               Row{{"refused", "ok"}, Exit::SomeFailed});
  CHECK(exit_of_job(job_with(row.states)) == row.exit);
}

TEST_CASE("a task that the node's policy refused is denied", "[unit][cli]") {
  CHECK(exit_of_job(job_with({"ok", "refused"}, "permission_denied")) == Exit::Denied);
  CHECK(exit_of_job(job_with({"failed", "refused"}, "permission_denied")) == Exit::SomeFailed);
}

TEST_CASE("check mode with pending changes has its own exit code", "[unit][cli]") {
  auto job = job_with({"ok", "changed"});
  job.check = true;
  CHECK(exit_of_job(job) == Exit::ChangesPending);
}
