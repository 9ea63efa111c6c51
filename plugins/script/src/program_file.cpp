#include "program_file.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string_view>

namespace muster::plugin::script {
namespace {

using sdk::ErrorCode;

constexpr int kMaxLinks = 16;

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
  return text.data();
}

/// Goes along a path, step by step, and judges all that it passes: folders, links, the file.
class Walk {
 public:
  explicit Walk(const std::string& path) : path_(path) { put_in_front(path); }

  sdk::Result<std::string> to_the_end() {
    if (auto checked = step("/"); !checked) return tl::unexpected(checked.error());
    while (!left_.empty()) {
      const auto part = std::move(left_.front());
      left_.pop_front();
      if (part == "..") {
        at_ = at_.substr(0, at_.rfind('/'));
      } else if (auto checked = step(at_ + "/" + part); !checked) {
        return tl::unexpected(checked.error());
      }
    }
    return at_.empty() ? "/" : at_;
  }

 private:
  void put_in_front(std::string_view path) {
    std::deque<std::string> parts;
    while (!path.empty()) {
      const auto part = path.substr(0, path.find('/'));
      path.remove_prefix(part.size() == path.size() ? part.size() : part.size() + 1);
      if (!part.empty() && part != ".") parts.emplace_back(part);
    }
    left_.insert(left_.begin(), parts.begin(), parts.end());
  }

  sdk::Status step(const std::string& next) {
    struct stat info {};
    if (::lstat(next.c_str(), &info) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) {
        return sdk::fail(ErrorCode::NotFound, "there is no " + path_);
      }
      return sdk::fail(ErrorCode::PermissionDenied,
                       "cannot look at " + next + ": " + std::strerror(errno));
    }
    if (auto checked = check(next, info); !checked) return checked;
    if (S_ISLNK(info.st_mode)) return follow(next);
    at_ = next == "/" ? "" : next;
    return {};
  }

  static sdk::Status check(const std::string& path, const struct stat& info) {
    if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
      return sdk::fail(ErrorCode::PermissionDenied,
                       path + " belongs to user " + std::to_string(info.st_uid) +
                           ", who could change it; give it to root with chown");
    }
    const bool others_write = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    const bool only_add = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
    if (S_ISLNK(info.st_mode) || !others_write || only_add) return {};
    return sdk::fail(ErrorCode::PermissionDenied, path + " can be changed by others, its mode is " +
                                                      octal(info.st_mode) + "; chmod go-w it");
  }

  sdk::Status follow(const std::string& link) {
    std::array<char, PATH_MAX> target{};
    const auto size = ::readlink(link.c_str(), target.data(), target.size());
    if (size <= 0 || ++links_ > kMaxLinks) {
      return sdk::fail(ErrorCode::PermissionDenied, path_ + " leads through too many links");
    }
    const std::string_view text(target.data(), static_cast<std::size_t>(size));
    if (text.front() == '/') at_.clear();
    put_in_front(text);
    return {};
  }

  const std::string& path_;
  std::string at_;  // without links, "" for the root
  std::deque<std::string> left_;
  int links_ = 0;
};

}  // namespace

sdk::Result<std::string> real_path_of_ours(const std::string& path) {
  return Walk(path).to_the_end();
}

sdk::Result<std::string> program_path(const std::string& folder, const std::string& program) {
  const bool inside = program.starts_with("./");
  const auto path = inside ? folder + program.substr(1) : program;
  const auto real = real_path_of_ours(path);
  if (!real) return tl::unexpected(real.error());
  if (inside) {
    const auto home = real_path_of_ours(folder);
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
  return path;
}

}  // namespace muster::plugin::script
