/// The selectors that have a name, in memory and in the store.
///
/// One per process, built in app.cpp before the fleet, which asks it while it parses; [loop]. What
/// a group means is looked up whenever a selector names it: a job keeps the nodes that it meant
/// then.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace muster::controller {

inline constexpr std::size_t kMaxGroups = 1000;
inline constexpr std::size_t kMaxGroupDoc = 1024;  ///< bytes

class Groups {
 public:
  using ByName = std::map<std::string, GroupRecord, std::less<>>;

  explicit Groups(Store& store) : store_(store) {}

  /// Reads them from the store. Once, before anything else.
  [[nodiscard]] Status load();
  [[nodiscard]] const ByName& all() const { return groups_; }
  /// Errors: NotFound, with a name that is near.
  [[nodiscard]] Result<const GroupRecord*> find(std::string_view name) const;

  /// Makes or replaces one; `done` learns whether it is new. That its selector parses is the
  /// caller's to see. Errors: InvalidArgument for a name that is none or a doc that is too long,
  /// ResourceExhausted above kMaxGroups.
  void put(GroupRecord group, Done<bool> done);
  /// Errors: NotFound. That no other group names it is the caller's to see.
  void remove(const std::string& name, Done<void> done);
  /// Whether a change of it is on its way to the store.
  [[nodiscard]] bool changing(const std::string& name) const { return changing_.contains(name); }

 private:
  [[nodiscard]] Status check(const GroupRecord& group) const;

  Store& store_;
  ByName groups_;
  std::multiset<std::string> changing_;
};

}  // namespace muster::controller
