#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <muster/core/base/fd.hpp>
#include <muster/core/base/files.hpp>

namespace muster {
namespace {

Status write_all(int fd, BytesView content, const std::string& name) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("write " + name, errno);
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

/// A rename over a device, a link or a directory would destroy it.
Status check_replaceable(const std::filesystem::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) return {};
  return fail(ErrorCode::Conflict,
              path.string() + " exists and is no regular file; choose another path");
}

Status sync_directory(const std::filesystem::path& directory) {
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail_errno("sync " + directory.string(), errno);
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("read " + path.string(), errno);
  std::string text;
  std::array<char, 16384> chunk{};
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read " + path.string(), errno);
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > max_bytes) {
      return fail(ErrorCode::ResourceExhausted,
                  path.string() + " is larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

Status write_file_atomic(const std::filesystem::path& path, BytesView content, mode_t mode) {
  if (auto good = check_replaceable(path); !good) return good;
  const std::string temporary = path.string() + ".new";
  ::unlink(temporary.c_str());  // what a crash left behind
  UniqueFd fd(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd) return fail_errno("create " + temporary, errno);
  if (auto written = write_all(fd.get(), content, temporary); !written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::fsync(fd.get()) != 0) return fail_errno("sync " + temporary, errno);
  fd.reset();
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return fail_errno("replace " + path.string(), errno);
  return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

Status make_directories(const std::filesystem::path& path, mode_t mode) {
  std::filesystem::path so_far;
  for (const auto& part : path) {
    so_far /= part;
    if (::mkdir(so_far.c_str(), mode) != 0 && errno != EEXIST && errno != EISDIR &&
        errno != EROFS) {
      return fail_errno("create directory " + so_far.string(), errno);
    }
  }
  if (!std::filesystem::is_directory(path)) {
    return fail(ErrorCode::Conflict, path.string() + " exists and is no directory");
  }
  return {};
}

}  // namespace muster
