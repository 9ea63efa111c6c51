#include "fleet/inventory.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

namespace muster::controller {
namespace {

constexpr std::size_t kMaxReasons = 8;  // different ones, of one plugin

/// Numbers inside versions compare as numbers: 1.10.0 is newer than 1.9.0.
std::vector<long> version_key(const std::string& version) {
  std::vector<long> key;
  for (const char* at = version.c_str(); *at != 0;) {
    char* end = nullptr;
    const long number = std::strtol(at, &end, 10);
    if (end == at) {
      ++at;
      continue;
    }
    key.push_back(std::abs(number));
    at = end;
    if (*at == '.') ++at;
  }
  return key;
}

}  // namespace

void Inventory::remember(std::set<Digest>& digests, const Digest& digest) {
  if (digests.size() >= kMaxUnknownManifests / 2) digests.clear();
  digests.insert(digest);
}

Status Inventory::parse(const Digest& digest, std::string_view text) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (document.is_discarded()) {
    remember(broken_, digest);
    return fail(ErrorCode::InvalidArgument, "a plugin's manifest is no JSON");
  }
  auto manifest = config::parse_manifest(document);
  if (!manifest) {
    remember(broken_, digest);
    return tl::unexpected(manifest.error());
  }
  manifests_[digest] = std::make_unique<config::Manifest>(std::move(*manifest));
  return {};
}

const config::Manifest* Inventory::find(const Digest& digest) {
  if (const auto found = manifests_.find(digest); found != manifests_.end())
    return found->second.get();
  if (broken_.contains(digest) || missing_.contains(digest)) return nullptr;
  const auto text = store_.manifest(digest);
  if (!text || !parse(digest, *text)) {
    remember(missing_, digest);
    return nullptr;
  }
  return manifests_.at(digest).get();
}

std::vector<Digest> Inventory::wanted(const std::vector<wire::PluginInfo>& plugins,
                                      std::size_t most) {
  std::vector<Digest> digests;
  for (const auto& plugin : plugins) {
    if (digests.size() == most) break;
    if (plugin.manifest == Digest{}) continue;  // a file that is no plugin has none
    if (find(plugin.manifest) == nullptr && !broken_.contains(plugin.manifest)) {
      digests.push_back(plugin.manifest);
    }
  }
  return digests;
}

Status Inventory::add(const Digest& digest, BytesView json) {
  if (crypto::sha256(json) != digest) {
    return fail(ErrorCode::Corrupt, "a manifest has another digest than was said");
  }
  if (manifests_.contains(digest)) return {};
  if (auto parsed = parse(digest, as_text(json)); !parsed) return parsed;
  missing_.erase(digest);
  store_.put_manifest(digest, std::string(as_text(json)), nullptr);
  return {};
}

std::vector<PluginSummary> Inventory::summaries(const NodeRegistry& nodes) {
  std::map<std::tuple<std::string, std::string, Digest>, PluginSummary> found;
  for (const auto& [name, node] : nodes.by_name()) {
    for (const auto& plugin : node->record.plugins) {
      auto& summary = found[{plugin.id, plugin.version, plugin.manifest}];
      summary.id = plugin.id;
      summary.version = plugin.version;
      summary.digest = plugin.manifest;
      summary.manifest = find(plugin.manifest);
      ++summary.nodes;
      ++summary.states[plugin.state];
      if (plugin.reason.empty()) continue;
      const auto reason = plugin.state + ": " + plugin.reason;
      if (summary.reasons.size() < kMaxReasons || summary.reasons.contains(reason)) {
        ++summary.reasons[reason];
      }
    }
  }
  std::vector<PluginSummary> summaries;
  for (auto& [key, summary] : found) summaries.push_back(std::move(summary));
  std::stable_sort(summaries.begin(), summaries.end(), [](const auto& left, const auto& right) {
    if (left.id != right.id) return left.id < right.id;
    return version_key(left.version) > version_key(right.version);
  });
  return summaries;
}

}  // namespace muster::controller
