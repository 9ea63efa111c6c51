#include "running_agent.hpp"

#include <sys/stat.h>

#include <muster/core/base/files.hpp>
#include <sstream>
#include <string>

namespace muster::agent {
namespace {

/// Whether the process has that very file open.
bool has_open(pid_t process, const struct stat& file) {
  std::error_code error;
  const auto folder = std::filesystem::path("/proc") / std::to_string(process) / "fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    struct stat open {};
    if (::stat(entry.path().c_str(), &open) == 0 && open.st_dev == file.st_dev &&
        open.st_ino == file.st_ino) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<pid_t> lock_holders(std::string_view locks, ino_t inode) {
  std::vector<pid_t> holders;
  const auto suffix = ":" + std::to_string(inode);
  std::istringstream lines{std::string(locks)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, kind, mode, access, place;
    long holder = 0;
    words >> number >> kind >> mode >> access >> holder >> place;
    if (kind == "FLOCK" && access == "WRITE" && place.ends_with(suffix)) {
      holders.push_back(static_cast<pid_t>(holder));
    }
  }
  return holders;
}

std::optional<pid_t> running_agent(const std::filesystem::path& state) {
  struct stat file {};
  if (::stat((state / "lock").c_str(), &file) != 0) return std::nullopt;
  const auto locks = read_file("/proc/locks");
  if (!locks) return std::nullopt;
  for (const auto holder : lock_holders(*locks, file.st_ino)) {
    if (has_open(holder, file)) return holder;
  }
  return std::nullopt;
}

}  // namespace muster::agent
