#include "care.hpp"

#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// On a terminal: whoever types the number has read it. Elsewhere nobody is asked.
CliResult<std::uint64_t> ask_for_number(const Failure& why) {
  if (!on_terminal(STDIN_FILENO) || !on_terminal(STDERR_FILENO)) {
    return failure(Exit::Usage, why.message + " with --expect N");
  }
  std::cerr << why.message << "\nnumber of nodes: " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  const auto number = number_from(line);
  if (!number) return failure(Exit::Usage, "that is no number; nothing was done");
  return *number;
}

CliResult<std::uint64_t> number_of_option(const Arguments& arguments) {
  const auto expect = number_from(arguments.value("expect"));
  if (!expect) return failure(Exit::Usage, "--expect wants the number of nodes");
  return *expect;
}

constexpr std::size_t kFewNodes = 10;  // as of the controller, which asks before dangerous jobs

}  // namespace

Option expect_option() {
  return {"expect", "N", "how many nodes it should be: anything else is refused"};
}

CliResult<void> expect_number(const Arguments& arguments, std::size_t count,
                              const std::string& would) {
  if (!arguments.has("expect") && count <= kFewNodes) return {};
  const auto nodes = std::to_string(count) + (count == 1 ? " node" : " nodes");
  const auto expect = arguments.has("expect")
                          ? number_of_option(arguments)
                          : ask_for_number({Exit::Usage, nodes + " would " + would +
                                                             "; say that you expect that number"});
  if (!expect) return tl::unexpected(expect.error());
  if (*expect == count) return {};
  return failure(Exit::Usage, "it would be " + nodes + ", not " + std::to_string(*expect) +
                                  "; nothing was done");
}

std::vector<Option> with_care(std::vector<Option> others) {
  std::vector<Option> options{
      expect_option(),
      {"at-once", "N or N%", "on how many nodes it may be under way together"},
      {"max-failures", "N or N%", "stop when it failed on so many"}};
  options.insert(options.end(), others.begin(), others.end());
  return options;
}

CliResult<void> read_care(const Arguments& arguments, json& request) {
  if (arguments.has("at-once")) request["at_once"] = arguments.value("at-once");
  if (arguments.has("max-failures")) request["max_failures"] = arguments.value("max-failures");
  if (!arguments.has("expect")) return {};
  const auto expect = number_of_option(arguments);
  if (!expect) return tl::unexpected(expect.error());
  request["expect"] = *expect;
  return {};
}

CliResult<json> make_job(ApiClient& api, const std::string& path, json request,
                         Interrupt& interrupt) {
  interrupt.job_is_asked_for();
  auto made = api.post_once(path, request);
  if (!made && made.error().reason == "expect_needed") {
    interrupt.nothing_runs();
    const auto expect = ask_for_number(made.error());
    if (!expect) return tl::unexpected(expect.error());
    request["expect"] = *expect;
    interrupt.job_is_asked_for();
    made = api.post_once(path, request);
  }
  if (made) interrupt.job_is(made->value("job", ""));
  return made;
}

}  // namespace muster::cli
