#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../operation.hpp"
#include "../table.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// Where it does not work, and why: a line for each reason.
std::string troubles_of(const json& plugin) {
  std::string lines;
  const json reasons = plugin.value("reasons", json::object());
  for (const auto& [reason, count] : reasons.items()) {
    const auto nodes = count.get<int>();
    lines += printable(plugin.value("id", "") + " on " + std::to_string(nodes) +
                       (nodes == 1 ? " node is " : " nodes is ") + reason) +
             "\n";
  }
  return lines;
}

CliResult<Exit> list_plugins(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto answer = api.get("/v1/plugins");
  if (!answer) return tl::unexpected(answer.error());
  if (arguments.has("json")) {
    std::cout << answer->dump(2) << "\n";
    return Exit::Ok;
  }
  std::vector<std::vector<std::string>> rows;
  std::string troubles;
  for (const auto& plugin : answer->at("plugins")) {
    std::string states;
    for (const auto& [state, count] : plugin.at("states").items()) {
      states +=
          (states.empty() ? "" : ", ") + std::to_string(count.get<int>()) + " " + printable(state);
      if (state == "unknown") states += " (offline)";
    }
    rows.push_back({printable(plugin.value("id", "")), printable(plugin.value("version", "")),
                    printable(plugin.value("class", "")), states,
                    printable(plugin.value("doc", ""))});
    troubles += troubles_of(plugin);
  }
  std::cout << table({"ID", "VERSION", "CLASS", "NODES", "WHAT IT IS"}, rows) << troubles;
  return Exit::Ok;
}

CliResult<Exit> show_plugin(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the id of one plugin"); !right) {
    return tl::unexpected(right.error());
  }
  const auto plugin = api.get("/v1/plugins/" + sdk::percent_encode(arguments.words[0]));
  if (!plugin) return or_look(plugin.error(), "muster plugin ls");
  if (arguments.has("json")) {
    std::cout << plugin->dump(2) << "\n";
    return Exit::Ok;
  }
  std::cout << printable(plugin->value("id", "")) << " " << printable(plugin->value("version", ""))
            << "  (" << printable(plugin->value("class", "")) << ", "
            << printable(plugin->value("status", "")) << ")\n"
            << wrapped(printable(plugin->value("doc", "")), 0, columns());
  const auto operations = operations_in(plugin->at("manifest"));
  std::cout << (operations.empty() ? "\nit has no operations\n" : "\noperations\n");
  for (const auto& [name, about] : operations.items()) {
    print_operation(operation_in(plugin->at("manifest"), name));
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
