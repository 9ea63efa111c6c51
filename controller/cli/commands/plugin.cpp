#include <unistd.h>

#include <client/plugins.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../json_text.hpp"
#include "../operation.hpp"
#include "../table.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

/// Where it does not work, and why: a line for each reason.
std::string troubles_of(const client::Plugin& plugin) {
  std::string lines;
  for (const auto& [reason, nodes] : plugin.reasons) {
    const auto line = printable(plugin.id + " on " + std::to_string(nodes) +
                                (nodes == 1 ? " node is " : " nodes is ") + reason);
    lines += fitted(one_line(line), 2, columns_of(STDOUT_FILENO)) + "\n";
  }
  return lines;
}

CliResult<Exit> list_plugins(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto answer = client::list_plugins(api);
  if (!answer) return tl::unexpected(answer.error());
  if (arguments.has("json")) {
    std::cout << json_text(answer->told);
    return Exit::Ok;
  }
  Table rows(std::cout, {"ID", "VERSION", "CLASS", "NODES", "WHAT IT IS"},
             columns_of(STDOUT_FILENO));
  rows.keep(3, std::string_view("2 ready, 1 failed").size());
  rows.may_spare(2);
  std::string troubles;
  for (const auto& plugin : answer->plugins) {
    std::string states;
    for (const auto& [state, count] : plugin.states) {
      states += (states.empty() ? "" : ", ") + std::to_string(count) + " " + printable(state);
      if (state == "unknown") states += " (offline)";
    }
    rows.add({printable(plugin.id), printable(plugin.version), printable(plugin.plugin_class),
              states, printable(plugin.doc)});
    troubles += troubles_of(plugin);
  }
  rows.finish();
  std::cout << troubles;
  return Exit::Ok;
}

CliResult<Exit> show_plugin(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the id of one plugin"); !right) {
    return tl::unexpected(right.error());
  }
  const auto plugin = client::get_plugin(api, arguments.words[0]);
  if (!plugin) return or_look(plugin.error(), "muster plugin ls");
  if (arguments.has("json")) {
    std::cout << json_text(plugin->told);
    return Exit::Ok;
  }
  const auto title = plugin->id + " " + plugin->version + "  (" + plugin->plugin_class + ", " +
                     plugin->status + ")";
  std::cout << fitted(printable(title), 2, columns_of(STDOUT_FILENO)) << "\n"
            << wrapped(printable(plugin->doc), 0, columns());
  const auto operations = operations_in(*plugin->manifest);
  std::cout << (operations.empty() ? "\nit has no operations\n" : "\noperations\n");
  for (const auto& [name, about] : operations.items()) {
    print_operation(operation_in(*plugin->manifest, name));
  }
  return Exit::Ok;
}

}  // namespace

std::vector<Command> plugin_commands() {
  return {
      {.words = "plugin ls",
       .summary = "the plugins of the fleet",
       .about = "With their versions, and on how many nodes they are in which state. What became "
                "of them on "
                "nodes that are offline nobody knows.",
       .examples = {{"muster plugin ls"}},
       .options = {no_pager_option(), json_option()},
       .run = list_plugins},
      {.words = "plugin show",
       .takes = "PLUGIN",
       .summary = "one plugin with its operations and their arguments",
       .examples = {{"muster plugin show system"}},
       .options = {no_pager_option(), json_option()},
       .run = show_plugin},
  };
}

}  // namespace muster::cli
