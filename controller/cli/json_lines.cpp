#include "json_lines.hpp"

#include <muster/core/base/bytes.hpp>
#include <muster/core/base/utf8.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

namespace muster::cli {

using nlohmann::json;

JsonLines::JsonLines(std::string job_id, std::ostream& out)
    : job_id_(std::move(job_id)), out_(out) {}

void JsonLines::output(const StreamName& name, std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  json members{
      {"node", name.node}, {"stream", name.stream}, {"offset", offset}, {"bytes", bytes.size()}};
  if (is_utf8(bytes)) {
    members["text"] = bytes;
  } else {
    members["base64"] = crypto::to_base64url(as_bytes(bytes));
  }
  line("output", members);
}

void JsonLines::task(const json& task) {
  auto state = std::to_string(task.value("attempt", 1)) + " " + task.value("state", "");
  auto& told = told_[task.value("node", "")];
  if (told == state) return;
  told = std::move(state);
  line("task", task);
}

void JsonLines::progress(const json& progress) { line("progress", progress); }

void JsonLines::end(const json& job) {
  for (auto each : job.at("tasks")) {
    each["counts"] = job.at("counts");
    if (job.value("check", false)) each["check"] = true;
    task(each);
  }
  auto whole = job;
  whole.erase("tasks");
  line(job.value("state", "") == "running" ? "job" : "done", whole);
}

void JsonLines::line(const char* event, const json& members) {
  json object{{"event", event}, {"job", job_id_}};
  object.update(members);
  out_ << object.dump(-1, ' ', false, json::error_handler_t::replace) << "\n" << std::flush;
}

}  // namespace muster::cli
