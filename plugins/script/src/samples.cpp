#include "samples.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace muster::plugin::script {
namespace {

/// What is said of the metrics that this library makes itself.
struct Own {
  std::string_view name;
  std::string_view help;
};
constexpr std::array<Own, 6> kOwn{{
    {"check_status", "What a check found: 0 ok, 1 warning, 2 critical, 3 unknown"},
    {"check_value", "A value that a check reports"},
    {"script_collector_up", "Whether the collector's last run gave its metrics"},
    {"script_collector_duration_seconds", "How long the collector's last run took"},
    {"script_collector_age_seconds", "Time since the collector's last run ended"},
    {"script_collector_dropped", "What the collector's last run printed and is no metric"},
}};

std::string fit_name(std::string_view text, bool colons) {
  std::string name;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit || c == '_' ||
                      (colons && c == ':');
    if (name.empty() && digit) name += '_';
    name += good ? c : '_';
  }
  return name.empty() ? "_" : name;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::string series(const Sample& sample) {
  std::string out = sample.name;
  char before = '{';
  for (const auto& [name, value] : sample.labels) {
    out += before;
    out += name + "=" + quoted(value);
    before = ',';
  }
  return before == ',' ? out + "}" : out;
}

}  // namespace

std::string metric_name(std::string_view text) { return fit_name(text, true); }
std::string label_name(std::string_view text) { return fit_name(text, false); }

bool is_reserved_name(std::string_view name) {
  for (const auto& own : kOwn) {
    if (own.name == name) return true;
  }
  return name.starts_with("muster_");
}

std::string exposition(const std::vector<Sample>& samples) {
  std::map<std::string, std::map<std::string, std::string>> families;
  for (const auto& sample : samples) families[sample.name][series(sample)] = number(sample.value);
  std::string out;
  for (const auto& [name, lines] : families) {
    for (const auto& own : kOwn) {
      if (own.name != name) continue;
      out.append("# HELP ").append(name).append(" ").append(own.help).append("\n");
      out.append("# TYPE ").append(name).append(" gauge\n");
    }
    for (const auto& [line, value] : lines) out.append(line).append(" ").append(value).append("\n");
  }
  return out;
}

}  // namespace muster::plugin::script
