#include "identity/state_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <muster/core/base/files.hpp>

namespace muster::agent {
namespace {

Status require_own(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return fail_errno("look at " + path.string(), errno);
  if (info.st_uid != ::geteuid()) {
    return fail(
        ErrorCode::PermissionDenied,
        path.string() + " belongs to another user; run as that user or choose another --state");
  }
  if ((info.st_mode & 077U) == 0) return {};
  // Made by hand, most likely with mkdir: closing it is what its owner wants.
  if (::chmod(path.c_str(), 0700) != 0) return fail_errno("close " + path.string(), errno);
  return {};
}

}  // namespace

Result<StateDir> StateDir::open(const std::filesystem::path& path) {
  if (auto made = make_directories(path, 0700); !made) return tl::unexpected(made.error());
  if (auto own = require_own(path); !own) return tl::unexpected(own.error());
  const auto name = path / "lock";
  UniqueFd lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return fail_errno("open " + name.string(), errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail_errno("lock " + name.string(), errno);
    return fail(ErrorCode::Conflict,
                "another agent uses " + path.string() + "; stop it or choose another --state");
  }
  return StateDir(path, std::move(lock));
}

}  // namespace muster::agent
