#include "job_table.hpp"

#include <map>
#include <string>

#include "job_counts.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kRoomForAll = 130;  // columns of a terminal
constexpr std::size_t kShortId = 8;

/// "2026-01-02 03:04:05Z" as "01-02 03:04".
std::string without_year(const std::string& time) {
  return time.size() == 20 ? time.substr(5, 11) : time;
}

/// How it ended, where that says more than that it did.
const std::string& state_of(const client::Job& job) {
  const bool says_more = job.state == "done" && !job.outcome.empty() && job.outcome != "ok";
  return says_more ? job.outcome : job.state;
}

}  // namespace

JobTable::JobTable(std::ostream& out, std::size_t columns)
    : narrow_(columns > 0 && columns < kRoomForAll),
      table_(out, {"JOB", "OPERATION", "ON", "BY", "STATE", "CREATED", "TASKS"}, columns) {
  table_.keep(1, 11);  // system.exec
  table_.keep(2, 6);
  table_.keep(4, 10);  // incomplete
  table_.keep(5, 11);
  for (const std::size_t column : {2U, 3U, 5U, 6U}) table_.may_spare(column);
}

void JobTable::add(const std::vector<client::Job>& jobs) {
  std::map<std::string, int> beginnings;
  for (const auto& job : jobs) ++beginnings[job.id.substr(0, kShortId)];
  for (const auto& job : jobs) {
    auto id = job.id;
    auto created = short_time(job.created);
    if (narrow_ && beginnings.at(id.substr(0, kShortId)) == 1) id.resize(kShortId);
    if (narrow_) created = without_year(created);
    table_.add({std::move(id), printable(job.operation), printable(job.selector),
                printable(job.requested_by), state_of(job), std::move(created),
                counts_text(job.counts, job.check, ", ")});
  }
}

}  // namespace muster::cli
