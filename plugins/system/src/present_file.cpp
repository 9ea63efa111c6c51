#include "present_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "errno_error.hpp"

namespace muster::plugin::system {

std::string kind_of(mode_t mode) {
  if (S_ISREG(mode)) return "a regular file";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISFIFO(mode)) return "a fifo";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

sdk::Result<std::optional<PresentFile>> open_file(const Place& place) {
  const auto refuse = [&place](mode_t mode) {
    return sdk::fail(sdk::ErrorCode::FailedPrecondition,
                     place.path + " is " + kind_of(mode) + ", not a regular file" +
                         (S_ISLNK(mode) ? "; say follow: true for what it points to" : ""),
                     "/path");
  };
  PresentFile file;
  if (::fstatat(place.folder.get(), place.name.c_str(), &file.facts, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return errno_error("cannot look at " + place.path, errno, "/path");
  }
  if (!S_ISREG(file.facts.st_mode)) return refuse(file.facts.st_mode);
  file.fd = sdk::Descriptor(::openat(place.folder.get(), place.name.c_str(),
                                     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.fd.is_open() && errno == ENOENT) return std::nullopt;
  if (!file.fd.is_open() || ::fstat(file.fd.get(), &file.facts) != 0) {
    return errno_error("cannot open " + place.path, errno, "/path");
  }
  if (!S_ISREG(file.facts.st_mode)) return refuse(file.facts.st_mode);  // swapped meanwhile
  return file;
}

sdk::Result<std::string> read_part(const PresentFile& file, const Place& place, std::int64_t offset,
                                   std::size_t max_bytes) {
  constexpr std::size_t kStep = std::size_t{256} << 10U;
  std::string bytes;
  while (bytes.size() < max_bytes) {
    const auto had = bytes.size();
    bytes.resize(had + std::min(kStep, max_bytes - had));
    const auto count = ::pread(file.fd.get(), bytes.data() + had, bytes.size() - had,
                               offset + static_cast<std::int64_t>(had));
    const int why = errno;
    bytes.resize(had + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && why == EINTR) continue;
    if (count < 0) return errno_error("cannot read " + place.path, why, "/path");
    if (count == 0) break;
  }
  return bytes;
}

}  // namespace muster::plugin::system
