/// Bodies of requests. For the sources of this folder alone.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

namespace muster::client {

/// What was not said stays out, so that the controller's default holds.
template <class T>
void put(nlohmann::json& body, const char* name, const std::optional<T>& value) {
  if (value) body[name] = *value;
}

}  // namespace muster::client
