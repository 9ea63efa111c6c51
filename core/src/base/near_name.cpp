#include <algorithm>
#include <muster/core/base/near_name.hpp>
#include <numeric>

namespace muster {
namespace {

/// Letters to insert, delete or replace.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[right.size()];
}

}  // namespace

std::string near_name(std::string_view name, const std::vector<std::string>& names) {
  constexpr std::size_t kLongest = 256;  // the work grows with the square
  if (name.size() > kLongest) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : names) {
    if (candidate.size() > kLongest) continue;
    const auto d = distance(name, candidate);
    if (d >= best_distance) continue;
    best_distance = d;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& names) {
  const auto near = near_name(name, names);
  return near.empty() ? "" : "; did you mean " + near + "?";
}

}  // namespace muster
