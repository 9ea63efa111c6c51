#include "container.hpp"

#include <sys/stat.h>

#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

bool exists(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0;
}

}  // namespace

std::optional<std::string> container_kind(const std::string& root) {
  constexpr std::size_t kMost = 64;
  const auto said = text_of(root + "/run/systemd/container", kMost);
  if (!trimmed(said).empty()) return printable(trimmed(said), kMost);
  if (exists(root + "/run/.containerenv")) return "podman";
  if (exists(root + "/.dockerenv")) return "docker";
  return std::nullopt;
}

}  // namespace muster::plugin::system
