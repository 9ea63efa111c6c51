/// Small things that the schema's parts say about JSON documents: pointers, depth, names of types.
/// Private to core; stateless.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace muster::schema {

/// One more step of a JSON pointer: "~" and "/" in `token` are escaped.
[[nodiscard]] std::string child_pointer(const std::string& parent, std::string_view token);
[[nodiscard]] std::string child_pointer(const std::string& parent, std::size_t index);

/// The part of `root` at a JSON pointer, or null.
[[nodiscard]] const nlohmann::json* resolve(const nlohmann::json& root, std::string_view pointer);

/// The JSON pointer in a `$ref` such as "#/schemas/a%20b"; false when it leads out of the document.
[[nodiscard]] bool pointer_of_ref(std::string_view ref, std::string& pointer);

/// Whether lists and maps are nested at most `limit` deep. Ask this before copying or printing a
/// document from outside: both recurse.
[[nodiscard]] bool within_depth(const nlohmann::json& value, int limit);

/// Whether a number has no fraction, as 5 and 5.0.
[[nodiscard]] bool is_whole(const nlohmann::json& number);

/// Whether a number is within 64 bits with a sign.
[[nodiscard]] bool fits_int64(const nlohmann::json& number);

/// "an integer", "a string": the kind of `value` for a sentence.
[[nodiscard]] std::string_view kind_of(const nlohmann::json& value);

/// Characters (code points) of UTF-8 text.
[[nodiscard]] std::size_t count_characters(std::string_view text);

/// The name of `known` that `given` was probably meant to be, or nothing.
[[nodiscard]] std::string nearest_name(std::string_view given,
                                       const std::vector<std::string>& known);

}  // namespace muster::schema
