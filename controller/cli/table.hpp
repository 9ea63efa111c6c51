/// Rows under a header, for people.
///
/// A column is as wide as the widest cell of the first rows. Those that follow them are written as
/// they come, so that the rows of a large fleet need not be held; a wider cell pushes the rest of
/// its row to the right there. On a terminal no line is longer than it is wide: cells, the longest
/// first, end in an ellipsis, and columns that can be spared are left out where the others would
/// keep too little. Elsewhere nothing is cut. One thread.
#pragma once

#include <iosfwd>
#include <set>
#include <string>
#include <vector>

namespace muster::cli {

class Table {
 public:
  using Row = std::vector<std::string>;
  static constexpr std::size_t kFirstRows = 1000;
  static constexpr std::size_t kBetween = 2;  ///< columns of a terminal between two cells
  static constexpr std::size_t kNarrow = 8;   ///< of less one cannot tell what it was

  /// `columns`: how wide the terminal is to which `out` writes; 0 when it writes to none.
  Table(std::ostream& out, Row header, std::size_t columns);

  /// However narrow the terminal is, the column `at` keeps so many of its columns;
  /// kNarrow without this.
  void keep(std::size_t at, std::size_t columns) { least_[at] = columns; }
  /// The column `at` may be left out; of several the last goes first.
  void may_spare(std::size_t at) { spare_.push_back(at); }

  /// As many cells as the header, in printable().
  void add(Row row);
  /// Writes what waits for further rows, and the header where there were none.
  void finish();

 private:
  void narrow();
  [[nodiscard]] std::size_t width() const;
  [[nodiscard]] std::string line_of(const Row& cells) const;

  std::ostream& out_;
  Row header_;
  std::size_t columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> least_;
  std::vector<std::size_t> spare_;
  std::set<std::size_t> left_out_;
  std::vector<Row> first_;
  bool begun_ = false;  // the header is written and the widths stay
};

/// To standard output: the whole of a short table.
[[nodiscard]] std::string table(const Table::Row& header, const std::vector<Table::Row>& rows);

}  // namespace muster::cli
