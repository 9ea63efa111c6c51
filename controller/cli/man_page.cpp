#include "man_page.hpp"

#include <algorithm>
#include <muster/core/base/version.hpp>

#include "page.hpp"

namespace muster::cli {
namespace {

/// One line of text, in which no character means anything to the formatter. Quotes, dashes and the
/// like stay what can be copied into a shell.
std::string plain(const std::string& text) {
  std::string safe = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char letter : text) {
    switch (letter) {
      case '\\':
        safe += "\\e";
        break;
      case '-':
        safe += "\\-";
        break;
      case '\'':
        safe += "\\(aq";
        break;
      case '`':
        safe += "\\(ga";
        break;
      case '^':
        safe += "\\(ha";
        break;
      case '~':
        safe += "\\(ti";
        break;
      case '\n':
        safe += ' ';
        break;
      default:
        safe += letter;
    }
  }
  return safe;
}

std::string bold(const std::string& text) { return "\\fB" + plain(text) + "\\fR"; }

std::string heading(const std::string& title) { return ".SH " + title + "\n"; }

std::string terms(const std::vector<Term>& list) {
  std::string text;
  for (const auto& term : list) {
    text += ".TP\n" + bold(term.name) + "\n" + plain(term.meaning) + "\n";
  }
  return text;
}

std::string name_of(const Command& command) {
  auto name = "muster-" + command.words;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string title(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return ".TH " + plain(name) + " 1 \"\" \"muster " + plain(std::string(kVersion)) +
         "\" \"Muster\"\n";
}

std::string name_section(const std::string& name, const std::string& summary) {
  return heading("NAME") + plain(name) + " \\- " + plain(summary) + "\n";
}

std::string description(const Command& command) {
  std::string text;
  for (const auto& paragraph : paragraphs_of(command)) {
    text += (text.empty() ? heading("DESCRIPTION") : ".PP\n") + plain(paragraph) + "\n";
  }
  return text;
}

std::string options_section(const Command& command) {
  if (command.options.empty()) return "";
  std::vector<Term> list;
  for (const auto& option : command.options) list.push_back({written(option), option.help});
  return heading("OPTIONS") + terms(list);
}

/// As they would stand in a script.
std::string examples_section(const std::vector<Example>& examples) {
  auto text = heading("EXAMPLES") + ".EX\n";
  for (const auto& example : examples) {
    if (!example.what.empty()) text += plain("# " + example.what) + "\n";
    text += bold(example.line) + "\n";
  }
  return text + ".EE\n";
}

std::string command_page(const Command& command) {
  auto text = title(name_of(command)) + name_section(name_of(command), command.summary) +
              heading("SYNOPSIS") + bold("muster " + command.words) + " " +
              plain(arguments_of(command)) + "\n";
  return text + description(command) + options_section(command) + heading("EXIT STATUS") +
         terms(exits_of(command)) + heading("ENVIRONMENT") + terms(environment()) +
         examples_section(command.examples) + heading("SEE ALSO") + ".BR muster (1)\n";
}

std::string main_page(const std::vector<Command>& commands) {
  std::vector<Term> list;
  for (const auto& command : commands) {
    list.push_back({name_of(command) + "(1)", command.summary});
  }
  return title("muster") + name_section("muster", "run operations on a fleet of Linux nodes") +
         heading("SYNOPSIS") + bold("muster") + " COMMAND [OPTIONS]\n" + heading("COMMANDS") +
         terms(list) + heading("EXIT STATUS") + terms(exits_of_jobs()) + heading("ENVIRONMENT") +
         terms(environment()) + examples_section({{"muster exec --on role=web -- uname -a"}});
}

}  // namespace

std::vector<ManPage> man_pages(const std::vector<Command>& commands) {
  std::vector<ManPage> pages{{"muster.1", main_page(commands)}};
  for (const auto& command : commands) {
    pages.push_back({name_of(command) + ".1", command_page(command)});
  }
  return pages;
}

}  // namespace muster::cli
