#include "diff.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace muster::plugin::system {
namespace {

constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string_view>;  // each with its line end

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto length = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

/// Lines [a, a_end) of the old text became [b, b_end) of the new one.
struct Block {
  std::size_t a = 0, a_end = 0, b = 0, b_end = 0;
};

/// Myers, "An O(ND) difference algorithm": the furthest x on each diagonal k = x - y, for 0,
/// 1, 2... changes, remembered to find the way back.
class Shortest {
 public:
  Shortest(const Lines& before, const Lines& after, const Block& part)
      : a_(before), b_(after), part_(part) {}

  std::optional<std::vector<Block>> blocks(int max_changes) {
    const int most = std::min(max_changes, width() + height());
    std::vector<int> furthest(static_cast<std::size_t>(2 * most + 3), 0);
    const auto at = [&furthest, most](int k) -> int& {
      return furthest[static_cast<std::size_t>(k + most + 1)];
    };
    for (int d = 0; d <= most; ++d) {
      for (int k = -d; k <= d; k += 2) {
        const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
        int x = down ? at(k + 1) : at(k - 1) + 1;
        while (x < width() && x - k < height() && equal(x, x - k)) ++x;
        at(k) = x;
        if (x >= width() && x - k >= height()) return way_back(d, k);
      }
      std::vector<int> row;
      for (int k = -d; k <= d; k += 2) row.push_back(at(k));
      rows_.push_back(std::move(row));
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] int width() const { return static_cast<int>(part_.a_end - part_.a); }
  [[nodiscard]] int height() const { return static_cast<int>(part_.b_end - part_.b); }
  [[nodiscard]] bool equal(int x, int y) const {
    return a_[part_.a + static_cast<std::size_t>(x)] == b_[part_.b + static_cast<std::size_t>(y)];
  }
  /// The furthest x on diagonal k after d changes.
  [[nodiscard]] int row(int d, int k) const {
    return rows_[static_cast<std::size_t>(d)][static_cast<std::size_t>((k + d) / 2)];
  }

  [[nodiscard]] std::vector<Block> way_back(int d, int k) const {
    std::vector<Block> found;  // from the end to the beginning
    for (; d > 0; --d) {
      const bool down = k == -d || (k != d && row(d - 1, k - 1) < row(d - 1, k + 1));
      k += down ? 1 : -1;
      const int x = row(d - 1, k);
      const auto a = part_.a + static_cast<std::size_t>(x);
      const auto b = part_.b + static_cast<std::size_t>(x - k);
      const Block step{a, a + (down ? 0 : 1), b, b + (down ? 1 : 0)};
      if (!found.empty() && found.back().a == step.a_end && found.back().b == step.b_end) {
        found.back().a = step.a, found.back().b = step.b;
      } else {
        found.push_back(step);
      }
    }
    std::reverse(found.begin(), found.end());
    return found;
  }

  const Lines& a_;
  const Lines& b_;
  const Block part_;
  std::vector<std::vector<int>> rows_;
};

std::vector<Block> differences(const Lines& before, const Lines& after, int max_changes) {
  Block part{0, before.size(), 0, after.size()};
  while (part.a < part.a_end && part.b < part.b_end && before[part.a] == after[part.b]) {
    ++part.a, ++part.b;
  }
  while (part.a < part.a_end && part.b < part.b_end &&
         before[part.a_end - 1] == after[part.b_end - 1]) {
    --part.a_end, --part.b_end;
  }
  if (part.a == part.a_end && part.b == part.b_end) return {};
  auto shortest = Shortest(before, after, part).blocks(max_changes);
  return shortest ? std::move(*shortest) : std::vector<Block>{part};
}

/// As POSIX has it: the count is left out when it is 1, and nothing begins before line 0.
std::string range(std::size_t begin, std::size_t end) {
  const auto count = end - begin;
  const auto first = std::to_string(count == 0 ? begin : begin + 1);
  return count == 1 ? first : first + "," + std::to_string(count);
}

class Printer {
 public:
  Printer(const Lines& before, const Lines& after, std::size_t max_bytes)
      : a_(before), b_(after), max_bytes_(max_bytes) {}

  Diff print(const std::string& name, const std::vector<Block>& blocks) {
    add("--- " + name + "\n");
    add("+++ " + name + "\n");
    for (auto first = blocks.begin(); first != blocks.end() && !diff_.truncated;) {
      auto last = first;
      while (std::next(last) != blocks.end() && std::next(last)->a - last->a_end <= 2 * kContext) {
        ++last;
      }
      hunk(first, std::next(last));
      first = std::next(last);
    }
    return std::move(diff_);
  }

 private:
  using Position = std::vector<Block>::const_iterator;

  void hunk(Position first, Position end) {
    const auto lead = std::min(first->a, kContext);
    const auto trail = std::min(a_.size() - std::prev(end)->a_end, kContext);
    std::size_t at = first->a - lead;
    add("@@ -" + range(at, std::prev(end)->a_end + trail) + " +" +
        range(first->b - lead, std::prev(end)->b_end + trail) + " @@\n");
    for (; first != end; ++first) {
      lines(' ', a_, at, first->a);
      lines('-', a_, first->a, first->a_end);
      lines('+', b_, first->b, first->b_end);
      at = first->a_end;
    }
    lines(' ', a_, at, at + trail);
  }

  void lines(char mark, const Lines& from, std::size_t begin, std::size_t end) {
    for (; begin < end && !diff_.truncated; ++begin) {
      const auto line = from[begin];
      const bool whole = line.ends_with('\n');
      add(mark + std::string(line) + (whole ? "" : "\n\\ No newline at end of file\n"));
    }
  }

  void add(const std::string& text) {
    if (diff_.truncated || diff_.text.size() + text.size() > max_bytes_) {
      diff_.truncated = true;
    } else {
      diff_.text += text;
    }
  }

  const Lines& a_;
  const Lines& b_;
  const std::size_t max_bytes_;
  Diff diff_;
};

}  // namespace

Diff unified_diff(const std::string& name, std::string_view before, std::string_view after,
                  const DiffLimits& limits) {
  const auto old_lines = lines_of(before);
  const auto new_lines = lines_of(after);
  const auto blocks = differences(old_lines, new_lines, limits.max_changes);
  if (blocks.empty()) return {};
  return Printer(old_lines, new_lines, limits.max_bytes).print(name, blocks);
}

}  // namespace muster::plugin::system
