#include "api/job_feed.hpp"

#include <algorithm>
#include <charconv>
#include <muster/core/crypto/random.hpp>
#include <utility>

namespace muster::controller::api {

JobFeed::JobFeed(const Services& services)
    : services_(services), name_(crypto::random_token().substr(0, 8)) {}

Status JobFeed::begin(JobId job) {
  auto subscribed = services_.jobs.subscribe(job, [this](const JobEvent& event) {
    take(event);
    return true;
  });
  if (!subscribed) return tl::unexpected(subscribed.error());
  subscription_ = std::move(*subscribed);
  return {};
}

std::string JobFeed::id_of(std::uint64_t number) const {
  return name_ + "." + std::to_string(number);
}

std::optional<std::uint64_t> JobFeed::resumable(std::string_view id) const {
  if (!id.starts_with(name_ + ".")) return std::nullopt;
  id.remove_prefix(name_.size() + 1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc{} || end != id.data() + id.size()) return std::nullopt;
  if (number > latest() || number + 1 < oldest()) return std::nullopt;
  return number;
}

void JobFeed::take(const JobEvent& event) {
  const bool is_last = std::holds_alternative<JobDone>(event);
  events_.push_back({event_text(services_, event, id_of(latest() + 1)), is_last});
  bytes_ += events_.back().text.size();
  while (bytes_ > kKeptEventBytes && events_.size() > 1) {
    bytes_ -= events_.front().text.size();
    events_.pop_front();
    ++first_;
  }
  over_ = over_ || is_last;
  const auto self = shared_from_this();  // the last reader that leaves may end it
  const auto all = readers_;
  for (const auto& reader : all) reader->on_news();
  if (over_ && readers_.empty()) events_.clear();
}

void JobFeed::remove(const FeedReader* reader) {
  readers_.erase(std::remove_if(readers_.begin(), readers_.end(),
                                [reader](const auto& each) { return each.get() == reader; }),
                 readers_.end());
}

Result<std::shared_ptr<JobFeed>> JobFeeds::of(JobId job) {
  std::size_t readers = 0;
  for (const auto& [id, kept] : feeds_) readers += kept.feed->readers();
  if (readers >= kMaxWatchers) {
    return fail(ErrorCode::ResourceExhausted, "too many watch jobs already; try again later");
  }
  if (const auto found = feeds_.find(job); found != feeds_.end()) {
    const auto& feed = found->second.feed;
    // One that is over has its last event while somebody who reads slowly has it to come.
    if (!feed->over() || feed->readers() > 0) {
      found->second.end.reset();
      return feed;
    }
  }
  const auto feed = std::make_shared<JobFeed>(services_);
  if (auto begun = feed->begin(job); !begun) return tl::unexpected(begun.error());
  feeds_.insert_or_assign(job, Kept{feed, {}});
  return feed;
}

void JobFeeds::left(JobId job) {
  const auto found = feeds_.find(job);
  if (found == feeds_.end() || found->second.feed->readers() > 0) return;
  if (found->second.feed->over()) return (void)feeds_.erase(found);
  unwatched_.push_back(job);
  found->second.end = services_.loop.after(kUnwatchedLife, [this, job] { feeds_.erase(job); });
  if (unwatched_.size() > kMaxUnwatchedFeeds) drop_an_unwatched_one();
}

void JobFeeds::drop_an_unwatched_one() {
  const auto job = unwatched_.front();
  unwatched_.pop_front();
  const auto found = feeds_.find(job);
  if (found != feeds_.end() && found->second.feed->readers() == 0) feeds_.erase(found);
}

}  // namespace muster::controller::api
