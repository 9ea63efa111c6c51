#include "care.hpp"

#include "prompt.hpp"
#include "targets.hpp"

namespace muster::cli {
namespace {

/// Whoever types the number has read it.
CliResult<std::uint64_t> ask_for_number(const Failure& why) {
  if (!can_ask()) {
    return failure(Exit::Usage, why.message + " with --expect N");
  }
  const auto number = number_from(ask_line(why.message + "\nnumber of nodes:"));
  if (!number) return failure(Exit::Usage, "that is no number; nothing was done");
  return *number;
}

CliResult<void> ask_to_go_on(const Failure& why) {
  const auto line = ask_line(why.message + "\nrun it all the same? [y/N]");
  if (line == "y" || line == "yes") return {};
  return failure(Exit::Usage, "nothing was run");
}

/// What the controller wants to be told before it makes the job.
CliResult<void> make_sure(const client::ApiError& why, client::Care& care) {
  care.stop_at_warnings = false;  // they were shown
  if (why.reason == "warned") return ask_to_go_on(why);
  return ask_for_number(why).map([&care](std::uint64_t expect) { care.expect = expect; });
}

CliResult<std::uint64_t> number_of_option(const Arguments& arguments) {
  const auto expect = number_from(arguments.value("expect"));
  if (!expect) return failure(Exit::Usage, "--expect wants the number of nodes");
  return *expect;
}

std::string nodes_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " node" : " nodes");
}

/// Holds `count` nodes against what was expected.
CliResult<void> expect_same(std::size_t count, const CliResult<std::uint64_t>& expect) {
  if (!expect) return tl::unexpected(expect.error());
  if (*expect == count) return {};
  return failure(Exit::Usage, "it would be " + nodes_text(count) + ", not " +
                                  std::to_string(*expect) + "; nothing was done");
}

constexpr std::size_t kFewNodes = 10;  // as of the controller, which asks before dangerous jobs

}  // namespace

Option expect_option() {
  return {"expect", "N", "how many nodes it should be: anything else is refused"};
}

CliResult<void> expect_number(const Arguments& arguments, std::size_t count,
                              const std::string& would) {
  if (!arguments.has("expect") && count <= kFewNodes) return {};
  if (arguments.has("expect")) return expect_same(count, number_of_option(arguments));
  return expect_same(count, ask_for_number({Exit::Usage, nodes_text(count) + " would " + would +
                                                             "; say that you expect that number"}));
}

CliResult<void> expect_name(const Arguments& arguments, const std::string& name,
                            const std::string& what) {
  if (arguments.has("expect")) return expect_same(1, number_of_option(arguments));
  if (!can_ask()) {
    return failure(Exit::Usage, what + "; say that you expect that with --expect 1");
  }
  if (ask_line(what + "\nname of the node:") == name) return {};
  return failure(Exit::Usage, "that is not its name; nothing was done");
}

std::vector<Option> with_care(std::vector<Option> others) {
  std::vector<Option> options{
      expect_option(),
      {"at-once", "N or N%", "on how many nodes it may be under way together"},
      {"max-failures", "N or N%", "stop when it failed on so many"}};
  options.insert(options.end(), others.begin(), others.end());
  return options;
}

CliResult<client::Care> care_of(const Arguments& arguments) {
  client::Care care;
  care.at_once = arguments.given("at-once");
  care.max_failures = arguments.given("max-failures");
  if (!arguments.has("expect")) return care;
  const auto expect = number_of_option(arguments);
  if (!expect) return tl::unexpected(expect.error());
  care.expect = *expect;
  return care;
}

CliResult<client::MadeJob> make_job(
    const std::function<client::Result<client::MadeJob>(const client::Care&)>& ask,
    client::Care care, Interrupt& interrupt) {
  care.stop_at_warnings = can_ask() && !care.expect;
  interrupt.job_is_asked_for();
  auto made = ask(care);
  bool warned = false;
  while (!made && (made.error().reason == "expect_needed" || made.error().reason == "warned")) {
    interrupt.nothing_runs();
    print_warnings(made.error().warnings);
    warned = true;
    if (auto sure = make_sure(made.error(), care); !sure) return tl::unexpected(sure.error());
    interrupt.job_is_asked_for();
    made = ask(care);
  }
  if (!made && !warned) print_warnings(made.error().warnings);
  if (made && warned) made->warnings.clear();
  if (!made) return tl::unexpected(made.error());
  interrupt.job_is(made->id);
  return std::move(*made);
}

}  // namespace muster::cli
