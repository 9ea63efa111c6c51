/// Large outputs as files: DIR/incoming/<our own counter> while they grow, DIR/ab/<digest> once
/// kept.
///
/// No name comes from a peer: counters and digests that we computed. What lies in incoming/ at
/// start is what a crash left, and is removed. One per SqliteStore; threads as OutputBuffer says.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <muster/core/base/fd.hpp>

#include "store/output_buffer.hpp"

namespace muster::controller {

class OutputFiles {
 public:
  /// Makes the directories and clears incoming/. Blocks.
  [[nodiscard]] static Result<std::unique_ptr<OutputFiles>> open(std::filesystem::path directory);

  [[nodiscard]] std::filesystem::path new_incoming();
  [[nodiscard]] std::filesystem::path kept_path(const crypto::Digest& digest) const;
  [[nodiscard]] Result<Bytes> read(const crypto::Digest& digest, std::uint64_t offset,
                                   std::size_t most) const;

 private:
  explicit OutputFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path directory_;
  std::uint64_t next_ = 0;
};

/// Holds no descriptor between calls, so that any number of large outputs can be under way.
class FileOutputBuffer final : public OutputBuffer {
 public:
  explicit FileOutputBuffer(OutputFiles& files) : files_(files) {}
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
  /// Makes the file durable under its digest. May be called again after a failure. [writer]
  [[nodiscard]] Status keep();

 private:
  [[nodiscard]] Status make_file();
  [[nodiscard]] Status write_at_end(const UniqueFd& fd, BytesView bytes);
  [[nodiscard]] Status move_to(const std::filesystem::path& target);

  OutputFiles& files_;
  Bytes memory_;
  std::filesystem::path path_;  // in incoming/, also after it was renamed: the loop reads it
  std::uint64_t size_ = 0;
  crypto::Sha256 hash_;
  bool renamed_ = false;  // it has its last name, which others with the same bytes may share
  bool kept_ = false;     // and the name is durable
};

}  // namespace muster::controller
