#include "table.hpp"

#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <ostream>
#include <sstream>

#include "display_width.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kBetween = 2;  // columns
constexpr std::size_t kNarrow = 8;   // no narrower: of less one cannot tell what it was

}  // namespace

Table::Table(std::ostream& out, Row header, std::size_t columns)
    : out_(out), header_(std::move(header)), columns_(columns) {
  for (const auto& cell : header_) widths_.push_back(display_width(cell));
}

void Table::add(Row row) {
  for (auto& cell : row) cell = one_line(std::move(cell));
  if (begun_) {
    out_ << line_of(row);
    return;
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    widths_[i] = std::max(widths_[i], display_width(row[i]));
  }
  first_.push_back(std::move(row));
  if (first_.size() == kFirstRows) finish();
}

void Table::finish() {
  if (begun_) return;
  begun_ = true;
  if (columns_ > 0) narrow();
  out_ << (columns_ > 0 ? coloured(line_of(header_), Colour::Dim) : line_of(header_));
  for (const auto& row : first_) out_ << line_of(row);
  first_.clear();
}

/// Takes from the widest column as long as it is too much in all. Not from the first: by what
/// stands there a row is known, and named in the next command.
void Table::narrow() {
  auto too_much = static_cast<std::ptrdiff_t>(std::accumulate(widths_.begin(), widths_.end(),
                                                              kBetween * (widths_.size() - 1))) -
                  static_cast<std::ptrdiff_t>(columns_);
  while (too_much > 0 && widths_.size() > 1) {
    const auto widest = std::max_element(widths_.begin() + 1, widths_.end());
    if (*widest <= kNarrow) return;
    --*widest;
    --too_much;
  }
}

std::string Table::line_of(const Row& cells) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto cell = columns_ > 0 ? cut_to(cells[i], widths_[i]) : cells[i];
    line += cell;
    if (i + 1 == cells.size()) break;
    const auto width = display_width(cell);
    line.append((width < widths_[i] ? widths_[i] - width : 0) + kBetween, ' ');
  }
  return (columns_ > 0 ? cut_to(line, columns_) : line) + "\n";
}

std::string table(const Table::Row& header, const std::vector<Table::Row>& rows) {
  std::ostringstream text;
  Table whole(text, header, columns_of(STDOUT_FILENO));
  for (const auto& row : rows) whole.add(row);
  whole.finish();
  return text.str();
}

}  // namespace muster::cli
