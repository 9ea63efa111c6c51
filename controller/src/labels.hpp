/// What labels, and groups, may be called, so that a selector can name them. [any]
#pragma once

#include <string_view>

#include "store/records.hpp"

namespace muster::controller {

inline constexpr std::size_t kMaxLabels = 64;       ///< of a node
inline constexpr std::size_t kMaxLabelValue = 256;  ///< bytes; any text that can be seen

[[nodiscard]] bool is_label_name(std::string_view name);

/// The rule for it, to stand behind "a label's name ".
inline constexpr std::string_view kLabelNameRule =
    "has 1 to 64 Latin letters, digits and -_, begins with a letter and is no word of the "
    "selectors "
    "(all, and, or, not, in, node, group, age, last, cidr)";

/// Errors: InvalidArgument with the label as field.
[[nodiscard]] Status check_labels(const Labels& labels);

}  // namespace muster::controller
