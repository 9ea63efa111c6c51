#include "fleet/inventory.hpp"

#include <algorithm>
#include <muster/core/log/logger.hpp>
#include <nlohmann/json.hpp>
#include <tuple>

namespace muster::controller {
namespace {

constexpr std::size_t kMaxReasons = 8;  // different ones, of one plugin
const std::string kUnknownState = "unknown";

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
  manifests_[digest] = {std::make_unique<config::Manifest>(std::move(*manifest)), text.size()};
  bytes_ += text.size();
  return {};
}

bool Inventory::has_room(std::size_t size) {
  if (manifests_.size() < limits_.count && size <= limits_.bytes - bytes_) return true;
  if (!std::exchange(full_, true) && told_full_.due(clock_.mono_now())) {
    log_.error(
        "nodes name more plugin manifests than this controller keeps; operations of further ones "
        "are unknown until others are gone",
        {{"manifests", manifests_.size()}, {"bytes", bytes_}});
  }
  return false;
}

void Inventory::renamed(const std::vector<wire::PluginInfo>& before,
                        const std::vector<wire::PluginInfo>& now) {
  // First the new ones, so that what stays is not dropped between.
  for (const auto& plugin : now) ++named_[plugin.manifest];
  std::vector<Digest> gone;
  for (const auto& plugin : before) {
    const auto found = named_.find(plugin.manifest);
    if (found == named_.end() || --found->second > 0) continue;
    named_.erase(found);
    drop(plugin.manifest);
    // What was made up was never stored, and costs no write.
    if (!missing_.contains(plugin.manifest) && !broken_.contains(plugin.manifest)) {
      gone.push_back(plugin.manifest);
    }
  }
  if (!gone.empty()) store_.remove_manifests(std::move(gone), nullptr);
}

void Inventory::forget_others() {
  std::vector<Digest> named;
  for (const auto& [digest, plugins] : named_) named.push_back(digest);
  store_.remove_other_manifests(std::move(named), nullptr);
}

bool Inventory::has_share(const std::vector<wire::PluginInfo>& plugins) const {
  std::map<Digest, std::size_t> own;
  for (const auto& plugin : plugins) ++own[plugin.manifest];
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (const auto& [digest, times] : own) {
    const auto known = manifests_.find(digest);
    if (known == manifests_.end() || named_.at(digest) > times) continue;
    ++count;
    bytes += known->second.bytes;
  }
  return count < limits_.node_count && bytes + config::kMaxManifestBytes <= limits_.node_bytes;
}

void Inventory::drop(const Digest& digest) {
  const auto found = manifests_.find(digest);
  if (found == manifests_.end()) return;
  bytes_ -= found->second.bytes;
  manifests_.erase(found);
  full_ = false;
}

const config::Manifest* Inventory::find(const Digest& digest) {
  if (const auto found = manifests_.find(digest); found != manifests_.end()) {
    return found->second.manifest.get();
  }
  if (!named_.contains(digest) || full_) return nullptr;
  if (broken_.contains(digest) || missing_.contains(digest)) return nullptr;
  const auto text = store_.manifest(digest);
  if (text && !has_room(text->size())) return nullptr;
  if (!text || !parse(digest, *text)) {
    remember(missing_, digest);
    return nullptr;
  }
  return manifests_.at(digest).manifest.get();
}

std::vector<Digest> Inventory::wanted(const std::vector<wire::PluginInfo>& plugins,
                                      std::size_t most) {
  std::vector<Digest> digests;
  if (full_ || !has_share(plugins)) return digests;
  for (const auto& plugin : plugins) {
    if (digests.size() == most) break;
    const auto& digest = plugin.manifest;
    if (digest == Digest{}) continue;  // a file that is no plugin has none
    if (find(digest) != nullptr || broken_.contains(digest)) continue;
    digests.push_back(digest);  // what nobody names is not in the store either
  }
  return digests;
}

Status Inventory::add(const std::vector<wire::PluginInfo>& plugins, const Digest& digest,
                      BytesView json) {
  if (crypto::sha256(json) != digest) {
    return fail(ErrorCode::Corrupt, "a manifest has another digest than was said");
  }
  if (manifests_.contains(digest) || !named_.contains(digest)) return {};
  if (!has_share(plugins)) {
    return fail(ErrorCode::ResourceExhausted, "the node alone names more manifests than one may");
  }
  if (!has_room(json.size())) return {};
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
      // What it said before it went is no longer known to be so.
      const bool away = node->presence == Presence::Offline;
      ++summary.states[away ? kUnknownState : plugin.state];
      if (away || plugin.reason.empty()) continue;
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
