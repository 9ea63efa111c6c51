#include "host/plugin_folder.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

namespace muster::agent {
namespace {

using nlohmann::json;

Result<std::vector<std::filesystem::path>> plugin_files(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) return fail_errno("read the plugin folder " + directory.string(), error.value());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : entries) {
    if (entry.path().extension() == ".so") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<config::Manifest> manifest_of(const plugins::PluginFile& file) {
  const auto document = json::parse(file.manifest, nullptr, false);
  if (document.is_discarded()) return fail(ErrorCode::Corrupt, "its manifest is not JSON");
  return config::parse_manifest(document).map_error([](Error error) {
    error.message =
        "its manifest: " + error.message + (error.field.empty() ? "" : " (at " + error.field + ")");
    return error;
  });
}

Result<FoundPlugin> look_at(const std::filesystem::path& path) {
  auto file = plugins::open_plugin_file(path);
  if (!file) return tl::unexpected(file.error());
  auto manifest = manifest_of(*file).map_error(with_context(path.string()));
  if (!manifest) return tl::unexpected(manifest.error());
  if (auto abi = plugins::check_abi(static_cast<std::uint64_t>(manifest->abi_major),
                                    static_cast<std::uint64_t>(manifest->abi_min_minor));
      !abi) {
    return tl::unexpected(with_context(path.string())(abi.error()));
  }
  return FoundPlugin{std::move(*file), std::move(*manifest)};
}

/// Takes `found` in, or the one of the two that is not the plugin's file out.
void add(PluginFolder& folder, FoundPlugin found) {
  const std::string id = found.manifest.id;
  const auto before = folder.plugins.find(id);
  if (before == folder.plugins.end()) {
    folder.plugins.emplace(id, std::move(found));
    return;
  }
  if (found.file.path.stem() == id) std::swap(before->second, found);
  const auto& used = before->second.file.path;
  const auto& other = found.file.path;
  folder.rejected.push_back({other, other.string() + ": plugin " + id + " is loaded from " +
                                        used.filename().string() + " already; remove one of them"});
}

}  // namespace

Result<PluginFolder> read_plugin_folder(const std::filesystem::path& directory) {
  const auto files = plugin_files(directory);
  if (!files) return tl::unexpected(files.error());
  PluginFolder folder;
  for (const auto& path : *files) {
    if (auto found = look_at(path)) {
      add(folder, std::move(*found));
    } else {
      folder.rejected.push_back({path, found.error().message});
    }
  }
  std::sort(folder.rejected.begin(), folder.rejected.end(),
            [](const auto& one, const auto& other) { return one.path < other.path; });
  return folder;
}

}  // namespace muster::agent
