#include "table.hpp"

#include <unistd.h>

#include <algorithm>
#include <muster/core/base/display_width.hpp>
#include <ostream>
#include <sstream>

#include "terminal.hpp"

namespace muster::cli {
Table::Table(std::ostream& out, Row header, std::size_t columns)
    : out_(out), header_(std::move(header)), columns_(columns) {
  for (const auto& cell : header_) widths_.push_back(display_width(cell));
  least_.assign(header_.size(), kNarrow);
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

std::size_t Table::width() const {
  std::size_t all = 0;
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    if (left_out_.count(i) == 0) all += widths_[i] + (i == 0 ? 0 : kBetween);
  }
  return all;
}

/// Takes from the widest column as long as it is too much in all. Not from the first: by what
/// stands there a row is known, and named in the next command.
void Table::narrow() {
  const auto whole = widths_;
  for (;;) {
    while (width() > columns_) {
      std::size_t widest = 0;
      for (std::size_t i = 1; i < widths_.size(); ++i) {
        const bool gives = left_out_.count(i) == 0 && widths_[i] > least_[i];
        if (gives && (widest == 0 || widths_[i] > widths_[widest])) widest = i;
      }
      if (widest == 0) break;
      --widths_[widest];
    }
    if (width() <= columns_ || spare_.empty()) return;
    const auto last = std::max_element(spare_.begin(), spare_.end());
    left_out_.insert(*last);
    spare_.erase(last);
    widths_ = whole;  // there is room again
  }
}

std::string Table::line_of(const Row& cells) const {
  std::string line;
  std::size_t blanks = 0;  // before the next cell
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (left_out_.count(i) > 0) continue;
    const auto cell = columns_ > 0 ? cut_to(cells[i], widths_[i]) : cells[i];
    line.append(blanks, ' ');
    line += cell;
    const auto width = display_width(cell);
    blanks = (width < widths_[i] ? widths_[i] - width : 0) + kBetween;
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
