#include <cstdio>
#include <iostream>
#include <muster/core/base/files.hpp>
#include <string>
#include <vector>

#include "facts/facts.hpp"
#include "join.hpp"

namespace {

using namespace muster;

constexpr int kUsage = 2;
constexpr int kUnreached = 4;
constexpr int kDenied = 5;

constexpr const char* kHelp =
    R"(usage: muster-agent join (TOKEN | - | --token-file FILE) --state DIR [--name NAME]

Makes this node a member of a fleet: checks that the controller is the one that made the token, makes the
node's keys, and writes DIR/identity.json. When anything fails DIR keeps the keys alone (joining.json): run
the same command again, also with a new token, and a join whose answer was lost is taken up.

  TOKEN              the line that `muster enroll token create` printed. Other users of this machine can
                     see it in the list of processes while this runs: prefer one of the next two
  -                  read the token from standard input
  --token-file FILE  read the token from FILE
  --state DIR        the agent's own directory, made with mode 0700 where there is none
  --name NAME        what to call this node (default: its host name)

Exits: 0 joined, 1 something here is in the way, 2 a wrong option or token, 4 the controller cannot be reached
or is busy, 5 it lets this node not in.

examples:
  muster-agent join --token-file token --state /var/lib/muster-agent
  muster enroll token create --quiet | ssh web1 muster-agent join - --state /var/lib/muster-agent
)";

struct Arguments {
  std::string token;
  std::string token_file;
  std::string state;
  std::string name;
  bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    std::string* value = word == "--token-file" ? &arguments.token_file
                         : word == "--state"    ? &arguments.state
                         : word == "--name"     ? &arguments.name
                                                : nullptr;
    if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else if (value != nullptr) {
      if (++i == words.size()) return fail(ErrorCode::InvalidArgument, word + " needs a value");
      *value = words[i];
      if (value->empty()) return fail(ErrorCode::InvalidArgument, word + " is empty");
    } else if (word != "-" && word.starts_with("-")) {
      return fail(ErrorCode::InvalidArgument, "there is no option " + word);
    } else if (!arguments.token.empty()) {
      return fail(ErrorCode::InvalidArgument, "there is more than one token");
    } else {
      arguments.token = word;
    }
  }
  if (arguments.help) return arguments;
  if (arguments.state.empty()) return fail(ErrorCode::InvalidArgument, "--state DIR is missing");
  if (arguments.token.empty() == arguments.token_file.empty()) {
    return fail(ErrorCode::InvalidArgument, "give one token: TOKEN, - or --token-file FILE");
  }
  return arguments;
}

Result<std::string> read_token(const Arguments& arguments) {
  constexpr std::size_t kMost = 4096;
  if (!arguments.token_file.empty()) return read_file(arguments.token_file, kMost);
  if (arguments.token != "-") return arguments.token;
  std::string line;
  std::getline(std::cin, line);
  return line;
}

int complain(const Error& error, int status) {
  std::fprintf(stderr, "muster-agent join: %s\n", error.message.c_str());
  return status;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return kUsage;
    case ErrorCode::PermissionDenied:
    case ErrorCode::Unauthenticated:
      return kDenied;
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
      return kUnreached;
    default:
      return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = parse({argv + 1, argv + argc});
  if (!arguments) {
    const int status = complain(arguments.error(), kUsage);
    std::fputs("see muster-agent join --help\n", stderr);
    return status;
  }
  if (arguments->help) {
    std::fputs(kHelp, stdout);
    return 0;
  }
  const auto token = read_token(*arguments);
  if (!token) return complain(token.error(), kUsage);
  agent::JoinRequest request;
  request.token = *token;
  request.state = arguments->state;
  request.name =
      arguments->name.empty() ? agent::HostNumbers::of_this_host().hostname : arguments->name;
  request.machine_id = agent::read_machine_id("/");
  const auto joined = agent::join(request);
  if (!joined) return complain(joined.error(), status_of(joined.error().code));
  std::printf("joined as %s (%s); now start muster-agent run --state %s\n", joined->name.c_str(),
              joined->node.text().c_str(), arguments->state.c_str());
  return 0;
}
