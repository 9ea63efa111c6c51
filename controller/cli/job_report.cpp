#include "job_report.hpp"

#include <unistd.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "job_counts.hpp"
#include "node_names.hpp"
#include "records.hpp"
#include "result_text.hpp"
#include "task_groups.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxShownBytes = std::size_t{256} << 10U;  // of one group's one stream

std::string heading_of(const TaskGroup& group) {
  const auto count = group.nodes.size();
  return names_text(group.nodes) + (count > 1 ? " (" + std::to_string(count) + ")" : "");
}

/// What was printed, as far as it is shown. Of many nodes with the same output one is asked.
class Bodies {
 public:
  Bodies(ApiClient& api, std::string job_id) : api_(api), job_id_(std::move(job_id)) {}

  CliResult<std::string> of(const std::string& node, const json& output) {
    const auto digest = output.value("digest", "");
    if (const auto known = known_.find(digest); known != known_.end()) return known->second;
    std::string body;
    const auto done = api_.download("/v1/jobs/" + job_id_ + "/output" +
                                        query({{"node", node},
                                               {"stream", output.value("stream", "")},
                                               {"length", std::to_string(kMaxShownBytes)}}),
                                    [&](std::string_view chunk) {
                                      body += chunk;
                                      return true;
                                    });
    if (!done) return tl::unexpected(done.error());
    if (known_.size() == kMaxKnown) known_.clear();
    if (!digest.empty()) known_[digest] = body;
    return body;
  }

 private:
  static constexpr std::size_t kMaxKnown = 64;

  ApiClient& api_;
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

CliResult<void> print_stream(Bodies& bodies, const TaskGroup& group, const json& output) {
  if (output.value("kept", 0) == 0) return {};
  const auto body = bodies.of(group.task.value("node", ""), output);
  if (!body) return tl::unexpected(body.error());
  output.value("stream", "") == "records" ? print_records(*body) : print_text(*body);
  const auto size = output.value("size", std::uint64_t{0});
  if (size > body->size()) {
    std::cout << coloured("(" + std::to_string(body->size()) + " of " + std::to_string(size) +
                              " bytes shown)",
                          Colour::Dim)
              << "\n";
  }
  return {};
}

constexpr const char* kProgramLimit = "the output was cut at max_output_bytes";

/// By the operation itself, before --output-cap: the job's record of its output knows nothing of
/// it.
bool cut_by_program_limit(const json& job, const json& task) {
  const auto& result = task.at("result");
  return job.value("operation", "") == "system.exec" && result.is_object() &&
         result.value("truncated", json()) == json(true);
}

CliResult<void> print_group(Bodies& bodies, const json& job, const TaskGroup& group) {
  const auto state = group.task.value("state", "");
  std::cout << heading_of(group) << ": "
            << coloured(words_of_state(state, job.value("check", false)), colour_of_state(state))
            << "\n";
  for (const auto& output : group.task.value("outputs", json::array())) {
    if (auto done = print_stream(bodies, group, output); !done) return done;
  }
  if (cut_by_program_limit(job, group.task)) {
    std::cout << coloured("(" + std::string(kProgramLimit) + ")", Colour::Dim) << "\n";
  }
  std::cout << result_text(told_result(job, group.task), 2, columns_of(STDOUT_FILENO));
  if (const auto& error = group.task.at("error"); error.is_object()) {
    std::cout << "  " << coloured(printable(error.value("message", "")), Colour::Red) << "\n";
  }
  return {};
}

/// Output that nobody can have any more.
void tell_of_truncated(const json& job, const json& task) {
  if (cut_by_program_limit(job, task)) {
    std::cerr << "muster: " << printable(task.value("node", "")) << ": " << kProgramLimit << "\n";
  }
  for (const auto& output : task.value("outputs", json::array())) {
    const auto size = output.value("size", std::uint64_t{0});
    const auto kept = output.value("kept", std::uint64_t{0});
    if (kept >= size) continue;
    std::cerr << "muster: " << printable(task.value("node", "")) << ": "
              << printable(output.value("stream", "")) << " was cut, " << kept << " of " << size
              << " bytes are kept (--output-cap)\n";
  }
}

}  // namespace

CliResult<void> print_job(ApiClient& api, const json& job, OutputForm form) {
  Bodies bodies(api, job.value("job", ""));
  for (const auto& group : form == OutputForm::ByNode ? one_each(job) : groups_of(job)) {
    if (!std::cout) return {};  // the reader has seen enough
    if (auto done = print_group(bodies, job, group); !done) return done;
  }
  std::cout << std::flush;
  std::cerr << counts_text(job.at("counts"), job.value("check", false), " · ", Paint::Coloured)
            << "  (job " << job.value("job", "") << ")\n";
  return {};
}

void print_results(const json& job) {
  for (const auto& task : job.at("tasks")) {
    std::istringstream lines(result_text(told_result(job, task), 0, 0));
    for (std::string line; std::getline(lines, line);) {
      std::cout << printable(task.value("node", "")) << ": " << line << "\n";
    }
  }
}

void print_troubles(const json& job) {
  std::cout << std::flush;
  for (const auto& task : job.at("tasks")) {
    tell_of_truncated(job, task);
    const auto state = task.value("state", "");
    if (state == "ok" || state == "changed") continue;
    const auto& error = task.at("error");
    const auto why = error.is_object() ? error.value("message", "") : state;
    std::cerr << "muster: " << printable(task.value("node", "")) << ": " << printable(why) << "\n";
  }
}

}  // namespace muster::cli
