#include "accounts.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <vector>

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;  // a group with very many members

/// Calls `ask(buffer, size, &found)`, one of the get..._r functions, with room enough; null when
/// there is no such entry.
template <class Entry, class Ask>
Entry* with_room(std::vector<char>& room, const Ask& ask) {
  for (room.resize(1024); room.size() <= kMostBytes; room.resize(room.size() * 4)) {
    Entry* found = nullptr;
    if (ask(room.data(), room.size(), &found) != ERANGE) return found;
  }
  return nullptr;
}

sdk::Result<std::uint32_t> number(const std::string& text, const std::string& field) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == UINT32_MAX) {
    return sdk::fail(ErrorCode::InvalidArgument, text + " is no number of a user or group", field);
  }
  return value;
}

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

sdk::Result<uid_t> user_number(const std::string& text, const std::string& field) {
  if (is_number(text)) return number(text, field);
  std::vector<char> room;
  passwd entry{};
  const auto* found = with_room<passwd>(room, [&](char* bytes, std::size_t size, passwd** into) {
    return ::getpwnam_r(text.c_str(), &entry, bytes, size, into);
  });
  if (found != nullptr) return found->pw_uid;
  return sdk::fail(ErrorCode::NotFound, "there is no user " + text, field);
}

sdk::Result<gid_t> group_number(const std::string& text, const std::string& field) {
  if (is_number(text)) return number(text, field);
  std::vector<char> room;
  group entry{};
  const auto* found = with_room<group>(room, [&](char* bytes, std::size_t size, group** into) {
    return ::getgrnam_r(text.c_str(), &entry, bytes, size, into);
  });
  if (found != nullptr) return found->gr_gid;
  return sdk::fail(ErrorCode::NotFound, "there is no group " + text, field);
}

std::optional<std::string> user_name(uid_t user) {
  std::vector<char> room;
  passwd entry{};
  const auto* found = with_room<passwd>(room, [&](char* bytes, std::size_t size, passwd** into) {
    return ::getpwuid_r(user, &entry, bytes, size, into);
  });
  if (found == nullptr) return std::nullopt;
  return std::string(found->pw_name);
}

std::optional<std::string> group_name(gid_t id) {
  std::vector<char> room;
  group entry{};
  const auto* found = with_room<group>(room, [&](char* bytes, std::size_t size, group** into) {
    return ::getgrgid_r(id, &entry, bytes, size, into);
  });
  if (found == nullptr) return std::nullopt;
  return std::string(found->gr_name);
}

}  // namespace muster::plugin::system
