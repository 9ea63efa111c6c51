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
  const auto outcome = outcome_of(counts);
  if (outcome != JobOutcome::Open) view["outcome"] = to_string(outcome);
  if (job.at_once > 0) view["at_once"] = job.at_once;
  if (job.unknown) view["include_unknown"] = true;
  if (job.max_failed > 0) view["max_failures"] = job.max_failed;
  if (!job.limit.empty()) {
    view["limit"] = job.limit;
    view["seed"] = job.seed;
  }
  return view;
}

}  // namespace

namespace {

json outputs_view(const TaskRecord& task) {
  auto outputs = json::array();
  for (const auto& output : task.outputs) outputs.push_back(output_view(output));
  return outputs;
}

/// Of a program that the task ran, where it tells one.
json exit_code_of(const TaskRecord& task) {
  const auto result = json_from_node(task.result);
  if (!result.is_object() || !result.contains("exit_code")) return nullptr;
  const auto& code = result.at("exit_code");
  return code.is_number_integer() ? code : json(nullptr);
}

json error_or_null(const TaskRecord& task) {
  return task.error ? error_view(*task.error) : json(nullptr);
}

}  // namespace

json listed_task_view(const ListedTask& listed) {
  const auto& [job, task] = listed;
  return {{"task", task.id.text()},
          {"job", job->id.text()},
          {"operation", job->operation},
          {"selector", job->selector},
          {"check", job->check},
          {"requested_by", job->requested_by},
          {"created", time_view(job->created)},
          {"node", task.node_name},
          {"node_id", task.node.text()},
          {"state", wire::to_string(task.state)},
          {"attempt", task.attempt},
          {"started", time_view(task.started)},
          {"ended", time_view(task.ended)},
          {"exit_code", exit_code_of(task)},
          {"error", error_or_null(task)},
          {"outputs", outputs_view(task)}};
}

json task_view(const TaskRecord& task) {
  return {{"node", task.node_name},
          {"state", wire::to_string(task.state)},
          {"result", json_from_node(task.result)},
          {"error", error_or_null(task)},
          {"attempt", task.attempt},
          {"started", time_view(task.started)},
          {"ended", time_view(task.ended)},
          {"outputs", outputs_view(task)}};
}

json job_view(const JobWithTasks& job, const std::vector<TaskAway>& away) {
  auto view = head_view(job.job, counts_of(job.tasks));
  view["arguments"] = json::parse(job.job.arguments, nullptr, false);
  if (!view["arguments"].is_object()) view["arguments"] = json::object();
  auto tasks = json::array();
  auto next = away.begin();
  for (const auto& task : job.tasks) {
    tasks.push_back(task_view(task));
    while (next != away.end() && next->node < task.node_name) ++next;
    if (next == away.end() || next->node != task.node_name) continue;
    tasks.back()["away"] = {{"since", time_view(next->since)}, {"until", time_view(next->until)}};
  }
  view["tasks"] = std::move(tasks);
  return view;
}

json job_summary_view(const JobSummary& summary) { return head_view(summary.job, summary.counts); }

}  // namespace muster::controller
