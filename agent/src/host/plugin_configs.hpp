/// The configurations of a node's plugins, as somebody wrote them and as the plugins get them.
/// Blocks: read them before the loop runs.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <muster/core/base/bytes.hpp>
#include <muster/core/config/manifest.hpp>
#include <string>
#include <vector>

namespace muster::agent {

class PluginConfigs {
 public:
  /// `texts` has YAML texts by plugin id; `<plugin id>.yaml` in `directory` those that it lacks; ""
  /// for nowhere. Errors: NotFound, PermissionDenied for the folder.
  [[nodiscard]] static Result<PluginConfigs> open(std::map<std::string, std::string> texts,
                                                  const std::filesystem::path& directory);

  /// A msgpack map, checked and with defaults; of a plugin for which nobody wrote one, the
  /// defaults. Errors name the place.
  [[nodiscard]] Result<Bytes> of(const config::Manifest& manifest) const;

  /// Files that look like a configuration and are that of none of the plugins, by path.
  [[nodiscard]] std::vector<std::filesystem::path> of_nobody(
      const std::function<bool(const std::string& id)>& is_plugin) const;

 private:
  [[nodiscard]] Result<nlohmann::json> written(const std::string& plugin) const;

  std::map<std::string, std::string> texts_;
  std::map<std::string, std::filesystem::path> files_;  // by name
};

}  // namespace muster::agent
