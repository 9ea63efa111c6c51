#include "result_text.hpp"

#include <algorithm>
#include <array>
#include <muster/core/base/display_width.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "table.hpp"
#include "terminal.hpp"

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

/// The members that any of the rows has, the one by which it is known before the others.
std::vector<std::string> columns_of_rows(const json& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    for (const auto& [name, value] : row.items()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  for (const auto* name : kNames) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) continue;
    std::rotate(names.begin(), found, found + 1);
    break;
  }
  return names;
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
    auto left = one_line(printable(name));
    const auto beside = beside_name(value, indent + std::max(widest, display_width(left)) + kStep);
    if (!beside) {
      write_line(indent, left);
      return write(value, indent + kStep);
    }
    const auto width = display_width(left);
    left.append((width < widest ? widest - width : 0) + kStep, ' ');
    write_line(indent, left + *beside);
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
    std::istringstream lines(flat_text(value));
    for (std::string each; std::getline(lines, each);) write_line(indent, each);
  }

  void write_diff(const json& value, std::size_t indent) {
    std::istringstream lines(flat_text(value));
    for (std::string each; std::getline(lines, each);) {
      write_line(indent, coloured(each, colour_of_diff(each)));
    }
  }

  void write_table(const json& rows, std::size_t indent) {
    const auto names = columns_of_rows(rows);
    Table::Row header;
    for (const auto& name : names) header.push_back(one_line(printable(name)));
    std::ostringstream out;
    Table table(out, header, columns_ > indent ? columns_ - indent : columns_);
    for (const auto& row : rows) {
      Table::Row cells;
      for (const auto& name : names) {
        cells.push_back(row.contains(name) ? flat_text(row.at(name)) : "-");
      }
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
