#include "salt_parts.hpp"

#include <algorithm>
#include <cstddef>

namespace muster::selector {
namespace {

/// Of a word without the parentheses at its end that it has not opened: a regular expression has
/// parentheses of its own.
std::size_t own_length(std::string_view word) {
  std::ptrdiff_t open = 0;
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (word[at] == '\\') {
      ++at;  // what follows stands for itself
    } else if (word[at] == '(' || word[at] == ')') {
      open += word[at] == '(' ? 1 : -1;
    }
  }
  auto length = word.size();
  for (; open < 0 && length > 0 && word[length - 1] == ')'; ++open) --length;
  return length;
}

void add_parts(SaltPart word, std::vector<SaltPart>& parts) {
  const auto take = [&](std::size_t length) {
    parts.push_back({word.offset, word.text.substr(0, length)});
    word = {word.offset + length, word.text.substr(length)};
  };
  while (word.text.starts_with('(')) take(1);
  if (const auto length = own_length(word.text); length > 0) take(length);
  while (!word.text.empty()) take(1);
}

}  // namespace

std::vector<SaltPart> parts_of_salt(std::string_view compound) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  std::vector<SaltPart> parts;
  for (auto at = compound.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const auto end = std::min(compound.find_first_of(kBlanks, at), compound.size());
    add_parts({at, compound.substr(at, end - at)}, parts);
    at = compound.find_first_not_of(kBlanks, end);
  }
  return parts;
}

}  // namespace muster::selector
