#include "fleet/groups.hpp"

#include <muster/core/base/near_name.hpp>
#include <utility>

#include "labels.hpp"

namespace muster::controller {

Status Groups::load() {
  auto stored = store_.groups();
  if (!stored) return tl::unexpected(stored.error());
  for (auto& group : *stored) groups_[group.name] = std::move(group);
  return {};
}

Result<const GroupRecord*> Groups::find(std::string_view name) const {
  if (const auto found = groups_.find(name); found != groups_.end()) return &found->second;
  std::vector<std::string> names;
  for (const auto& [known, group] : groups_) names.push_back(known);
  const std::string hint = names.empty() ? "; there are none yet" : did_you_mean(name, names);
  return fail(ErrorCode::NotFound, "there is no group " + std::string(name.substr(0, 64)) + hint);
}

Status Groups::check(const GroupRecord& group) const {
  if (!is_label_name(group.name)) {
    return fail(ErrorCode::InvalidArgument, "a group's name " + std::string(kLabelNameRule),
                "/name");
  }
  if (group.doc.size() > kMaxGroupDoc) {
    return fail(ErrorCode::InvalidArgument, "what a group is for takes at most 1 KiB", "/doc");
  }
  if (groups_.size() >= kMaxGroups && !groups_.contains(group.name)) {
    return fail(ErrorCode::ResourceExhausted,
                "there are " + std::to_string(kMaxGroups) + " groups already; remove one first");
  }
  return {};
}

Status Groups::in_turn(std::function<void()> change) {
  if (waiting_.size() >= kMaxWaitingChanges) {
    return fail(ErrorCode::Unavailable, "too many changes of groups wait already; try again later");
  }
  waiting_.push_back(std::move(change));
  run_waiting();
  return {};
}

void Groups::run_waiting() {
  while (changing_ == 0 && !waiting_.empty()) {
    const auto change = std::move(waiting_.front());
    waiting_.pop_front();
    change();
  }
}

void Groups::put(GroupRecord group, Done<bool> done) {
  if (auto good = check(group); !good) return done(tl::unexpected(good.error()));
  ++changing_;
  store_.put_group(group, [this, group, done = std::move(done)](const Status& stored) {
    --changing_;
    if (stored) {
      done(groups_.insert_or_assign(group.name, group).second);
    } else {
      done(tl::unexpected(stored.error()));
    }
    run_waiting();
  });
}

void Groups::remove(const std::string& name, Done<void> done) {
  ++changing_;
  store_.remove_group(name, [this, name, done = std::move(done)](const Status& removed) {
    --changing_;
    if (removed) groups_.erase(name);
    done(removed);
    run_waiting();
  });
}

}  // namespace muster::controller
