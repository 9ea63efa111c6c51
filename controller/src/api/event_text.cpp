#include "api/event_text.hpp"

#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "api/answer_check.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxBacklogBytes = std::size_t{512}
                                         << 10U;                 // of output that was there before
constexpr std::size_t kMaxBacklogPart = std::size_t{64} << 10U;  // of one stream

struct Named {
  std::string name;
  json data;
};

bool is_utf8(BytesView bytes) {
  try {
    (void)json(std::string(as_text(bytes))).dump();
    return true;
  } catch (const json::type_error&) {
    return false;
  }
}

json output_data(const TaskRecord& task, wire::Stream stream, std::uint64_t offset,
                 BytesView bytes) {
  json data{{"node", task.node_name},
            {"stream", stream_name(stream)},
            {"offset", offset},
            {"bytes", bytes.size()}};
  if (is_utf8(bytes)) {
    data["text"] = std::string(as_text(bytes));
  } else {
    data["base64"] = crypto::to_base64url(bytes);
  }
  return data;
}

json task_data(const TaskRecord& task, const TaskCounts& counts, const JobRecord& job) {
  auto data = task_view(task);
  data["counts"] = counts_view(counts, job.targets);
  if (job.check) data["check"] = true;
  return data;
}

Named gap(const char* reason) { return {"gap", {{"reason", reason}}}; }

Named named(const JobEvent& event) {
  if (const auto* changed = std::get_if<TaskChanged>(&event)) {
    return {"task", task_data(changed->task, changed->counts, changed->job)};
  }
  if (const auto* chunk = std::get_if<OutputChunk>(&event)) {
    return {"output", output_data(chunk->task, chunk->stream, chunk->offset, chunk->bytes)};
  }
  if (const auto* progress = std::get_if<TaskProgress>(&event)) {
    return {"progress",
            {{"node", progress->task.node_name},
             {"done", progress->done},
             {"note", std::string(progress->note)}}};
  }
  if (const auto* done = std::get_if<JobDone>(&event)) {
    // Its tasks were told; all at once they are megabytes for each who watches.
    return {"done", job_summary_view({done->job.job, counts_of(done->job.tasks)})};
  }
  if (const auto* away = std::get_if<TaskAway>(&event)) {
    return {"away",
            {{"node", away->node},
             {"since", time_view(away->since)},
             {"until", time_view(away->until)}}};
  }
  return gap("slow reader");
}

std::vector<Named> backlog_of(const Services& services, const JobWithTasks& job) {
  const auto counts = counts_of(job.tasks);
  std::vector<Named> events;
  std::size_t output_bytes = 0;
  bool told = false;
  for (const auto& task : job.tasks) {
    events.push_back({"task", task_data(task, counts, job.job)});
    for (const auto stream : {wire::Stream::Stdout, wire::Stream::Stderr}) {
      if (output_bytes >= kMaxBacklogBytes) {
        if (!std::exchange(told, true)) events.push_back(gap("long output"));
        continue;
      }
      const auto part = services.jobs.read_output(task, stream, 0, kMaxBacklogPart);
      if (!part || part->bytes.empty()) continue;
      events.push_back({"output", output_data(task, stream, 0, part->bytes)});
      output_bytes += part->bytes.size();
      if (part->kept > part->bytes.size()) events.push_back(gap("long output"));
    }
  }
  return events;
}

}  // namespace

std::string event_text(const Services& services, const std::string& name, const json& data,
                       std::string_view id) {
  // What a stream has begun cannot be answered otherwise; a breach is logged and counted.
  if (services.answers) {
    (void)services.answers->check_event(*services.document->find("watchJob"), name, data);
  }
  std::string text = "event: " + name + "\n";
  if (!id.empty()) text += "id: " + std::string(id) + "\n";
  return text + "data: " + data.dump(-1, ' ', false, json::error_handler_t::replace) + "\n\n";
}

std::string event_text(const Services& services, const JobEvent& event, std::string_view id) {
  const auto each = named(event);
  return event_text(services, each.name, each.data, id);
}

std::string backlog_text(const Services& services, const JobWithTasks& job, std::string_view id) {
  const auto events = backlog_of(services, job);
  std::string text;
  for (const auto& away : services.jobs.away(job.job.id)) text += event_text(services, away, {});
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool last = i + 1 == events.size();
    text += event_text(services, events[i].name, events[i].data, last ? id : std::string_view());
  }
  return text;
}

}  // namespace muster::controller::api
