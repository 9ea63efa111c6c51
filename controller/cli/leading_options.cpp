#include "leading_options.hpp"

#include <algorithm>

#include "command.hpp"

namespace muster::cli {

std::vector<Option> leading_options() {
  return {context_option(), json_option(), no_pager_option()};
}

LedWords split_leading(const std::vector<std::string>& words) {
  const auto options = leading_options();
  std::size_t count = 0;
  while (count < words.size()) {
    const auto& word = words[count];
    const auto equals = word.find('=');
    const auto option = std::find_if(options.begin(), options.end(), [&](const Option& known) {
      return word.substr(0, equals) == "--" + known.name &&
             (equals == std::string::npos || !known.value.empty());
    });
    if (option == options.end()) break;
    const bool takes_next = !option->value.empty() && equals == std::string::npos;
    if (takes_next && count + 1 == words.size()) break;
    count += takes_next ? 2 : 1;
  }
  const auto end = words.begin() + static_cast<std::ptrdiff_t>(count);
  return {{words.begin(), end}, {end, words.end()}};
}

}  // namespace muster::cli
