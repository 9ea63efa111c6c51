#include "caret.hpp"

#include <muster/core/base/display_width.hpp>
#include <muster/core/base/utf8.hpp>
#include <vector>

#include "characters.hpp"

namespace muster::selector {
namespace {

constexpr std::size_t kMaxColumns = 76;
constexpr std::size_t kColumnsBefore = 50;  ///< kept before the caret when the text is cut

struct Cell {
  std::string shown;
  std::size_t columns;
  std::size_t offset;
};

std::vector<Cell> cells_of(std::string_view text) {
  std::vector<Cell> cells;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = character_size(text.substr(at));
    const auto character = text.substr(at, length);
    const auto point = code_point(character);
    if (point == '\t' || point == '\n' || point == '\r') {
      cells.push_back({" ", 1, at});
    } else if (is_unseen(point) || !is_utf8(character)) {
      cells.push_back({"?", 1, at});
    } else {
      cells.push_back({std::string(character), display_width(character), at});
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
