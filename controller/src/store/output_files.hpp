/// Large outputs as files: DIR/incoming/<our own counter> while they grow, DIR/ab/<digest> once
/// kept.
///
/// No name comes from a peer: counters and digests that we computed. What lies in incoming/ at
/// start is what a crash left, and is removed. One per SqliteStore; threads as OutputBuffer says.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <muster/core/base/fd.hpp>
#include <muster/core/base/guarded.hpp>
#include <set>

#include "store/output_buffer.hpp"

namespace muster::controller {

/// How files and folders are made durable: 0, or -1 and errno. Tests let them fail.
struct SyncCalls {
  std::function<int(int)> file = ::fdatasync;
  std::function<int(int)> folder = ::fsync;
};

class OutputFiles {
 public:
  /// Makes the directories and clears incoming/. Blocks.
  [[nodiscard]] static Result<std::unique_ptr<OutputFiles>> open(std::filesystem::path directory,
                                                                 SyncCalls calls = {});

  [[nodiscard]] std::filesystem::path new_incoming();
  [[nodiscard]] std::filesystem::path kept_path(const crypto::Digest& digest) const;
  [[nodiscard]] Result<Bytes> read(const crypto::Digest& digest, std::uint64_t offset,
                                   std::size_t most) const;

  /// Kept files that buffers which may still be stored stand for, by how many. Shared with them,
  /// because they may outlive us.
  using Held = Guarded<std::map<crypto::Digest, int>>;
  [[nodiscard]] std::shared_ptr<Held> held() const { return held_; }

  // [writer]
  /// Removes a kept file, unless a buffer holds it; whether it is gone.
  [[nodiscard]] bool remove(const crypto::Digest& digest) const;
  [[nodiscard]] Status sync_file(int fd, const std::filesystem::path& name) const;
  [[nodiscard]] Status sync_folder(const std::filesystem::path& folder) const;
  /// A folder of kept files is there, and durable.
  [[nodiscard]] Status make_folder(const std::filesystem::path& folder);

 private:
  OutputFiles(std::filesystem::path directory, SyncCalls calls)
      : directory_(std::move(directory)), calls_(std::move(calls)) {}
  std::filesystem::path directory_;
  SyncCalls calls_;
  std::shared_ptr<Held> held_ = std::make_shared<Held>();
  std::set<std::filesystem::path> durable_;  // folders; at most 256. The writer's
  std::uint64_t next_ = 0;
};

/// Holds no descriptor between calls, so that any number of large outputs can be under way.
class FileOutputBuffer final : public OutputBuffer {
 public:
  explicit FileOutputBuffer(OutputFiles& files) : files_(files), held_(files.held()) {}
  ~FileOutputBuffer() override;
  FileOutputBuffer(const FileOutputBuffer&) = delete;
  FileOutputBuffer& operator=(const FileOutputBuffer&) = delete;

  [[nodiscard]] Status append(BytesView bytes) override;
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] crypto::Digest digest() const override;
  [[nodiscard]] Result<Bytes> read(std::uint64_t offset, std::size_t most) const override;

  /// True while everything is in memory, in inline_bytes().
  [[nodiscard]] bool is_inline() const { return path_.empty(); }
  [[nodiscard]] BytesView inline_bytes() const { return memory_; }
  /// Makes the file durable under its digest. May be called again after a failure: a sync that
  /// failed may have lost what it could not write, so the file is then written anew. Errors:
  /// Corrupt when what was lost cannot be read any more. [writer]
  [[nodiscard]] Status keep();

 private:
  [[nodiscard]] Status make_file();
  [[nodiscard]] Status write_at_end(const UniqueFd& fd, BytesView bytes);
  [[nodiscard]] Status move(const std::filesystem::path& from, const std::filesystem::path& target);
  [[nodiscard]] Status move_copy(const std::filesystem::path& target);
  [[nodiscard]] Status copy(const std::filesystem::path& from,
                            const std::filesystem::path& to) const;

  OutputFiles& files_;
  std::shared_ptr<OutputFiles::Held> held_;
  Bytes memory_;
  std::filesystem::path path_;  // in incoming/, also after it was renamed: the loop reads it
  std::uint64_t size_ = 0;
  crypto::Sha256 hash_;
  bool renamed_ = false;   // it has its last name, which others with the same bytes may share
  bool kept_ = false;      // and the name is durable
  bool doubtful_ = false;  // a sync failed: what is on the disk is not known
};

}  // namespace muster::controller
