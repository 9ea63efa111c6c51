/// Groups: selectors that have a name, for `group:NAME` in other selectors.
#pragma once

#include <string>
#include <vector>

#include "client/api_client.hpp"

namespace muster::client {

struct Group {
  std::string name;
  std::string selector;  ///< in its one spelling
  std::string doc;       ///< what the group is for
  std::string updated;
  std::string updated_by;             ///< the name of an operator
  std::string etag;                   ///< not in lists
  std::vector<std::string> warnings;  ///< of put_group(): what the selector may have wrong
  Json told;
};

struct Groups {
  std::vector<Group> groups;  ///< by name
  Json told;
};

struct GroupRequest {
  std::string selector;
  std::string doc;
};

[[nodiscard]] Result<Groups> list_groups(ApiClient& api);
[[nodiscard]] Result<Group> get_group(ApiClient& api, const std::string& name);
/// Makes a group, or gives it another meaning.
[[nodiscard]] Result<Group> put_group(ApiClient& api, const std::string& name,
                                      const GroupRequest& request, const OnlyIf& only_if = {});
[[nodiscard]] Result<void> remove_group(ApiClient& api, const std::string& name,
                                        const OnlyIf& only_if = {});

}  // namespace muster::client
