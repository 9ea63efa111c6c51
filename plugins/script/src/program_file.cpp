#include "program_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace muster::plugin::script {
namespace {

using sdk::ErrorCode;

sdk::Result<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (real) return std::string(real.get());
  if (errno == ENOENT || errno == ENOTDIR) {
    return sdk::fail(ErrorCode::NotFound, "there is no " + path);
  }
  return sdk::fail(ErrorCode::PermissionDenied,
                   "cannot look at " + path + ": " + std::strerror(errno));
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
  return text.data();
}

sdk::Status check_one(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    return sdk::fail(ErrorCode::NotFound, "cannot look at " + path + ": " + std::strerror(errno));
  }
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
    return sdk::fail(ErrorCode::PermissionDenied,
                     path + " belongs to user " + std::to_string(info.st_uid) +
                         ", who could change it; give it to root with chown");
  }
  const bool others_write = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  const bool only_add = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  if (others_write && !only_add) {
    return sdk::fail(ErrorCode::PermissionDenied, path + " can be changed by others, its mode is " +
                                                      octal(info.st_mode) + "; chmod go-w it");
  }
  return {};
}

}  // namespace

sdk::Status check_owner(const std::string& path) {
  const auto real = real_path(path);
  if (!real) return tl::unexpected(real.error());
  for (std::string part = *real; part != "/";) {
    if (auto checked = check_one(part); !checked) return checked;
    const auto slash = part.rfind('/');
    part = slash == 0 ? "/" : part.substr(0, slash);
  }
  return check_one("/");
}

sdk::Result<std::string> program_path(const std::string& folder, const std::string& program) {
  const bool inside = program.starts_with("./");
  const auto path = inside ? folder + program.substr(1) : program;
  const auto real = real_path(path);
  if (!real) return tl::unexpected(real.error());
  if (inside) {
    const auto home = real_path(folder);
    if (!home) return tl::unexpected(home.error());
    if (!real->starts_with(*home + "/")) {
      return sdk::fail(ErrorCode::PermissionDenied, program + " leads out of its folder, to " +
                                                        *real +
                                                        "; name the program by its full path");
    }
  }
  struct stat info {};
  const bool is_file = ::stat(real->c_str(), &info) == 0 && S_ISREG(info.st_mode);
  if (!is_file || ::access(real->c_str(), X_OK) != 0) {
    return sdk::fail(ErrorCode::PermissionDenied, path + " is not an executable file; chmod +x it");
  }
  if (auto checked = check_owner(*real); !checked) return tl::unexpected(checked.error());
  return path;
}

}  // namespace muster::plugin::script
