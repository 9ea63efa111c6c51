#include "host/plugin_configs.hpp"

#include <muster/core/base/files.hpp>
#include <muster/core/config/yaml.hpp>
#include <muster/core/plugins/frames.hpp>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

namespace muster::agent {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxConfigBytes = plugins::kMaxArguments;

}  // namespace

Result<PluginConfigs> PluginConfigs::open(std::map<std::string, std::string> texts,
                                          const std::filesystem::path& directory) {
  PluginConfigs configs;
  configs.texts_ = std::move(texts);
  if (directory.empty()) return configs;
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) {
    return fail_errno("read the folder of the plugins' configurations " + directory.string(),
                      error.value());
  }
  for (const auto& entry : entries) {
    const auto& path = entry.path();
    if (path.extension() == ".yaml" || path.extension() == ".yml")
      configs.files_[path.filename().string()] = path;
  }
  return configs;
}

Result<json> PluginConfigs::written(const std::string& plugin) const {
  if (const auto given = texts_.find(plugin); given != texts_.end())
    return config::parse_yaml(given->second, plugin);
  const auto file = files_.find(plugin + ".yaml");
  if (file == files_.end()) return json::object();
  const auto text = read_file(file->second, kMaxConfigBytes);
  if (!text) return tl::unexpected(text.error());
  return config::parse_yaml(*text, file->second.string());
}

Result<Bytes> PluginConfigs::of(const config::Manifest& manifest) const {
  auto value = written(manifest.id);
  if (!value) return tl::unexpected(value.error());
  if (value->is_null()) value = json::object();  // an empty file
  manifest.config_schema.fill_defaults(*value);
  if (const auto violations = manifest.config_schema.check(*value); !violations.empty()) {
    return fail(ErrorCode::InvalidArgument, violations[0].pointer + " " + violations[0].message,
                violations[0].pointer);
  }
  return json::to_msgpack(*value);
}

std::vector<std::filesystem::path> PluginConfigs::of_nobody(
    const std::function<bool(const std::string& id)>& is_plugin) const {
  std::vector<std::filesystem::path> files;
  for (const auto& [name, path] : files_) {
    if (path.extension() != ".yaml" || !is_plugin(path.stem().string())) files.push_back(path);
  }
  return files;
}

}  // namespace muster::agent
