#include "all_commands.hpp"

#include <algorithm>
#include <iterator>
#include <muster/core/base/near_name.hpp>

#include "terminal.hpp"

namespace muster::cli {
namespace {

constexpr std::size_t kMaxCommandWords = 3;

std::string joined(const std::vector<std::string>& words, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + words[i];
  return text;
}

std::size_t words_of(const std::string& text) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
}

/// The first `count` words of every command that has so many.
std::vector<std::string> beginnings(const std::vector<Command>& commands, std::size_t count) {
  std::vector<std::string> all;
  for (const auto& command : commands) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < count && end != std::string::npos; ++i) {
      end = command.words.find(' ', i == 0 ? 0 : end + 1);
    }
    if (words_of(command.words) >= count) all.push_back(command.words.substr(0, end));
  }
  return all;
}

/// What begins a command and is near to what begins these words, as much of it as there is; or "".
std::string near_command(const std::vector<Command>& commands,
                         const std::vector<std::string>& words) {
  const auto option = std::find_if(words.begin(), words.end(),
                                   [](const auto& word) { return word.starts_with("-"); });
  const auto typed = static_cast<std::size_t>(option - words.begin());
  for (auto count = std::min(typed, kMaxCommandWords); count > 0; --count) {
    const auto text = joined(words, count);
    auto near = near_name(text, beginnings(commands, count));
    if (!near.empty() && near != text) return near;
  }
  return {};
}

}  // namespace

std::vector<Command> all_commands() {
  std::vector<Command> all;
  for (auto part :
       {status_commands(), doctor_commands(), node_commands(), node_change_commands(),
        selector_commands(), group_commands(), run_commands(), job_commands(),
        job_output_commands(), job_export_commands(), plugin_commands(), event_commands(),
        webhook_commands(), webhook_change_commands(), enroll_commands(), help_commands(),
        completion_commands(), login_commands(), context_commands()}) {
    std::move(part.begin(), part.end(), std::back_inserter(all));
  }
  for (auto& command : all) {
    if (command.run != nullptr) command.options.push_back(context_option());
  }
  return all;
}

std::pair<const Command*, std::size_t> find_command(const std::vector<Command>& commands,
                                                    const std::vector<std::string>& words) {
  for (auto count = std::min(words.size(), kMaxCommandWords); count > 0; --count) {
    const auto found = std::find_if(commands.begin(), commands.end(), [&](const Command& command) {
      return command.words == joined(words, count);
    });
    if (found != commands.end()) return {&*found, count};
  }
  return {nullptr, 0};
}

std::vector<Command> family_of(const std::vector<Command>& commands,
                               const std::vector<std::string>& words) {
  const auto start = joined(words, words.size()) + (words.empty() ? "" : " ");
  std::vector<Command> family;
  std::copy_if(commands.begin(), commands.end(), std::back_inserter(family),
               [&](const Command& command) { return (command.words + " ").starts_with(start); });
  return family;
}

Failure no_such_command(const std::vector<Command>& commands,
                        const std::vector<std::string>& words) {
  if (const auto near = near_command(commands, words); !near.empty()) {
    const auto typed = joined(words, std::min(words_of(near), words.size()));
    return {Exit::Usage,
            "there is no command '" + printable(typed) + "'; did you mean muster " + near + "?"};
  }
  std::string known;
  for (const auto& command : family_of(commands, {words[0]})) {
    known += "\n  muster " + command.words;
  }
  const auto second = words.size() > 1 && !known.empty() ? " " + words[1] : "";
  return {Exit::Usage, "there is no command '" + printable(words[0] + second) + "'" +
                           (known.empty() ? "; muster --help lists them" : "; there are:" + known)};
}

}  // namespace muster::cli
