#include "disk_usage.hpp"

#include "folder_sizes.hpp"
#include "mounts.hpp"
#include "place.hpp"
#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

constexpr std::size_t kMaxName = 1024;

std::vector<DiskUsageResultMountsItem> mounts_of(const std::string& root) {
  std::vector<DiskUsageResultMountsItem> items;
  for (const auto& mount : parse_mounts(text_of(root + "/proc/self/mountinfo"))) {
    const auto fill = mount.is_remote ? std::nullopt : fill_of(root + mount.path);
    if (!mount.is_remote && !fill) continue;
    DiskUsageResultMountsItem item;
    item.path = mount.path;
    item.device = mount.device;
    item.type = mount.type;
    item.read_only = mount.read_only;
    if (fill) {
      item.size_bytes = fill->size_bytes;
      item.used_bytes = fill->used_bytes;
      item.available_bytes = fill->available_bytes;
      if (fill->inodes > 0) item.inodes = fill->inodes, item.inodes_used = fill->inodes_used;
    }
    items.push_back(std::move(item));
  }
  return items;
}

sdk::Result<DiskUsageResultFolder> folder_of(const sdk::Call& call, const std::string& path,
                                             const DiskUsageArguments& arguments) {
  const auto place = find_place(path, Follow::No);
  if (!place) return tl::unexpected(place.error());
  const auto stop = call.cancelled();
  auto sizes =
      measure_folder(*place, {static_cast<std::size_t>(arguments.limit), arguments.max_entries},
                     [&stop] { return stop.stop_requested(); });
  if (!sizes) return tl::unexpected(sizes.error());
  DiskUsageResultFolder folder;
  folder.path = path;
  folder.bytes = sizes->bytes;
  folder.entries = sizes->entries;
  folder.complete = sizes->complete;
  for (const auto& entry : sizes->largest) {
    DiskUsageResultFolderLargestItem item;
    item.name = printable(entry.name, kMaxName);
    item.bytes = entry.bytes;
    item.entries = entry.entries;
    folder.largest.push_back(std::move(item));
  }
  return folder;
}

}  // namespace

sdk::Answer<DiskUsageResult> disk_usage(const sdk::Call& call, const std::string& root,
                                        const DiskUsageArguments& arguments) {
  DiskUsageResult result;
  if (arguments.path) {
    auto folder = folder_of(call, *arguments.path, arguments);
    if (!folder) return tl::unexpected(folder.error());
    result.folder = std::move(*folder);
  }
  result.mounts = mounts_of(root);
  return sdk::ok(std::move(result));
}

}  // namespace muster::plugin::system
