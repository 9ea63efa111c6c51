#include "place.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>

#include "errno_error.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

constexpr int kMostLinks = 40;  // as the kernel's
constexpr int kFolder = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::deque<std::string> parts_of(std::string_view path) {
  std::deque<std::string> parts;
  while (!path.empty()) {
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  return parts;
}

sdk::Status check(const std::string& path) {
  const auto refuse = [&path](const char* why) {
    return sdk::fail(ErrorCode::InvalidArgument, "the path " + path + " " + why, "/path");
  };
  if (path.find('\0') != std::string::npos) {
    return sdk::fail(ErrorCode::InvalidArgument, "the path has a NUL in it", "/path");
  }
  if (path.empty() || path.front() != '/') return refuse("must be absolute");
  if (path.size() >= PATH_MAX) return refuse("is longer than a path can be");
  if ((path + "/").find("/../") != std::string::npos ||
      (path + "/").find("/./") != std::string::npos) {
    return refuse("has a part . or .. in it; name the file itself");
  }
  return {};
}

class Walk {
 public:
  Walk(const std::string& path, Follow follow)
      : path_(path), follow_(follow), parts_(parts_of(path)) {}

  sdk::Result<Place> to_the_end() {
    if (auto entered = enter_root(); !entered) return tl::unexpected(entered.error());
    while (!parts_.empty()) {
      const auto name = std::move(parts_.front());
      parts_.pop_front();
      std::array<char, PATH_MAX> target{};
      const auto length = ::readlinkat(at_.get(), name.c_str(), target.data(), target.size());
      if (length >= 0 && !(parts_.empty() && follow_ == Follow::No)) {
        auto done = take_link(name, {target.data(), static_cast<std::size_t>(length)});
        if (!done) return tl::unexpected(done.error());
        continue;
      }
      if (parts_.empty() && name != "..") return Place{std::move(at_), name, path_};
      if (auto entered = enter(name); !entered) return tl::unexpected(entered.error());
    }
    return Place{std::move(at_), ".", path_};
  }

 private:
  sdk::Status enter_root() {
    at_ = Descriptor(::open("/", kFolder));
    if (!at_.is_open()) return errno_error("cannot open /", errno, "/path");
    where_.clear();
    return {};
  }

  sdk::Status enter(const std::string& name) {
    Descriptor next(::openat(at_.get(), name.c_str(), kFolder));
    if (!next.is_open()) {
      const int why = errno;
      if (why == ENOENT) {
        return sdk::fail(ErrorCode::NotFound, "there is no folder " + where_ + "/" + name, "/path");
      }
      return errno_error("cannot enter " + where_ + "/" + name, why, "/path");
    }
    at_ = std::move(next);
    where_ += "/" + name;
    return {};
  }

  sdk::Status take_link(const std::string& name, std::string_view target) {
    const std::string link = where_ + "/" + name;
    struct stat facts {};
    if (::fstatat(at_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
      return errno_error("cannot look at " + link, errno, "/path");
    }
    if (follow_ == Follow::No && facts.st_uid != 0 && facts.st_uid != ::geteuid()) {
      return sdk::fail(ErrorCode::PermissionDenied,
                       link + " on the way is a symbolic link of user " +
                           std::to_string(facts.st_uid) +
                           "; name the path without it, or say follow: true",
                       "/path");
    }
    if (++links_ > kMostLinks) {
      return sdk::fail(ErrorCode::FailedPrecondition,
                       "there are more than " + std::to_string(kMostLinks) +
                           " symbolic links on the way to " + path_,
                       "/path");
    }
    auto onward = parts_of(target);
    parts_.insert(parts_.begin(), onward.begin(), onward.end());
    return target.starts_with('/') ? enter_root() : sdk::Status();
  }

  const std::string& path_;
  const Follow follow_;
  std::deque<std::string> parts_;
  Descriptor at_;
  std::string where_;
  int links_ = 0;
};

}  // namespace

sdk::Result<Place> find_place(const std::string& path, Follow follow) {
  if (auto checked = check(path); !checked) return tl::unexpected(checked.error());
  return Walk(path, follow).to_the_end();
}

}  // namespace muster::plugin::system
