#include "result_text.hpp"

#include <algorithm>
#include <array>
#include <muster/core/base/display_width.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "table.hpp"
#include "terminal.hpp"
#include "wrapping.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kStep = 2;           // blanks further in
constexpr std::size_t kMaxNameWidth = 24;  // a longer one pushes its own value only
constexpr std::size_t kUsualColumns = 80;  // where no terminal says how many there are
constexpr std::array kNames = {"name", "path", "id", "pid", "label"};  // by which a row is known

bool is_flat(const json& value) {
  const auto is_scalar = [](const json& each) { return !each.is_structured(); };
  return is_scalar(value) ||
         (value.is_array() && std::all_of(value.begin(), value.end(), is_scalar));
}

/// Of a scalar or a list of them, in one line.
std::string flat_text(const json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return printable(value.get_ref<const std::string&>());
  if (value.is_binary()) return "(" + std::to_string(value.get_binary().size()) + " bytes)";
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& each : value) text += (text.empty() ? "" : ", ") + flat_text(each);
  return value.empty() ? "none" : text;
}

/// Things with the same few members each.
bool is_table(const json& value) {
  const auto is_row = [](const json& each) {
    return each.is_object() && !each.empty() && std::all_of(each.begin(), each.end(), is_flat);
  };
  return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), is_row);
}

std::string cell_of(const json& row, const std::string& name) {
  return row.contains(name) ? flat_text(row.at(name)) : "-";
}

struct Column {
  std::string name;
  std::size_t width = 0;
  bool may_be_cut = false;  ///< a part of a number would be another number
};

Column column_of(const json& rows, const std::string& name) {
  Column column{name, display_width(one_line(printable(name)))};
  for (const auto& row : rows) {
    column.width = std::max(column.width, display_width(cell_of(row, name)));
    if (row.contains(name) && !row.at(name).is_number()) column.may_be_cut = true;
  }
  return column;
}

/// The members that any of the rows has: the one by which it is known before the others, and long
/// texts behind them.
std::vector<Column> columns_of_rows(const json& rows) {
  constexpr std::size_t kLong = 32;
  std::vector<Column> columns;
  const auto named = [&](const std::string& name) {
    return std::find_if(columns.begin(), columns.end(),
                        [&](const Column& column) { return column.name == name; });
  };
  for (const auto& row : rows) {
    for (const auto& [name, value] : row.items()) {
      if (named(name) == columns.end()) columns.push_back(column_of(rows, name));
    }
  }
  std::stable_partition(columns.begin(), columns.end(),
                        [](const Column& column) { return column.width <= kLong; });
  for (const auto* name : kNames) {
    const auto found = named(name);
    if (found == columns.end()) continue;
    std::rotate(columns.begin(), found, found + 1);
    break;
  }
  columns.front().may_be_cut = false;  // by it the row is known
  return columns;
}

/// So many columns of a terminal are needed to tell what the rows are about.
std::size_t least_width(const std::vector<Column>& columns) {
  std::size_t all = 0;
  for (const auto& column : columns) {
    const auto least = column.may_be_cut ? std::min(column.width, Table::kNarrow) : column.width;
    all += least + (all == 0 ? 0 : Table::kBetween);
  }
  return all;
}

/// As `diff -u` writes it.
bool is_diff(const std::string& text) {
  return text.starts_with("--- ") && text.find("\n+++ ") != std::string::npos;
}

Colour colour_of_diff(const std::string& line) {
  if (line.starts_with("+++") || line.starts_with("---") || line.starts_with("@@")) {
    return Colour::Dim;
  }
  return line.starts_with("+")   ? Colour::Green
         : line.starts_with("-") ? Colour::Red
                                 : Colour::Plain;
}

class Writer {
 public:
  explicit Writer(std::size_t columns) : columns_(columns) {}

