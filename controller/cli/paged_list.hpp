/// Lists that the API gives page by page, printed as the pages come: what is held does not grow
/// with the fleet.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api_client.hpp"

namespace muster::cli {

struct PagedList {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
  std::string cursor;           ///< the parameter that says where a page begins: the `next` before
  std::uint64_t page_size = 0;  ///< the most that the API gives at once
  std::uint64_t limit = 0;      ///< how many in all; 0: all of them
  std::string member = {};      ///< the list in a page; of which there is a limit
};

/// Gives one page after the other to `on_page` until that says false or there are no more. Errors:
/// those of ApiClient::get.
[[nodiscard]] CliResult<void> each_page(ApiClient& api, const PagedList& list,
                                        const std::function<bool(const nlohmann::json&)>& on_page);

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
