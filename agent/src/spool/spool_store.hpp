/// Where output waits for the controller: a folder of files under one budget.
///
/// One per agent, built in app.cpp. Files are named by a counter of ours, never by anything that
/// came over the wire. Everything is [loop] unless said otherwise. The budget is shared: when it is
/// used up, plugins get no more credit, so a task that prints waits instead of filling the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/base/fd.hpp>
#include <set>

namespace muster::agent {

class SpoolStore {
 public:
  static constexpr std::uint64_t kDefaultBudget = std::uint64_t{1} << 30U;

  /// Makes the folder where there is none. Blocks.
  [[nodiscard]] static Result<std::unique_ptr<SpoolStore>> open(
      const std::filesystem::path& dir, std::uint64_t budget = kDefaultBudget);

  /// Deletes every file whose number is not in `numbers`: what a crash left behind. None of
  /// `numbers` is given to a new file, not even when its file is gone. Blocks.
  void keep_only(const std::set<std::uint64_t>& numbers);

  struct File {
    std::uint64_t number = 0;
    UniqueFd fd;
  };
  [[nodiscard]] Result<File> create();
  [[nodiscard]] Result<UniqueFd> reopen(std::uint64_t number) const;
  void remove(std::uint64_t number);
  [[nodiscard]] std::filesystem::path path_of(std::uint64_t number) const;

  void took(std::uint64_t bytes) { used_ += bytes; }
  void gave_back(std::uint64_t bytes) { used_ -= bytes; }
  [[nodiscard]] std::uint64_t used() const { return used_; }
  [[nodiscard]] bool has_room() const { return used_ < budget_; }

 private:
  SpoolStore(std::filesystem::path dir, std::uint64_t budget, std::uint64_t next)
      : dir_(std::move(dir)), budget_(budget), next_(next) {}

  std::filesystem::path dir_;
  std::uint64_t budget_;
  std::uint64_t next_;
  std::uint64_t used_ = 0;
};

/// Makes the file's content durable. Blocks: for a worker. [any]
[[nodiscard]] Status sync_spool_file(const std::filesystem::path& file);

}  // namespace muster::agent
