#include <unistd.h>

#include <algorithm>
#include <client/nodes.hpp>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../json_list.hpp"
#include "../json_text.hpp"
#include "../table.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

using client::Node;
using nlohmann::json;

Colour colour_of_presence(const std::string& presence) {
  if (presence == "online") return Colour::Green;
  return presence == "suspect" ? Colour::Yellow : Colour::Red;
}

/// A line, or "" while no other machine has its identity.
std::string clone_of(const Node& node) {
  if (!node.clone) return "";
  const auto text = clone_text(node.name, node.clone->machine_id, node.clone->refused);
  return fitted(text, 2, columns_of(STDOUT_FILENO)) + "\n";
}

std::vector<std::string> row_of(const Node& node) {
  const auto os = node.facts.find("os.pretty");
  return {printable(node.name),          node.presence + (node.drained ? ", drained" : ""),
          labels_text(node.labels),      os == node.facts.end() ? "-" : printable(os->second),
          printable(node.agent_version), short_time(node.last_seen)};
}

/// As the pages come; gives how many nodes there were.
CliResult<std::size_t> print_nodes(ApiClient& api, const std::string& selector, bool as_json) {
  JsonList object(std::cout, "nodes");
  Table rows(std::cout, {"NAME", "PRESENCE", "LABELS", "OS", "AGENT", "LAST SEEN"},
             columns_of(STDOUT_FILENO));
  rows.keep(1, std::string_view("offline, drained").size());
  rows.keep(5, std::string_view("2026-01-02 03:04:05Z").size());
  for (const std::size_t column : {3U, 4U, 5U}) rows.may_spare(column);
  std::string clones;
  std::size_t count = 0;
  const auto print = [&](const Node& node) {
    ++count;
    if (as_json) return object.add(*node.told);
    rows.add(row_of(node));
    clones += clone_of(node);
  };
  const auto listed =
      client::each_page(client::list_nodes, api, {.selector = selector}, [&](const auto& page) {
        print_warnings(page.warnings);
        for (const auto& node : page.items) print(node);
        return static_cast<bool>(std::cout);
      });
  if (!listed) return tl::unexpected(listed.error());
  if (as_json) {
    object.finish();
  } else if (count > 0) {
    rows.finish();
    std::cout << clones;
  }
  return count;
}

CliResult<Exit> list_nodes(ApiClient& api, const Arguments& arguments) {
  const auto hint = hint_for_stray(arguments, arguments.words);
  if (auto right = expect_no_words(
          arguments, "; " + (hint.empty() ? "to choose nodes say --on SELECTOR" : hint));
      !right) {
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
  constexpr std::time_t kMinute = 60;
  constexpr std::time_t kHour = 60 * kMinute;
  constexpr std::time_t kDay = 24 * kHour;
  if (seconds < 2 * kMinute) return std::to_string(seconds) + "s";
  if (seconds < 2 * kHour) return std::to_string(seconds / kMinute) + "m";
  if (seconds < 2 * kDay) return std::to_string(seconds / kHour) + "h";
  return std::to_string(seconds / kDay) + "d";
}

std::string age_of_fact(const Node& node, const std::string& fact) {
  const auto older = node.facts_older.find(fact);
  return age_of(older == node.facts_older.end() ? node.facts_told : older->second);
}

void print(const std::string& name, const std::string& value) {
  constexpr std::size_t kNames = 11;
  std::cout << entry(name, value, kNames, columns_of(STDOUT_FILENO));
}

void print_drain(const client::Drain& drained) {
  const auto reason = printable(drained.reason);
  print("drained", short_time(drained.since) + " by " + printable(drained.by) +
                       (reason.empty() ? "" : ": " + reason));
}

void print_facts(const Node& node) {
  const auto columns = columns_of(STDOUT_FILENO);
  for (const auto& [name, value] : node.facts) {
    const bool older = node.facts_older.contains(name);
    const auto line = "  " + printable(name) + " = " + printable(value) +
                      (older ? "  (" + age_of_fact(node, name) + " ago)" : "");
    std::cout << fitted(one_line(line), 4, columns) << "\n";
  }
}

void print_node(const Node& node) {
  print("name", printable(node.name));
  print("id", node.id);
  print("presence", coloured(node.presence, colour_of_presence(node.presence)));
  print("agent", printable(node.agent_version));
  print("enrolled", short_time(node.enrolled));
  print("last seen", short_time(node.last_seen));
  print("labels", labels_text(node.labels));
  if (node.drained) print_drain(*node.drained);
  std::cout << clone_of(node);
  std::cout << (node.presence == "offline" ? "plugins, as it said last\n" : "plugins\n");
  for (const auto& plugin : node.plugins) {
    std::cout << "  " << printable(plugin.id) << " " << printable(plugin.version) << "  "
              << printable(plugin.state) << "\n";
  }
  const auto age = age_of(node.facts_told);
  std::cout << "facts" << (age == "-" ? "" : ", as it said " + age + " ago") << "\n";
  print_facts(node);
}

CliResult<Exit> show_node(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one node"); !right) {
    return tl::unexpected(right.error());
  }
  const auto node = client::get_node(api, arguments.words[0]);
  if (!node) return or_look(node.error(), "muster node ls");
  if (arguments.has("json")) {
    std::cout << json_text(node->told);
  } else {
    print_node(*node);
  }
  return Exit::Ok;
}

/// A part of a number would be another number: rather the ages are left out.
void print_table_of_facts(const Node& node) {
  Table rows(std::cout, {"FACT", "AGE", "VALUE"}, columns_of(STDOUT_FILENO));
  rows.may_spare(1);
  std::size_t least = Table::kNarrow;
  for (const auto& [name, value] : node.facts) {
    const bool is_number = value.find_first_not_of("0123456789.") == std::string::npos;
    if (is_number) least = std::max(least, value.size());
    rows.add({printable(name), age_of_fact(node, name), printable(value)});
  }
  rows.keep(2, least);
  rows.finish();
}

CliResult<Exit> show_facts(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one node"); !right) {
    return tl::unexpected(right.error());
  }
  const auto node = client::get_node(api, arguments.words[0]);
  if (!node) return or_look(node.error(), "muster node ls");
  if (arguments.has("json")) {
    const auto& told = node->facts_told;
    std::cout << json{{"node", node->name},
                      {"facts", node->facts},
                      {"facts_told", told.empty() ? json() : json(told)},
                      {"facts_older", node->facts_older}}
                     .dump(2)
              << "\n";
    return Exit::Ok;
  }
  print_table_of_facts(*node);
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
       .about = "AGE is how long ago the node said last that it is so, which it does with each "
                "heartbeat but for what it could not read again, or reads seldom because that "
                "costs much. What is older than a day selectors take for unknown.",
       .examples = {{"muster node facts web1"}},
       .options = {no_pager_option(), json_option()},
       .run = show_facts},
  };
}

}  // namespace muster::cli
