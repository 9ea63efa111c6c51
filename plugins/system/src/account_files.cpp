#include "account_files.hpp"

#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

constexpr std::size_t kMaxFile = std::size_t{16} << 20U;
constexpr std::size_t kMaxField = 1024;

std::vector<std::string> split(std::string_view line, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto at = line.find(separator);
    parts.push_back(printable(line.substr(0, at), kMaxField));
    if (at == std::string_view::npos) return parts;
    line.remove_prefix(at + 1);
  }
}

void add_account(std::string_view line, std::vector<Account>& accounts) {
  const auto parts = split(line, ':');
  if (parts.size() != 7 || parts[0].empty() || accounts.size() >= kMaxAccounts) return;
  const auto uid = whole_number(parts[2]);
  const auto gid = whole_number(parts[3]);
  if (uid && gid) accounts.push_back({parts[0], *uid, *gid, parts[4], parts[5], parts[6]});
}

void add_group(std::string_view line, std::vector<AccountGroup>& groups) {
  // Members apart: there may be more than fit a field.
  const auto last = line.rfind(':');
  if (last == std::string_view::npos || groups.size() >= kMaxAccounts) return;
  const auto parts = split(line.substr(0, last), ':');
  if (parts.size() != 3 || parts[0].empty()) return;
  const auto gid = whole_number(parts[2]);
  if (!gid) return;
  const auto members = trimmed(line.substr(last + 1));
  groups.push_back(
      {parts[0], *gid, members.empty() ? std::vector<std::string>() : split(members, ',')});
}

}  // namespace

const Account* AccountFiles::find(std::string_view name) const {
  const auto found = std::find_if(accounts.begin(), accounts.end(),
                                  [&](const Account& account) { return account.name == name; });
  return found == accounts.end() ? nullptr : &*found;
}

const AccountGroup* AccountFiles::find_group(std::string_view name_or_gid) const {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const AccountGroup& group) {
    return group.name == name_or_gid || std::to_string(group.gid) == name_or_gid;
  });
  return found == groups.end() ? nullptr : &*found;
}

std::vector<std::string> AccountFiles::groups_of(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& group : groups) {
    const auto& members = group.members;
    if (std::find(members.begin(), members.end(), name) != members.end()) {
      names.push_back(group.name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string AccountFiles::group_name(std::int64_t gid) const {
  const auto number = std::to_string(gid);
  const auto* group = find_group(number);
  return group != nullptr ? group->name : number;
}

AccountFiles read_account_files(const std::string& root) {
  AccountFiles files;
  for_each_line(text_of(root + "/etc/passwd", kMaxFile),
                [&files](std::string_view line) { add_account(line, files.accounts); });
  for_each_line(text_of(root + "/etc/group", kMaxFile),
                [&files](std::string_view line) { add_group(line, files.groups); });
  return files;
}

std::string password_hash_of(const std::string& root, std::string_view user) {
  std::string hash;
  for_each_line(text_of(root + "/etc/shadow", kMaxFile), [&](std::string_view line) {
    const auto parts = split(line, ':');
    if (parts.size() >= 2 && parts[0] == user) hash = parts[1];
  });
  return hash;
}

}  // namespace muster::plugin::system
