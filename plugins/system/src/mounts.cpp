#include "mounts.hpp"

#include <sys/statvfs.h>

#include <array>
#include <set>

#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

/// proc(5): blanks, line ends and backslashes in names are written as \ooo.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 3 < text.size();
    if (!escaped) {
      plain.push_back(text[i]);
      continue;
    }
    plain.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                      (text[i + 3] - '0')));
    i += 3;
  }
  return plain;
}

bool is_remote_type(std::string_view type) {
  constexpr std::array<std::string_view, 15> kRemote{
      "nfs", "nfs4",   "cifs",   "smb3",   "smbfs",    "ceph",  "glusterfs", "9p",
      "afs", "lustre", "autofs", "beegfs", "virtiofs", "ocfs2", "gfs2"};
  // What a program serves (fuse.sshfs, fuse.s3fs) can hang as a server can.
  return type.starts_with("fuse") ||
         std::find(kRemote.begin(), kRemote.end(), type) != kRemote.end();
}

bool has_option(std::string_view options, std::string_view option) {
  return ("," + std::string(options) + ",").find("," + std::string(option) + ",") !=
         std::string::npos;
}

}  // namespace

std::vector<Mount> parse_mounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  std::set<std::string_view> devices;  // major:minor
  for_each_line(mountinfo, [&](std::string_view line) {
    // id parent major:minor root path options [tags...] - type device super-options
    const auto words = words_of(line);
    const auto dash = std::find(words.begin(), words.end(), "-");
    if (dash - words.begin() < 6 || words.end() - dash < 4 || mounts.size() >= kMaxMounts) return;
    if (!devices.insert(words[2]).second) return;
    constexpr std::size_t kMaxName = 1024;
    mounts.push_back({printable(unescaped(words[4]), kMaxName),
                      printable(unescaped(dash[2]), kMaxName), printable(dash[1], kMaxName),
                      has_option(words[5], "ro"), is_remote_type(dash[1])});
  });
  return mounts;
}

std::optional<Fill> fill_of(const std::string& path) {
  struct statvfs numbers {};
  if (::statvfs(path.c_str(), &numbers) != 0 || numbers.f_blocks == 0) return std::nullopt;
  const auto bytes = [&numbers](fsblkcnt_t blocks) {
    return static_cast<std::int64_t>(blocks * numbers.f_frsize);
  };
  return Fill{bytes(numbers.f_blocks), bytes(numbers.f_blocks - numbers.f_bfree),
              bytes(numbers.f_bavail), static_cast<std::int64_t>(numbers.f_files),
              static_cast<std::int64_t>(numbers.f_files - numbers.f_ffree)};
}

}  // namespace muster::plugin::system
