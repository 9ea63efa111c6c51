#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../paged_list.hpp"
#include "../table.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string joined_labels(const json& labels) {
  std::string text;
  for (const auto& [name, value] : labels.items()) {
    if (!text.empty()) text += " ";
    text += name;
    if (const auto shown = value.get<std::string>(); !shown.empty()) text += "=" + shown;
  }
  return printable(text);
}

Colour colour_of_presence(const std::string& presence) {
  if (presence == "online") return Colour::Green;
  return presence == "suspect" ? Colour::Yellow : Colour::Red;
}

/// A line, or "" while no other machine has its identity.
std::string clone_of(const json& node) {
  const auto clone = node.find("clone");
  if (clone == node.end()) return "";
  return clone_line(node.value("name", ""), clone->value("machine_id", ""),
                    text_of(*clone, "refused"));
}

std::vector<std::string> row_of(const json& node) {
  const auto presence = node.value("presence", "");
  return {printable(node.value("name", "")),
          presence + (node.contains("drained") ? ", drained" : ""),
          joined_labels(node.at("labels")),
          printable(node.at("facts").value("os.pretty", "-")),
          printable(node.value("agent_version", "-")),
          short_time(text_of(node, "last_seen"))};
}

/// As the pages come; gives how many nodes there were.
CliResult<std::size_t> print_nodes(ApiClient& api, const std::string& selector, bool as_json) {
  JsonList object(std::cout, "nodes");
  Table rows(std::cout, {"NAME", "PRESENCE", "LABELS", "OS", "AGENT", "LAST SEEN"},
             columns_of(STDOUT_FILENO));
  std::string clones;
  std::size_t count = 0;
  const auto listed = each_page(api, nodes_that_match(selector), [&](const json& page) {
    print_warnings(page);
    for (const auto& node : page.at("nodes")) {
      ++count;
      if (as_json) {
        object.add(node);
      } else {
        rows.add(row_of(node));
        clones += clone_of(node);
      }
    }
    return static_cast<bool>(std::cout);
  });
  if (!listed) return tl::unexpected(listed.error());
  if (as_json) {
    object.finish(json::object());
  } else if (count > 0) {
    rows.finish();
    std::cout << clones;
  }
  return count;
}

CliResult<Exit> list_nodes(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments, "; to choose nodes say --on SELECTOR"); !right) {
    return tl::unexpected(right.error());
  }
  const auto selector = selector_of(arguments);
  if (!selector) return tl::unexpected(selector.error());
  const bool as_json = arguments.has("json");
  const auto count = print_nodes(api, *selector, as_json);
  if (!count) return tl::unexpected(count.error());
  if (*count > 0) return Exit::Ok;
  if (!selector->empty()) {
    if (as_json) return Exit::MatchedNothing;
    return failure(Exit::MatchedNothing, "no node matches " + *selector);
  }
  if (!as_json) {
    std::cerr << "no nodes yet; make a token with `muster enroll token create` and run\n"
                 "  muster-agent join --token-file FILE --state /var/lib/muster-agent\n"
                 "on a node\n";
  }
  return Exit::Ok;
}

