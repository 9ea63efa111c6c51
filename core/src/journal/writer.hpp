/// The journal's thread: takes what was queued, writes, syncs, and posts the outcomes to the loop
/// in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "journal/segment.hpp"

namespace muster::journal {

class Journal::Writer {
 public:
  Writer(std::filesystem::path dir, run::EventLoop& loop, Options options, UniqueFd lock,
         Opened opened);
  ~Writer();  // drains the queue
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void append(BytesView record, OnDurable on_durable);    // [loop]
  void compact(std::vector<Bytes> live, OnDone on_done);  // [loop]

  [[nodiscard]] std::uint64_t max_bytes() const { return options_.max_bytes; }

  std::atomic<std::uint64_t> size{0};
  std::atomic<std::uint64_t> syncs{0};
  const std::uint64_t torn_records;

 private:
  // An append, or a compaction when `on_done` is set.
  struct Work {
    Bytes record;
    OnDurable on_durable;
    std::vector<Bytes> live;
    OnDone on_done;
    std::optional<Error> refused;  // known before it was queued; keeps its place in the order
  };
  using Works = std::deque<Work>;

  void push(Work work);
  void write_until_stopped();
  void process(Works works);
  void write_batch(Works batch);
  void run_compaction(Work work);
  [[nodiscard]] Status replace_segment(const std::vector<Bytes>& live);
  void release_room(std::size_t bytes);
  void post(std::function<void()> callback);

  // constant after construction
  const std::filesystem::path dir_;
  run::EventLoop& loop_;
  const Options options_;
  const UniqueFd lock_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // its value: loop only

  // the writer thread's own
  Segment segment_;
  bool usable_ = true;

  // protected by mutex_
  std::mutex mutex_;
  std::condition_variable changed_;
  Works queue_;
  std::size_t queued_bytes_ = 0;
  bool stopping_ = false;

  std::thread thread_;  // last: runs when all else is built
};

}  // namespace muster::journal
