#include "folder_sizes.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "errno_error.hpp"

namespace muster::plugin::system {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

Folder open_folder(int at, const char* name) {
  const int fd = ::openat(at, name, kFolder);
  return {fd < 0 ? nullptr : ::fdopendir(fd), ::closedir};
}

class Measure {
 public:
  Measure(dev_t device, const SizeLimits& limits, const std::function<bool()>& should_stop)
      : device_(device), limits_(limits), should_stop_(should_stop) {}

  FolderSizes top(DIR* folder) {
    each_entry(folder, [this](int at, const char* name) {
      FolderEntry entry;
      entry.name = name;
      add(at, name, 1, entry);
      if (entry.entries == 0) return;  // of another file system
      sizes_.bytes += entry.bytes;
      sizes_.entries += entry.entries;
      keep(std::move(entry));
    });
    std::sort(sizes_.largest.begin(), sizes_.largest.end(), larger);
    return std::move(sizes_);
  }

 private:
  static bool larger(const FolderEntry& a, const FolderEntry& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name;
  }

  template <class Take>
  void each_entry(DIR* folder, const Take& take) {
    while (const dirent* entry = ::readdir(folder)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (++seen_ > limits_.entries || should_stop_()) {
        sizes_.complete = false;
        return;
      }
      take(::dirfd(folder), name.c_str());
    }
  }

  void add(int at, const char* name, int depth, FolderEntry& to) {
    constexpr std::int64_t kBlock = 512;
    struct stat facts {};
    if (::fstatat(at, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone meanwhile
    if (facts.st_dev != device_) return;
    const bool has_more_names = facts.st_nlink > 1 && !S_ISDIR(facts.st_mode);
    ++to.entries;
    if (!has_more_names || counted_.insert(facts.st_ino).second) {
      to.bytes += facts.st_blocks * kBlock;
    }
    if (!S_ISDIR(facts.st_mode)) return;
    const auto below = depth < kMaxFolderDepth ? open_folder(at, name) : Folder(nullptr, nullptr);
    if (!below) {
      sizes_.complete = false;
      return;
    }
    each_entry(below.get(),
               [&](int inner, const char* entry) { add(inner, entry, depth + 1, to); });
  }

  /// A heap whose top is the smallest, so that a folder of many entries needs no more memory.
  void keep(FolderEntry entry) {
    auto& kept = sizes_.largest;
    kept.push_back(std::move(entry));
    std::push_heap(kept.begin(), kept.end(), larger);
    if (kept.size() <= limits_.largest) return;
    std::pop_heap(kept.begin(), kept.end(), larger);
    kept.pop_back();
  }

  const dev_t device_;
  const SizeLimits& limits_;
  const std::function<bool()>& should_stop_;
  FolderSizes sizes_;
  std::int64_t seen_ = 0;
  std::set<ino_t> counted_;
};

}  // namespace

sdk::Result<FolderSizes> measure_folder(const Place& place, const SizeLimits& limits,
                                        const std::function<bool()>& should_stop) {
  const auto folder = open_folder(place.folder.get(), place.name.c_str());
  struct stat facts {};
  if (!folder || ::fstat(::dirfd(folder.get()), &facts) != 0) {
    return errno_error("cannot read the folder " + place.path, errno, "/path");
  }
  return Measure(facts.st_dev, limits, should_stop).top(folder.get());
}

}  // namespace muster::plugin::system