/// "12s", "5m", "3h" or "2d" since this time of the API; "-" where there is none.
std::string age_of(const std::string& time) {
  std::tm parts{};
  if (::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return "-";
  // The controller's clock may be a little ahead of ours.
  const auto seconds = std::max<std::time_t>(std::time(nullptr) - ::timegm(&parts), 0);
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (seconds < 2 * 3600) return std::to_string(seconds / 60) + "m";
  if (seconds < 2 * 86400) return std::to_string(seconds / 3600) + "h";
  return std::to_string(seconds / 86400) + "d";
}

/// A line, or "" while it is in service.
std::string drain_of(const json& node) {
  const auto drained = node.find("drained");
  if (drained == node.end()) return "";
  const auto reason = printable(drained->value("reason", ""));
  return "drained    " + short_time(text_of(*drained, "since")) + " by " +
         printable(drained->value("by", "")) + (reason.empty() ? "" : ": " + reason) + "\n";
}

void print_node(const json& node) {
  const auto presence = node.value("presence", "");
  std::cout << "name       " << printable(node.value("name", "")) << "\n"
            << "id         " << node.value("id", "") << "\n"
            << "presence   " << coloured(presence, colour_of_presence(presence)) << "\n"
            << "agent      " << printable(node.value("agent_version", "-")) << "\n"
            << "enrolled   " << short_time(text_of(node, "enrolled")) << "\n"
            << "last seen  " << short_time(text_of(node, "last_seen")) << "\n"
            << "labels     " << joined_labels(node.at("labels")) << "\n"
            << drain_of(node) << clone_of(node);
  std::cout << (presence == "offline" ? "plugins, as it said last\n" : "plugins\n");
  for (const auto& plugin : node.at("plugins")) {
    std::cout << "  " << printable(plugin.value("id", "")) << " "
              << printable(plugin.value("version", "")) << "  "
              << printable(plugin.value("state", "")) << "\n";
  }
  const auto age = age_of(text_of(node, "facts_told"));
  std::cout << "facts" << (age == "-" ? "" : ", as it said " + age + " ago") << "\n";
  for (const auto& [name, value] : node.at("facts").items()) {
    std::cout << "  " << printable(name) << " = " << printable(value.get<std::string>()) << "\n";
  }
}

CliResult<Exit> show_node(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one node"); !right) {
    return tl::unexpected(right.error());
  }
  const auto node = api.get("/v1/nodes/" + sdk::percent_encode(arguments.words[0]));
  if (!node) return or_look(node.error(), "muster node ls");
  if (arguments.has("json")) {
    std::cout << node->dump(2) << "\n";
  } else {
    print_node(*node);
  }
  return Exit::Ok;
}

CliResult<Exit> show_facts(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one node"); !right) {
    return tl::unexpected(right.error());
  }
  const auto node = api.get("/v1/nodes/" + sdk::percent_encode(arguments.words[0]));
  if (!node) return or_look(node.error(), "muster node ls");
  const auto& facts = node->at("facts");
  if (arguments.has("json")) {
    std::cout << json{{"node", node->at("name")},
                      {"facts", facts},
                      {"facts_told", node->value("facts_told", json())}}
                     .dump(2)
              << "\n";
    return Exit::Ok;
  }
  const auto age = age_of(text_of(*node, "facts_told"));
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : facts.items()) {
    rows.push_back({printable(name), age, printable(value.get<std::string>())});
  }
  std::cout << table({"FACT", "AGE", "VALUE"}, rows);
  return Exit::Ok;
}

}  // namespace

std::vector<Command> node_commands() {
  return {
      {.words = "node ls",
       .summary = "the nodes of the fleet",
       .about = "By name. A node is online, suspect (its heartbeats stopped a moment ago) or "
                "offline.",
       .examples = {{"muster node ls"},
                    {"muster node ls --on 'role=web and os.version>=12'"},
                    {"muster node ls -C 'G@os:Debian and web*'", "as Salt would write it"},
                    {"muster node ls --json | grep -c '\"presence\": \"online\"'"}},
       .options = with_targets({no_pager_option(), json_option()}),
       .run = list_nodes},
      {.words = "node show",
       .takes = "NODE",
       .summary = "one node with its facts and plugins",
       .examples = {{"muster node show web1"}},
       .options = {no_pager_option(), json_option()},
       .run = show_node},
      {.words = "node facts",
       .takes = "NODE",
       .summary = "what a node tells of itself",
       .about = "AGE is how long ago the node said last that they are so, which it does with each "
                "heartbeat. A day after that selectors take them for unknown.",
       .examples = {{"muster node facts web1"}},
       .options = {no_pager_option(), json_option()},
       .run = show_facts},
  };
}

}  // namespace muster::cli
