// Commands that change nodes: one by name, or those that a selector means.
#include <client/nodes.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../care.hpp"
#include "../command.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr const char* kManyNodes =
    "When --on means more than 10 nodes, it asks for their number, or wants --expect.";

/// All of them exist, or none is changed. Errors: MatchedNothing, with the command that lists
/// nodes.
CliResult<std::vector<std::string>> looked_up(ApiClient& api, std::vector<std::string> names) {
  for (const auto& name : names) {
    const auto node = client::get_node(api, name);
    if (!node) return or_look(node.error(), "muster node ls");
  }
  return names;
}

/// With what is strange about the selector, before anything is done.
CliResult<std::vector<std::string>> nodes_that_are_meant(ApiClient& api,
                                                         const std::string& selector) {
  std::vector<std::string> names;
  const auto listed =
      client::each_page(client::list_nodes, api, {.selector = selector}, [&](const auto& page) {
        print_warnings(page.warnings);
        for (const auto& node : page.items) names.push_back(node.name);
        return true;
      });
  if (!listed) return tl::unexpected(listed.error());
  if (names.empty()) return failure(Exit::MatchedNothing, "no node matches " + selector);
  return names;
}

/// The nodes that are named, or those that --on means. `would` says what becomes of them.
CliResult<std::vector<std::string>> nodes_of(ApiClient& api, const Arguments& arguments,
                                             std::vector<std::string> named,
                                             const std::string& would) {
  const auto selector = selector_of(arguments);
  if (!selector) return tl::unexpected(selector.error());
  if (named.empty() == selector->empty()) {
    const auto hint = hint_for_stray(arguments, named);
    return failure(Exit::Usage, hint.empty()
                                    ? "say which nodes: their names, or --on SELECTOR"
                                    : "'" + printable(named[0]) + "' stands alone; " + hint);
  }
  const bool by_name = !named.empty();
  auto nodes = by_name ? looked_up(api, std::move(named)) : nodes_that_are_meant(api, *selector);
  if (!nodes || (by_name && !arguments.has("expect"))) return nodes;  // each was thought of
  return expect_number(arguments, nodes->size(), would).map([&] { return std::move(*nodes); });
}

struct Changed {
  client::Json told;       ///< the node as it is then, or null
  bool otherwise = false;  ///< whether it was otherwise before
};
using Change = std::function<client::Result<Changed>(const std::string& node)>;

Changed told_of(const client::Node& node) { return {node.told, node.changed}; }

/// "2 nodes were drained, 1 node is as it was"
std::string outcome(std::size_t changed, std::size_t others, const std::string& done_word) {
  const auto nodes = [](std::size_t count) {
    return std::to_string(count) + (count == 1 ? " node " : " nodes ");
  };
  const auto same = nodes(others) + (others == 1 ? "is as it was" : "are as they were");
  if (changed == 0) return "nothing changed: " + same;
  return nodes(changed) + (changed == 1 ? "was " : "were ") + done_word +
         (others == 0 ? "" : ", " + same);
}

/// Changes one after the other and says what each came to; the first that fails ends it, with how
/// many were changed before.
CliResult<Exit> change_each(const std::vector<std::string>& nodes, const Arguments& arguments,
                            const std::string& done_word, const Change& change) {
  json told = json::array();
  std::size_t changed = 0;
  for (const auto& name : nodes) {
    const auto node = change(name);
    if (!node) {
      Failure why = node.error();
      if (!told.empty()) {
        why.message += "\n" + std::to_string(changed) + " of " + std::to_string(nodes.size()) +
                       " nodes were " + done_word + " before that";
      }
      return or_look(std::move(why), "muster node ls");
    }
    if (node->otherwise) ++changed;
    told.push_back(node->told == nullptr ? json{{"name", name}, {"changed", node->otherwise}}
                                         : *node->told);
  }
  if (arguments.has("json")) {
    std::cout << json{{"nodes", told}}.dump(2) << "\n";
  } else {
    std::cerr << outcome(changed, told.size() - changed, done_word) << "\n";
  }
  return Exit::Ok;
}

