#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/path_ids.hpp"
#include "api/serve.hpp"
#include "jobs/job_view.hpp"

namespace muster::controller::api {
namespace {

constexpr std::size_t kPartBytes = std::size_t{64} << 10U;
constexpr std::size_t kWholeBytes = std::size_t{1} << 20U;  // up to here in one answer
constexpr std::chrono::milliseconds kWhenFull{10};
constexpr std::chrono::seconds kMaxStall{60};  // a peer that takes nothing for so long is let go

struct Wanted {
  JobId job;
  std::string node;
  wire::Stream stream = wire::Stream::Stdout;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // what is left to send
};

Result<Wanted> wanted_from(const Exchange& exchange) {
  const auto job = job_id_from(exchange.path("id"));
  if (!job) return tl::unexpected(job.error());
  const auto stream = stream_from(exchange.query("stream")).value_or(wire::Stream::Stdout);
  constexpr auto kAll = std::uint64_t{1} << 62U;
  return Wanted{*job, exchange.query("node"), stream, exchange.number("offset").value_or(0),
                exchange.number("length").value_or(kAll)};
}

Result<OutputPart> part_of(const Services& services, const TaskRecord& task, const Wanted& wanted,
                           std::size_t most) {
  return services.jobs.read_output(task, wanted.stream, wanted.offset,
                                   std::min<std::uint64_t>(most, wanted.length));
}

/// Sends a long output piece by piece, as fast as the peer takes it. Kept alive by its own timer.
class OutputPump : public std::enable_shared_from_this<OutputPump> {
 public:
  OutputPump(const Services& services, TaskRecord task, Wanted wanted,
             std::shared_ptr<http::Stream> stream)
      : services_(services),
        task_(std::move(task)),
        wanted_(std::move(wanted)),
        stream_(std::move(stream)) {}

  void send() {
    while (!stream_->finished()) {
      if (pending_.empty() && !read_more()) return stream_->close();
      if (!stream_->push(pending_)) return send_later();
      wanted_.offset += pending_.size();
      wanted_.length -= pending_.size();
      pending_.clear();
      stalled_ = {};
    }
  }

 private:
  bool read_more() {
    const auto part = part_of(services_, task_, wanted_, kPartBytes);
    if (part) pending_ = as_text(part->bytes);
    return !pending_.empty();
  }

  void send_later() {
    stalled_ += kWhenFull;
    if (stalled_ > kMaxStall) return stream_->close();
    timer_ = services_.loop.after(kWhenFull, [self = shared_from_this()] { self->send(); });
  }

  const Services& services_;
  TaskRecord task_;
  Wanted wanted_;
  std::shared_ptr<http::Stream> stream_;
  std::string pending_;  // read, and not taken by the stream yet
  std::chrono::milliseconds stalled_{0};
  run::Timer timer_;
};

}  // namespace

void get_job_output(const Services& services, const ExchangePtr& exchange) {
  const auto wanted = wanted_from(*exchange);
  if (!wanted) return exchange->answer(wanted.error());
  auto task = services.jobs.find_task(wanted->job, wanted->node);
  if (!task) return exchange->answer(task.error());
  const auto part = part_of(services, *task, *wanted, kWholeBytes);
  if (!part) return exchange->answer(part.error());
  http::Headers headers{{"Muster-Output-Size", std::to_string(part->size)},
                        {"Muster-Output-Truncated", part->truncated ? "true" : "false"}};
  const std::string type = "application/octet-stream";
  const auto there = part->kept - std::min(part->kept, wanted->offset);
  if (std::min(there, wanted->length) <= part->bytes.size()) {
    return exchange->answer_text(200, type, std::string(as_text(part->bytes)), std::move(headers));
  }
  auto stream = exchange->answer_stream(type, std::move(headers));
  if (stream == nullptr) return;  // the peer is gone
  std::make_shared<OutputPump>(services, std::move(*task), *wanted, std::move(stream))->send();
}

}  // namespace muster::controller::api
