/// muster-plugin, the tool of plugin authors.
#include <array>
#include <cstdio>
#include <string_view>

#include "command.hpp"

namespace {

using muster::tool::Command;

constexpr std::array kCommands{
    Command{"generate", "turn plugin.yaml into the embedded manifest and typed C++",
            &muster::tool::generate},
};

int usage(std::FILE* to, int exit_code) {
  std::fputs("usage: muster-plugin COMMAND ...\n\ncommands:\n", to);
  for (const auto& command : kCommands)
    std::fprintf(to, "  %-10s %s\n", command.name, command.summary);
  std::fputs("\n`muster-plugin COMMAND --help` says more.\n", to);
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return usage(stderr, muster::tool::kExitUsage);
  if (arguments.front() == "--help") return usage(stdout, muster::tool::kExitOk);
  for (const auto& command : kCommands) {
    if (arguments.front() == command.name) {
      return command.run({arguments.begin() + 1, arguments.end()});
    }
  }
  std::fprintf(stderr, "muster-plugin: there is no command %s\n", arguments.front().c_str());
  return usage(stderr, muster::tool::kExitUsage);
}
