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

void JsonLines::task(const client::TaskEvent& event) { task(event.task, *event.task.told); }

void JsonLines::task(const client::Task& task, const json& told) {
  auto state = std::to_string(task.attempt) + " " + task.state;
  auto& before = told_[task.node];
  if (before == state) return;
  before = std::move(state);
  line("task", told);
}

void JsonLines::progress(const client::ProgressEvent& event) { line("progress", *event.told); }

void JsonLines::end(const client::Job& job) {
  for (const auto& each : job.tasks) {
    auto told = *each.told;
    told["counts"] = job.told->at("counts");
    if (job.check) told["check"] = true;
    task(each, told);
  }
  auto whole = *job.told;
  whole.erase("tasks");
  line(job.state == "running" ? "job" : "done", whole);
}

void JsonLines::line(const char* event, const json& members) {
  json object{{"event", event}, {"job", job_id_}};
  object.update(members);
  out_ << object.dump(-1, ' ', false, json::error_handler_t::replace) << "\n" << std::flush;
}

}  // namespace muster::cli
