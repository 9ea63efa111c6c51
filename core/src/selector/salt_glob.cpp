#include "salt_glob.hpp"

namespace muster::selector {
namespace {

/// Where the set ends that begins at `open`; npos when it does not. A bracket that comes first is
/// one of its characters.
std::size_t end_of_set(std::string_view glob, std::size_t open) {
  auto at = open + 1;
  if (at < glob.size() && glob[at] == '!') ++at;
  if (at < glob.size() && glob[at] == ']') ++at;
  return glob.find(']', at);
}

std::string set(std::string_view characters) {
  std::string regex = "[";
  if (characters.starts_with('!')) {
    regex += '^';
    characters.remove_prefix(1);
  }
  for (const char c : characters) {
    if (c == '\\' || c == '[' || c == ']' || c == '^') regex += '\\';
    regex += c;
  }
  return regex + "]";
}

}  // namespace

std::string regex_of_glob(std::string_view glob) {
  constexpr std::string_view kMeaning = "\\^$.|+()[]{}";
  std::string regex;
  for (std::size_t at = 0; at < glob.size(); ++at) {
    const char c = glob[at];
    const auto end = c == '[' ? end_of_set(glob, at) : std::string_view::npos;
    if (end != std::string_view::npos) {
      regex += set(glob.substr(at + 1, end - at - 1));
      at = end;
    } else if (c == '*' || c == '?') {
      regex += c == '*' ? ".*" : ".";
    } else {
      if (kMeaning.find(c) != std::string_view::npos) regex += '\\';
      regex += c;
    }
  }
  return regex + "$";
}

}  // namespace muster::selector
