#include <muster/core/crypto/base64url.hpp>
#include <nlohmann/json.hpp>

#include "api/path_ids.hpp"
#include "api/serve.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kCommentInterval{15};
constexpr int kMaxStalledComments = 20;  // then a peer that takes nothing is let go
constexpr std::size_t kMaxBacklogBytes = std::size_t{512}
                                         << 10U;                 // of output that was there before
constexpr std::size_t kMaxBacklogPart = std::size_t{64} << 10U;  // of one stream

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

json task_data(const TaskRecord& task, const TaskCounts& counts, std::size_t targets) {
  auto data = task_view(task);
  data["counts"] = counts_view(counts, targets);
  return data;
}

std::string text_of(const Exchange& exchange, const JobEvent& event) {
  if (const auto* changed = std::get_if<TaskChanged>(&event)) {
    return exchange.event("task", task_data(changed->task, changed->counts, changed->targets));
  }
  if (const auto* chunk = std::get_if<OutputChunk>(&event)) {
    return exchange.event("output",
                          output_data(chunk->task, chunk->stream, chunk->offset, chunk->bytes));
  }
  if (const auto* progress = std::get_if<TaskProgress>(&event)) {
    return exchange.event("progress", {{"node", progress->task.node_name},
                                       {"done", progress->done},
                                       {"note", std::string(progress->note)}});
  }
  if (const auto* done = std::get_if<JobDone>(&event))
    return exchange.event("done", job_view(done->job));
  return exchange.event("gap", {{"reason", "slow reader"}});
}

/// What is, for a watcher that came later: every task, and the output so far within limits.
std::string backlog_of(const Services& services, const Exchange& exchange,
                       const JobWithTasks& job) {
  const auto counts = counts_of(job.tasks);
  std::string text;
  std::size_t output_bytes = 0;
  bool told = false;
  for (const auto& task : job.tasks) {
    text += exchange.event("task", task_data(task, counts, job.job.targets));
    for (const auto stream : {wire::Stream::Stdout, wire::Stream::Stderr}) {
      if (output_bytes >= kMaxBacklogBytes) {
        if (!std::exchange(told, true)) text += exchange.event("gap", {{"reason", "long output"}});
        continue;
      }
      const auto part = services.jobs.read_output(task, stream, 0, kMaxBacklogPart);
      if (!part || part->bytes.empty()) continue;
      text += exchange.event("output", output_data(task, stream, 0, part->bytes));
      output_bytes += part->bytes.size();
      if (part->kept > part->bytes.size())
        text += exchange.event("gap", {{"reason", "long output"}});
    }
  }
  return text;
}

/// One watcher's stream. Owned by the job's watcher list alone, so that nothing is left of it when
/// the jobs go away; it leaves that list when the peer is gone or the job is done.
class EventFeed : public std::enable_shared_from_this<EventFeed> {
 public:
  explicit EventFeed(run::EventLoop& loop) : loop_(loop) {}

  void begin(const Services& services, const JobWithTasks& job, const ExchangePtr& exchange) {
    // Before the stream: that there are too many watchers is an answer with a status of its own.
    auto subscription = services.jobs.subscribe(
        job.job.id,
        [self = shared_from_this()](const JobEvent& event) { return self->take(event); });
    if (!subscription) return exchange->answer(subscription.error());
    exchange_ = exchange;
    stream_ = exchange->answer_stream("text/event-stream");
    if (stream_ == nullptr) return;  // the peer is gone
    subscription_ = std::move(*subscription);
    (void)stream_->push(backlog_of(services, *exchange, job));
    comment_later();
  }

 private:
  bool take(const JobEvent& event) {
    if (stream_->finished()) {
      end();
      return true;
    }
    if (!stream_->push(text_of(*exchange_, event))) return false;
    if (std::holds_alternative<JobDone>(event)) end();
    return true;
  }

  void comment_later() {
    timer_ = loop_.after(kCommentInterval, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->comment();
    });
  }

  void comment() {
    const bool taken = stream_->push(": still here\n\n");
    stalled_ = taken ? 0 : stalled_ + 1;
    if (stream_->finished() || stalled_ > kMaxStalledComments) return end();
    comment_later();
  }

  /// Also from inside take(): the list keeps a watcher until its call is over.
  void end() {
    stream_->close();
    timer_.reset();
    subscription_.reset();
  }

  run::EventLoop& loop_;
  ExchangePtr exchange_;
  std::shared_ptr<http::Stream> stream_;
  Subscription subscription_;
  run::Timer timer_;
  int stalled_ = 0;
};

}  // namespace

void watch_job(const Services& services, const ExchangePtr& exchange) {
  const auto job =
      job_id_from(exchange->path("id")).and_then([&](JobId id) { return services.jobs.find(id); });
  if (!job) return exchange->answer(job.error());
  std::make_shared<EventFeed>(services.loop)->begin(services, *job, exchange);
}

}  // namespace muster::controller::api
