#include "influx.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "text.hpp"

namespace muster::plugin::script {
namespace {

constexpr std::size_t kMaxPartBytes = 512;

tl::unexpected<sdk::Error> bad(std::string why) {
  return sdk::fail(sdk::ErrorCode::InvalidArgument, std::move(why));
}

class Line {
 public:
  explicit Line(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at(char c) const { return rest_.starts_with(c); }
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  bool take(char c) {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Up to one of `ends`, without the backslashes that make one of them plain.
  std::string part(std::string_view ends) {
    std::string text;
    while (!rest_.empty() && ends.find(rest_.front()) == std::string_view::npos) {
      const bool escapes = rest_.front() == '\\' && rest_.size() > 1 &&
                           std::string_view(", =\\").find(rest_[1]) != std::string_view::npos;
      if (escapes) rest_.remove_prefix(1);
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return clean_text(text, kMaxPartBytes);
  }
  /// Skips a text in quotes; false when it does not end.
  bool skip_text() {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }
  std::string_view word() {
    const auto end = std::min(rest_.find_first_of(", "), rest_.size());
    const auto word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }

 private:
  std::string_view rest_;
};

std::optional<double> field_value(std::string_view word) {
  constexpr std::array<std::string_view, 5> kTrue{"t", "T", "true", "True", "TRUE"};
  constexpr std::array<std::string_view, 5> kFalse{"f", "F", "false", "False", "FALSE"};
  for (const auto text : kTrue) {
    if (word == text) return 1;
  }
  for (const auto text : kFalse) {
    if (word == text) return 0;
  }
  if (word.ends_with('i') || word.ends_with('u')) word.remove_suffix(1);
  double value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == word.data() + word.size();
  return whole && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

sdk::Status read_tags(Line& line, std::map<std::string, std::string>& labels) {
  while (line.take(',')) {
    const auto name = line.part(", =");
    if (name.empty() || !line.take('=')) return bad("a tag is no name=value");
    auto value = line.part(", ");
    if (labels.size() >= kMaxTags) return bad("it has more than 32 tags");
    if (!value.empty()) labels[label_name(name)] = std::move(value);
  }
  return {};
}

}  // namespace

sdk::Result<std::vector<Sample>> read_influx_line(std::string_view text, std::size_t& left_out) {
  while (text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty() || text.starts_with('#')) return std::vector<Sample>{};
  Line line(text);
  const auto measurement = line.part(", ");
  if (measurement.empty()) return bad("it begins with no measurement");
  std::map<std::string, std::string> labels;
  if (auto tags = read_tags(line, labels); !tags) return tl::unexpected(tags.error());
  if (!line.take(' ')) return bad("it has no fields");
  std::vector<Sample> samples;
  std::size_t fields = 0;
  do {
    const auto name = line.part(", =");
    if (name.empty() || !line.take('=')) return bad("a field is no name=value");
    if (++fields > kMaxTags) return bad("it has more than 32 fields");
    if (line.at('"')) {
      if (!line.skip_text()) return bad("a text is never closed");
      ++left_out;
      continue;
    }
    const auto value = field_value(line.word());
    if (!value) return bad("the field " + name + " is no number");
    const auto metric = name == "value" ? measurement : measurement + "_" + name;
    samples.push_back({metric_name(metric), labels, *value});
  } while (line.take(','));
  if (line.done()) return samples;
  std::int64_t time = 0;
  const bool separate = line.take(' ');
  const auto rest = line.rest();
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), time);
  if (!separate || parsed.ec != std::errc() || parsed.ptr != rest.data() + rest.size()) {
    return bad("what follows the fields is no time");
  }
  return samples;
}

}  // namespace muster::plugin::script
