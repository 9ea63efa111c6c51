#include "jobs/sample.hpp"

#include <algorithm>
#include <charconv>
#include <muster/core/crypto/digest.hpp>
#include <set>
#include <utility>

namespace muster::controller {
namespace {

Digest rank_of(const Node& node, const std::string& seed) {
  Bytes text = to_bytes(as_bytes(seed));
  text.push_back(0);
  append(text, node.record.id.bytes);
  return crypto::sha256(text);
}

}  // namespace

std::size_t SampleSize::of(std::size_t all) const {
  if (!percent) return static_cast<std::size_t>(std::min<std::uint64_t>(number, all));
  return (all * static_cast<std::size_t>(number) + 99) / 100;
}

std::optional<SampleSize> parse_sample_size(std::string_view text) {
  SampleSize size;
  const bool percent = text.ends_with('%');
  const auto digits = percent ? text.substr(0, text.size() - 1) : text;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, size.number);
  size.percent = percent;
  const bool good =
      error == std::errc() && stopped == end && size.number > 0 && (!percent || size.number <= 100);
  return good ? std::optional(size) : std::nullopt;
}

void keep_sample(std::vector<const Node*>& nodes, SampleSize size, const std::string& seed) {
  const auto count = size.of(nodes.size());
  if (count >= nodes.size()) return;
  std::vector<std::pair<Digest, const Node*>> ranked;
  ranked.reserve(nodes.size());
  for (const auto* node : nodes) ranked.emplace_back(rank_of(*node, seed), node);
  std::nth_element(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count),
                   ranked.end());
  std::set<const Node*> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.insert(ranked[i].second);
  std::erase_if(nodes, [&](const Node* node) { return !chosen.contains(node); });
}

}  // namespace muster::controller
