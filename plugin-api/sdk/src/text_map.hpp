/// Names and texts as the msgpack map that the host's functions take.
#pragma once

#include <initializer_list>
#include <muster/sdk/msgpack.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace muster::sdk {

[[nodiscard]] inline std::string text_map(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  Writer map;
  map.map(fields.size());
  for (const auto& [key, value] : fields) {
    map.string(key);
    map.string(value);
  }
  return map.take();
}

}  // namespace muster::sdk
