#include <iostream>
#include <muster/core/doctor/check_json.hpp>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../fleet_checks.hpp"
#include "../terminal.hpp"

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

void print(const doctor::Checks& checks) {
  std::size_t width = 0;
  for (const auto& check : checks) width = std::max(width, check.name.size());
  constexpr std::size_t kVerdict = 9;
  for (const auto& check : checks) {
    std::string verdict(to_string(check.verdict));
    const auto gap = std::string(kVerdict - verdict.size(), ' ');
    std::cout << coloured(verdict, colour_of(check.verdict)) << gap << printable(check.name)
              << std::string(width - check.name.size() + 2, ' ') << printable(check.says) << "\n";
    if (!check.advice.empty()) {
      std::cout << std::string(kVerdict + width + 2, ' ') << printable(check.advice) << "\n";
    }
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