CliResult<Exit> label_nodes(ApiClient& api, const Arguments& arguments) {
  std::map<std::string, std::optional<std::string>> labels;
  std::vector<std::string> named;
  for (const auto& word : arguments.words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      named.push_back(word);
    } else if (equals == 0) {
      return failure(Exit::Usage, "a label is NAME=VALUE, not '" + word + "'");
    } else {
      labels[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  for (const auto& name : arguments.values("remove")) labels[name] = std::nullopt;
  if (labels.empty()) {
    return failure(Exit::Usage, "which label? For example: muster node label web1 role=web");
  }
  const auto nodes = nodes_of(api, arguments, std::move(named), "be labelled");
  if (!nodes) return tl::unexpected(nodes.error());
  return change_each(*nodes, arguments, "labelled", [&](const std::string& name) {
    return client::change_node(api, name, labels).map(told_of);
  });
}

CliResult<Exit> drain_nodes(ApiClient& api, const Arguments& arguments) {
  const auto nodes = nodes_of(api, arguments, arguments.words, "be drained");
  if (!nodes) return tl::unexpected(nodes.error());
  const auto reason = arguments.value("reason");
  return change_each(*nodes, arguments, "drained", [&](const std::string& name) {
    return client::drain_node(api, name, reason).map(told_of);
  });
}

CliResult<Exit> undrain_nodes(ApiClient& api, const Arguments& arguments) {
  const auto nodes = nodes_of(api, arguments, arguments.words, "be brought back");
  if (!nodes) return tl::unexpected(nodes.error());
  return change_each(*nodes, arguments, "brought back", [&](const std::string& name) {
    return client::undrain_node(api, name).map([](const auto& node) {
      return Changed{{}, node.changed};
    });
  });
}

/// One by one, by name and when asked again: it cannot be undone.
CliResult<Exit> retire_node(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one node"); !right) {
    return tl::unexpected(right.error());
  }
  const auto node = client::get_node(api, arguments.words[0]);
  if (!node) return or_look(node.error(), "muster node ls");
  const auto what = printable(node->name) + ", which is " + node->presence +
                    ", would be retired for good: its key is refused from then on, and nothing "
                    "brings it back";
  if (auto sure = expect_name(arguments, node->name, what); !sure) {
    return tl::unexpected(sure.error());
  }
  // By its id: meanwhile another node may have joined under the name.
  return change_each(arguments.words, arguments, "retired", [&](const std::string&) {
    return client::retire_node(api, node->id).map([] { return Changed{{}, true}; });
  });
}

}  // namespace

std::vector<Command> node_change_commands() {
  return {
      {.words = "node label",
       .takes = "[NODE ...] LABEL=VALUE ...",
       .summary = "set or remove labels",
       .about =
           "Of the nodes that are named, or of those that --on means. The other labels stay.\n\n" +
           std::string(kManyNodes),
       .examples = {{"muster node label web1 web2 role=web --remove canary"},
                    {"muster node label --on 'node:web*' env=prod"}},
       .options = with_targets({{"remove", "LABEL", "take this label away; may be repeated", true},
                                expect_option(),
                                json_option()}),
       .run = label_nodes},
      {.words = "node drain",
       .takes = "[NODE ...]",
       .summary = "take nodes out of service: jobs skip them, what runs goes on",
       .about = kManyNodes,
       .examples = {{"muster node drain web1 --reason 'new disk, until Friday'"},
                    {"muster node drain --on role=web"}},
       .options = with_targets(
           {{"reason", "TEXT", "why, for whoever wonders"}, expect_option(), json_option()}),
       .run = drain_nodes},
      {.words = "node undrain",
       .takes = "[NODE ...]",
       .summary = "bring drained nodes back",
       .about = kManyNodes,
       .examples = {{"muster node undrain web1"}, {"muster node undrain --on role=web"}},
       .options = with_targets({expect_option(), json_option()}),
       .run = undrain_nodes},
      {.words = "node retire",
       .takes = "NODE",
       .summary = "let a node go for good: its key is refused, its id is never used again",
       .about = "It cannot be undone: the machine would have to join anew, as another node. "
                "Therefore it asks for the node's name, or wants --expect 1.",
       .examples = {{"muster node retire web9 --expect 1"}},
       .options = {expect_option(), json_option()},
       .run = retire_node},
  };
}

}  // namespace muster::cli
