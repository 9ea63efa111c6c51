#include "metrics/exposition.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace muster::metrics {
namespace {

constexpr std::array<std::string_view, 3> kTypes{"counter", "gauge", "histogram"};

}  // namespace

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    out += c;
  }
}

void append_family(std::string& out, std::string_view name, std::string_view help, Type type) {
  out.append("# HELP ").append(name).append(" ");
  append_escaped(out, help, false);
  out.append("\n# TYPE ").append(name).append(" ");
  out.append(kTypes[static_cast<std::size_t>(type)]).append("\n");
}

void append_sample(std::string& out, std::string_view name, const Labels& labels,
                   std::string_view value) {
  out += name;
  char before = '{';
  for (const auto& [key, text] : labels) {
    out += before;
    out.append(key).append("=\"");
    append_escaped(out, text, true);
    out += '"';
    before = ',';
  }
  if (!labels.empty()) out += '}';
  out.append(" ").append(value).append("\n");
}

void append_histogram(std::string& out, const std::string& name, const Labels& labels,
                      const Histogram& histogram) {
  std::uint64_t so_far = 0;
  const auto& bounds = histogram.bounds();
  auto with_bound = labels;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    so_far += histogram.in_bucket(i);
    with_bound["le"] = i < bounds.size() ? number_text(bounds[i]) : "+Inf";
    append_sample(out, name + "_bucket", with_bound, std::to_string(so_far));
  }
  append_sample(out, name + "_sum", labels, number_text(histogram.sum()));
  append_sample(out, name + "_count", labels, std::to_string(so_far));
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace muster::metrics
