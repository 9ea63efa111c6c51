#include "job_head.hpp"

#include <nlohmann/json.hpp>

#include "api_client.hpp"
#include "result_text.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string line(const std::string& name, const std::string& value) {
  constexpr std::size_t kNames = 11;
  return name + std::string(kNames - name.size(), ' ') + one_line(printable(value)) + "\n";
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

std::string nodes_text(const json& job) {
  const auto count = job.at("counts").value("targets", 0);
  auto text =
      job.value("selector", "") + "  (" + std::to_string(count) + (count == 1 ? " node" : " nodes");
  if (job.contains("limit")) {
    text += ": --limit " + job.value("limit", "") + " --seed " + job.value("seed", "");
  }
  return text + ")";
}

std::string state_text(const json& job) {
  const auto ended = text_of(job, "ended");
  return job.value("state", "") + (ended.empty() ? "" : " " + short_time(ended));
}

}  // namespace

std::string head_text(const json& job, std::size_t columns) {
  const auto* check = job.value("check", false) ? "  (--check: nothing is changed)" : "";
  auto text = line("operation", job.value("operation", "") + check);
  const auto arguments = job.value("arguments", json::object());
  if (!arguments.empty()) text += "arguments\n" + result_text(shortened(arguments), 2, columns);
  text += line("on", nodes_text(job));
  text += line("by", job.value("requested_by", "") + " " + short_time(text_of(job, "created")));
  return text + line("state", state_text(job)) + "\n";
}

}  // namespace muster::cli
