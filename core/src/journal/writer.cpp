#include "journal/writer.hpp"

#include <utility>

namespace muster::journal {
namespace {

constexpr std::string_view kBroken =
    "the journal's disk failed earlier, so nothing more can be promised: look at the disk and "
    "restart";

std::size_t total_bytes(const std::vector<Bytes>& records) {
  std::size_t total = 0;
  for (const auto& record : records) total += record.size();
  return total;
}

std::optional<Error> too_large(std::size_t bytes) {
  if (bytes <= kMaxRecordBytes) return std::nullopt;
  return fail(ErrorCode::InvalidArgument, "a journal record of " + std::to_string(bytes) +
                                              " bytes is larger than " +
                                              std::to_string(kMaxRecordBytes))
      .value();
}

Error full(std::string message) {
  Error error{ErrorCode::ResourceExhausted, std::move(message), {}, true, {}};
  return error;
}

}  // namespace

Journal::Writer::Writer(std::filesystem::path dir, run::EventLoop& loop, Options options,
                        UniqueFd lock, Opened opened)
    : size(opened.segment.size),
      torn_records(opened.torn ? 1 : 0),
      dir_(std::move(dir)),
      loop_(loop),
      options_(std::move(options)),
      lock_(std::move(lock)),
      segment_(std::move(opened.segment)),
      thread_([this] { write_until_stopped(); }) {}

Journal::Writer::~Writer() {
  *alive_ = false;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Journal::Writer::append(BytesView record, OnDurable on_durable) {
  Work work;
  work.on_durable = std::move(on_durable);
  work.refused = too_large(record.size());
  if (!work.refused) work.record = to_bytes(record);
  push(std::move(work));
}

void Journal::Writer::compact(std::vector<Bytes> live, OnDone on_done) {
  Work work;
  work.on_done = std::move(on_done);
  for (const auto& record : live) {
    if (!work.refused) work.refused = too_large(record.size());
  }
  if (!work.refused) work.live = std::move(live);
  push(std::move(work));
}

void Journal::Writer::push(Work work) {
  const auto bytes = work.record.size();
  {
    const std::lock_guard lock(mutex_);
    if (queued_bytes_ + bytes > options_.max_queued_bytes) {
      work.record.clear();
      work.refused = full("the journal cannot write as fast as is asked of it, try again");
    } else {
      queued_bytes_ += bytes;
    }
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void Journal::Writer::write_until_stopped() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto works = std::exchange(queue_, {});
    lock.unlock();
    process(std::move(works));
    lock.lock();
  }
}

void Journal::Writer::process(Works works) {
  Works batch;
  for (auto& work : works) {
    if (!work.on_done) {
      batch.push_back(std::move(work));
      continue;
    }
    write_batch(std::exchange(batch, {}));
    run_compaction(std::move(work));
  }
  write_batch(std::move(batch));
}

void Journal::Writer::write_batch(Works batch) {
  Bytes image;
  std::size_t released = 0;
  std::vector<Lsn> lsns(batch.size(), 0);
  Lsn next = segment_.next_lsn;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto& work = batch[i];
    released += work.record.size();
    const auto at = segment_.size + image.size();
    if (!work.refused && !usable_) {
      work.refused = fail(ErrorCode::Unavailable, std::string(kBroken)).value();
    }
    if (!work.refused && at + kRecordOverhead + work.record.size() > options_.max_bytes) {
      work.refused = full("the journal has reached its limit of " +
                          std::to_string(options_.max_bytes) + " bytes: compact it");
    }
    if (work.refused) continue;
    append_record(image, work.record, segment_.header, {at, segment_.size});
    lsns[i] = next++;
  }
  Status written;
  if (!image.empty()) {
    written = append_synced(segment_, image, usable_, options_.on_step);
    if (written) {
      segment_.next_lsn = next;
      ++syncs;
    } else if (!usable_) {
      written = fail(ErrorCode::Unavailable, written.error().message);
    }
  }
  size = segment_.size;
  release_room(released);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Result<Lsn> outcome = lsns[i];
    if (batch[i].refused) {
      outcome = tl::unexpected(*batch[i].refused);
    } else if (!written) {
      outcome = tl::unexpected(written.error());
    }
    post([done = std::move(batch[i].on_durable), outcome = std::move(outcome)] {
      if (done) done(outcome);
    });
  }
}

void Journal::Writer::run_compaction(Work work) {
  Status outcome;
  if (work.refused) {
    outcome = tl::unexpected(*work.refused);
  } else if (!usable_) {
    outcome = fail(ErrorCode::Unavailable, std::string(kBroken));
  } else {
    outcome = replace_segment(work.live);
    if (!outcome && !usable_) outcome = fail(ErrorCode::Unavailable, outcome.error().message);
  }
  size = segment_.size;
  post([done = std::move(work.on_done), outcome = std::move(outcome)] { done(outcome); });
}

Status Journal::Writer::replace_segment(const std::vector<Bytes>& live) {
  const auto needed = kHeaderBytes + live.size() * kRecordOverhead + total_bytes(live);
  if (needed > options_.max_bytes) {
    return tl::unexpected(full("what still matters is more than the journal's limit of " +
                               std::to_string(options_.max_bytes) + " bytes"));
  }
  const auto header = new_header(segment_.header.number + 1, segment_.next_lsn);
  Bytes image;
  image.reserve(needed);
  append_header(image, header);
  // Each a batch of its own: the segment counts only once all of it is on disk.
  for (const auto& record : live) {
    append_record(image, record, header, {image.size(), image.size()});
  }
  bool renamed = false;
  auto fd = make_segment(dir_, header.number, image, renamed, options_.on_step);
  if (!fd) {
    // After the rename a crash may bring back either segment: promise nothing that only one of them
    // has.
    if (renamed) usable_ = false;
    return tl::unexpected(fd.error());
  }
  const auto old = segment_path(dir_, segment_.header.number);
  segment_ = Segment{std::move(*fd), header, image.size(), header.first_lsn + live.size()};
  // One that stays is removed by the next open; it cannot be taken for the journal.
  ::unlink(old.c_str());
  if (options_.on_step) options_.on_step(Step::CompactOldRemoved);
  return {};
}

void Journal::Writer::release_room(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  queued_bytes_ -= bytes;
}

void Journal::Writer::post(std::function<void()> callback) {
  loop_.post([alive = alive_, callback = std::move(callback)] {
    if (*alive) callback();
  });
}

}  // namespace muster::journal
