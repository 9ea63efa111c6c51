/// A schema from the JSON text that a test writes.
#pragma once

#include <muster/core/schema/schema.hpp>
#include <nlohmann/json.hpp>

namespace muster {

inline schema::Schema compile(const char* text) {
  return schema::Schema::compile(nlohmann::json::parse(text)).value();
}

}  // namespace muster
