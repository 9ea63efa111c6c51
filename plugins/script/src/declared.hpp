/// What a manifest's schemas say of the members of an object, as far as this library needs to know.
/// The host has checked that they are schemas and that `$ref`s lead somewhere. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace muster::plugin::script {

struct Declared {
  bool known = false;
  bool always = false;  ///< required, or it has a default
  bool is_list = false;
};

/// `schema` is that of the object, in `manifest`.
[[nodiscard]] Declared declared(const nlohmann::json& manifest, const nlohmann::json& schema,
                                const std::string& name);

/// Puts the defaults of members that `value`, an object, lacks into it.
void fill_defaults(nlohmann::json& value, const nlohmann::json& manifest,
                   const nlohmann::json& schema);

}  // namespace muster::plugin::script
