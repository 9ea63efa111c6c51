#include "place.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <optional>

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
      const bool is_wanted_itself = parts_.empty() && follow_ == Follow::No;
      const auto link = is_wanted_itself ? std::nullopt : open_link(name);
      if (link) {
        if (auto done = take_link(*link, name); !done) return tl::unexpected(done.error());
        continue;
      }
      if (parts_.empty() && name != "..") return Place{std::move(at_), name, path_};
      if (auto entered = enter(name); !entered) return tl::unexpected(entered.error());
    }
    return Place{std::move(at_), ".", path_};
  }

 private:
  sdk::Status enter_root() {
    at_ = sdk::Descriptor(::open("/", kFolder));
    if (!at_.is_open()) return errno_error("cannot open /", errno, "/path");
    where_.clear();
    return {};
  }

  sdk::Status enter(const std::string& name) {
    sdk::Descriptor next(::openat(at_.get(), name.c_str(), kFolder));
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

  struct Link {
    sdk::Descriptor itself;
    uid_t owner;
  };

  /// Opened once and then asked for all, because whoever owns the folder may put another in its
  /// place at any time. None for what is no link or cannot be opened; enter() follows none and says
  /// why.
  [[nodiscard]] std::optional<Link> open_link(const std::string& name) const {
    sdk::Descriptor entry(::openat(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat facts {};
    if (!entry.is_open() || ::fstat(entry.get(), &facts) != 0 || !S_ISLNK(facts.st_mode)) {
      return std::nullopt;
    }
    return Link{std::move(entry), facts.st_uid};
  }

  sdk::Status take_link(const Link& link, const std::string& name) {
    const std::string path = where_ + "/" + name;
    if (follow_ == Follow::No && link.owner != 0 && link.owner != ::geteuid()) {
      return sdk::fail(ErrorCode::PermissionDenied,
                       path + " on the way is a symbolic link of user " +
                           std::to_string(link.owner) +
                           "; name the path without it, or say follow: true",
                       "/path");
    }
    if (++links_ > kMostLinks) {
      return sdk::fail(ErrorCode::FailedPrecondition,
                       "there are more than " + std::to_string(kMostLinks) +
                           " symbolic links on the way to " + path_,
                       "/path");
    }
    std::array<char, PATH_MAX> buffer{};
    const auto length = ::readlinkat(link.itself.get(), "", buffer.data(), buffer.size());
    if (length < 0) return errno_error("cannot read the link " + path, errno, "/path");
    const std::string_view target(buffer.data(), static_cast<std::size_t>(length));
    auto onward = parts_of(target);
    parts_.insert(parts_.begin(), onward.begin(), onward.end());
    return target.starts_with('/') ? enter_root() : sdk::Status();
  }

  const std::string& path_;
  const Follow follow_;
  std::deque<std::string> parts_;
  sdk::Descriptor at_;
  std::string where_;
  int links_ = 0;
};

}  // namespace

sdk::Result<Place> find_place(const std::string& path, Follow follow) {
  if (auto checked = check(path); !checked) return tl::unexpected(checked.error());
  return Walk(path, follow).to_the_end();
}

}  // namespace muster::plugin::system
