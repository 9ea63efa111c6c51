#include "line_edit.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;
using Pattern = std::unique_ptr<re2::RE2>;

constexpr std::int64_t kMostMemory = std::int64_t{1} << 20;  // of a compiled expression

sdk::Result<Pattern> compile(const std::string& expression, const std::string& field) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  auto pattern = std::make_unique<re2::RE2>(expression, options);
  if (pattern->ok()) return pattern;
  return sdk::fail(ErrorCode::InvalidArgument,
                   "the regular expression " + expression + " is wrong: " + pattern->error(),
                   field);
}

struct Line {
  std::string text;
  std::string end;  // "\n", "\r\n", or nothing for a last line that has none
};

/// A text as lines, each with the end that it has; new ones end as the first does.
class Text {
 public:
  explicit Text(std::string_view rest) {
    while (!rest.empty()) {
      const auto length = std::min(rest.find('\n'), rest.size());
      Line line{std::string(rest.substr(0, length)), length < rest.size() ? "\n" : ""};
      if (!line.end.empty() && line.text.ends_with('\r')) {
        line.text.pop_back();
        line.end = "\r\n";
      }
      lines_.push_back(std::move(line));
      rest.remove_prefix(std::min(length + 1, rest.size()));
    }
    if (!lines_.empty() && !lines_.front().end.empty()) end_ = lines_.front().end;
  }

  [[nodiscard]] std::vector<Line>& lines() { return lines_; }

  void insert(std::size_t at, const std::vector<std::string>& texts) {
    if (at == lines_.size() && at > 0 && lines_.back().end.empty()) lines_.back().end = end_;
    std::vector<Line> lines;
    for (const auto& text : texts) lines.push_back({text, end_});
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(at), lines.begin(), lines.end());
  }

  [[nodiscard]] std::string joined() const {
    std::string text;
    for (const auto& line : lines_) text += line.text + line.end;
    return text;
  }

 private:
  std::vector<Line> lines_;
  std::string end_ = "\n";
};

bool matches(const Pattern& pattern, const Line& line) {
  return re2::RE2::PartialMatch(line.text, *pattern);
}

std::optional<std::size_t> last_match(const std::vector<Line>& lines, const Pattern& pattern) {
  for (std::size_t i = lines.size(); i > 0; --i) {
    if (matches(pattern, lines[i - 1])) return i - 1;
  }
  return std::nullopt;
}

/// Before which line something new goes.
sdk::Result<std::size_t> place_for(const std::vector<Line>& lines, const Anchor& anchor) {
  const auto none = [](const std::string& expression, const char* field) {
    return sdk::fail(ErrorCode::FailedPrecondition,
                     "no line matches " + expression + ", so there is no place to put it", field);
  };
  if (anchor.after) {
    auto pattern = compile(*anchor.after, "/after");
    if (!pattern) return tl::unexpected(pattern.error());
    const auto found = last_match(lines, *pattern);
    if (!found) return none(*anchor.after, "/after");
    return *found + 1;
  }
  if (anchor.before) {
    auto pattern = compile(*anchor.before, "/before");
    if (!pattern) return tl::unexpected(pattern.error());
    const auto found = std::find_if(lines.begin(), lines.end(),
                                    [&](const auto& line) { return matches(*pattern, line); });
    if (found == lines.end()) return none(*anchor.before, "/before");
    return static_cast<std::size_t>(found - lines.begin());
  }
  return lines.size();
}

sdk::Result<std::string> without(Text text, const LineEdit& edit, const Pattern& pattern) {
  auto& lines = text.lines();
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [&](const auto& line) {
                               return (edit.line && line.text == *edit.line) ||
                                      (pattern && matches(pattern, line));
                             }),
              lines.end());
  return text.joined();
}

/// The lines from the mark at the beginning to the mark at the end, both included.
struct Marked {
  std::size_t begin = 0;
  std::size_t end = 0;
};

sdk::Result<std::optional<Marked>> find_block(const std::vector<Line>& lines,
                                              const BlockEdit& edit) {
  const auto wrong = [&edit](std::size_t line, const std::string& what) {
    return sdk::fail(ErrorCode::FailedPrecondition,
                     "line " + std::to_string(line + 1) + " is " + what +
                         "; put the marks right by hand, or name others",
                     "/begin");
  };
  std::optional<Marked> found;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].text == edit.begin) {
      if (open || found) return wrong(i, "a second " + edit.begin);
      open = i;
    } else if (lines[i].text == edit.end && open) {
      found = Marked{*open, i + 1};
      open.reset();
    } else if (lines[i].text == edit.end) {
      return wrong(i, edit.end + " without " + edit.begin + " before it");
    }
  }
  if (open) return wrong(*open, edit.begin + " without " + edit.end + " behind it");
  return found;
}

std::vector<std::string> marked_lines(const BlockEdit& edit) {
  std::vector<std::string> lines{edit.begin};
  Text inner(edit.block);
  for (auto& line : inner.lines()) lines.push_back(std::move(line.text));
  lines.push_back(edit.end);
  return lines;
}

}  // namespace

sdk::Result<std::string> edit_line(const std::string& original, const LineEdit& edit) {
  Text text(original);
  auto& lines = text.lines();
  Pattern pattern;
  if (edit.match) {
    auto compiled = compile(*edit.match, "/match");
    if (!compiled) return tl::unexpected(compiled.error());
    pattern = std::move(*compiled);
  }
  if (!edit.present) return without(std::move(text), edit, pattern);
  const auto place = place_for(lines, edit.anchor);
  if (!place && place.error().code == ErrorCode::InvalidArgument) {  // shows even if not needed
    return tl::unexpected(place.error());
  }
  if (const auto found = pattern ? last_match(lines, pattern) : std::nullopt) {
    lines[*found].text = *edit.line;
    return text.joined();
  }
  const bool is_there = std::any_of(lines.begin(), lines.end(),
                                    [&edit](const auto& line) { return line.text == *edit.line; });
  if (is_there) return original;
  if (!place) return tl::unexpected(place.error());
  text.insert(*place, {*edit.line});
  return text.joined();
}

sdk::Result<std::string> edit_block(const std::string& original, const BlockEdit& edit) {
  Text text(original);
  auto& lines = text.lines();
  auto found = find_block(lines, edit);
  if (!found) return tl::unexpected(found.error());
  std::size_t at = 0;
  if (*found) {
    at = (*found)->begin;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at),
                lines.begin() + static_cast<std::ptrdiff_t>((*found)->end));
  } else if (!edit.present) {
    return original;
  } else {
    const auto place = place_for(lines, edit.anchor);
    if (!place) return tl::unexpected(place.error());
    at = *place;
  }
  if (edit.present) text.insert(at, marked_lines(edit));
  return text.joined();
}

}  // namespace muster::plugin::system
