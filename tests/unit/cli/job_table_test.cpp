#include <cli/job_table.hpp>
#include <sstream>

#include "catch.hpp"
#include "told_job.hpp"

using namespace muster::cli;
using muster::client::Job;
using Jobs = std::vector<Job>;

namespace {

Job job(const std::string& id) {
  return told_job({{"job", id},
                   {"selector", "role=web and os.id=debian"},
                   {"state", "cancelled"},
                   {"created", "2026-01-31T12:34:56.000Z"},
                   {"counts", {{"targets", 12}, {"cancelled", 12}}}});
}

/// The last row.
std::string row(std::size_t columns, const Jobs& jobs) {
  std::ostringstream out;
  JobTable table(out, columns);
  table.add(jobs);
  table.finish();
  auto text = out.str();
  text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

TEST_CASE("jobs stand in whole rows where there is room", "[unit][cli]") {
  const Jobs jobs{job("7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1")};
  const auto* whole =
      "7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1  system.exec  role=web and os.id=debian  admin  "
      "cancelled  2026-01-31 12:34:56Z  12 cancelled";
  CHECK(row(0, jobs) == whole);
  CHECK(row(150, jobs) == whole);
}

TEST_CASE("on a narrow terminal each row tells which job, of what and how it stands",
          "[unit][cli]") {
  const Jobs jobs{job("7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1")};
  CHECK(row(80, jobs) ==
        "7c1e2a58  system.exec  role=web an…  admin  cancelled  01-31 12:34  12 cancelled");
  CHECK(row(40, jobs) == "7c1e2a58  system.exec  role=…  cancelled");
}

TEST_CASE("of a job that did not end well it is said how it ended", "[unit][cli]") {
  auto failed = job("7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1");
  failed.state = "done";
  failed.outcome = "incomplete";
  CHECK(row(40, {failed}) == "7c1e2a58  system.exec  incomplete");
  failed.outcome = "ok";
  CHECK_THAT(row(40, {failed}), Catch::Contains("  done"));
  failed.state = "cancelled";
  failed.outcome = "failed";
  CHECK_THAT(row(40, {failed}), Catch::Contains("  cancelled"));
}

TEST_CASE("ids that begin alike are whole", "[unit][cli]") {
  CHECK(row(40, {job("8c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1"),
                 job("7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c1"),
                 job("7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c2")})
            .starts_with("7c1e2a58-9d1b-4c0e-8f63-2b7a5e90d4c2"));
}
