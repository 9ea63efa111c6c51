/// Three-valued evaluation (Kleene's). Private to the selector.
#pragma once

#include <muster/core/selector/selector.hpp>

namespace muster::selector {

[[nodiscard]] Match evaluate_expression(const Expression& expression, const NodeView& node);

}  // namespace muster::selector
