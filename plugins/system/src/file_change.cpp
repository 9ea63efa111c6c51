#include "file_change.hpp"

#include "content.hpp"
#include "diff.hpp"

namespace muster::plugin::system {
namespace {

constexpr mode_t kPermissions = 07777;

bool same_content(const Change& change) {
  return change.content_before && *change.content_before == change.content;
}

FileChange describe(const Change& change) {
  FileChange result;
  result.path = change.place.path;
  result.size = static_cast<std::int64_t>(change.content.size());
  result.sha256 = sha256(change.content);
  if (change.content_before) result.sha256_before = sha256(*change.content_before);
  if (!change.before) {
    result.changes = {"created"};
    return result;
  }
  const auto& facts = change.before->facts;
  if (!same_content(change)) result.changes.emplace_back("content");
  if ((facts.st_mode & kPermissions) != change.ownership.mode) result.changes.emplace_back("mode");
  if (facts.st_uid != change.ownership.user) result.changes.emplace_back("owner");
  if (facts.st_gid != change.ownership.group) result.changes.emplace_back("group");
  return result;
}

void add_diff(const Change& change, FileChange& result) {
  const bool is_known = !change.before || change.content_before;
  const std::string before = change.content_before.value_or("");
  if (!change.with_diff || !is_known || !is_text(before) || !is_text(change.content)) return;
  auto diff = unified_diff(change.place.path, before, change.content);
  if (diff.text.empty()) return;
  result.diff = std::move(diff.text);
  if (diff.truncated) result.diff_truncated = true;
}

}  // namespace

Ownership ownership_of(const std::optional<PresentFile>& before) {
  if (!before) return {0644, ::geteuid(), ::getegid()};
  return {before->facts.st_mode & kPermissions, before->facts.st_uid, before->facts.st_gid};
}

sdk::Answer<FileChange> carry_out(const sdk::Call& call, const Change& change) {
  auto result = describe(change);
  if (call.check_mode()) add_diff(change, result);
  if (result.changes.empty()) return sdk::ok(std::move(result));
  if (!same_content(change)) {
    if (auto known = check_replaceable(change.place); !known) return tl::unexpected(known.error());
  }
  if (call.check_mode()) return sdk::changed(std::move(result));
  if (same_content(change)) {
    if (auto set = set_ownership(change.before->fd.get(), change.place, change.ownership); !set) {
      return tl::unexpected(set.error());
    }
    return sdk::changed(std::move(result));
  }
  if (change.backup && change.before) {
    auto kept = keep_backup(change.place);
    if (!kept) return tl::unexpected(kept.error());
    result.backup = std::move(*kept);
  }
  const auto* before = change.before ? &*change.before : nullptr;
  if (auto put = replace_file(change.place, change.content, change.ownership, before); !put) {
    return tl::unexpected(put.error());
  }
  return sdk::changed(std::move(result));
}

}  // namespace muster::plugin::system
