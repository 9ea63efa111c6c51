/// A JSON list that is written as its items come: what is held does not grow with the fleet.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace muster::cli {

/// Writes `{"MEMBER": [ITEM, ...]}` as dump(2) does, an item when it comes. Without finish() it is
/// no JSON, so that nobody takes a part for the whole.
class JsonList {
 public:
  JsonList(std::ostream& out, std::string member);
  void add(const nlohmann::json& item);
  void finish();
  /// With the further members of `more`, an object.
  void finish(const nlohmann::json& more);

 private:
  void begin();

  std::ostream& out_;
  std::string member_;
  bool begun_ = false;
};

}  // namespace muster::cli
