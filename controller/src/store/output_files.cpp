#include "store/output_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <muster/core/base/files.hpp>
#include <string>
#include <system_error>
#include <utility>

namespace muster::controller {
namespace {

Status write_part(int fd, std::uint64_t offset, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("write an output", errno);
    offset += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<Bytes> read_part(int fd, std::uint64_t offset, std::size_t most, const std::string& name) {
  Bytes bytes(most);
  std::size_t got = 0;
  while (got < most) {
    const ssize_t n = ::pread(fd, bytes.data() + got, most - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno("read " + name, errno);
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

}  // namespace

Result<std::unique_ptr<OutputFiles>> OutputFiles::open(std::filesystem::path directory,
                                                       SyncCalls calls) {
  std::error_code error;
  std::filesystem::remove_all(directory / "incoming", error);
  if (error) return fail_errno("clear " + (directory / "incoming").string(), error.value());
  if (auto made = make_directories(directory / "incoming"); !made) {
    return tl::unexpected(made.error());
  }
  return std::unique_ptr<OutputFiles>(new OutputFiles(std::move(directory), std::move(calls)));
}

std::filesystem::path OutputFiles::new_incoming() {
  return directory_ / "incoming" / std::to_string(++next_);
}

std::filesystem::path OutputFiles::kept_path(const crypto::Digest& digest) const {
  const std::string name = to_hex(digest);
  return directory_ / name.substr(0, 2) / name;
}

Result<Bytes> OutputFiles::read(const crypto::Digest& digest, std::uint64_t offset,
                                std::size_t most) const {
  const auto path = kept_path(digest);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) {
    return fail(ErrorCode::Corrupt, "the output file " + path.string() + " is gone");
  }
  if (!fd) return fail_errno("read " + path.string(), errno);
  return read_part(fd.get(), offset, most, path.string());
}

bool OutputFiles::remove(const crypto::Digest& digest) const {
  const bool held = held_->with([&](const auto& all) { return all.contains(digest); });
  return !held && (::unlink(kept_path(digest).c_str()) == 0 || errno == ENOENT);
}

Status OutputFiles::sync_file(int fd, const std::filesystem::path& name) const {
  if (calls_.file(fd) != 0) return fail_errno("sync " + name.string(), errno);
  return {};
}

Status OutputFiles::sync_folder(const std::filesystem::path& folder) const {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || calls_.folder(fd.get()) != 0) return fail_errno("sync " + folder.string(), errno);
  return {};
}

Status OutputFiles::make_folder(const std::filesystem::path& folder) {
  const bool is_new = ::mkdir(folder.c_str(), 0700) == 0;
  if (!is_new && errno != EEXIST) return fail_errno("create " + folder.string(), errno);
  if (!is_new && durable_.contains(folder)) return {};
  if (auto synced = sync_folder(directory_); !synced) {
    // Made anew by the next try, because a second sync would not write what this one lost. With
    // files in it, it is older and durable, and stays.
    ::rmdir(folder.c_str());
    return synced;
  }
  durable_.insert(folder);
  return {};
}

FileOutputBuffer::~FileOutputBuffer() {
  if (is_inline()) return;
  if (!renamed_) {
    ::unlink(path_.c_str());
    return;
  }
  held_->with([digest = digest()](auto& all) {
    if (const auto found = all.find(digest); found != all.end() && --found->second == 0) {
      all.erase(found);
    }
  });
}

Status FileOutputBuffer::append(BytesView bytes) {
  if (is_inline() && size_ + bytes.size() <= kInlineOutput) {
    memory_.insert(memory_.end(), bytes.begin(), bytes.end());
  } else {
    if (is_inline()) {
      if (auto made = make_file(); !made) return made;
    }
    const UniqueFd fd(::open(path_.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return fail_errno("write " + path_.string(), errno);
    if (auto written = write_at_end(fd, bytes); !written) return written;
  }
  size_ += bytes.size();
  hash_.update(bytes);
  return {};
}

Status FileOutputBuffer::make_file() {
  const auto path = files_.new_incoming();
  const UniqueFd fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("create " + path.string(), errno);
  if (auto written = write_at_end(fd, memory_); !written) {
    ::unlink(path.c_str());
    return written;
  }
  path_ = path;
  memory_ = Bytes();
  return {};
}

// During make_file() the file is empty and size_ bytes are still in memory_; both end at size_.
Status FileOutputBuffer::write_at_end(const UniqueFd& fd, BytesView bytes) {
  const std::uint64_t begin = memory_.empty() ? size_ : 0;
  auto written = write_part(fd.get(), begin, bytes);
  if (!written) {
    // Only gives space back; what lies beyond size_ is never read.
    [[maybe_unused]] const int ignored = ::ftruncate(fd.get(), static_cast<off_t>(begin));
  }
  return written;
}

crypto::Digest FileOutputBuffer::digest() const {
  auto so_far = hash_;
  return so_far.finish();
}

Result<Bytes> FileOutputBuffer::read(std::uint64_t offset, std::size_t most) const {
  const auto left = offset < size_ ? size_ - offset : 0;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, most));
  if (is_inline()) {
    return to_bytes(
        BytesView(memory_).subspan(std::min<std::size_t>(offset, memory_.size()), count));
  }
  const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (fd) return read_part(fd.get(), offset, count, path_.string());
  if (errno != ENOENT) return fail_errno("read " + path_.string(), errno);
  return files_.read(digest(), offset, count);  // the writer renamed it a moment ago
}

Status FileOutputBuffer::keep() {
  if (kept_ || is_inline()) return {};
  const auto target = files_.kept_path(digest());
  if (auto made = files_.make_folder(target.parent_path()); !made) return made;
  if (auto moved = doubtful_ ? move_copy(target) : move(path_, target); !moved) return moved;
  auto synced = files_.sync_folder(target.parent_path());
  kept_ = synced.has_value();
  doubtful_ = !kept_;
  return synced;
}

Status FileOutputBuffer::move(const std::filesystem::path& from,
                              const std::filesystem::path& target) {
  const UniqueFd fd(::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return fail_errno("sync " + from.string(), errno);
  if (auto synced = files_.sync_file(fd.get(), from); !synced) {
    doubtful_ = true;
    return synced;
  }
  if (::rename(from.c_str(), target.c_str()) != 0)
    return fail_errno("keep " + from.string(), errno);
  if (!std::exchange(renamed_, true)) {
    held_->with([digest = digest()](auto& all) { ++all[digest]; });
  }
  return {};
}

// A second sync of the same file could succeed without what the first one lost.
Status FileOutputBuffer::move_copy(const std::filesystem::path& target) {
  const std::filesystem::path again = path_.string() + ".again";
  const auto moved =
      copy(renamed_ ? target : path_, again).and_then([&] { return move(again, target); });
  ::unlink(moved ? path_.c_str() : again.c_str());
  return moved;
}

Status FileOutputBuffer::copy(const std::filesystem::path& from,
                              const std::filesystem::path& to) const {
  constexpr std::size_t kPart = std::size_t{64} << 10U;
  const UniqueFd source(::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!source) return fail_errno("read " + from.string(), errno);
  const UniqueFd fd(
      ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("create " + to.string(), errno);
  crypto::Sha256 hash;
  for (std::uint64_t at = 0; at < size_;) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(kPart, size_ - at));
    const auto part = read_part(source.get(), at, most, from.string());
    if (!part) return tl::unexpected(part.error());
    if (part->empty()) break;
    if (auto written = write_part(fd.get(), at, *part); !written) return written;
    hash.update(*part);
    at += part->size();
  }
  if (hash.finish() == digest()) return {};
  return fail(ErrorCode::Corrupt, "the disk lost a part of " + from.string());
}

}  // namespace muster::controller
