/// The events of a job as numbered text, made once for all who watch it, of which the latest are
/// kept: a watcher that was cut off goes on where it was.
///
/// A JobFeeds per process, in Services; it owns a JobFeed for each job that somebody watches or
/// watched a minute ago, and a feed owns its watchers. Everything is [loop]. After the end of a job
/// nothing is kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <muster/core/run/event_loop.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/event_text.hpp"

namespace muster::controller::api {

inline constexpr std::size_t kKeptEventBytes = std::size_t{256} << 10U;  ///< of one job
inline constexpr std::size_t kMaxUnwatchedFeeds = 100;                   ///< then the oldest goes
inline constexpr std::chrono::seconds kUnwatchedLife{60};

/// Who reads a feed, which owns it until it leaves.
class FeedReader {
 public:
  virtual ~FeedReader() = default;
  /// There is something new. It may leave from inside.
  virtual void on_news() = 0;
};

class JobFeed : public std::enable_shared_from_this<JobFeed> {
 public:
  struct Event {
    std::string text;
    bool is_last = false;  ///< of the job
  };

  explicit JobFeed(const Services& services);
  /// Errors: as JobService::subscribe.
  [[nodiscard]] Status begin(JobId job);

  /// The number of the latest event, and that of the oldest that is kept.
  [[nodiscard]] std::uint64_t latest() const { return first_ + events_.size() - 1; }
  [[nodiscard]] std::uint64_t oldest() const { return first_; }
  [[nodiscard]] const Event& event(std::uint64_t number) const {
    return events_.at(number - first_);
  }
  /// The id of an event; no other feed, of another start of the controller for example, has it.
  [[nodiscard]] std::string id_of(std::uint64_t number) const;
  /// The number in an id of this feed, if all that came after it is kept.
  [[nodiscard]] std::optional<std::uint64_t> resumable(std::string_view id) const;

  void add(std::shared_ptr<FeedReader> reader) { readers_.push_back(std::move(reader)); }
  void remove(const FeedReader* reader);
  [[nodiscard]] std::size_t readers() const { return readers_.size(); }
  [[nodiscard]] bool over() const { return over_; }

 private:
  void take(const JobEvent& event);

  const Services& services_;
  std::string name_;
  Subscription subscription_;
  std::deque<Event> events_;
  std::uint64_t first_ = 1;
  std::size_t bytes_ = 0;
  bool over_ = false;
  std::vector<std::shared_ptr<FeedReader>> readers_;
};

class JobFeeds {
 public:
  explicit JobFeeds(const Services& services) : services_(services) {}

  /// The job's feed, which begins now if there is none. It may be over. Errors: ResourceExhausted
  /// when too many watch; as JobService::subscribe.
  [[nodiscard]] Result<std::shared_ptr<JobFeed>> of(JobId job);
  /// To be called when a reader has left: an unwatched feed is kept for a while, unless its job is
  /// over.
  void left(JobId job);
  [[nodiscard]] std::size_t kept() const { return feeds_.size(); }

 private:
  struct Kept {
    std::shared_ptr<JobFeed> feed;
    run::Timer end;  ///< while nobody watches
  };
  void drop_an_unwatched_one();

  const Services& services_;
  std::map<JobId, Kept> feeds_;
  std::deque<JobId> unwatched_;  // the longest so first; some may be watched again
};

}  // namespace muster::controller::api
