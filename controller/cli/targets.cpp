#include "targets.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <muster/core/selector/selector.hpp>

#include "node_list.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

/// What stands between two terms, or between a name and its value, and begins no operation, node or
/// program.
bool continues_selector(const std::string& word) {
  constexpr std::string_view kSigns = "()=!<>~,";
  if (word.empty()) return false;
  if (kSigns.find(word.front()) != std::string_view::npos) return true;
  const std::array<std::string_view, 4> words{"and", "or", "not", "in"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::vector<Option> with_targets(std::vector<Option> others) {
  std::vector<Option> options{
      {"on", "SELECTOR",
       "the nodes: all, node:web*, role=web, os.version>=12, with and, or, not and parentheses; "
       "@FILE: those whose names stand in it, one a line, with - for standard input"},
      {"compound", "TARGET", "the nodes as Salt writes them, such as 'G@os:Debian and web*'", false,
       'C'}};
  options.insert(options.end(), others.begin(), others.end());
  return options;
}

CliResult<std::string> selector_of(const Arguments& arguments) {
  const bool compound = arguments.has("compound");
  if (compound && arguments.has("on")) {
    return failure(Exit::Usage, "--on and -C say the same; give one of them");
  }
  if (compound) {
    const auto text = selector::from_salt(arguments.value("compound"));
    if (!text) return failure(Exit::Usage, text.error().message);
    return *text;
  }
  if (arguments.has("on") && arguments.value("on").empty()) {
    return failure(Exit::Usage, "--on is empty; write --on all for every node");
  }
  return selector_from(arguments.value("on"));
}

Failure in_typed_words(Failure why, const Arguments& arguments) {
  if (!arguments.has("compound") || !why.offset || !why.message.ends_with(why.position)) return why;
  const auto caret = selector::caret_in_salt(arguments.value("compound"), *why.offset);
  if (caret.empty()) return why;
  why.message.resize(why.message.size() - why.position.size());
  why.message += caret;
  return why;
}

std::string hint_for_stray(const Arguments& arguments, const std::vector<std::string>& words) {
  for (const auto* name : {"limit", "at-once", "max-failures"}) {
    if (words.empty() || words[0] != "%" || !arguments.has(name)) continue;
    return "write it without a blank: --" + std::string(name) + " " +
           printable(arguments.value(name)) + "%";
  }
  const auto option = arguments.has("compound") ? "compound" : "on";
  if (words.empty() || !arguments.has(option) || !continues_selector(words[0])) return {};
  auto selector = arguments.value(option);
  for (const auto& word : words) selector += " " + word;
  return std::string("put the selector in quotes: ") + (arguments.has("compound") ? "-C" : "--on") +
         " '" + printable(selector) + "'";
}

CliResult<std::string> selector_from(const std::string& typed) {
  if (!typed.starts_with("@")) return typed;  // no selector begins so
  return selector_from_names(typed.substr(1));
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings) {
    std::cerr << "muster: warning: " << printable(warning) << "\n";
  }
}

}  // namespace muster::cli
