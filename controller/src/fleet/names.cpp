#include "fleet/names.hpp"

#include <algorithm>
#include <unordered_map>

namespace muster::controller {
namespace {

using Kind = NamesWanted::Kind;

/// Counts in a hash table: the nodes of a large fleet tell the same names over and over.
class Counter {
 public:
  explicit Counter(std::string_view prefix) : prefix_(prefix) {}

  void count(std::string_view name) {
    if (name.starts_with(prefix_)) ++counts_[name];
  }

  /// The keys that begin with the prefix.
  void count_keys(const std::map<std::string, std::string>& map) {
    for (auto at = map.lower_bound(std::string(prefix_));
         at != map.end() && at->first.starts_with(prefix_); ++at) {
      ++counts_[at->first];
    }
  }

  [[nodiscard]] NameCounts sorted() const { return {counts_.begin(), counts_.end()}; }

 private:
  std::string_view prefix_;
  std::unordered_map<std::string_view, std::size_t> counts_;
};

std::size_t shared_length(std::string_view left, std::string_view right) {
  const auto differ = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  return static_cast<std::size_t>(differ.first - left.begin());
}

std::string_view cut_to(std::string_view name, std::size_t length) {
  if (length >= name.size()) return name;
  const auto goes_on = [&] { return (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U; };
  while (length > 0 && goes_on()) --length;
  return name.substr(0, length);
}

/// The greatest length to which names can be cut so that at most `limit` different ones are left.
/// Two neighbours of the sorted list are told apart by more characters than they share.
std::size_t length_for(const NameCounts& names, std::size_t limit) {
  std::vector<std::size_t> shared;
  for (auto next = names.begin(), one = next++; next != names.end(); one = next++) {
    shared.push_back(shared_length(one->first, next->first));
  }
  const auto at = shared.begin() + static_cast<std::ptrdiff_t>(limit - 1);
  std::nth_element(shared.begin(), at, shared.end());
  return *at;
}

}  // namespace

NameCounts collect_names(const std::vector<const Node*>& nodes, const NamesWanted& wanted) {
  Counter counter(wanted.prefix);
  for (const auto* node : nodes) {
    if (wanted.kind == Kind::Node) {
      counter.count(node->record.name);
      continue;
    }
    const auto& map = wanted.kind == Kind::Label ? node->record.labels : node->record.facts;
    if (wanted.of.empty()) {
      counter.count_keys(map);
    } else if (const auto found = map.find(wanted.of); found != map.end()) {
      counter.count(found->second);
    }
  }
  return counter.sorted();
}

std::vector<Name> few_names(const NameCounts& names, std::size_t limit) {
  std::vector<Name> few;
  if (names.size() <= limit) {
    for (const auto& [name, count] : names) few.push_back({std::string(name), count, false});
    return few;
  }
  const auto length = length_for(names, limit);
  for (auto at = names.begin(); at != names.end();) {
    const auto begin = cut_to(at->first, length);
    const auto next = std::find_if(
        at, names.end(), [&](const auto& other) { return cut_to(other.first, length) != begin; });
    const auto alike = static_cast<std::size_t>(std::distance(at, next));
    few.push_back(alike == 1 ? Name{std::string(at->first), at->second, false}
                             : Name{std::string(begin), alike, true});
    at = next;
  }
  return few;
}

}  // namespace muster::controller
