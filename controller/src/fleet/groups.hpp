/// The selectors that have a name, in memory and in the store.
///
/// One per process, built in app.cpp before the fleet, which asks it while it parses; [loop]. What
/// a group means is looked up whenever a selector names it: a job keeps the nodes that it meant
/// then.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace muster::controller {

inline constexpr std::size_t kMaxGroups = 1000;
inline constexpr std::size_t kMaxGroupDoc = 1024;  ///< bytes
inline constexpr std::size_t kMaxWaitingChanges = 100;

class Groups {
 public:
  using ByName = std::map<std::string, GroupRecord, std::less<>>;

  explicit Groups(Store& store) : store_(store) {}

  /// Reads them from the store. Once, before anything else.
  [[nodiscard]] Status load();
  [[nodiscard]] const ByName& all() const { return groups_; }
  /// Errors: NotFound, with a name that is near.
  [[nodiscard]] Result<const GroupRecord*> find(std::string_view name) const;

  /// Runs `change`, which looks at the groups and then may put or remove one, when no other change
  /// is on its way to the store: now, or later. Errors: Unavailable when too many wait already.
  [[nodiscard]] Status in_turn(std::function<void()> change);

  /// Makes or replaces one; `done` learns whether it is new. That its selector parses is the
  /// caller's to see. Errors: InvalidArgument for a name that is none or a doc that is too long,
  /// ResourceExhausted above kMaxGroups.
  void put(GroupRecord group, Done<bool> done);
  /// Errors: NotFound. That no other group names it is the caller's to see.
  void remove(const std::string& name, Done<void> done);

 private:
  [[nodiscard]] Status check(const GroupRecord& group) const;
  void run_waiting();

  Store& store_;
  ByName groups_;
  std::size_t changing_ = 0;  // on their way to the store
  std::deque<std::function<void()>> waiting_;
};

}  // namespace muster::controller
