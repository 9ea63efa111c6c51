#include <algorithm>

#include "api/event_text.hpp"
#include "api/job_feed.hpp"
#include "api/path_ids.hpp"
#include "api/serve.hpp"

namespace muster::controller::api {
namespace {

constexpr std::chrono::seconds kCommentInterval{15};
constexpr int kMaxStalledComments = 20;  // then a peer that takes nothing is let go
constexpr std::chrono::milliseconds kWhenFull{200};

/// One connection that reads a feed. The feed owns it, so that nothing is left of it when the feeds
/// go away; it leaves when the peer is gone or has the last event.
class Watcher final : public FeedReader, public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(const Services& services, JobId job, std::weak_ptr<JobFeed> feed,
          std::shared_ptr<http::Stream> stream, std::uint64_t next)
      : services_(services),
        job_(job),
        feed_(std::move(feed)),
        stream_(std::move(stream)),
        next_(next) {}

  void begin(std::string backlog) {
    if (!backlog.empty()) (void)stream_->push(std::move(backlog));  // an empty queue takes all
    comment_later();
    on_news();
  }

  void on_news() override {
    const auto feed = feed_.lock();
    if (feed == nullptr || left_) return;
    again_.reset();
    while (next_ <= feed->latest()) {
      if (stream_->finished()) return leave();
      if (!send(*feed)) return send_later();
      if (feed->event(next_++).is_last) return leave();
    }
  }

 private:
  /// The event that is next, and before it a gap where some are kept no more. False, while the
  /// queue is full; what is next may be another one then.
  bool send(const JobFeed& feed) {
    if (next_ < feed.oldest()) {
      if (!stream_->push(event_text(services_, JobEvent(WatchGap{}), {}))) return false;
      next_ = feed.oldest();
    }
    return stream_->push(feed.event(next_).text);
  }

  void send_later() {
    again_ = services_.loop.after(kWhenFull, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->on_news();
    });
  }

  void comment_later() {
    comment_ = services_.loop.after(kCommentInterval, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->comment();
    });
  }

  void comment() {
    const bool taken = stream_->push(": still here\n\n");
    stalled_ = taken ? 0 : stalled_ + 1;
    if (stream_->finished() || stalled_ > kMaxStalledComments) return leave();
    comment_later();
  }

  void leave() {
    left_ = true;
    stream_->close();
    again_.reset();
    comment_.reset();
    const auto self = shared_from_this();
    if (const auto feed = feed_.lock()) feed->remove(this);
    services_.job_feeds->left(job_);
  }

  const Services& services_;
  JobId job_;
  std::weak_ptr<JobFeed> feed_;
  std::shared_ptr<http::Stream> stream_;
  std::uint64_t next_;  // number of the event
  bool left_ = false;
  int stalled_ = 0;
  run::Timer again_;
  run::Timer comment_;
};

}  // namespace

void watch_job(const Services& services, const ExchangePtr& exchange) {
  const auto job =
      job_id_from(exchange->path("id")).and_then([&](JobId id) { return services.jobs.find(id); });
  if (!job) return exchange->answer(job.error());
  const auto id = job->job.id;
  // Before the stream: that there are too many watchers is an answer with a status of its own.
  const auto feed = services.job_feeds->of(id);
  if (!feed) return exchange->answer(feed.error());
  const auto had = (*feed)->resumable(exchange->query("Last-Event-ID"));
  auto stream =
      exchange->answer_stream("text/event-stream", {{"Muster-Resumed", had ? "true" : "false"}});
  if (stream == nullptr) return services.job_feeds->left(id);  // the peer is gone
  // Of a feed that is over, the last event is told to everybody.
  const auto latest = (*feed)->latest();
  const auto next = std::min(had.value_or(latest) + 1, (*feed)->over() ? latest : latest + 1);
  const auto watcher = std::make_shared<Watcher>(services, id, *feed, std::move(stream), next);
  (*feed)->add(watcher);
  watcher->begin(had ? "" : backlog_text(services, *job, (*feed)->id_of(next - 1)));
}

}  // namespace muster::controller::api
