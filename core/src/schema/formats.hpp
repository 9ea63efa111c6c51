/// The four formats of our schemas. Private to the schema.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::schema {

enum class Format : std::uint8_t { None, Duration, Bytes, Uri, SecretRef };

/// The format with this name in a schema, or nothing.
[[nodiscard]] std::optional<Format> format_named(std::string_view name);

/// What is wrong with `text`, to follow the value's name: "must be ..."; empty when it is right.
/// Never contains the text, which may be a secret in the wrong place.
[[nodiscard]] std::string format_fault(Format format, std::string_view text);

}  // namespace muster::schema
