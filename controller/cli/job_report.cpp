#include "job_report.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "job_counts.hpp"
#include "node_names.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxShownBytes = std::size_t{256} << 10U;  // of one group's one stream

struct Group {
  std::vector<std::string> nodes;
  json task;  // one that stands for all
};

/// A program's result is what it printed; exit code and times stand in --json.
bool shows_result(const json& job) { return job.value("operation", "") != "system.exec"; }

/// What must be equal for two tasks to stand together. Where a task printed something that is what
/// people compare; otherwise its result.
std::string key_of(const json& task, bool with_result) {
  std::string key = task.value("state", "");
  for (const auto& output : task.value("outputs", json::array())) {
    key += "|" + output.value("stream", "") + ":" + output.value("digest", "");
  }
  if (with_result && task.value("outputs", json::array()).empty()) {
    key += "|" + task.at("result").dump();
  }
  if (task.at("error").is_object()) key += "|" + task.at("error").value("message", "");
  return key;
}

std::vector<Group> groups_of(const json& job) {
  std::map<std::string, Group> by_key;
  for (const auto& task : job.at("tasks")) {
    auto& group = by_key[key_of(task, shows_result(job))];
    if (group.nodes.empty()) group.task = task;
    group.nodes.push_back(task.value("node", ""));
  }
  std::vector<Group> groups;
  for (auto& [key, group] : by_key) groups.push_back(std::move(group));
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.nodes.size() > b.nodes.size(); });
  return groups;
}

std::vector<Group> one_each(const json& job) {
  std::vector<Group> groups;
  for (const auto& task : job.at("tasks")) {
    groups.push_back({{task.value("node", "")}, task});
  }
  std::sort(groups.begin(), groups.end(),
            [](const auto& a, const auto& b) { return a.nodes < b.nodes; });
  return groups;
}

std::string heading_of(const Group& group) {
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

CliResult<void> print_stream(Bodies& bodies, const Group& group, const json& output) {
  if (output.value("kept", 0) == 0 || output.value("stream", "") == "records") return {};
  const auto body = bodies.of(group.task.value("node", ""), output);
  if (!body) return tl::unexpected(body.error());
  std::cout << (on_terminal() ? printable(*body) : *body);
  if (!body->empty() && body->back() != '\n') std::cout << "\n";
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
  return !shows_result(job) && result.is_object() &&
         result.value("truncated", json()) == json(true);
}

void print_result(const json& result) {
  if (!result.is_object() || result.empty()) return;
  for (const auto& [name, value] : result.items()) {
    std::cout << "  " << name << ": "
              << printable(value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
  }
}

CliResult<void> print_group(Bodies& bodies, const json& job, const Group& group) {
  const auto state = group.task.value("state", "");
  std::cout << coloured(heading_of(group), Colour::Plain) << ": "
            << coloured(words_of_state(state, job.value("check", false)), colour_of_state(state))
            << "\n";
  const auto outputs = group.task.value("outputs", json::array());
  for (const auto& output : outputs) {
    if (auto done = print_stream(bodies, group, output); !done) return done;
  }
  if (cut_by_program_limit(job, group.task)) {
    std::cout << coloured("(" + std::string(kProgramLimit) + ")", Colour::Dim) << "\n";
  }
  if (outputs.empty() && shows_result(job)) print_result(group.task.at("result"));
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
