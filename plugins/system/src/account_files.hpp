/// The users and groups of the node's own files, /etc/passwd, /etc/group and /etc/shadow. Reading
/// blocks for the files; lines that are no entries are left out. Stateless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster::plugin::system {

inline constexpr std::size_t kMaxAccounts = 100'000;

struct Account {
  std::string name;
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::string comment;
  std::string home;
  std::string shell;
};

struct AccountGroup {
  std::string name;
  std::int64_t gid = 0;
  std::vector<std::string> members;
};

struct AccountFiles {
  std::vector<Account> accounts;
  std::vector<AccountGroup> groups;

  /// Null when there is none.
  [[nodiscard]] const Account* find(std::string_view name) const;
  [[nodiscard]] const AccountGroup* find_group(std::string_view name_or_gid) const;
  /// The groups that have this member, sorted.
  [[nodiscard]] std::vector<std::string> groups_of(std::string_view name) const;
  /// The name of a group, or its number.
  [[nodiscard]] std::string group_name(std::int64_t gid) const;
};

[[nodiscard]] AccountFiles read_account_files(const std::string& root);

/// What /etc/shadow has of a user's password; empty when it cannot be read or has nothing.
[[nodiscard]] std::string password_hash_of(const std::string& root, std::string_view user);

}  // namespace muster::plugin::system
