/// The agent's own directory: private, and used by one agent at a time.
///
/// The lock is a file lock on `lock` inside it; the kernel lets go of it when the process ends,
/// however it ends. Blocks for a moment; made once in app.cpp, before anything else touches the
/// directory.
#pragma once

#include <filesystem>
#include <muster/core/base/error.hpp>
#include <muster/core/base/fd.hpp>

namespace muster::agent {

class StateDir {
 public:
  /// Makes the directory (mode 0700) where there is none and locks it. Errors: Conflict when
  /// another agent has it; PermissionDenied when it belongs to somebody else or others may enter
  /// it.
  [[nodiscard]] static Result<StateDir> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path journal() const { return path_ / "journal"; }
  [[nodiscard]] std::filesystem::path kv() const { return path_ / "kv"; }
  [[nodiscard]] std::filesystem::path spool() const { return path_ / "spool"; }

 private:
  StateDir(std::filesystem::path path, UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  UniqueFd lock_;
};

}  // namespace muster::agent
