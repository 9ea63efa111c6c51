#include "host/folder_plugin.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <muster/core/base/files.hpp>
#include <muster/core/base/near_name.hpp>
#include <muster/core/config/yaml.hpp>
#include <muster/core/crypto/digest.hpp>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

namespace muster::agent {
namespace {

using nlohmann::json;

/// What only a library can do, and would stand in a folder's manifest without effect.
constexpr std::array<const char*, 3> kOfLibraries{"services", "events", "metrics"};

Status check_no_link(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return fail(ErrorCode::NotFound, path.string() +
                                         ": there is no such file; every folder here "
                                         "is a plugin and has a plugin.yaml");
  }
  if (error) return fail_errno("look at " + path.string(), error.value());
  if (!std::filesystem::is_symlink(status)) return {};
  return fail(ErrorCode::PermissionDenied,
              path.string() + ": it is a symbolic link, which is not followed; copy it here");
}

Result<std::string> read_source(const std::filesystem::path& folder) {
  const auto file = folder / "plugin.yaml";
  for (const auto& path : {folder, file}) {
    if (auto good = check_no_link(path); !good) return tl::unexpected(good.error());
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    return fail(ErrorCode::InvalidArgument, file.string() + ": it is no regular file");
  }
  return read_file(file, config::kMaxYamlBytes);
}

tl::unexpected<Error> refuse(const std::string& pointer, const std::string& why) {
  return fail(ErrorCode::InvalidArgument, why, pointer);
}

/// A library may be of a later version, whose words for a risk are not known here. A folder is read
/// by this version alone, so such a word is a slip.
Status check_risks(const json& document) {
  const std::vector<std::string> known{"read", "change", "dangerous"};
  const auto operations = document.find("operations");
  if (operations == document.end() || !operations->is_object()) return {};
  for (const auto& [name, part] : operations->items()) {
    const auto* risk = part.is_object() && part.contains("risk") ? &part["risk"] : nullptr;
    if (risk == nullptr || !risk->is_string()) continue;  // said with the rest of the schema
    const auto word = risk->get<std::string>();
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    return refuse((json::json_pointer("/operations") / name / "risk").to_string(),
                  "must be read, change or dangerous" + did_you_mean(word, known));
  }
  return {};
}

/// The manifest with what goes without saying for a folder.
Result<json> completed(json document) {
  if (!document.is_object()) return document;
  for (const auto* key : kOfLibraries) {
    if (document.contains(key)) {
      return refuse("/" + std::string(key), std::string(key) + " are for libraries; leave it out");
    }
  }
  if (!document.contains("abi")) document["abi"] = {{"major", 1}};
  if (!document.contains("class")) document["class"] = "privileged";
  if (document["class"] == "confined") {
    return refuse("/class", "a folder cannot be confined, because its programs are not");
  }
  return check_risks(document).map([&] { return std::move(document); });
}

Result<config::Manifest> manifest_in(const FolderSource& source, const std::string& name) {
  auto document = config::parse_yaml(source.yaml, source.file.string());
  if (!document) return tl::unexpected(document.error());  // with its place already
  const auto with_place = [&source](Error error) {
    error.message = source.explain(error);
    return error;
  };
  auto whole = completed(std::move(*document)).map_error(with_place);
  if (!whole) return tl::unexpected(whole.error());
  auto manifest = config::parse_manifest(*whole).map_error(with_place);
  if (!manifest || manifest->id == name) return manifest;
  const auto why =
      "its id is " + manifest->id + " and its folder is " + name + "; give both one name";
  return tl::unexpected(with_place(Error{ErrorCode::InvalidArgument, why, "/id", false, {}}));
}

}  // namespace

std::string FolderSource::explain(const Error& error) const {
  return file.string() + ":" + config::place_in_yaml(yaml, error.field) + ": " + error.message;
}

std::optional<FoundPlugin> take_folder_library(PluginFolder& folder) {
  for (auto& [id, found] : folder.plugins) {
    const auto& provides = found.manifest.provides;
    if (std::find(provides.begin(), provides.end(), kFolderInterface) == provides.end()) continue;
    auto library = std::move(found);
    folder.plugins.erase(library.manifest.id);
    return library;
  }
  return std::nullopt;
}

Result<FolderPlugin> read_folder_plugin(const std::filesystem::path& folder) {
  auto yaml = read_source(folder);
  if (!yaml) return tl::unexpected(yaml.error());
  FolderSource source{folder / "plugin.yaml", std::move(*yaml)};
  auto manifest = manifest_in(source, folder.filename().string());
  if (!manifest) return tl::unexpected(manifest.error());
  auto text = manifest->raw->dump();
  return FolderPlugin{std::move(*manifest), std::move(text), std::move(source)};
}

Result<plugins::PluginFile> file_of(const FolderPlugin& plugin, const FoundPlugin& library) {
  UniqueFd code(::fcntl(library.file.sealed.get(), F_DUPFD_CLOEXEC, 0));
  if (!code) return fail_errno("duplicate a descriptor", errno);
  return plugins::PluginFile{plugin.source.file, std::move(code), plugin.manifest_text,
                             library.file.digest, crypto::sha256(as_bytes(plugin.manifest_text))};
}

std::optional<Error> wrong_result(const config::Operation& operation, BytesView result) {
  const auto value = json::from_msgpack(result.begin(), result.end(), true, false);
  const auto violations = operation.result.check(value);
  if (violations.empty()) return std::nullopt;
  const auto& first = violations.front();
  return Error{ErrorCode::Corrupt,
               operation.name + " ended, but its result is not what its manifest says: " +
                   (first.pointer.empty() ? "it" : first.pointer) + " " + first.message,
               {},
               false,
               {}};
}

plugins::Start start_of(const config::Manifest& manifest, Bytes config) {
  plugins::Start start{manifest.id, {}, std::move(config), manifest.services.required, {}, {}};
  const auto& optional = manifest.services.optional;
  start.services.insert(start.services.end(), optional.begin(), optional.end());
  for (const auto& metric : manifest.metrics) {
    auto line = metric.type + " " + metric.name;
    for (const auto& label : metric.labels) line += " " + label;
    start.metrics.push_back(std::move(line));
  }
  for (const auto& event : manifest.events) start.events.push_back(event.name);
  return start;
}

plugins::Start start_of(const FolderPlugin& plugin, const config::Manifest& library,
                        const Bytes& config) {
  const json whole{{"folder", plugin.source.file.parent_path().string()},
                   {"manifest", *plugin.manifest.raw},
                   {"config", json::from_msgpack(config)}};
  return start_of(library, json::to_msgpack(whole));
}

}  // namespace muster::agent
