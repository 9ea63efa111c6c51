/// Names of manifests as names of C++.
#pragma once

#include <string>
#include <string_view>

namespace muster::tool {

/// "max-size" -> "max_size", "delete" -> "delete_": a member, a function, a namespace.
[[nodiscard]] std::string identifier(std::string_view name);

/// "image.pull_all" -> "ImagePullAll": a type.
[[nodiscard]] std::string type_name(std::string_view name);

/// A string literal that has `text` for its value.
[[nodiscard]] std::string literal(std::string_view text);

}  // namespace muster::tool
