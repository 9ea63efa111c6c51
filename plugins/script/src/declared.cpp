#include "declared.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace muster::plugin::script {
namespace {

using nlohmann::json;

constexpr int kMaxSteps = 32;

/// The schema that `schema` stands for.
const json& follow(const json& manifest, const json& schema) {
  const json* at = &schema;
  for (int step = 0; step < kMaxSteps && at->is_object() && at->contains("$ref"); ++step) {
    const auto ref = at->at("$ref").get<std::string>();
    if (!ref.starts_with("#/")) break;
    const json::json_pointer pointer(ref.substr(1));
    if (!manifest.contains(pointer)) break;
    at = &manifest.at(pointer);
  }
  return *at;
}

/// The schemas of its members, or an empty object.
const json& properties(const json& manifest, const json& schema) {
  static const json kNone = json::object();
  const json& object = follow(manifest, schema);
  const auto found = object.is_object() ? object.find("properties") : object.end();
  return !object.is_object() || found == object.end() ? kNone : *found;
}

}  // namespace

Declared declared(const json& manifest, const json& schema, const std::string& name) {
  const json& members = properties(manifest, schema);
  const auto found = members.find(name);
  if (found == members.end()) return {};
  Declared said{true, false, false};
  if (const json& member = follow(manifest, *found); member.is_object()) {
    said.always = member.contains("default");
    said.is_list = member.value("type", json()) == "array";
  }
  const json required = follow(manifest, schema).value("required", json::array());
  said.always = said.always || std::find(required.begin(), required.end(), name) != required.end();
  return said;
}

void fill_defaults(json& value, const json& manifest, const json& schema) {
  for (const auto& [name, of_member] : properties(manifest, schema).items()) {
    const json& member = follow(manifest, of_member);
    if (member.is_object() && member.contains("default") && !value.contains(name)) {
      value[name] = member["default"];
    }
  }
}

}  // namespace muster::plugin::script
