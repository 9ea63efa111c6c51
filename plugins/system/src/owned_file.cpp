#include "owned_file.hpp"

#include <fcntl.h>

#include <cerrno>

#include "errno_error.hpp"
#include "file_replace.hpp"

namespace muster::plugin::system {

sdk::Result<OwnedFile> open_owned(const std::string& path, const std::string& mark) {
  constexpr std::size_t kMost = std::size_t{1} << 20U;
  auto place = find_place(path, Follow::No);
  if (!place) return tl::unexpected(place.error());
  auto present = open_file(*place);
  if (!present) return tl::unexpected(present.error());
  OwnedFile file{std::move(*place), std::nullopt};
  if (!*present) return file;
  auto content = read_part(**present, file.place, 0, kMost);
  if (!content) return tl::unexpected(content.error());
  if (!content->starts_with(mark)) {
    return sdk::fail(sdk::ErrorCode::Conflict,
                     path +
                         " is there and was not written by Muster; choose another name, or "
                         "remove it",
                     "/name");
  }
  file.content = std::move(*content);
  return file;
}

sdk::Status write_owned(const OwnedFile& file, const std::string& content) {
  return replace_file(file.place, content, {0644, ::geteuid(), ::getegid()}, nullptr);
}

sdk::Status remove_owned(const OwnedFile& file) {
  if (::unlinkat(file.place.folder.get(), file.place.name.c_str(), 0) == 0 || errno == ENOENT) {
    return {};
  }
  return errno_error("cannot remove " + file.place.path, errno, "/name");
}

}  // namespace muster::plugin::system
