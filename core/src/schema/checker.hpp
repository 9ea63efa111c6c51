/// A value against a compiled schema, the defaults of one, and its secrets. Private to the schema.
#pragma once

#include <muster/core/schema/schema.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "compiled.hpp"

namespace muster::schema {

[[nodiscard]] std::vector<Violation> check_value(const std::vector<Node>& nodes, NodeIndex entry,
                                                 const nlohmann::json& value);

void fill_value(const std::vector<Node>& nodes, NodeIndex entry, nlohmann::json& value);

/// Whether anything of it was secret.
bool conceal_value(const std::vector<Node>& nodes, NodeIndex entry, nlohmann::json& value);

}  // namespace muster::schema
