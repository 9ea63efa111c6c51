#include "job_head.hpp"

#include <nlohmann/json.hpp>

#include "result_text.hpp"
#include "terminal.hpp"
#include "wrapping.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string line(const std::string& name, const std::string& value, std::size_t columns) {
  constexpr std::size_t kNames = 11;
  return entry(name, printable(value), kNames, columns);
}

/// What is long was a file's content or the like: its beginning tells which.
json shortened(const json& value) {
  constexpr std::size_t kLongest = 200;  // bytes
  if (value.is_structured()) {
    auto parts = value;
    for (auto& part : parts) part = shortened(part);
    return parts;
  }
  if (!value.is_string()) return value;
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() <= kLongest) return value;
  return one_line(text.substr(0, kLongest / 2)) + "… (" + std::to_string(text.size()) + " bytes)";
}

std::string nodes_text(const client::Job& job) {
  const auto count = job.counts.targets;
  auto text = job.selector + "  (" + std::to_string(count) + (count == 1 ? " node" : " nodes");
  if (!job.limit.empty()) text += ": --limit " + job.limit + " --seed " + job.seed;
  return text + ")";
}

std::string state_text(const client::Job& job) {
  return job.state + (job.ended.empty() ? "" : " " + short_time(job.ended));
}

}  // namespace

std::string head_text(const client::Job& job, std::size_t columns) {
  const auto* check = job.check ? "  (--check: nothing is changed)" : "";
  auto text = line("operation", job.operation + check, columns);
  if (job.arguments && !job.arguments->empty()) {
    text += "arguments\n" + result_text(shortened(*job.arguments), 2, columns);
  }
  text += line("on", nodes_text(job), columns);
  text += line("by", job.requested_by + " " + short_time(job.created), columns);
  return text + line("state", state_text(job), columns) + "\n";
}

}  // namespace muster::cli
