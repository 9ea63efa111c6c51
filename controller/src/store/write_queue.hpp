/// The one thread that writes to the database: each commit takes whatever arrived during the last.
///
/// No timer: a lone write is committed at once, a burst in groups. Within a group each write has a
/// savepoint, so one that fails leaves the others alone. Completions run on the loop, in order,
/// after the commit. The destructor writes what was queued. What waits is limited: a write beyond
/// that is not taken, and its completion says Unavailable, before those of writes that were.
#pragma once

#include <SQLiteCpp/Database.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/run/event_loop.hpp>
#include <mutex>
#include <thread>
#include <vector>

#include "store/store.hpp"

namespace muster::controller {

/// Of writes that were asked for and whose completion has not run.
struct WriteLimits {
  std::size_t writes = 100'000;
  std::size_t bytes = std::size_t{64} << 20U;  ///< passed by one write at most
};

class WriteQueue {
 public:
  struct Write {
    std::function<Status(SQLite::Database&)> apply;  ///< on the writer's thread
    std::function<void(Status)> done;                ///< on the loop
    std::size_t bytes = 0;                           ///< what it holds in memory, about
    bool always = false;  ///< taken beyond the limits too: who asks limits itself
  };
  static constexpr std::size_t kMaxGroup = 1000;

  WriteQueue(std::unique_ptr<SQLite::Database> database, run::EventLoop& loop, WriteLimits limits);
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  void push(Write write);  // [loop]
  /// Of writes whose completion has not run. [loop]
  [[nodiscard]] WriteLoad load() const { return *load_; }

 private:
  void work();
  [[nodiscard]] std::vector<Write> take();
  [[nodiscard]] std::vector<Status> commit(const std::vector<Write>& group);
  [[nodiscard]] Status apply_one(const Write& write);

  std::unique_ptr<SQLite::Database> database_;  // the writer's alone
  run::EventLoop& loop_;
  WriteLimits limits_;
  std::shared_ptr<WriteLoad> load_ =
      std::make_shared<WriteLoad>();  // the loop's; completions may outlive us
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Write> queue_;  // under mutex_
  bool stopping_ = false;    // under mutex_
  std::thread thread_;
};

}  // namespace muster::controller
