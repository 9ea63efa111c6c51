#include "complete.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <muster/core/wire/task_state.hpp>
#include <sstream>

#include "complete_argument.hpp"
#include "complete_selector.hpp"
#include "leading_options.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

using Words = std::vector<std::string>;

void add(Completion& completion, const std::string& typed, Candidate candidate) {
  if (candidate.text.starts_with(typed)) completion.candidates.push_back(std::move(candidate));
}

Words split(const std::string& text, char separator) {
  Words parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

/// No character of it is hidden, moves the cursor or is another one than it seems.
bool shows_as_it_is(const std::string& text) { return one_line(printable(text)) == text; }

Words final_states() {
  Words states;
  for (std::uint64_t number = 0; number <= std::numeric_limits<std::uint8_t>::max(); ++number) {
    const auto state = wire::task_state_from(number);
    if (state && wire::is_final(*state)) states.emplace_back(to_string(*state));
  }
  return states;
}

/// The option that a word such as "--on" or "-C" names, or null.
const Option* option_named(const std::vector<Option>& options, const std::string& word) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const Option& option) {
    return word == "--" + option.name ||
           (option.letter != '\0' && word == std::string{'-', option.letter});
  });
  return found == options.end() ? nullptr : &*found;
}

/// What the words so far leave to be said.
struct Given {
  Words positional;
  Words options;                    // with their dashes
  const Option* waiting = nullptr;  // for its value
  bool after_dash = false;
};

Given read(const Command& command, const Words& words) {
  Given given;
  for (const auto& word : words) {
    if (given.waiting != nullptr) {
      given.waiting = nullptr;
    } else if (word == "--") {
      given.after_dash = true;
      break;
    } else if (const auto* option = option_named(command.options, word.substr(0, word.find('=')))) {
      given.options.push_back("--" + option->name);
      const bool complete = option->value.empty() || word.find('=') != std::string::npos;
      if (!complete) given.waiting = option;
    } else {
      given.positional.push_back(word);
    }
  }
  return given;
}

void add_options(Completion& completion, const Command& command, const Given& given,
                 const std::string& typed) {
  for (const auto& option : command.options) {
    const auto name = "--" + option.name;
    const bool again =
        std::find(given.options.begin(), given.options.end(), name) != given.options.end();
    if (!again || option.repeated) add(completion, typed, {name, option.help});
  }
  add(completion, typed, {"--help", "the page of this command"});
}

/// What may stand in the place with this number: "NODE" for the first of "NODE", and both of
/// "[NODE ...] LABEL=VALUE ..." anywhere.
Words kinds_at(const std::string& takes, std::size_t place) {
  Words kinds;
  std::size_t at = 0;
  bool any_from_here = false;  // what is before may be repeated
  const auto parts = split(takes, ' ');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& part = parts[i];
    if (part.starts_with("...")) continue;
    const bool repeated = i + 1 < parts.size() && parts[i + 1].starts_with("...");
    if (at == place || (at < place && repeated) || (at > place && any_from_here)) {
      const auto begin = part.find_first_not_of('[');
      kinds.push_back(part.substr(begin, part.find(']') - begin));
    }
    any_from_here = any_from_here || repeated;
    ++at;
  }
  return kinds;
}

/// The words that a value is one of.
Words choices_of(const std::string& kind) {
  if (kind == "STATE") return final_states();
  if (kind == "TIME") return {"1h", "24h", "7d", "30d"};
  return kind == "--" || kind.find('|') != std::string::npos ? split(kind, '|') : Words{};
}

Completion of_option(Completion completion, const std::string& start) {
  for (auto& candidate : completion.candidates) candidate.text.insert(0, start);
  completion.files_after += start.size();
  return completion;
}

}  // namespace

Completer::Completer(const std::vector<Command>& commands, const Names& names)
    : commands_(commands), names_(names) {}

Completion Completer::complete(const Words& words, const std::string& typed) const {
  auto completion = anywhere(words, typed);
  std::erase_if(completion.candidates,
                [](const Candidate& candidate) { return !shows_as_it_is(candidate.text); });
  for (auto& candidate : completion.candidates) {
    candidate.about = one_line(printable(candidate.about));
  }
  return completion;
}

