#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../contexts.hpp"
#include "../table.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// Whoever sources a quickstart's env would wonder.
void tell_of_environment() {
  const auto controller = from_environment("MUSTER_CONTROLLER");
  if (controller.empty()) return;
  std::cerr
      << "muster: warning: MUSTER_CONTROLLER is set, so that commands without --context talk to "
      << printable(controller) << "\n";
}

/// The context that the words name, or the one in use.
CliResult<std::string> named_or_current(const Contexts& contexts, const Arguments& arguments) {
  if (arguments.words.empty() && arguments.after_dash.empty()) {
    const auto set = from_environment("MUSTER_CONTEXT");
    const auto name = set.empty() ? contexts.current() : set;
    if (!name.empty()) return name;
    return failure(Exit::MatchedNothing,
                   "no context is in use\n`muster context ls` lists those that there are");
  }
  return expect_words(arguments, 1, "the name of one context").map([&] {
    return arguments.words[0];
  });
}

CliResult<Exit> list_contexts(const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto contexts = Contexts::of_user();
  if (!contexts) return tl::unexpected(contexts.error());
  const auto current = contexts->current();
  json list = json::array();
  std::vector<std::vector<std::string>> rows;
  Exit exit = Exit::Ok;
  for (const auto& name : contexts->names()) {
    const auto access = contexts->read(name);
    if (!access) {  // the others are good all the same
      std::cerr << "muster: " << access.error().message << "\n";
      exit = Exit::SomeFailed;
      continue;
    }
    list.push_back({{"name", name},
                    {"controller", access->controller},
                    {"in_use", name == current},
                    {"logged_in", !access->token.empty()}});
    rows.push_back({name == current ? "*" : "", name, printable(access->controller),
                    access->token.empty() ? "no" : "yes"});
  }
  if (arguments.has("json")) {
    std::cout << json{{"contexts", list}}.dump(2) << "\n";
  } else if (rows.empty() && exit == Exit::Ok) {
    std::cerr << "no contexts yet; make one with `muster login URL`\n";
  } else {
    std::cout << table({"", "NAME", "CONTROLLER", "LOGGED IN"}, rows);
  }
  tell_of_environment();
  return exit;
}

CliResult<Exit> show_context(const Arguments& arguments) {
  const auto contexts = Contexts::of_user();
  if (!contexts) return tl::unexpected(contexts.error());
  const auto name = named_or_current(*contexts, arguments);
  if (!name) return tl::unexpected(name.error());
  const auto access = contexts->read(*name);
  if (!access) return tl::unexpected(access.error());
  const bool in_use = *name == contexts->current();
  if (arguments.has("json")) {
    std::cout << json{{"name", *name},
                      {"controller", access->controller},
                      {"ca_file", access->ca_file},
                      {"in_use", in_use},
                      {"logged_in", !access->token.empty()}}
                     .dump(2)
              << "\n";
    return Exit::Ok;
  }
  const auto print = [](const std::string& what, const std::string& value) {
    constexpr std::size_t kNames = 12;
    std::cout << entry(what, value, kNames, columns_of(STDOUT_FILENO));
  };
  const auto& ca = access->ca_file;
  print("name", *name + (in_use ? ", in use" : ""));
  print("controller", printable(access->controller));
  print("trusts", ca.empty() ? "the system's authorities" : printable(ca));
  print("logged in", access->token.empty() ? "no" : "yes");
  return Exit::Ok;
}

CliResult<Exit> use_context(const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one context"); !right) {
    return tl::unexpected(right.error());
  }
  const auto contexts = Contexts::of_user();
  if (!contexts) return tl::unexpected(contexts.error());
  if (auto used = contexts->use(arguments.words[0]); !used) return tl::unexpected(used.error());
  if (arguments.has("json")) std::cout << json{{"in_use", arguments.words[0]}}.dump() << "\n";
  tell_of_environment();
  return Exit::Ok;
}

CliResult<Exit> remove_context(const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one context"); !right) {
    return tl::unexpected(right.error());
  }
  const auto contexts = Contexts::of_user();
  if (!contexts) return tl::unexpected(contexts.error());
  const auto& name = arguments.words[0];
  const bool in_use = name == contexts->current();
  if (auto removed = contexts->remove(name); !removed) return tl::unexpected(removed.error());
  if (arguments.has("json")) std::cout << json{{"removed", name}}.dump() << "\n";
  if (in_use) std::cerr << "no context is in use now; muster context use NAME\n";
  return Exit::Ok;
}

/// The address stays, so that logging in again is one short command.
CliResult<Exit> log_out(const Arguments& arguments) {
  const auto contexts = Contexts::of_user();
  if (!contexts) return tl::unexpected(contexts.error());
  const auto name = named_or_current(*contexts, arguments);
  if (!name) return tl::unexpected(name.error());
  auto access = contexts->read(*name);
  if (!access) return tl::unexpected(access.error());
  access->token.clear();
  if (auto written = contexts->write(*name, *access); !written) {
    return tl::unexpected(written.error());
  }
  if (arguments.has("json")) {
    std::cout << json{{"logged_out", *name}}.dump() << "\n";
  } else {
    std::cerr << "the token of " << *name << " is forgotten here; to the fleet it is still good\n";
  }
  return Exit::Ok;
}

}  // namespace

std::vector<Command> context_commands() {
  const std::string about =
      "A context is a fleet under a name of yours: its controller, whom to trust, and your token. "
      "Commands talk to the one in use, or to that of --context or MUSTER_CONTEXT.";
  return {
      {.words = "logout",
       .takes = "[CONTEXT]",
       .summary = "forget the token of a context",
       .about =
           "Of the context in use when none is named. The controller is not asked: whoever has "
           "a copy of the token can go on using it.",
       .examples = {{"muster logout"}},
       .options = {json_option()},
       .run_here = log_out},
      {.words = "context ls",
       .summary = "the fleets that you have logged in to",
       .about = about,
       .examples = {{"muster context ls"}},
       .options = {json_option()},
       .run_here = list_contexts},
      {.words = "context show",
       .takes = "[CONTEXT]",
       .summary = "one context, or the one in use; never its token",
       .examples = {{"muster context show"}, {"muster context show prod"}},
       .options = {json_option()},
       .run_here = show_context},
      {.words = "context use",
       .takes = "CONTEXT",
       .summary = "let commands talk to this fleet from now on",
       .about = "MUSTER_CONTROLLER, where it is set, comes before the context in use.",
       .examples = {{"muster context use prod"}},
       .options = {json_option()},
       .run_here = use_context},
      {.words = "context rm",
       .takes = "CONTEXT",
       .summary = "forget a context with its token",
       .examples = {{"muster context rm staging"}},
       .options = {json_option()},
       .run_here = remove_context},
  };
}

}  // namespace muster::cli
