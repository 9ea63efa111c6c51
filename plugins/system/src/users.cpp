#include "users.hpp"

#include <sys/stat.h>

#include <set>

#include "account_files.hpp"
#include "accounts.hpp"
#include "tool.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;
using Words = std::vector<std::string>;

/// The program's name, and below which root it works.
Words tool(const Node& node, const char* name) {
  Words argv{name};
  if (!node.root.empty()) argv.insert(argv.end(), {"--prefix", node.root});
  return argv;
}

sdk::Status check_groups(const AccountFiles& files, const UserPresentArguments& arguments) {
  if (arguments.group && files.find_group(*arguments.group) == nullptr) {
    return sdk::fail(ErrorCode::NotFound, "there is no group " + *arguments.group, "/group");
  }
  const auto groups = arguments.groups.value_or(Words());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (files.find_group(groups[i]) != nullptr) continue;
    return sdk::fail(ErrorCode::NotFound, "there is no group " + groups[i],
                     "/groups/" + std::to_string(i));
  }
  return {};
}

sdk::Status check_number(const AccountFiles& files, const UserPresentArguments& arguments) {
  for (const auto& account : files.accounts) {
    if (!arguments.uid || account.uid != *arguments.uid || account.name == arguments.name) continue;
    return sdk::fail(ErrorCode::Conflict,
                     "the number " + std::to_string(account.uid) + " is " + account.name + "'s",
                     "/uid");
  }
  return {};
}

/// A user of a directory service is not made a second time here.
sdk::Status check_directory(const Node& node, const std::string& name) {
  if (!node.root.empty() || !user_number(name, "/name")) return {};
  return sdk::fail(ErrorCode::Conflict,
                   "the user " + name + " comes from a directory service, not from /etc/passwd",
                   "/name");
}

/// What differs, with the arguments of usermod or useradd that make it so.
struct Difference {
  Words changes;
  Words argv;

  void add(const char* what, const char* option, const std::string& value) {
    changes.emplace_back(what);
    argv.insert(argv.end(), {option, value});
  }
};

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

void add_groups(Difference& difference, const AccountFiles& files,
                const UserPresentArguments& arguments) {
  if (!arguments.groups) return;
  const auto has = files.groups_of(arguments.name);
  std::set<std::string> wanted;
  for (const auto& group : *arguments.groups) wanted.insert(files.find_group(group)->name);
  if (!arguments.only_these_groups) wanted.insert(has.begin(), has.end());
  if (wanted == std::set<std::string>(has.begin(), has.end())) return;
  difference.add("groups", "-G", joined(wanted));
}

/// `account` is null for one that is to be made.
Difference difference_of(const AccountFiles& files, const Account* account,
                         const UserPresentArguments& arguments) {
  Difference difference;
  const Account now = account != nullptr ? *account : Account{"", -1, -1, "", "", ""};
  if (arguments.uid && *arguments.uid != now.uid) {
    difference.add("uid", "-u", std::to_string(*arguments.uid));
  }
  if (arguments.group) {
    const auto* group = files.find_group(*arguments.group);
    if (group->gid != now.gid) difference.add("group", "-g", group->name);
  }
  add_groups(difference, files, arguments);
  const auto text = [&difference](const char* what, const char* option,
                                  const std::optional<std::string>& wanted, const std::string& is) {
    if (wanted && *wanted != is) difference.add(what, option, *wanted);
  };
  text("home", "-d", arguments.home, now.home);
  text("shell", "-s", arguments.shell, now.shell);
  text("comment", "-c", arguments.comment, now.comment);
  return difference;
}

