#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>

#include "api/path_ids.hpp"
#include "api/serve.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kCommentInterval{15};
constexpr std::size_t kMaxBacklogBytes = std::size_t{512}
                                         << 10U;                 // of output that was there before
constexpr std::size_t kMaxBacklogPart = std::size_t{64} << 10U;  // of one stream

std::string event_text(std::string_view name, const json& data) {
  return "event: " + std::string(name) +
         "\ndata: " + data.dump(-1, ' ', false, json::error_handler_t::replace) + "\n\n";
}

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

json task_data(const TaskRecord& task, const TaskCounts& counts) {
  auto data = task_view(task);
  data["counts"] = counts_view(counts);
  return data;
}

std::string text_of(const JobEvent& event) {
  if (const auto* changed = std::get_if<TaskChanged>(&event)) {
    return event_text("task", task_data(changed->task, changed->counts));
  }
  if (const auto* chunk = std::get_if<OutputChunk>(&event)) {
    return event_text("output",
                      output_data(chunk->task, chunk->stream, chunk->offset, chunk->bytes));
  }
  if (const auto* progress = std::get_if<TaskProgress>(&event)) {
    return event_text("progress", {{"node", progress->task.node_name},
                                   {"done", progress->done},
                                   {"note", std::string(progress->note)}});
  }
  if (const auto* done = std::get_if<JobDone>(&event))
    return event_text("done", job_view(done->job));
  return event_text("gap", {{"reason", "slow reader"}});
}

/// What is, for a watcher that came later: every task, and the output so far within limits.
std::string backlog_of(const Services& services, const JobWithTasks& job) {
  const auto counts = counts_of(job.tasks);
  std::string text;
  std::size_t output_bytes = 0;
  for (const auto& task : job.tasks) {
    text += event_text("task", task_data(task, counts));
    for (const auto stream : {wire::Stream::Stdout, wire::Stream::Stderr}) {
      if (output_bytes >= kMaxBacklogBytes) continue;
      const auto part =
          services.jobs.read_output(job.job.id, task.node_name, stream, 0, kMaxBacklogPart);
      if (!part || part->bytes.empty()) continue;
      text += event_text("output", output_data(task, stream, 0, part->bytes));
      output_bytes += part->bytes.size();
      if (part->kept > part->bytes.size()) text += event_text("gap", {{"reason", "long output"}});
    }
  }
  return text;
}

/// One watcher's stream. Kept alive by the job's watcher list and its timer until the peer or the
/// job is gone.
class EventFeed : public std::enable_shared_from_this<EventFeed> {
 public:
  EventFeed(run::EventLoop& loop, std::shared_ptr<http::Stream> stream)
      : loop_(loop), stream_(std::move(stream)) {}

  void begin(const Services& services, const JobWithTasks& job) {
    (void)stream_->push(backlog_of(services, job));
    auto subscription = services.jobs.subscribe(
        job.job.id,
        [self = shared_from_this()](const JobEvent& event) { return self->take(event); });
    if (!subscription) return end();
    subscription_ = std::move(*subscription);
    comment_later();
  }

 private:
  bool take(const JobEvent& event) {
    if (stream_->finished()) {
      end();
      return true;
    }
    if (!stream_->push(text_of(event))) return false;
    if (std::holds_alternative<JobDone>(event)) end();
    return true;
  }

  void comment_later() {
    timer_ = loop_.after(kCommentInterval, [self = shared_from_this()] {
      // A full queue is no reason to end: the peer may be slow, and finished() tells when it is
      // gone.
      (void)self->stream_->push(": still here\n\n");
      if (self->stream_->finished()) return self->end();
      self->comment_later();
    });
  }

  /// From the loop's next turn, because this may run inside a callback that is to go.
  void end() {
    stream_->close();
    loop_.post([self = shared_from_this()] {
      self->subscription_.reset();
      self->timer_.reset();
    });
  }

  run::EventLoop& loop_;
  std::shared_ptr<http::Stream> stream_;
  Subscription subscription_;
  run::Timer timer_;
};

}  // namespace

void watch_job(const Services& services, const ExchangePtr& exchange) {
  const auto job =
      job_id_from(exchange->path("id")).and_then([&](JobId id) { return services.jobs.find(id); });
  if (!job) return exchange->answer(job.error());
  auto stream = exchange->answer_stream("text/event-stream");
  if (stream == nullptr) return;  // the peer is gone
  std::make_shared<EventFeed>(services.loop, std::move(stream))->begin(services, *job);
}

}  // namespace muster::controller::api
