#include <cstdio>
#include <muster/core/doctor/check_json.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "examination.hpp"

namespace {

using namespace muster;

constexpr int kUsage = 2;

constexpr const char* kHelp = R"(usage: muster-agent doctor --state DIR [--json]

Looks at this node: who it is in its fleet, whether an agent runs, the disk, what the kernel offers, and the way
to the controller (name, ports, certificate, clock). Changes nothing. Run it as the agent's own user.

  --state DIR  the agent's own directory
  --json       print one JSON object: {"checks": [{"name", "verdict", "says", "advice"}]}

Exits: 0 nothing failed (there may be warnings), 1 something failed, 2 a wrong option, 4 something could not be
looked at.

example:
  muster-agent doctor --state /var/lib/muster-agent
)";

struct Arguments {
  std::string state;
  bool json = false;
  bool help = false;
};

/// The sentence about what is wrong, or "".
std::string parse(const std::vector<std::string>& words, Arguments& arguments) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--help" || words[i] == "-h") {
      arguments.help = true;
    } else if (words[i] == "--json") {
      arguments.json = true;
    } else if (words[i] == "--state" && i + 1 < words.size()) {
      arguments.state = words[++i];
    } else {
      return words[i] == "--state" ? "--state needs a value" : "there is no option " + words[i];
    }
  }
  return arguments.help || !arguments.state.empty() ? "" : "--state DIR is missing";
}

void print(const doctor::Checks& checks) {
  for (const auto& check : checks) {
    std::printf("%-8s %-11s %s\n", std::string(to_string(check.verdict)).c_str(),
                check.name.c_str(), check.says.c_str());
    if (!check.advice.empty()) std::printf("%20s %s\n", "", check.advice.c_str());
  }
  std::printf("%s\n", doctor::summary(checks).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (const auto wrong = parse({argv + 1, argv + argc}, arguments); !wrong.empty()) {
    std::fprintf(stderr, "muster-agent doctor: %s\nsee muster-agent doctor --help\n",
                 wrong.c_str());
    return kUsage;
  }
  if (arguments.help) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  const auto checks = agent::examine_node(arguments.state);
  if (arguments.json) {
    std::printf("%s\n", nlohmann::json{{"checks", to_json(checks)}}.dump(2).c_str());
  } else {
    print(checks);
  }
  return doctor::exit_status(checks);
}
