#include <unistd.h>

#include <client/groups.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../command.hpp"
#include "../json_text.hpp"
#include "../table.hpp"
#include "../targets.hpp"
#include "../terminal.hpp"
#include "../wrapping.hpp"

namespace muster::cli {
namespace {

CliResult<Exit> list_groups(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_no_words(arguments); !right) return tl::unexpected(right.error());
  const auto answer = client::list_groups(api);
  if (!answer) return tl::unexpected(answer.error());
  if (arguments.has("json")) {
    std::cout << json_text(answer->told);
  } else if (answer->groups.empty()) {
    std::cerr << "no groups yet; make one with `muster group set NAME SELECTOR`\n";
  } else {
    std::vector<std::vector<std::string>> rows;
    for (const auto& group : answer->groups) {
      rows.push_back({group.name, printable(group.selector), printable(group.doc)});
    }
    std::cout << table({"NAME", "MEANS", "FOR"}, rows);
  }
  return Exit::Ok;
}

void print_group(const client::Group& group) {
  const auto columns = columns_of(STDOUT_FILENO);
  const auto print = [&](const std::string& name, const std::string& value) {
    constexpr std::size_t kNames = 9;
    std::cout << entry(name, value, kNames, columns);
  };
  print("name", group.name);
  print("means", printable(group.selector));
  print("for", printable(group.doc));
  print("changed", short_time(group.updated) + " by " + printable(group.updated_by));
  const std::string look = "which nodes that are now:";
  const auto command = "muster selector explain group:" + group.name;  // a line to copy
  const bool beside = columns == 0 || look.size() + 1 + command.size() <= columns;
  std::cout << look << (beside ? " " : "\n  ") << command << "\n";
}

CliResult<Exit> show_group(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one group"); !right) {
    return tl::unexpected(right.error());
  }
  const auto group = client::get_group(api, arguments.words[0]);
  if (!group) return or_look(group.error(), "muster group ls");
  if (arguments.has("json")) {
    std::cout << json_text(group->told);
    return Exit::Ok;
  }
  print_group(*group);
  return Exit::Ok;
}

CliResult<Exit> set_group(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 2, "a name and a selector, in quotes"); !right) {
    return tl::unexpected(right.error());
  }
  const auto& name = arguments.words[0];
  const auto group = client::put_group(api, name, {arguments.words[1], arguments.value("doc")});
  if (!group) return tl::unexpected(group.error());
  print_warnings(group->warnings);
  if (arguments.has("json")) {
    std::cout << json_text(group->told);
  } else {
    std::cerr << "group:" << name << " means " << printable(group->selector) << "\n";
  }
  return Exit::Ok;
}

CliResult<Exit> remove_group(ApiClient& api, const Arguments& arguments) {
  if (auto right = expect_words(arguments, 1, "the name of one group"); !right) {
    return tl::unexpected(right.error());
  }
  const auto removed = client::remove_group(api, arguments.words[0]);
  if (!removed) return or_look(removed.error(), "muster group ls");
  if (arguments.has("json")) {
    std::cout << nlohmann::json{{"removed", arguments.words[0]}}.dump() << "\n";
  }
  return Exit::Ok;
}

}  // namespace

std::vector<Command> group_commands() {
  return {
      {.words = "group ls",
       .summary = "the selectors that have a name",
       .examples = {{"muster group ls"}},
       .options = {no_pager_option(), json_option()},
       .run = list_groups},
      {.words = "group show",
       .takes = "GROUP",
       .summary = "one group",
       .examples = {{"muster group show production"}},
       .options = {json_option()},
       .run = show_group},
      {.words = "group set",
       .takes = "GROUP SELECTOR",
       .summary = "give a selector a name, or a name another meaning",
       .about =
           "Other selectors use it as group:NAME. A job keeps the nodes that a group meant when "
           "the job was made.",
       .examples =
           {{"muster group set production 'env=prod and not canary' --doc 'what customers see'"}},
       .options = {{"doc", "TEXT", "what the group is for"}, json_option()},
       .run = set_group},
      {.words = "group rm",
       .takes = "GROUP",
       .summary = "remove a group",
       .about = "Refused while another group stands on it.",
       .examples = {{"muster group rm production"}},
       .options = {json_option()},
       .run = remove_group},
  };
}

}  // namespace muster::cli
