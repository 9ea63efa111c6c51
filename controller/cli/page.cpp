#include "page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kIndent = 2;

std::vector<Term> terms_of(const std::vector<Option>& options) {
  std::vector<Term> terms;
  terms.reserve(options.size());
  for (const auto& option : options) terms.push_back({written(option), option.help});
  return terms;
}

/// A line to copy is never broken.
std::string examples_text(const Command& command, std::size_t width) {
  std::string text;
  for (const auto& example : command.examples) {
    text += std::string(kIndent, ' ') + example.line + "\n";
    if (!example.what.empty()) text += wrapped(example.what, 3 * kIndent, width);
  }
  return text;
}

json terms_json(const std::vector<Term>& terms) {
  json list = json::array();
  for (const auto& term : terms) list.push_back({{"name", term.name}, {"meaning", term.meaning}});
  return list;
}

json page_json(const Command& command) {
  json options = json::array();
  for (const auto& option : command.options) {
    options.push_back({{"name", option.name},
                       {"value", option.value},
                       {"help", option.help},
                       {"repeated", option.repeated}});
    if (option.letter != '\0') options.back()["letter"] = std::string(1, option.letter);
  }
  json examples = json::array();
  for (const auto& example : command.examples) {
    examples.push_back({{"line", example.line}, {"what", example.what}});
  }
  return {{"command", command.words},   {"takes", command.takes},
          {"summary", command.summary}, {"about", paragraphs_of(command)},
          {"options", options},         {"examples", examples},
          {"endless", command.endless}, {"exits", terms_json(exits_of(command))}};
}

}  // namespace

std::string usage_of(const Command& command) {
  return "muster " + command.words + " " + arguments_of(command);
}

std::string arguments_of(const Command& command) {
  if (command.takes.empty()) return "[OPTIONS]";
  // What stands behind a "--" is a program's, options too.
  const bool options_first = command.takes.find("-- ") != std::string::npos;
  return options_first ? "[OPTIONS] " + command.takes : command.takes + " [OPTIONS]";
}

std::string written(const Option& option) {
  const std::string letter = option.letter == '\0' ? "" : std::string{'-', option.letter, ',', ' '};
  return letter + "--" + option.name + (option.value.empty() ? "" : " " + option.value);
}

std::vector<std::string> paragraphs_of(const Command& command) {
  std::vector<std::string> paragraphs;
  for (std::size_t begin = 0; begin < command.about.size();) {
    const auto end = std::min(command.about.find("\n\n", begin), command.about.size());
    paragraphs.push_back(command.about.substr(begin, end - begin));
    begin = end + 2;
  }
  if (command.endless) paragraphs.emplace_back("It goes on until it is interrupted (Ctrl-C).");
  return paragraphs;
}

std::vector<Term> exits_of_jobs() {
  return {{"0", "every task ended well"},
          {"1", "some tasks failed"},
          {"2", "usage or selector error; nothing was run"},
          {"3", "the selector matched nothing, or what was named does not exist"},
          {"4",
           "some tasks were skipped, unreachable, timed out or are indeterminate, or the "
           "controller could not be reached"},
          {"5", "denied, by the controller or by a node"},
          {"6", "stopped after too many failures"},
          {"7", "--check found changes to make"},
          {"130",
           "left before the end, with Ctrl-C or because whoever read the output is gone; the job "
           "goes on, unless a second Ctrl-C cancelled it"}};
}

std::vector<Term> exits_of(const Command& command) {
  if (command.ends_as_job) return exits_of_jobs();
  return {{"0", "done"},
          {"1", "failed for a reason that is none of these"},
          {"2", "usage or selector error; nothing was changed"},
          {"3", "matched nothing, or what was named does not exist"},
          {"4", "the controller could not be reached, or could not answer now"},
          {"5", "denied"}};
}

std::vector<Term> environment() {
  return {
      {"MUSTER_CONTROLLER",
       "address of the fleet's controller, https://HOST:PORT; set, it comes before contexts"},
      {"MUSTER_CA_FILE",
       "the fleet's CA certificate, the only one that is trusted; without it the system's are"},
      {"MUSTER_TOKEN_FILE",
       "file with the operator's token, which no command takes as an argument"},
      {"MUSTER_CONTEXT", "the context to use, as with --context"},
      {"MUSTER_PAGER", "what shows long output on a terminal; without it PAGER, or less"},
      {"XDG_CONFIG_HOME", "where the folder muster with the contexts is (default: ~/.config)"},
      {"NO_COLOR", "when set, nothing is coloured, on terminals neither; nor where TERM is dumb"}};
}

std::string page_text(const Command& command, std::size_t width) {
  auto text =
      wrapped(command.summary, 0, width) + "\n" + wrapped("usage: " + usage_of(command), 0, width);
  for (const auto& paragraph : paragraphs_of(command)) text += "\n" + wrapped(paragraph, 0, width);
  if (!command.options.empty())
    text += "\noptions\n" + terms_text(terms_of(command.options), width);
  text += "\nexamples\n" + examples_text(command, width);
  return text + "\nexits\n" + terms_text(exits_of(command), width);
}

std::string list_text(const std::vector<Command>& commands, std::size_t width) {
  std::vector<Term> terms;
  terms.reserve(commands.size());
  for (const auto& command : commands) terms.push_back({command.words, command.summary});
  return terms_text(terms, width);
}

std::string overview_text(const std::vector<Command>& commands, std::size_t width) {
  return wrapped("muster: run operations on a fleet of Linux nodes", 0, width) +
         "\nusage: muster COMMAND [OPTIONS]\n\ncommands\n" + list_text(commands, width) + "\n" +
         wrapped("`muster help COMMAND`, or `muster COMMAND --help`, prints a command's page.", 0,
                 width) +
         "\nexample\n  muster exec --on role=web -- uname -a\n\nexits\n" +
         terms_text(exits_of_jobs(), width) + "\nenvironment\n" + terms_text(environment(), width);
}

json pages_json(const std::vector<Command>& commands) {
  json pages = json::array();
  for (const auto& command : commands) pages.push_back(page_json(command));
  return {{"commands", std::move(pages)}, {"environment", terms_json(environment())}};
}

}  // namespace muster::cli
