#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <muster/core/doctor/check_json.hpp>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../fleet_checks.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

using doctor::Verdict;

Colour colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Ok:
      return Colour::Green;
    case Verdict::Failed:
      return Colour::Red;
    default:
      return Colour::Yellow;
  }
}

/// What was found stands beside the names, or below them where that leaves too little room.
void print(const doctor::Checks& checks) {
  constexpr std::size_t kVerdict = 9;
  constexpr std::size_t kLeast = 24;  // columns for a sentence
  const auto columns = columns_of(STDOUT_FILENO);
  std::size_t at = 0;
  for (const auto& check : checks) at = std::max(at, kVerdict + check.name.size() + 2);
  const bool below = columns > 0 && at + kLeast > columns;
  if (below) at = kVerdict;
  for (const auto& check : checks) {
    const std::string verdict(to_string(check.verdict));
    const auto name = coloured(verdict, colour_of(check.verdict)) +
                      std::string(kVerdict - verdict.size(), ' ') + printable(check.name);
    if (below) std::cout << name << "\n";
    std::cout << entry(below ? "" : name, printable(check.says), at, columns);
    if (!check.advice.empty()) std::cout << entry("", printable(check.advice), at, columns);
  }
  std::cout << doctor::summary(checks) << "\n";
}

CliResult<Exit> examine(const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto checks = check_fleet(chosen_fleet(arguments.value("context")));
  if (arguments.has("json")) {
    std::cout << nlohmann::json{{"checks", to_json(checks)}}.dump(2) << "\n";
  } else {
    print(checks);
  }
  return static_cast<Exit>(doctor::exit_status(checks));
}

}  // namespace

std::vector<Command> doctor_commands() {
  Command command;
  command.words = "doctor";
  command.summary = "what is wrong with this fleet, its controller and the way to it";
  command.about =
      "Looks at the settings and the token, the controller's name, port, certificate, clock and "
      "version, and asks the controller about its disk, certificates, gateways, nodes, agents and "
      "plugins. Nothing is changed. On a node `muster-agent doctor` does the same from the other "
      "side.\n\nExit 0: nothing failed, though there may be warnings. 1: something failed. 4: "
      "something could not be looked at.";
  command.examples = {{"muster doctor"}};
  command.options = {json_option(), context_option()};
  command.run_here = examine;
  return {command};
}

}  // namespace muster::cli
