// Salt's compound targets in the words of this language:
// https://docs.saltproject.io/en/latest/topics/targeting/compound.html
#include <algorithm>
#include <array>
#include <muster/core/selector/selector.hpp>
#include <string>
#include <utility>

#include "caret.hpp"
#include "lexer.hpp"
#include "network.hpp"
#include "text.hpp"

namespace muster::selector {
namespace {

struct Fault {
  std::string sentence;
  ErrorCode code = ErrorCode::InvalidArgument;
};
using Translated = tl::expected<std::string, Fault>;

tl::unexpected<Fault> wrong(std::string sentence, ErrorCode code = ErrorCode::InvalidArgument) {
  return tl::unexpected(Fault{std::move(sentence), code});
}

/// Grains whose facts have other names here. The rest is somebody's own, and a label here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kGrains{
    {{"cpuarch", "arch"},
     {"host", "hostname"},
     {"id", "node"},
     {"kernelrelease", "kernel.release"},
     {"num_cpus", "cpu.count"},
     {"os", "os.id"},
     {"osrelease", "os.version"},
     {"saltversion", "agent.version"}}};

std::string subject_of(std::string_view grain) {
  for (const auto& [theirs, ours] : kGrains) {
    if (theirs == grain) return std::string(ours);
  }
  return std::string(grain);
}

/// Their patterns have no sets of numbers but ranges of characters.
Translated glob(std::string_view pattern) {
  if (pattern.find('[') != std::string_view::npos) {
    return wrong("a pattern with brackets has no counterpart; write E@ and a regular expression");
  }
  const bool bare = std::all_of(pattern.begin(), pattern.end(), [](char c) {
    return c == '*' || c == '?' || is_plain_word(std::string_view(&c, 1));
  });
  if (bare && pattern.find("..") == std::string_view::npos) return std::string(pattern);
  if (pattern.find_first_of("*?") == std::string_view::npos) return quoted(pattern);
  return wrong("a pattern with such characters has no counterpart; write a regular expression");
}

/// They look for a match at the beginning only.
std::string regex(std::string_view expression) {
  return quoted("^(?:" + std::string(expression) + ")");
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return small;
}

/// "os:Debian"
Translated grain(std::string_view text, bool is_regex) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return wrong("a grain is NAME:VALUE, such as G@os:Debian");
  const auto name = text.substr(0, colon);
  const auto value = text.substr(colon + 1);
  if (!is_plain_word(name)) return wrong("this is no name of a grain");
  if (value.find(':') != std::string_view::npos) {
    return wrong("a grain inside another has no counterpart; label the nodes",
                 ErrorCode::Unsupported);
  }
  const auto subject = subject_of(name);
  if (is_regex) return subject + "=~" + regex(value);
  // os-release(5), where the fact is from, writes its ids in small letters.
  return glob(subject == "os.id" ? in_small_letters(value) : std::string(value))
      .map([&](const std::string& pattern) {
        if (pattern == "*" && subject.find('.') == std::string::npos) return subject;
        return subject == "node" ? "node:" + pattern : subject + "=" + pattern;
      });
}

Translated list(std::string_view names) {
  std::string text;
  for (bool more = true; more;) {
    const auto comma = names.find(',');
    text += (text.empty() ? "node in (" : ", ") + quoted(names.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) names.remove_prefix(comma + 1);
  }
  return text + ")";
}

Translated network(std::string_view text) {
  if (!Network::parse(text)) return wrong("this is no network, such as S@10.0.0.0/8");
  return "cidr(" + std::string(text) + ")";
}

Translated word(std::string_view text) {
  if (text == "and" || text == "or" || text == "not") return std::string(text);
  if (text == "*") return std::string("all");
  if (text.size() < 2 || text[1] != '@') {
    return glob(text).map([](const std::string& pattern) { return "node:" + pattern; });
  }
  const auto rest = text.substr(2);
  if (rest.empty()) return wrong("a value is missing here");
  switch (text[0]) {
    case 'G':
      return grain(rest, false);
    case 'P':
      return grain(rest, true);
    case 'E':
      return "node=~" + regex(rest);
    case 'L':
      return list(rest);
    case 'S':
      return network(rest);
    case 'N':
      return "group:" + (is_plain_word(rest) ? std::string(rest) : quoted(rest));
    case 'I':
    case 'J':
      return wrong("pillar has no counterpart here; label the nodes", ErrorCode::Unsupported);
    case 'R':
      return wrong("range servers have no counterpart here; make a group", ErrorCode::Unsupported);
    default:
      return wrong("there is no such kind of target; known are G, P, E, L, S and N");
  }
}

tl::unexpected<Error> refuse(std::string_view text, std::size_t offset, const Fault& fault,
                             SyntaxError* where) {
  const auto caret = point_at(text, offset);
  if (where != nullptr) *where = {offset, fault.sentence, caret};
  return fail(fault.code, fault.sentence + "\n" + caret);
}

}  // namespace

Result<std::string> from_salt(std::string_view compound, SyntaxError* where) {
  if (compound.size() > kMaxTextBytes) {
    return refuse({}, 0, {"the target is longer than a selector may be"}, where);
  }
  constexpr std::string_view kBetween = " \t\n()";
  std::string text;
  bool opened = true;  // nothing is put before what follows
  for (std::size_t at = 0; at < compound.size();) {
    if (compound[at] == '(' || compound[at] == ')') {
      if (compound[at] == '(' && !opened) text += ' ';
      opened = compound[at] == '(';
      text += compound[at++];
      continue;
    }
    if (kBetween.find(compound[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    const auto end = std::min(compound.find_first_of(kBetween, at), compound.size());
    const auto translated = word(compound.substr(at, end - at));
    if (!translated) return refuse(compound, at, translated.error(), where);
    if (!opened) text += ' ';
    opened = false;
    text += *translated;
    at = end;
  }
  if (text.empty()) return refuse(compound, 0, {"the target is empty"}, where);
  return text;
}

}  // namespace muster::selector
