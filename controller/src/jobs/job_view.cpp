#include "jobs/job_view.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

#include "node_json.hpp"
#include "store/job_state.hpp"

namespace muster::controller {

using nlohmann::json;

TaskCounts counts_of(const std::vector<TaskRecord>& tasks) {
  TaskCounts counts;
  for (const auto& task : tasks) counts.add(task.state);
  return counts;
}

json counts_view(const TaskCounts& counts, std::size_t targets) {
  json view{{"targets", targets}};
  for (std::uint64_t number = 1; number < 20; ++number) {
    const auto state = wire::task_state_from(number);
    if (state && counts.of(*state) > 0)
      view[std::string(wire::to_string(*state))] = counts.of(*state);
  }
  return view;
}

std::string_view stream_name(wire::Stream stream) {
  switch (stream) {
    case wire::Stream::Records:
      return "records";
    case wire::Stream::Stdout:
      return "stdout";
    case wire::Stream::Stderr:
      return "stderr";
  }
  return "stdout";
}

std::optional<wire::Stream> stream_from(std::string_view name) {
  for (const auto stream : {wire::Stream::Records, wire::Stream::Stdout, wire::Stream::Stderr}) {
    if (name == stream_name(stream)) return stream;
  }
  return std::nullopt;
}

json time_view(UnixMs time) {
  if (time == 0) return nullptr;
  const std::time_t seconds = time / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> date{};
  std::array<char, 16> fraction{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(time % 1000));
  return std::string(date.data()) + fraction.data();
}

json error_view(const Error& error) {
  json view{{"code", to_string(error.code)}, {"message", error.message}};
  if (!error.field.empty()) view["field"] = error.field;
  if (error.retryable) view["retryable"] = true;
  return view;
}

namespace {

json output_view(const OutputRecord& output) {
  return {{"stream", stream_name(output.stream)},
          {"size", output.size},
          {"kept", output.kept},
          {"truncated", output.kept < output.size},
          {"digest", to_hex(output.digest)}};
}

json head_view(const JobRecord& job, const TaskCounts& counts) {
  json view{{"job", job.id.text()},
            {"operation", job.operation},
            {"selector", job.selector},
            {"check", job.check},
            {"state", to_string(state_of(job, counts))},
            {"requested_by", job.requested_by},
            {"created", time_view(job.created)},
            {"ended", time_view(job.ended)},
            {"counts", counts_view(counts, job.targets)}};
  if (job.at_once > 0) view["at_once"] = job.at_once;
  if (job.max_failed > 0) view["max_failures"] = job.max_failed;
  if (!job.limit.empty()) {
    view["limit"] = job.limit;
    view["seed"] = job.seed;
  }
  return view;
}

}  // namespace

json task_view(const TaskRecord& task) {
  auto outputs = json::array();
  for (const auto& output : task.outputs) outputs.push_back(output_view(output));
  return {{"node", task.node_name},
          {"state", wire::to_string(task.state)},
          {"result", json_from_node(task.result)},
          {"error", task.error ? error_view(*task.error) : json(nullptr)},
          {"attempt", task.attempt},
          {"started", time_view(task.started)},
          {"ended", time_view(task.ended)},
          {"outputs", std::move(outputs)}};
}

json job_view(const JobWithTasks& job) {
  auto view = head_view(job.job, counts_of(job.tasks));
  auto tasks = json::array();
  for (const auto& task : job.tasks) tasks.push_back(task_view(task));
  view["tasks"] = std::move(tasks);
  return view;
}

json job_summary_view(const JobSummary& summary) { return head_view(summary.job, summary.counts); }

}  // namespace muster::controller
