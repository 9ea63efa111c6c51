#include "caret.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace muster::selector {
namespace {

constexpr std::size_t kMaxColumns = 76;
constexpr std::size_t kColumnsBefore = 50;  ///< kept before the caret when the text is cut

struct Range {
  char32_t first, last;
};

/// Combining marks and variation selectors.
constexpr std::array<Range, 17> kZeroWidth{{{0x300, 0x36F},
                                            {0x483, 0x489},
                                            {0x591, 0x5BD},
                                            {0x610, 0x61A},
                                            {0x64B, 0x65F},
                                            {0x900, 0x902},
                                            {0x93C, 0x93C},
                                            {0x941, 0x948},
                                            {0xE31, 0xE31},
                                            {0xE34, 0xE3A},
                                            {0xE47, 0xE4E},
                                            {0x1AB0, 0x1AFF},
                                            {0x1DC0, 0x1DFF},
                                            {0x20D0, 0x20FF},
                                            {0xFE00, 0xFE0F},
                                            {0xFE20, 0xFE2F},
                                            {0xE0100, 0xE01EF}}};

/// East Asian wide and full-width characters, and emoji.
constexpr std::array<Range, 16> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x33FF},
                                       {0x3400, 0x4DBF},
                                       {0x4E00, 0x9FFF},
                                       {0xA000, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0xFFE0, 0xFFE6},
                                       {0x1F300, 0x1F64F},
                                       {0x1F680, 0x1F6FF},
                                       {0x1F900, 0x1F9FF},
                                       {0x1FA70, 0x1FAFF},
                                       {0x20000, 0x3FFFD}}};

/// Controls, and what turns the direction of writing or has no shape at all.
constexpr std::array<Range, 6> kUnsafe{{{0x0, 0x1F},
                                        {0x7F, 0x9F},
                                        {0x200B, 0x200F},
                                        {0x2028, 0x202E},
                                        {0x2060, 0x206F},
                                        {0xFEFF, 0xFEFF}}};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [point](const Range& range) {
    return point >= range.first && point <= range.last;
  });
}

struct Cell {
  std::string shown;
  std::size_t columns;
  std::size_t offset;
};

/// The code point at the start of `text` and its length in bytes; length 0 if there is none.
std::pair<char32_t, std::size_t> decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || length > text.size()) return {0, 0};
  char32_t point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return {0, 0};
    point = (point << 6U) | (next & 0x3FU);
  }
  return {point, length};
}

std::vector<Cell> cells_of(std::string_view text) {
  std::vector<Cell> cells;
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = decode(text.substr(at));
    if (length == 0) {
      cells.push_back({"?", 1, at++});
      continue;
    }
    if (point == '\t' || point == '\n' || point == '\r') {
      cells.push_back({" ", 1, at});
    } else if (in(kUnsafe, point)) {
      cells.push_back({"?", 1, at});
    } else {
      const std::size_t columns = in(kZeroWidth, point) ? 0 : in(kWide, point) ? 2 : 1;
      cells.push_back({std::string(text.substr(at, length)), columns, at});
    }
    at += length;
  }
  return cells;
}

}  // namespace

std::string point_at(std::string_view text, std::size_t offset) {
  const std::vector<Cell> cells = cells_of(text);
  std::size_t target = 0;  // the cell with the byte at `offset`
  while (target < cells.size() && cells[target].offset + cells[target].shown.size() <= offset)
    ++target;
  std::size_t first = target;
  std::size_t before = 0;
  while (first > 0 && before + cells[first - 1].columns <= kColumnsBefore)
    before += cells[--first].columns;
  std::string line = first > 0 ? "..." : "";
  const std::size_t caret = before + line.size();
  std::size_t columns = line.size();
  std::size_t at = first;
  for (; at < cells.size() && columns + cells[at].columns <= kMaxColumns; ++at) {
    line += cells[at].shown;
    columns += cells[at].columns;
  }
  if (at < cells.size()) line += "...";
  return line + "\n" + std::string(caret, ' ') + "^";
}

}  // namespace muster::selector
