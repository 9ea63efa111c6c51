/// The compiled form of a schema: sub-schemas as nodes of one vector that name each other by index,
/// so that a schema which refers to itself is an ordinary value. Private to the schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "formats.hpp"
#include "pattern.hpp"

namespace muster::schema {

using NodeIndex = std::size_t;
inline constexpr NodeIndex kNoNode = SIZE_MAX;

enum TypeBit : unsigned {
  kNull = 1,
  kBoolean = 2,
  kInteger = 4,
  kNumber = 8,
  kString = 16,
  kArray = 32,
  kObject = 64,
};

struct LengthRange {
  std::size_t least = 0;
  std::size_t most = SIZE_MAX;
};

struct Node {
  bool never = false;   ///< the schema `false`
  bool secret = false;  ///< x-secret
  unsigned types = 0;   ///< TypeBits; 0 is any
  std::optional<nlohmann::json> constant;
  std::optional<nlohmann::json> default_value;
  std::vector<nlohmann::json> choices;  ///< of enum; empty when there is none
  std::optional<nlohmann::json> minimum, maximum, exclusive_minimum, exclusive_maximum;
  LengthRange length, items_count;
  std::optional<Pattern> pattern;
  std::string pattern_text;
  std::string pattern_in_words;  ///< x-pattern: "an absolute path"
  std::string description;
  Format format = Format::None;
  std::map<std::string, NodeIndex> properties;
  std::vector<std::string> required;
  NodeIndex additional = kNoNode;
  NodeIndex items = kNoNode;
  NodeIndex ref = kNoNode;
  std::vector<NodeIndex> one_of;
};

struct Program {
  std::vector<Node> nodes;
  NodeIndex entry = 0;
};

}  // namespace muster::schema
