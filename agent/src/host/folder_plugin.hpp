/// A folder with a plugin.yaml and programs, read as the plugin that it is. A library that provides
/// kFolderInterface runs it, in a host of its own for each folder. Functions block: call them
/// before the loop runs or on a worker.
#pragma once

#include <filesystem>
#include <muster/core/base/bytes.hpp>
#include <muster/core/config/manifest.hpp>
#include <muster/core/plugins/frames.hpp>
#include <muster/core/plugins/plugin_file.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "host/plugin_folder.hpp"

namespace muster::agent {

inline constexpr std::string_view kFolderInterface = "plugin-folder/1";

/// plugin.yaml as it was read, so that what is wrong in it can be told with its place.
struct FolderSource {
  std::filesystem::path file;
  std::string yaml;

  /// "FILE:LINE:COL: sentence" for an error whose field is a pointer into the manifest.
  [[nodiscard]] std::string explain(const Error& error) const;
};

struct FolderPlugin {
  config::Manifest manifest;
  std::string manifest_text;  ///< as the controller gets it
  FolderSource source;
};

/// Takes the library that runs folders, if there is one, out of `folder`: it has no host for
/// itself.
[[nodiscard]] std::optional<FoundPlugin> take_folder_library(PluginFolder& folder);

/// Errors are sentences with the place: PermissionDenied for a symbolic link, NotFound without a
/// plugin.yaml, InvalidArgument for what is wrong in it.
[[nodiscard]] Result<FolderPlugin> read_folder_plugin(const std::filesystem::path& folder);

/// The library's file as that of the folder's plugin. Errors: ResourceExhausted.
[[nodiscard]] Result<plugins::PluginFile> file_of(const FolderPlugin& plugin,
                                                  const FoundPlugin& library);

/// What is wrong with the result of a call that went well, or nothing. A library's results are
/// typed by what was generated from its manifest; those of a folder's programs are only checked
/// here.
[[nodiscard]] std::optional<Error> wrong_result(const config::Operation& operation,
                                                BytesView result);

/// What tells a host to be `manifest`, from its own file.
[[nodiscard]] plugins::Start start_of(const config::Manifest& manifest, Bytes config);
/// What tells a host of `library` to be the folder's plugin: the manifest is its configuration.
[[nodiscard]] plugins::Start start_of(const FolderPlugin& plugin, const config::Manifest& library,
                                      const Bytes& config);

}  // namespace muster::agent