Completion Completer::anywhere(const Words& words, const std::string& typed) const {
  const auto [leading, rest] = split_leading(words);
  const auto [command, taken] = find_command(commands_, rest);
  if (command != nullptr) {
    auto given = leading;
    given.insert(given.end(), rest.begin() + static_cast<std::ptrdiff_t>(taken), rest.end());
    return in_command(*command, given, typed);
  }
  // As of a command that takes nothing: its options or the value of one of them.
  const Command before{.words = "", .summary = "", .examples = {}, .options = leading_options()};
  if (rest.size() == 1 && rest[0] == "--" + context_option().name) {
    return in_command(before, words, typed);
  }
  if (!rest.empty() || !typed.starts_with("-")) return command_words(rest, typed);
  auto completion = in_command(before, words, typed);
  if (words.empty()) add(completion, typed, {"--version", ""});
  return completion;
}

Completion Completer::command_words(const Words& words, const std::string& typed) const {
  Completion completion;
  for (const auto& command : family_of(commands_, words)) {
    const auto parts = split(command.words, ' ');
    if (parts.size() <= words.size()) continue;
    const auto& next = parts[words.size()];
    const bool ends = parts.size() == words.size() + 1;
    const bool again = std::any_of(completion.candidates.begin(), completion.candidates.end(),
                                   [&](const Candidate& other) { return other.text == next; });
    if (!again) add(completion, typed, {next, ends ? command.summary : "commands"});
  }
  return completion;
}

Completion Completer::in_command(const Command& command, const Words& rest,
                                 const std::string& typed) const {
  const auto given = read(command, rest);
  if (given.after_dash) return {};  // the program's own, on the nodes
  if (given.waiting != nullptr) return value(given.waiting->value, typed);
  if (typed.starts_with("-")) {
    const auto equals = typed.find('=');
    const auto* option = option_named(command.options, typed.substr(0, equals));
    Completion completion;
    if (equals == std::string::npos || option == nullptr) {
      add_options(completion, command, given, typed);
      return completion;
    }
    return of_option(value(option->value, typed.substr(equals + 1)), typed.substr(0, equals + 1));
  }
  Completion completion;
  for (const auto& kind : kinds_at(command.takes, given.positional.size())) {
    auto more = word(kind, given.positional, typed);
    auto& found = completion.candidates;
    found.insert(found.end(), more.candidates.begin(), more.candidates.end());
    completion.files = completion.files || more.files;
    completion.files_after = std::max(completion.files_after, more.files_after);
  }
  return completion;
}

Completion Completer::word(const std::string& kind, const Words& before,
                           const std::string& typed) const {
  if (kind == "NAME=TEXT") return complete_argument(before, typed, names_);
  return kind == "COMMAND" ? page(before, typed) : value(kind, typed);
}

/// The next word of a command, or what its page tells more about, such as an operation.
Completion Completer::page(const Words& words, const std::string& typed) const {
  const auto [command, taken] = find_command(commands_, words);
  const bool tells_more =
      command != nullptr && command->more_help != nullptr && taken == words.size();
  return tells_more ? value(kinds_at(command->takes, 0).front(), typed)
                    : command_words(words, typed);
}

Completion Completer::value(const std::string& kind, const std::string& typed) const {
  using Source = std::vector<Candidate> (Names::*)(const std::string&) const;
  static const std::map<std::string, Source> kSources{{"NODE", &Names::nodes},
                                                      {"LABEL", &Names::labels},
                                                      {"LABEL=VALUE", &Names::labelled},
                                                      {"GROUP", &Names::groups},
                                                      {"PLUGIN", &Names::plugins},
                                                      {"OPERATION", &Names::operations},
                                                      {"JOB", &Names::jobs},
                                                      {"OPERATOR", &Names::operators},
                                                      {"CONTEXT", &Names::contexts},
                                                      {"WEBHOOK", &Names::webhooks},
                                                      {"TOKEN-ID", &Names::enrollment_tokens}};
  Completion completion;
  if (const auto source = kSources.find(kind); source != kSources.end()) {
    completion.candidates = (names_.*source->second)(typed);
  } else if (kind == "SELECTOR" && typed.starts_with("@")) {
    completion.files = true;
    completion.files_after = 1;
  } else if (kind == "SELECTOR") {
    completion.candidates = complete_selector(typed, names_);
  } else if (kind == "FILE" || kind == "DIR") {
    completion.files = true;
  } else {
    for (const auto& choice : choices_of(kind)) add(completion, typed, {choice, {}, false});
  }
  return completion;
}

}  // namespace muster::cli