  void write(const json& value, std::size_t indent) {
    if (value.is_object()) return write_object(value, indent);
    if (is_table(value)) return write_table(value, indent);
    if (value.is_array()) return write_list(value, indent);
    if (!value.is_null()) write_lines(value, indent);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void write_line(std::size_t indent, const std::string& text) {
    text_ += std::string(indent, ' ') + text + "\n";
  }

  void write_object(const json& members, std::size_t indent) {
    std::size_t widest = 0;
    for (const auto& [name, value] : members.items()) {
      if (!is_flat(value)) continue;
      widest = std::max(widest, std::min(display_width(printable(name)), kMaxNameWidth));
    }
    for (const auto& [name, value] : members.items()) write_member(name, value, indent, widest);
  }

  void write_member(const std::string& name, const json& value, std::size_t indent,
                    std::size_t widest) {
    if (value.is_string() && is_diff(value.get_ref<const std::string&>())) {
      return write_diff(value, indent);
    }
    const auto left = one_line(printable(name));
    const auto at = indent + std::max(widest, display_width(left)) + kStep;
    const auto beside = beside_name(value, at);
    if (!beside) {
      write_line(indent, left);
      return write(value, indent + kStep);
    }
    text_ += entry(std::string(indent, ' ') + left, *beside, at, columns_);
  }

  /// What stands in the line of its name, from column `at` on.
  [[nodiscard]] std::optional<std::string> beside_name(const json& value, std::size_t at) const {
    if (value.empty() && value.is_structured()) return "none";
    if (!is_flat(value)) return std::nullopt;
    auto text = flat_text(value);
    if (text.find('\n') != std::string::npos) return std::nullopt;
    const auto columns = columns_ > 0 ? columns_ : kUsualColumns;
    if (value.is_array() && at + display_width(text) > columns) return std::nullopt;
    return text;
  }

  void write_lines(const json& value, std::size_t indent) {
    const auto text = flat_text(value);
    const bool is_one = text.find('\n') == std::string::npos;  // of several each stays as it is
    std::istringstream lines(text);
    for (std::string each; std::getline(lines, each);) {
      write_line(0, fitted(std::string(indent, ' ') + each, indent + kStep, is_one ? columns_ : 0));
    }
  }

  void write_diff(const json& value, std::size_t indent) {
    std::istringstream lines(flat_text(value));
    for (std::string each; std::getline(lines, each);) {
      write_line(indent, coloured(each, colour_of_diff(each)));
    }
  }

  /// One below the other where a terminal is too narrow for what must not be cut.
  void write_table(const json& rows, std::size_t indent) {
    const auto columns = columns_of_rows(rows);
    const auto room = columns_ > indent ? columns_ - indent : columns_;
    if (columns_ > 0 && least_width(columns) > room) return write_list(rows, indent);
    Table::Row header;
    for (const auto& column : columns) header.push_back(one_line(printable(column.name)));
    std::ostringstream out;
    Table table(out, header, room);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!columns[i].may_be_cut) table.keep(i, columns[i].width);
    }
    for (const auto& row : rows) {
      Table::Row cells;
      for (const auto& column : columns) cells.push_back(cell_of(row, column.name));
      table.add(std::move(cells));
    }
    table.finish();
    std::istringstream lines(out.str());
    for (std::string each; std::getline(lines, each);) write_line(indent, each);
  }

  /// Each with a dash before it where it has several lines.
  void write_list(const json& values, std::size_t indent) {
    for (const auto& each : values) {
      if (!each.is_structured()) {
        write_lines(each, indent);
        continue;
      }
      const auto begin = text_.size();
      write(each, indent + kStep);
      if (text_.size() > begin) text_[begin + indent] = '-';
    }
  }

  std::size_t columns_;
  std::string text_;
};

}  // namespace

std::string result_text(const json& result, std::size_t indent, std::size_t columns) {
  Writer writer(columns);
  writer.write(result, indent);
  return writer.take();
}

}  // namespace muster::cli
