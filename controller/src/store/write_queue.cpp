#include "store/write_queue.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "store/sql.hpp"

namespace muster::controller {
namespace {

Status run(SQLite::Database& database, const char* text) {
  return sql::guarded([&]() -> Status {
    database.exec(text);
    return {};
  });
}

/// False after SQLite rolled everything back by itself, as it does when the disk is full.
bool in_transaction(SQLite::Database& database) {
  return sqlite3_get_autocommit(database.getHandle()) == 0;
}

Error busy() {
  return {ErrorCode::Unavailable,
          "the controller has more to write than its disk takes; try again in a second", "", true,
          std::chrono::seconds(1)};
}

}  // namespace

WriteQueue::WriteQueue(std::unique_ptr<SQLite::Database> database, run::EventLoop& loop,
                       WriteLimits limits)
    : database_(std::move(database)), loop_(loop), limits_(limits), thread_([this] { work(); }) {}

WriteQueue::~WriteQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void WriteQueue::push(Write write) {
  const bool full = load_->writes >= limits_.writes || load_->bytes >= limits_.bytes;
  if (full && !write.always) {
    ++load_->rejected;
    loop_.post([done = std::move(write.done)] {
      if (done) done(tl::unexpected(busy()));
    });
    return;
  }
  ++load_->writes;
  load_->bytes += write.bytes;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(write));
  }
  arrived_.notify_one();
}

std::vector<WriteQueue::Write> WriteQueue::take() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMaxGroup));
  std::vector<Write> group(std::make_move_iterator(queue_.begin()),
                           std::make_move_iterator(queue_.begin() + count));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  return group;
}

void WriteQueue::work() {
  for (;;) {
    auto group = take();
    if (group.empty()) return;  // stopping, and nothing is left
    auto results = commit(group);
    loop_.post([group = std::move(group), results = std::move(results), load = load_] {
      for (std::size_t i = 0; i < group.size(); ++i) {
        --load->writes;
        load->bytes -= group[i].bytes;
        if (group[i].done) group[i].done(results[i]);
      }
    });
  }
}

std::vector<Status> WriteQueue::commit(const std::vector<Write>& group) {
  std::vector<Status> results;
  auto all_failed = [&](const Error& why) {
    return std::vector<Status>(group.size(), Status(tl::unexpected(why)));
  };
  if (auto begun = run(*database_, "BEGIN IMMEDIATE"); !begun) return all_failed(begun.error());
  for (const auto& write : group) {
    results.push_back(apply_one(write));
    if (!in_transaction(*database_)) {
      const auto& last = results.back();
      return all_failed(
          last ? Error{ErrorCode::Internal, "the transaction ended early", "", true, {}}
               : last.error());
    }
  }
  if (auto committed = run(*database_, "COMMIT"); !committed) {
    if (in_transaction(*database_)) std::ignore = run(*database_, "ROLLBACK");
    return all_failed(committed.error());
  }
  return results;
}

Status WriteQueue::apply_one(const Write& write) {
  auto result = sql::guarded([&]() -> Status {
    database_->exec("SAVEPOINT one");
    return write.apply(*database_);
  });
  if (!in_transaction(*database_)) return result;
  if (!result) std::ignore = run(*database_, "ROLLBACK TO one");
  auto released = run(*database_, "RELEASE one");
  return result ? released : result;
}

}  // namespace muster::controller
