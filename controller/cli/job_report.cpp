#include "job_report.hpp"

#include <unistd.h>

#include <iostream>
#include <map>
#include <muster/core/base/display_width.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "job_counts.hpp"
#include "node_names.hpp"
#include "records.hpp"
#include "result_text.hpp"
#include "task_groups.hpp"
#include "terminal.hpp"
#include "wrapping.hpp"

namespace muster::cli {
namespace {

using client::Task;
using client::TaskOutput;
using nlohmann::json;

constexpr std::size_t kMaxShownBytes = std::size_t{256} << 10U;  // of one group's one stream

std::string heading_of(const TaskGroup& group) {
  const auto count = group.nodes.size();
  return names_text(group.nodes) + (count > 1 ? " (" + std::to_string(count) + ")" : "");
}

/// What was printed, as far as it is shown. Of many nodes with the same output one is asked.
class Bodies {
 public:
  Bodies(client::ApiClient& api, std::string job_id) : api_(api), job_id_(std::move(job_id)) {}

  CliResult<std::string> of(const std::string& node, const TaskOutput& output) {
    const auto known = known_.find(output.digest);
    if (known != known_.end()) return known->second;
    std::string body;
    const auto done = client::get_job_output(
        api_, job_id_, {.node = node, .stream = output.stream, .length = kMaxShownBytes},
        [&](std::string_view chunk) {
          body += chunk;
          return true;
        });
    if (!done) return tl::unexpected(done.error());
    if (known_.size() == kMaxKnown) known_.clear();
    known_[output.digest] = body;
    return body;
  }

 private:
  static constexpr std::size_t kMaxKnown = 64;

  client::ApiClient& api_;
  std::string job_id_;
  std::map<std::string, std::string> known_;  // by digest
};

void print_text(const std::string& body) {
  std::cout << (on_terminal() ? printable(body) : body);
  if (!body.empty() && body.back() != '\n') std::cout << "\n";
}

void print_records(std::string body) {
  std::cout << result_text(take_records(body), 0, columns_of(STDOUT_FILENO));
}

CliResult<void> print_stream(Bodies& bodies, const TaskGroup& group, const TaskOutput& output) {
  if (output.kept == 0) return {};
  const auto body = bodies.of(group.task->node, output);
  if (!body) return tl::unexpected(body.error());
  output.stream == "records" ? print_records(*body) : print_text(*body);
  if (output.size > body->size()) {
    std::cout << coloured("(" + std::to_string(body->size()) + " of " +
                              std::to_string(output.size) + " bytes shown)",
                          Colour::Dim)
              << "\n";
  }
  return {};
}

constexpr const char* kProgramLimit = "the output was cut at max_output_bytes";

/// By the operation itself, before --output-cap: the job's record of its output knows nothing of
/// it.
bool cut_by_program_limit(const client::Job& job, const Task& task) {
  const auto& result = *task.result;
  return job.operation == "system.exec" && result.is_object() &&
         result.value("truncated", json()) == json(true);
}

/// As the follow tells it.
std::string away_text(const TaskGroup& group) {
  const auto& away = *group.task->away;
  if (group.nodes.size() == 1) {
    return "away since " + (away.since.empty() ? "ever" : short_time(away.since)) +
           "; unless it comes back, its task ends as indeterminate at " + short_time(away.until);
  }
  return "away; unless they come back, their tasks end as indeterminate, the first at " +
         short_time(away.until);
}

CliResult<void> print_group(Bodies& bodies, const client::Job& job, const TaskGroup& group) {
  const auto& task = *group.task;
  const auto state = coloured(words_of_state(task.state, job.check), colour_of_state(task.state));
  const auto columns = columns_of(STDOUT_FILENO);
  std::cout << fitted(heading_of(group) + ": " + state, 2, columns) << "\n";
  if (task.away) std::cout << fitted("  " + away_text(group), 2, columns) << "\n";
  for (const auto& output : task.outputs) {
    if (auto done = print_stream(bodies, group, output); !done) return done;
  }
  if (cut_by_program_limit(job, task)) {
    std::cout << coloured("(" + std::string(kProgramLimit) + ")", Colour::Dim) << "\n";
  }
  std::cout << result_text(told_result(job, task), 2, columns);
  if (task.error) {
    const auto why = printable(task.error->message);
    std::cout << fitted("  " + coloured(why, Colour::Red), 2, columns) << "\n";
  }
  return {};
}

/// Output that nobody can have any more.
void tell_of_truncated(const client::Job& job, const Task& task) {
  if (cut_by_program_limit(job, task)) {
    std::cerr << "muster: " << printable(task.node) << ": " << kProgramLimit << "\n";
  }
  for (const auto& output : task.outputs) {
    if (output.kept >= output.size) continue;
    std::cerr << "muster: " << printable(task.node) << ": " << printable(output.stream)
              << " was cut, " << output.kept << " of " << output.size
              << " bytes are kept (--output-cap)\n";
  }
}

}  // namespace

CliResult<void> print_job(client::ApiClient& api, const client::Job& job, OutputForm form) {
  Bodies bodies(api, job.id);
  for (const auto& group : form == OutputForm::ByNode ? one_each(job) : groups_of(job)) {
    if (!std::cout) return {};  // the reader has seen enough
    if (auto done = print_group(bodies, job, group); !done) return done;
  }
  std::cout << std::flush;
  const auto counts = counts_text(job.counts, job.check, " · ", Paint::Coloured);
  std::cerr << fitted(counts + "  (job " + job.id + ")", 2, columns_of(STDERR_FILENO)) << "\n";
  return {};
}

void print_results(const client::Job& job) {
  const auto columns = columns_of(STDOUT_FILENO);
  for (const auto& task : job.tasks) {
    const auto before = printable(task.node) + ": ";
    const auto taken = display_width(before);
    const auto room = columns > taken ? columns - taken : columns;
    std::istringstream lines(result_text(told_result(job, task), 0, room));
    for (std::string line; std::getline(lines, line);) {
      std::cout << before << line << "\n";
    }
  }
}

void print_troubles(const client::Job& job) {
  std::cout << std::flush;
  for (const auto& task : job.tasks) {
    tell_of_truncated(job, task);
    if (task.state == "ok" || task.state == "changed") continue;
    std::cerr << "muster: " << printable(task.node) << ": "
              << printable(task.error ? task.error->message : task.state) << "\n";
  }
}

}  // namespace muster::cli
