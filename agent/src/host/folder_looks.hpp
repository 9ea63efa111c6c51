/// Which folders there are in the folder of plugins, which came, went or changed since the last
/// look.
///
/// A look is cheap: it reads names and times, and files only of a folder that is not as it was. A
/// folder that came or changed is taken once it has lain still between two looks, so that one which
/// is being copied is not taken half. One look at a time, on any thread; blocks.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/folder_plugin.hpp"
#include "host/plugin_configs.hpp"

namespace muster::agent {

/// A folder that is not as it was.
struct FolderChange {
  std::filesystem::path folder;
  bool gone = false;
  Result<FolderPlugin> plugin;     ///< of one that is there
  Result<Bytes> config = Bytes{};  ///< of a plugin, as PluginConfigs::of()
};

class FolderLooks {
 public:
  static constexpr std::size_t kMaxFolders = 64;
  static constexpr std::size_t kMaxEntries = 256;  ///< of a folder, that are looked at

  struct Places {
    std::filesystem::path plugins;
    std::filesystem::path configs;               ///< "" for nowhere
    std::map<std::string, std::string> texts{};  ///< as SupervisorOptions::configs
  };
  explicit FolderLooks(Places places) : places_(std::move(places)) {}

  /// The first look takes what is there; by folder's name.
  [[nodiscard]] std::vector<FolderChange> look();

 private:
  struct Known {
    std::string taken;  ///< how it lay when it was taken; "" before
    std::string last;   ///< how it lay at the last look
  };
  [[nodiscard]] FolderChange take(const std::filesystem::path& folder) const;
  [[nodiscard]] std::string state_of(const std::filesystem::path& folder) const;

  Places places_;
  std::map<std::string, Known> known_;  // by folder's name
  bool first_ = true;
};

}  // namespace muster::agent