/// useradd and usermod warn of it and go on, because the shell's package may come later.
std::optional<std::string> note_of(const Node& node, const UserPresentArguments& arguments) {
  if (!arguments.shell) return std::nullopt;
  constexpr mode_t kExecutable = S_IXUSR | S_IXGRP | S_IXOTH;
  struct stat facts {};
  if (::stat((node.root + *arguments.shell).c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
      (facts.st_mode & kExecutable) != 0) {
    return std::nullopt;
  }
  return "there is no program " + *arguments.shell +
         " on this node: nobody can log in with it as their shell";
}

bool wants_password(const Node& node, const UserPresentArguments& arguments) {
  return arguments.password_hash &&
         *arguments.password_hash != password_hash_of(node.root, arguments.name);
}

sdk::Status run(const sdk::Call& call, const Node& node, const Tool& tool,
                const std::string& what) {
  auto end = run_tool(call, node, tool);
  if (!end) return tl::unexpected(end.error());
  return end->exit_code == 0 ? sdk::Status() : tool_failed(what, *end);
}

/// Of a user that there is.
sdk::Status set_password(const sdk::Call& call, const Node& node,
                         const UserPresentArguments& arguments) {
  Tool tool{{"chpasswd", "--encrypted"}};
  if (!node.root.empty()) tool.argv.insert(tool.argv.end(), {"--root", node.root});
  tool.input = arguments.name + ":" + *arguments.password_hash + "\n";
  return run(call, node, tool, "cannot set the password of " + arguments.name);
}

/// Makes the user, or changes what differs.
sdk::Status apply(const sdk::Call& call, const Node& node, const UserPresentArguments& arguments,
                  bool is_new, const Difference& difference) {
  if (!is_new && difference.argv.empty()) return {};
  auto argv = tool(node, is_new ? "useradd" : "usermod");
  if (is_new) {
    argv.emplace_back(arguments.create_home ? "-m" : "-M");
    if (arguments.system) argv.emplace_back("-r");
  }
  argv.insert(argv.end(), difference.argv.begin(), difference.argv.end());
  argv.insert(argv.end(), {"--", arguments.name});
  return run(call, node, {std::move(argv)}, "cannot make user " + arguments.name + " so");
}

}  // namespace

sdk::Answer<UserLsResult> list_users(const Node& node, const UserLsArguments& arguments) {
  constexpr std::int64_t kFirstPerson = 1000;  // login.defs(5), on Debian and on Fedora
  constexpr std::int64_t kLastPerson = 60'000;
  const auto files = read_account_files(node.root);
  UserLsResult result;
  for (const auto& account : files.accounts) {
    if (arguments.name && account.name != *arguments.name) continue;
    if (arguments.people && (account.uid < kFirstPerson || account.uid > kLastPerson)) continue;
    ++result.total;
    if (static_cast<std::int64_t>(result.users.size()) >= arguments.limit) continue;
    UserLsResultUsersItem item;
    item.name = account.name;
    item.uid = account.uid;
    item.gid = account.gid;
    item.group = files.group_name(account.gid);
    item.groups = files.groups_of(account.name);
    item.comment = account.comment;
    item.home = account.home;
    item.shell = account.shell;
    result.users.push_back(std::move(item));
  }
  return sdk::ok(std::move(result));
}

sdk::Answer<UserChange> make_user(const sdk::Call& call, const Node& node,
                                  const UserPresentArguments& arguments) {
  const auto files = read_account_files(node.root);
  const auto* account = files.find(arguments.name);
  for (const auto& checked :
       {check_groups(files, arguments), check_number(files, arguments),
        account == nullptr ? check_directory(node, arguments.name) : sdk::Status()}) {
    if (!checked) return tl::unexpected(checked.error());
  }
  auto difference = difference_of(files, account, arguments);
  const bool password = wants_password(node, arguments);
  if (password) difference.changes.emplace_back("password");
  UserChange result;
  result.name = arguments.name;
  result.note = note_of(node, arguments);
  result.changes = account == nullptr ? Words{"created"} : difference.changes;
  if (result.changes.empty()) return sdk::ok(std::move(result));
  if (call.check_mode()) return sdk::changed(std::move(result));
  auto done = apply(call, node, arguments, account == nullptr, difference);
  if (done && password) done = set_password(call, node, arguments);
  if (!done) return tl::unexpected(done.error());
  return sdk::changed(std::move(result));
}

sdk::Answer<UserChange> remove_user(const sdk::Call& call, const Node& node,
                                    const UserAbsentArguments& arguments) {
  const auto files = read_account_files(node.root);
  const auto* account = files.find(arguments.name);
  UserChange result;
  result.name = arguments.name;
  if (account == nullptr) {
    if (auto checked = check_directory(node, arguments.name); !checked) {
      return tl::unexpected(checked.error());
    }
    return sdk::ok(std::move(result));
  }
  if (account->uid == 0) {
    return sdk::fail(ErrorCode::FailedPrecondition, arguments.name + " is root and stays", "/name");
  }
  result.changes = {"removed"};
  if (call.check_mode()) return sdk::changed(std::move(result));
  auto argv = tool(node, "userdel");
  if (arguments.remove_home) argv.emplace_back("-r");
  argv.insert(argv.end(), {"--", arguments.name});
  if (auto done = run(call, node, {std::move(argv)}, "cannot remove user " + arguments.name);
      !done) {
    return tl::unexpected(done.error());
  }
  return sdk::changed(std::move(result));
}

}  // namespace muster::plugin::system
