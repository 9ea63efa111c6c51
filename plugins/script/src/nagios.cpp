#include "nagios.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "text.hpp"

namespace muster::plugin::script {
namespace {

constexpr std::array<std::string_view, 4> kStatuses{"ok", "warning", "critical", "unknown"};
constexpr std::size_t kMaxUnitBytes = 16;
constexpr std::size_t kMaxRangeBytes = 64;

std::string_view cut_until(std::string_view& text, char end) {
  const auto at = std::min(text.find(end), text.size());
  const auto piece = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return piece;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// A number at the beginning of `text`, which is cut off.
std::optional<double> cut_number(std::string_view& text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return value;
}

std::optional<double> whole_number(std::string_view text) {
  const auto value = cut_number(text);
  return text.empty() ? value : std::nullopt;
}

/// A label up to its "=", in quotes or not; nothing when there is none. In quotes a quote is two.
std::optional<std::string> cut_label(std::string_view& text) {
  if (!text.starts_with('\'')) {
    const auto end = text.find_first_of("= ");
    if (end == std::string_view::npos || end == 0 || text[end] != '=') return std::nullopt;
    std::string label(text.substr(0, end));
    text.remove_prefix(end + 1);
    return label;
  }
  std::string label;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '\'') {
      label += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\'') {
      label += text[i++];
    } else if (i + 1 < text.size() && text[i + 1] == '=' && !label.empty()) {
      text.remove_prefix(i + 2);
      return label;
    } else {
      break;
    }
  }
  return std::nullopt;
}

std::optional<PerfValue> read_value(std::string label, std::string_view text) {
  PerfValue value;
  value.label = clean_text(label, kMaxLabelBytes);
  auto number = cut_until(text, ';');
  const auto read = cut_number(number);
  if (!read || number.find_first_of("0123456789") != std::string_view::npos) return std::nullopt;
  value.value = *read;
  value.unit = clean_text(number, kMaxUnitBytes);
  value.warning = clean_text(cut_until(text, ';'), kMaxRangeBytes);
  value.critical = clean_text(cut_until(text, ';'), kMaxRangeBytes);
  value.minimum = whole_number(cut_until(text, ';'));
  value.maximum = whole_number(cut_until(text, ';'));
  return value;
}

}  // namespace

std::string_view to_string(CheckStatus status) {
  return kStatuses.at(static_cast<std::size_t>(status));
}

std::vector<PerfValue> read_perfdata(std::string_view text, std::size_t& unreadable) {
  std::vector<PerfValue> values;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    auto label = cut_label(text);
    const auto rest = cut_until(text, ' ');
    if (label && rest.starts_with("U") && (rest.size() == 1 || rest[1] == ';'))
      continue;  // not known
    auto value = label ? read_value(std::move(*label), trimmed(rest)) : std::nullopt;
    if (value && values.size() < kMaxPerfValues) {
      values.push_back(std::move(*value));
    } else {
      ++unreadable;
    }
  }
  return values;
}

CheckReport read_check(int exit_code, std::string_view output) {
  CheckReport report;
  if (exit_code >= 0 && exit_code <= 3) report.status = static_cast<CheckStatus>(exit_code);
  report.truncated = output.size() > kMaxCheckOutput;
  if (report.truncated) {
    output = output.substr(0, kMaxCheckOutput);
    // Half a number would be another one.
    output = output.substr(0, std::min(output.find_last_of(" \n"), output.size()));
  }
  auto first = cut_until(output, '\n');
  std::string perfdata;
  report.text = clean_text(trimmed(cut_until(first, '|')), kMaxCheckOutput);
  perfdata = first;
  // Details go on until a second bar; what is behind it are values, to the end.
  report.details = clean_text(trimmed(cut_until(output, '|')), kMaxCheckOutput);
  perfdata.append(" ").append(output);
  std::replace(perfdata.begin(), perfdata.end(), '\n', ' ');
  report.values = read_perfdata(perfdata, report.unreadable);
  return report;
}

namespace {

/// A whole number as one, because people read it.
nlohmann::json number(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::abs(value) < kExact && std::trunc(value) == value) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

}  // namespace

nlohmann::json to_json(const CheckReport& report) {
  using nlohmann::json;
  json values = json::array();
  for (const auto& value : report.values) {
    json one{{"label", value.label}, {"value", number(value.value)}};
    if (!value.unit.empty()) one["unit"] = value.unit;
    if (!value.warning.empty()) one["warning"] = value.warning;
    if (!value.critical.empty()) one["critical"] = value.critical;
    if (value.minimum) one["minimum"] = number(*value.minimum);
    if (value.maximum) one["maximum"] = number(*value.maximum);
    values.push_back(std::move(one));
  }
  json result{{"status", to_string(report.status)}, {"text", report.text}};
  if (!report.details.empty()) result["details"] = report.details;
  if (!values.empty()) result["values"] = std::move(values);
  if (report.truncated) result["truncated"] = true;
  if (report.unreadable != 0) result["unreadable_values"] = report.unreadable;
  return result;
}

}  // namespace muster::plugin::script
