#include "spool/stream_spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace muster::agent {
namespace {

/// Given back to the disk in pieces of this size, so that it costs a call now and then, not one a
/// chunk.
constexpr std::uint64_t kGiveBackStep = std::uint64_t{1} << 20U;

}  // namespace

StreamSpool::StreamSpool(SpoolStore& store, const Kept& kept)
    : store_(store),
      cap_(kept.kept),
      size_(kept.size),
      kept_(kept.kept),
      finished_(true),
      memory_(kept.content),
      file_(kept.file),
      digest_(kept.digest) {
  given_back_ = std::min(kept.given_back, kept_);
  sent_ = acknowledged_ = given_back_;
  store_.took(kept_ - given_back_);
}

StreamSpool::~StreamSpool() { store_.gave_back(kept_ - given_back_); }

void StreamSpool::discard() {
  fd_.reset();
  if (file_ != 0) store_.remove(file_);
}

Status StreamSpool::append(BytesView bytes) {
  size_ += bytes.size();
  const auto keep = bytes.first(std::min<std::uint64_t>(bytes.size(), cap_ - kept_));
  if (keep.empty()) return {};
  if (auto stored = store_bytes(keep); !stored) {
    cap_ = kept_;
    return stored;
  }
  sum_.update(keep);
  kept_ += keep.size();
  store_.took(keep.size());
  return {};
}

Status StreamSpool::store_bytes(BytesView bytes) {
  if (file_ == 0 && memory_.size() + bytes.size() <= kInMemory) {
    memory_.insert(memory_.end(), bytes.begin(), bytes.end());
    return {};
  }
  if (auto spilled = spill(); !spilled) return spilled;
  return write_to_file(bytes, kept_);
}

Status StreamSpool::spill() {
  if (file_ != 0) return {};
  auto file = store_.create();
  if (!file) return tl::unexpected(file.error());
  fd_ = std::move(file->fd);
  if (auto moved = write_to_file(memory_, 0); !moved) {
    fd_.reset();
    store_.remove(file->number);
    return moved;
  }
  file_ = file->number;
  memory_ = Bytes();
  if (finished_) fd_.reset();
  return {};
}

Status StreamSpool::write_to_file(BytesView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t wrote =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail_errno("keep the output of a task", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    offset += static_cast<std::uint64_t>(wrote);
  }
  return {};
}

void StreamSpool::finish() {
  if (finished_) return;
  finished_ = true;
  digest_ = sum_.finish();
  fd_.reset();  // thousands may wait for the controller
}

StreamSpool::Kept StreamSpool::kept_parts() const {
  return {size_, kept_, digest_, file_, memory_, given_back_};
}

Result<int> StreamSpool::descriptor() const {
  if (!fd_) {
    auto opened = store_.reopen(file_);
    if (!opened) return tl::unexpected(opened.error());
    fd_ = std::move(*opened);
  }
  return fd_.get();
}

Result<Bytes> StreamSpool::read(std::uint64_t offset, std::size_t most) const {
  if (offset >= kept_) return Bytes();
  if (offset < given_back_) return fail(ErrorCode::Corrupt, "the output of a task was given back");
  const std::size_t wanted = std::min<std::uint64_t>(most, kept_ - offset);
  if (file_ == 0) {
    if (memory_.size() < kept_) return fail(ErrorCode::Corrupt, "the output of a task is gone");
    const auto begin = memory_.begin() + static_cast<std::ptrdiff_t>(offset);
    return Bytes(begin, begin + static_cast<std::ptrdiff_t>(wanted));
  }
  const auto fd = descriptor();
  if (!fd) return tl::unexpected(fd.error());
  Bytes bytes(wanted);
  std::size_t have = 0;
  while (have < wanted) {
    const ssize_t got =
        ::pread(*fd, bytes.data() + have, wanted - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read the kept output of a task", errno);
    if (got == 0) return fail(ErrorCode::Corrupt, "the kept output of a task is cut short");
    have += static_cast<std::size_t>(got);
  }
  if (finished_) fd_.reset();
  return bytes;
}

void StreamSpool::cut_at(std::uint64_t offset) {
  const auto stays = std::min(offset, kept_);
  store_.gave_back(kept_ - std::max(stays, given_back_));
  given_back_ = std::min(given_back_, stays);
  kept_ = cap_ = stays;
  finished_ = true;
  digest_ = {};
}

void StreamSpool::acknowledge(std::uint64_t offset) {
  if (offset <= acknowledged_ || offset > sent_) return;
  acknowledged_ = offset;
  give_back_before(offset);
}

void StreamSpool::rewind(std::uint64_t offset) {
  if (offset < given_back_) cut_at(offset);
  sent_ = acknowledged_ = offset;
}

void StreamSpool::give_back_before(std::uint64_t offset) {
  const std::uint64_t until = std::min(offset, kept_) / kGiveBackStep * kGiveBackStep;
  if (file_ == 0 || finished_ || until <= given_back_) return;
  if (cap_ <= kWhole && store_.has_room()) return;
  // A file system that cannot punch holes keeps the bytes until the end; only the budget is told.
  const auto fd = descriptor();
  if (!fd) return;
  [[maybe_unused]] const int punched =
      ::fallocate(*fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(given_back_),
                  static_cast<off_t>(until - given_back_));
  store_.gave_back(until - given_back_);
  given_back_ = until;
}

}  // namespace muster::agent
