/// The files of the folder of plugins: which of them are the node's plugins, and why the others are
/// not. Nothing of them runs yet. Blocks: read it before the loop runs.
#pragma once

#include <filesystem>
#include <map>
#include <muster/core/config/manifest.hpp>
#include <muster/core/plugins/plugin_file.hpp>
#include <string>
#include <vector>

namespace muster::agent {

struct FoundPlugin {
  plugins::PluginFile file;
  config::Manifest manifest;
};

/// A file in the folder that is no plugin that this agent can run, and why.
struct RejectedFile {
  std::filesystem::path path;
  std::string why;
};

struct PluginFolder {
  std::map<std::string, FoundPlugin> plugins;  ///< by plugin id
  std::vector<RejectedFile> rejected;          ///< by path
};

/// Reads every `*.so`. Of several files that are the same plugin, the one named `<id>.so` is it, or
/// else the first by name. Errors: NotFound, PermissionDenied for the folder.
[[nodiscard]] Result<PluginFolder> read_plugin_folder(const std::filesystem::path& directory);

}  // namespace muster::agent
