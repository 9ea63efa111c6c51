/// What a node is, read from the files of a tree: its own root, or a fixture.
///
/// Facts come in groups, each read by one function and with what that took. Blocks for small reads
/// of /proc and /sys, on a worker; of `updates`, for the package manager. A fact whose file is
/// missing or strange is left out. One lives as long as the plugin; every method is [any].
#pragma once

#include <chrono>
#include <cstdint>
#include <muster/sdk/answer.hpp>
#include <muster/sdk/call.hpp>
#include <mutex>
#include <optional>
#include <string>

#include "node.hpp"
#include "system_plugin.hpp"

namespace muster::plugin::system {

class FactReader {
 public:
  /// How long the number of updates is good for: to know it costs the package manager seconds.
  static constexpr std::chrono::minutes kUpdatesKept{10};

  explicit FactReader(const Node& node) : node_(node) {}

  /// Errors: those of the package manager, for `updates` alone.
  [[nodiscard]] sdk::Answer<Facts> read(const sdk::Call& call, const FactsArguments& arguments);
  /// As facts/1 wants them: names and texts. The number of updates as somebody asked for it last.
  [[nodiscard]] sdk::Answer<ToldFacts> tell() const;

 private:
  sdk::Status add_updates(const sdk::Call& call, Facts& facts, FactsReadValue& how);

  struct Updates {
    std::int64_t count = 0;
    std::chrono::steady_clock::time_point read;
    [[nodiscard]] std::chrono::seconds age() const {
      return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() -
                                                              read);
    }
  };
  [[nodiscard]] std::optional<Updates> known_updates() const;

  const Node& node_;
  std::mutex asking_;  // held while the package manager is asked
  mutable std::mutex mutex_;
  std::optional<Updates> updates_;  // under mutex_
};

// The groups, each in the file of its subject.
void add_os(const Node& node, Facts& facts);
void add_kernel(const Node& node, Facts& facts);
void add_cpu(const Node& node, Facts& facts);
void add_memory(const Node& node, Facts& facts);
void add_boot(const Node& node, Facts& facts);
void add_isolation(const Node& node, Facts& facts);  ///< cgroups, landlock
void add_virtualisation(const Node& node, Facts& facts);
void add_packages(const Node& node, Facts& facts);
void add_disks(const Node& node, Facts& facts);
/// The disks alone, below `root`, without a look at their file systems, which may hang.
[[nodiscard]] std::vector<FactsDisksItem> read_disks(const std::string& root);
void add_network(const Node& node, Facts& facts);
void add_custom(const Node& node, Facts& facts);

}  // namespace muster::plugin::system
