#include "host/folder_looks.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <system_error>

namespace muster::agent {
namespace {

std::string mark_of(const struct stat& info, bool content) {
  std::string mark = std::to_string(info.st_mode) + " " + std::to_string(info.st_uid) + " " +
                     std::to_string(info.st_ino);
  if (!content) return mark;
  for (const auto& time : {info.st_mtim, info.st_ctim}) {
    mark += " " + std::to_string(time.tv_sec) + "." + std::to_string(time.tv_nsec);
  }
  return mark + " " + std::to_string(info.st_size);
}

std::string mark_of(const std::filesystem::path& file) {
  struct stat info {};
  return ::lstat(file.c_str(), &info) == 0 ? mark_of(info, true) : "absent";
}

/// Programs count, and beside plugin.yaml nothing else, because a check may keep its notes in its
/// folder; but for what others may write to, for which a folder is refused.
bool counts(const struct stat& info) {
  constexpr mode_t kCounts = S_IXUSR | S_IXGRP | S_IXOTH | S_IWGRP | S_IWOTH;
  return S_ISLNK(info.st_mode) || (S_ISREG(info.st_mode) && (info.st_mode & kCounts) != 0);
}

/// The entries that are folders or links to something, by name; hidden ones are nobody's plugin.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  std::vector<std::filesystem::path> folders;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code unknown;
    const auto name = entry->path().filename().string();
    if (!name.starts_with('.') && entry->is_directory(unknown)) folders.push_back(entry->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

FolderChange too_many(const std::filesystem::path& folder) {
  return {folder, false,
          fail(ErrorCode::ResourceExhausted,
               folder.string() + ": a node takes 64 folders of programs; remove others"),
          Bytes{}};
}

}  // namespace

std::string FolderLooks::state_of(const std::filesystem::path& folder) const {
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0) return "absent";
  std::string state = mark_of(info, false) + "\n" + mark_of(folder / "plugin.yaml") + "\n";
  if (!places_.configs.empty()) {
    state += mark_of(places_.configs / (folder.filename().string() + ".yaml")) + "\n";
  }
  std::error_code error;
  std::set<std::string> programs;
  std::size_t entries = 0;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (++entries > kMaxEntries) break;
    struct stat file {};
    if (::lstat(entry->path().c_str(), &file) != 0 || !counts(file)) continue;
    programs.insert(entry->path().filename().string() + " " + mark_of(file, true) + "\n");
  }
  for (const auto& program : programs) state += program;
  return state;
}

FolderChange FolderLooks::take(const std::filesystem::path& folder) const {
  FolderChange change{folder, false, read_folder_plugin(folder), Bytes{}};
  if (!change.plugin) return change;
  const auto configs = PluginConfigs::open(places_.texts, places_.configs);
  change.config = configs ? configs->of(change.plugin->manifest)
                          : Result<Bytes>(tl::unexpected(configs.error()));
  return change;
}

std::vector<FolderChange> FolderLooks::look() {
  std::vector<FolderChange> changes;
  std::set<std::string> there;
  for (const auto& folder : folders_in(places_.plugins)) {
    const auto name = folder.filename().string();
    const bool fits = there.size() < kMaxFolders;
    there.insert(name);
    auto& known = known_[name];
    auto state = fits ? state_of(folder) : "too many";
    const bool still = first_ || state == known.last;
    known.last = state;
    if (state == known.taken || !still) continue;
    known.taken = std::move(state);
    changes.push_back(fits ? take(folder) : too_many(folder));
  }
  for (auto known = known_.begin(); known != known_.end();) {
    if (there.contains(known->first)) {
      ++known;
      continue;
    }
    changes.push_back({places_.plugins / known->first, true, tl::unexpected(Error{}), Bytes{}});
    known = known_.erase(known);
  }
  first_ = false;
  return changes;
}

}  // namespace muster::agent
