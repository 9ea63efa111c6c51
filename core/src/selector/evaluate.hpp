/// Three-valued evaluation (Kleene's). Private to the selector.
#pragma once

#include <muster/core/selector/selector.hpp>
#include <vector>

namespace muster::selector {

[[nodiscard]] Match evaluate_expression(const Expression& expression, const NodeView& node,
                                        std::vector<Untold>* untold);

}  // namespace muster::selector
