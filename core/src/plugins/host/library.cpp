#include "library.hpp"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <muster/core/plugins/plugin_file.hpp>
#include <string>

namespace muster::plugins {
namespace {

std::string last_load_error() {
  const char* text = ::dlerror();  // NOLINT(concurrency-mt-unsafe): one thread loads
  return text == nullptr ? "the loader gave no reason" : text;
}

Status check_entry(const muster_entry* entry) {
  const auto bad = [](const std::string& why) { return fail(ErrorCode::Unsupported, why); };
  if (entry == nullptr) return bad("its entry function returned nothing");
  if (entry->magic != MUSTER_ENTRY_MAGIC)
    return bad("its entry is not that of a Muster plugin (wrong magic)");
  if (auto abi = check_abi(entry->abi_major, entry->abi_minor); !abi) return abi;
  if (!MUSTER_HAS(entry, muster_entry, create)) return bad("its entry has no create function");
  return {};
}

/// What the agent read before any code ran must be what the plugin says of itself.
Status check_manifest(const muster_entry& entry, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return fail_errno("look at the plugin", errno);
  const auto size = static_cast<std::size_t>(info.st_size);
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapped == MAP_FAILED) return fail_errno("map the plugin", errno);
  const auto manifest = find_manifest({static_cast<const std::uint8_t*>(mapped), size});
  const bool same = manifest && entry.manifest.p != nullptr &&
                    entry.manifest.n == manifest->size() &&
                    std::memcmp(entry.manifest.p, manifest->data(), manifest->size()) == 0;
  ::munmap(mapped, size);
  if (!manifest) return tl::unexpected(manifest.error());
  if (!same) {
    return fail(ErrorCode::Unsupported,
                "its entry gives another manifest than the section muster_manifest of its file; "
                "embed one and point at it");
  }
  return {};
}

}  // namespace

Result<const muster_entry*> load_entry(int fd) {
  // A fresh process loads one library by descriptor, once: the loader's cache of paths cannot mix
  // plugins up.
  const auto path = "/proc/self/fd/" + std::to_string(fd);
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(ErrorCode::Unsupported, "it cannot be loaded: " + last_load_error());
  }
  auto* symbol = ::dlsym(library, "muster_plugin_entry_v1");
  if (symbol == nullptr) {
    return fail(ErrorCode::Unsupported,
                "it does not export muster_plugin_entry_v1: it is no plugin of ABI 1");
  }
  const auto entry_function = reinterpret_cast<decltype(&muster_plugin_entry_v1)>(symbol);
  const auto* entry = entry_function();
  if (auto checked = check_entry(entry); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_manifest(*entry, fd); !checked) return tl::unexpected(checked.error());
  return entry;
}

}  // namespace muster::plugins
