#include "file_replace.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <vector>

#include "errno_error.hpp"

namespace muster::plugin::system {
namespace {

constexpr const char* kField = "/path";

std::string beside(const Place& place) {
  constexpr std::size_t kLongest = 200;  // a name may have 255 bytes
  return "." + place.name.substr(0, kLongest) + ".muster-new";
}

/// Of the file before, only what says who may use it and how it is meant; not what vouches for its
/// content, as capabilities do.
bool is_kept(std::string_view attribute) {
  return attribute.starts_with("user.") || attribute == "security.selinux" ||
         attribute == "system.posix_acl_access";
}

sdk::Status copy_attributes(int from, int to, const std::string& path) {
  std::vector<char> names(std::size_t{64} << 10U);  // the kernel's own limit
  const auto size = ::flistxattr(from, names.data(), names.size());
  if (size < 0) return {};  // a file system without any
  std::vector<char> value(std::size_t{64} << 10U);
  for (std::string_view rest(names.data(), static_cast<std::size_t>(size)); !rest.empty();) {
    const std::string name(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(name.size() + 1);
    if (!is_kept(name)) continue;
    const auto length = ::fgetxattr(from, name.c_str(), value.data(), value.size());
    if (length < 0) continue;  // gone meanwhile
    if (::fsetxattr(to, name.c_str(), value.data(), static_cast<std::size_t>(length), 0) != 0) {
      // Within a container a label can be seen and not set; the folder's rule gives the file one.
      if (name == "security.selinux") continue;
      return errno_error("cannot keep the attribute " + name + " of " + path, errno, kField);
    }
  }
  return {};
}

sdk::Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error("cannot write " + path, errno, kField);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

sdk::Result<sdk::Descriptor> make_new(const Place& place, const std::string& name) {
  const auto make = [&] {
    return sdk::Descriptor(::openat(place.folder.get(), name.c_str(),
                                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  };
  auto fd = make();
  if (!fd.is_open() && errno == EEXIST) {
    ::unlinkat(place.folder.get(), name.c_str(), 0);
    fd = make();
  }
  if (fd.is_open()) return fd;
  return errno_error("cannot make a file beside " + place.path, errno, kField);
}

sdk::Status fill(int fd, const Place& place, std::string_view content, const Ownership& ownership,
                 const PresentFile* before) {
  if (auto done = write_all(fd, content, place.path); !done) return done;
  if (before != nullptr) {
    if (auto done = copy_attributes(before->fd.get(), fd, place.path); !done) return done;
  }
  if (auto done = set_ownership(fd, place, ownership); !done) return done;
  if (::fsync(fd) != 0) return errno_error("cannot write " + place.path, errno, kField);
  return {};
}

struct KernelsOwn {
  std::uint32_t magic;
  const char* name;
};

constexpr std::array<KernelsOwn, 15> kKernelsOwn = {{{PROC_SUPER_MAGIC, "proc"},
                                                     {SYSFS_MAGIC, "sysfs"},
                                                     {CGROUP_SUPER_MAGIC, "cgroup"},
                                                     {CGROUP2_SUPER_MAGIC, "cgroup2"},
                                                     {DEBUGFS_MAGIC, "debugfs"},
                                                     {TRACEFS_MAGIC, "tracefs"},
                                                     {SECURITYFS_MAGIC, "securityfs"},
                                                     {SELINUX_MAGIC, "selinuxfs"},
                                                     {SMACK_MAGIC, "smackfs"},
                                                     {EFIVARFS_MAGIC, "efivarfs"},
                                                     {PSTOREFS_MAGIC, "pstore"},
                                                     {BPF_FS_MAGIC, "bpf"},
                                                     {BINFMTFS_MAGIC, "binfmt_misc"},
                                                     {DEVPTS_SUPER_MAGIC, "devpts"},
                                                     {NSFS_MAGIC, "nsfs"}}};

tl::unexpected<sdk::Error> mounted_by_itself(const Place& place) {
  return sdk::fail(
      sdk::ErrorCode::FailedPrecondition,
      place.path + " is mounted there by itself (as in a container) and cannot be replaced",
      kField);
}

bool is_mounted_by_itself(const Place& place) {
  struct statx facts {};
  return ::statx(place.folder.get(), place.name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0,
                 &facts) == 0 &&
         (facts.stx_attributes_mask & facts.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

sdk::Status sync_folder(const Place& place) {
  const sdk::Descriptor folder(
      ::openat(place.folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open() && ::fsync(folder.get()) == 0) return {};
  return errno_error(place.path + " is changed, but its folder could not be brought to the disk",
                     errno, kField);
}

}  // namespace

sdk::Status check_replaceable(const Place& place) {
  struct statfs facts {};
  if (::fstatfs(place.folder.get(), &facts) != 0) return {};  // then the deed itself tells
  const auto magic = static_cast<std::uint32_t>(facts.f_type);
  for (const auto& own : kKernelsOwn) {
    if (own.magic != magic) continue;
    return sdk::fail(sdk::ErrorCode::FailedPrecondition,
                     place.path + " is on a file system of the kernel (" + own.name +
                         "), on which no file can be replaced",
                     kField);
  }
  if ((static_cast<unsigned long>(facts.f_flags) & ST_RDONLY) != 0) {
    return sdk::fail(sdk::ErrorCode::FailedPrecondition,
                     place.path + " is on a file system that is mounted for reading only", kField);
  }
  if (is_mounted_by_itself(place)) return mounted_by_itself(place);
  return {};
}

sdk::Status set_ownership(int fd, const Place& place, const Ownership& ownership) {
  struct stat now {};
  if (::fstat(fd, &now) != 0) return errno_error("cannot look at " + place.path, errno, kField);
  if ((now.st_uid != ownership.user || now.st_gid != ownership.group) &&
      ::fchown(fd, ownership.user, ownership.group) != 0) {
    return errno_error("cannot give " + place.path + " to user " + std::to_string(ownership.user) +
                           " and group " + std::to_string(ownership.group),
                       errno, "/owner");
  }
  if (::fchmod(fd, ownership.mode) != 0) {
    return errno_error("cannot set the mode of " + place.path, errno, "/mode");
  }
  return {};
}

sdk::Status replace_file(const Place& place, std::string_view content, const Ownership& ownership,
                         const PresentFile* before) {
  const auto name = beside(place);
  auto fd = make_new(place, name);
  if (!fd) return tl::unexpected(fd.error());
  auto done = fill(fd->get(), place, content, ownership, before);
  if (done &&
      ::renameat(place.folder.get(), name.c_str(), place.folder.get(), place.name.c_str()) != 0) {
    done = errno == EBUSY ? mounted_by_itself(place)
                          : errno_error("cannot replace " + place.path, errno, kField);
  }
  if (!done) {
    ::unlinkat(place.folder.get(), name.c_str(), 0);
    return done;
  }
  return sync_folder(place);
}

sdk::Result<std::string> keep_backup(const Place& place) {
  constexpr int kMostInOneSecond = 100;
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, ".%Y%m%dT%H%M%SZ", &parts);
  for (int i = 0; i < kMostInOneSecond; ++i) {
    const auto suffix = std::string(stamp) + (i == 0 ? "" : "-" + std::to_string(i)) + ".bak";
    const auto name = place.name + suffix;
    if (::linkat(place.folder.get(), place.name.c_str(), place.folder.get(), name.c_str(), 0) ==
        0) {
      return place.path + suffix;
    }
    if (errno != EEXIST) break;
  }
  return errno_error("cannot keep the old " + place.path + " beside it", errno, "/backup");
}

}  // namespace muster::plugin::system
