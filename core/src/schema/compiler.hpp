/// A JSON schema to its compiled form. Private to the schema.
#pragma once

#include <muster/core/base/error.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "compiled.hpp"

namespace muster::schema {

/// Where a schema stands: errors name it, and what stands in the root document is compiled once.
struct Place {
  std::string pointer;
  bool in_root = false;
  int depth = 0;
};

/// Errors as those of Schema::compile. `schema` and `root` must be within kMaxDepth.
[[nodiscard]] Result<Program> compile_program(const nlohmann::json& schema,
                                              const nlohmann::json& root, const Place& place);

}  // namespace muster::schema
