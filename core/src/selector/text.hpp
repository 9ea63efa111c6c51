/// A selector in its one canonical spelling. Private to the selector.
#pragma once

#include <muster/core/selector/selector.hpp>
#include <string>

namespace muster::selector {

[[nodiscard]] std::string expression_text(const Expression& expression);

/// In double quotes, with what has a meaning there escaped.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace muster::selector
