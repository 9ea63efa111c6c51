/// The words under which the controller itself tells of happenings: no plugin may have one as its
/// id, because it could tell of what is not its own. [any]
#pragma once

#include <string_view>

namespace muster::config {

[[nodiscard]] bool is_reserved_id(std::string_view id);

}  // namespace muster::config
