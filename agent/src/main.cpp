#include <cstdio>
#include <string>
#include <vector>

#include "app.hpp"
#include "options.hpp"
#include "other_program.hpp"

namespace {

constexpr int kUsage = 2;

int complain(const muster::Error& error, int status) {
  std::fprintf(stderr, "muster-agent: %s\n", error.message.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace muster::agent;
  const auto options = parse_options({argv + 1, argv + argc});
  if (!options) {
    const int status = complain(options.error(), kUsage);
    std::fputs("see muster-agent --help\n", stderr);
    return status;
  }
  switch (options->command) {
    case Command::Help:
      std::fputs(help_text().c_str(), stdout);
      return 0;
    case Command::Version:
      std::printf("muster-agent %s\n", kVersion);
      return 0;
    case Command::Join:
      return complain(become("muster-agent-join", options->other_arguments), 1);
    case Command::Doctor:
      return complain(become("muster-agent-doctor", options->other_arguments), 1);
    case Command::Run:
      break;
  }
  const auto ran = run_agent(options->run);
  if (ran) return 0;
  return complain(ran.error(), ran.error().code == muster::ErrorCode::InvalidArgument ? kUsage : 1);
}
