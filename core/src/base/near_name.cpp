#include <algorithm>
#include <muster/core/base/near_name.hpp>
#include <vector>

namespace muster {
namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same(char left, char right) { return lower(left) == lower(right); }

/// Letters to insert, delete or replace, and pairs that change places; case says nothing.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::vector<std::size_t>> rows(3, std::vector<std::size_t>(right.size() + 1));
  for (std::size_t j = 0; j <= right.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const auto replaced = above[j - 1] + (same(left[i - 1], right[j - 1]) ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped =
          i > 1 && j > 1 && same(left[i - 1], right[j - 2]) && same(left[i - 2], right[j - 1]);
      if (swapped) row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
    }
  }
  return rows[left.size() % 3][right.size()];
}

/// How many bytes both begin with up to a dot or a blank, which say where and not what.
std::size_t shared_beginning(std::string_view left, std::string_view right) {
  std::size_t shared = 0;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()) && left[i] == right[i]; ++i) {
    if (left[i] == '.' || left[i] == ' ') shared = i + 1;
  }
  return shared;
}

/// Of a short word nearly all would be another word.
std::size_t most_changes(std::size_t letters) {
  constexpr std::size_t kLong = 12;
  if (letters < 2) return 0;
  if (letters < 4) return 1;
  return letters < kLong ? 2 : 3;
}

}  // namespace

std::string near_name(std::string_view name, const std::vector<std::string>& names) {
  constexpr std::size_t kLongest = 256;  // the work grows with the square
  if (name.size() > kLongest) return {};
  std::string best;
  std::size_t best_distance = kLongest;
  for (const auto& candidate : names) {
    if (candidate.size() > kLongest) continue;
    const auto shared = shared_beginning(name, candidate);
    const auto word = name.substr(shared);
    const auto d = distance(word, std::string_view(candidate).substr(shared));
    if (d > most_changes(word.size()) || d >= best_distance) continue;
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
