#include "struct_writer.hpp"

#include "names.hpp"

namespace muster::tool {
namespace {

using nlohmann::json;

constexpr const char* kRaw = "sdk::Raw";

tl::unexpected<Error> clash(const std::string& what, const std::string& pointer) {
  return fail(ErrorCode::InvalidArgument,
              "the manifest is wrong: " + pointer + " has the same name in C++ as another: " + what,
              pointer);
}

/// The initializer of a member, or nothing: defaults of plain types only, the host fills in all.
std::string initializer(const json& schema, const std::string& type) {
  if (type.starts_with("std::optional") || type == kRaw) return "";
  const auto found = schema.find("default");
  if (found == schema.end()) return "{}";
  if (type == "std::string" && found->is_string())
    return "{" + literal(found->get<std::string>()) + "}";
  if (type == "bool" && found->is_boolean()) return "{" + found->dump() + "}";
  if (type == "std::int64_t" && found->is_number()) {
    return "{" + std::to_string(found->get<std::int64_t>()) + "}";  // 2.0 is an integer too
  }
  if (type == "double" && found->is_number()) return "{" + json(found->get<double>()).dump() + "}";
  return "{}";
}

bool all_strings(const json& values) {
  for (const auto& value : values) {
    if (!value.is_string()) return false;
  }
  return !values.empty();
}

std::string simple_type(const json& schema) {
  if (!schema.contains("type") && schema.contains("enum") && all_strings(schema["enum"])) {
    return "std::string";
  }
  const std::string type = schema.contains("type") && schema["type"].is_string()
                               ? schema["type"].get<std::string>()
                               : "";
  if (type == "string") return "std::string";
  if (type == "integer") return "std::int64_t";
  if (type == "number") return "double";
  if (type == "boolean") return "bool";
  return type == "array" || type == "object" ? type : kRaw;
}

bool is_required(const json& schema, const std::string& key) {
  for (const auto& name : schema.value("required", json::array())) {
    if (name == key) return true;
  }
  return false;
}

}  // namespace

Result<std::string> StructWriter::type_of(const json& schema, const std::string& name,
                                          const std::string& pointer) {
  if (!schema.is_object()) return kRaw;
  if (schema.contains("$ref")) return referred(schema["$ref"].get<std::string>());
  const std::string simple = simple_type(schema);
  if (simple == "object") return object(schema, name, pointer);
  if (simple != "array") return simple;
  if (!schema.contains("items")) return std::string("std::vector<") + kRaw + ">";
  return type_of(schema["items"], name + "Item", pointer + "/items").map([](const std::string& of) {
    return "std::vector<" + of + ">";
  });
}

Result<std::string> StructWriter::referred(const std::string& reference) {
  const auto known = of_reference_.find(reference);
  if (known != of_reference_.end()) return known->second;
  const std::string pointer = reference.substr(1);
  const json::json_pointer path(pointer);
  if (!manifest_.contains(path)) return kRaw;
  of_reference_[reference] =
      kRaw;  // stands while it is being made, for a schema that contains itself
  auto type = type_of(manifest_.at(path), type_name(path.back()), pointer);
  if (type) of_reference_[reference] = *type;
  return type;
}

Result<std::string> StructWriter::object(const json& schema, const std::string& name,
                                         const std::string& pointer) {
  if (schema.contains("properties") && !schema["properties"].empty()) {
    return structure(schema, name, pointer);
  }
  if (!schema.contains("additionalProperties")) return kRaw;
  const json& others = schema["additionalProperties"];
  if (others == json(false)) return "sdk::Nothing";
  return type_of(others, name + "Value", pointer + "/additionalProperties")
      .map([](const std::string& of) { return "std::map<std::string, " + of + ">"; });
}

Result<std::string> StructWriter::structure(const json& schema, const std::string& name,
                                            const std::string& pointer) {
  if (!names_.insert(name).second) return clash(name, pointer);
  std::string members;
  std::string visits;
  std::set<std::string> member_names;
  for (const auto& [key, part] : schema["properties"].items()) {
    const std::string at = pointer + "/properties/" + key;
    auto type = type_of(part, name + type_name(key), at);
    if (!type) return type;
    const bool has_default = part.is_object() && part.contains("default");
    const bool required = is_required(schema, key) && !has_default;
    if (!required && !has_default) *type = "std::optional<" + *type + ">";
    const std::string member = identifier(key);
    if (!member_names.insert(member).second) return clash(member, at);
    members += "  " + *type + " " + member + initializer(part, *type) + ";\n";
    visits += "    field(" + literal(key) + ", self." + member + ", " +
              (required ? "true" : "false") + ");\n";
  }
  definitions_ += "struct " + name + " {\n" + members +
                  "\n  template <class Self, class Field>\n"
                  "  static void visit(Self& self, Field&& field) {\n" +
                  visits + "  }\n};\n\n";
  return name;
}

}  // namespace muster::tool
