/// A compound target of Salt's, cut into what means something by itself. Private to the selector.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace muster::selector {

/// A parenthesis, an operator or a target, and where it is.
struct SaltPart {
  std::size_t offset = 0;
  std::string_view text;
};

/// Views of `compound`. Words are cut at blanks, and parentheses off their ends.
[[nodiscard]] std::vector<SaltPart> parts_of_salt(std::string_view compound);

}  // namespace muster::selector
