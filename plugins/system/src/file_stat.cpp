#include <fcntl.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>

#include "accounts.hpp"
#include "content.hpp"
#include "errno_error.hpp"
#include "files.hpp"
#include "place.hpp"
#include "present_file.hpp"

namespace muster::plugin::system {
namespace {

constexpr std::int64_t kMaxDigestBytes = std::int64_t{1} << 30;

std::string type_of(mode_t mode) {
  if (S_ISREG(mode)) return "file";
  if (S_ISDIR(mode)) return "folder";
  if (S_ISLNK(mode)) return "link";
  if (S_ISFIFO(mode)) return "fifo";
  if (S_ISSOCK(mode)) return "socket";
  return S_ISCHR(mode) ? "character-device" : "block-device";
}

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode & 07777U);
  return text.data();
}

sdk::Status add_digest(const sdk::Call& call, const Place& place, File& file) {
  constexpr std::size_t kStep = std::size_t{1} << 20U;
  auto open = open_file(place);
  if (!open) return tl::unexpected(open.error());
  if (!*open || (*open)->facts.st_size > kMaxDigestBytes) return {};
  Sha256 sum;
  for (std::int64_t at = 0; at < kMaxDigestBytes;) {
    if (call.cancelled().stop_requested()) {
      return sdk::fail(sdk::ErrorCode::Cancelled, "the call ended before all was read");
    }
    auto bytes = read_part(**open, place, at, kStep);
    if (!bytes) return tl::unexpected(bytes.error());
    if (bytes->empty()) break;
    sum.update(*bytes);
    at += static_cast<std::int64_t>(bytes->size());
  }
  file.sha256 = sum.finish();
  return {};
}

}  // namespace

sdk::Answer<File> stat_file(const sdk::Call& call, const FileStatArguments& arguments) {
  File file;
  file.path = arguments.path;
  const auto place = find_place(arguments.path, arguments.follow ? Follow::Yes : Follow::No);
  if (!place && place.error().code == sdk::ErrorCode::NotFound) return sdk::ok(std::move(file));
  if (!place) return tl::unexpected(place.error());
  struct stat facts {};
  if (::fstatat(place->folder.get(), place->name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return sdk::ok(std::move(file));
    return errno_error("cannot look at " + place->path, errno, "/path");
  }
  file.exists = true;
  file.type = type_of(facts.st_mode);
  file.mode = octal(facts.st_mode);
  file.size = facts.st_size;
  file.uid = facts.st_uid;
  file.gid = facts.st_gid;
  file.owner = user_name(facts.st_uid);
  file.group = group_name(facts.st_gid);
  file.links = static_cast<std::int64_t>(facts.st_nlink);
  file.modified_unix = facts.st_mtim.tv_sec;
  if (S_ISLNK(facts.st_mode)) {
    std::array<char, PATH_MAX> target{};
    const auto length =
        ::readlinkat(place->folder.get(), place->name.c_str(), target.data(), target.size());
    if (length >= 0) file.target = std::string(target.data(), static_cast<std::size_t>(length));
  }
  // Of what not everybody may read no digest: this operation only reads, and guesses could be
  // tried.
  if (arguments.digest && S_ISREG(facts.st_mode) && (facts.st_mode & S_IROTH) != 0) {
    if (auto added = add_digest(call, *place, file); !added) return tl::unexpected(added.error());
  }
  return sdk::ok(std::move(file));
}

}  // namespace muster::plugin::system
