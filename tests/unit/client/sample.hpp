/// Values that fit a schema of the API's document, made from it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace muster::client {

using nlohmann::json;

/// Makes values for one document.
class Sample {
 public:
  enum class Size {
    Whole,  ///< with every member, and nothing null that need not be
    Bare    ///< with what is required, and null where that may be
  };
  Sample(const json& root, Size size) : root_(root), size_(size) {}

  [[nodiscard]] json of(const json& schema) { return of(schema, ""); }
  /// Of the values so far: pointers to the members that their objects must have.
  [[nodiscard]] const std::vector<std::string>& required() const { return required_; }

  /// The schema with what its `$ref` leads to.
  [[nodiscard]] json followed(const json& schema) const {
    if (!schema.contains("$ref")) return schema;
    auto whole = followed(
        root_.at(json::json_pointer(schema.at("$ref").get_ref<const std::string&>().substr(1))));
    for (const auto& [name, value] : schema.items()) {
      if (name == "required") {
        auto& all = whole["required"];
        if (all.is_null()) all = json::array();
        all.insert(all.end(), value.begin(), value.end());
      } else if (name == "properties") {
        whole["properties"].update(value);
      } else if (name != "$ref") {
        whole[name] = value;
      }
    }
    return whole;
  }

 private:
  json of(const json& unfollowed, const std::string& at) {
    const auto schema = followed(unfollowed);
    if (schema.contains("const")) return schema.at("const");
    if (schema.contains("enum")) return schema.at("enum").at(0);
    if (schema.contains("oneOf")) {  // here always something, or null
      return of(schema.at("oneOf").at(size_ == Size::Bare ? 1 : 0), at);
    }
    const auto type = schema.value("type", json("object"));
    return of_type(type.is_array() ? type.at(0) : type, schema, at);
  }

  json of_type(const std::string& type, const json& schema, const std::string& at) {
    if (type == "object") return object(schema, at);
    if (type == "array") {
      if (size_ == Size::Bare) return json::array();
      return json::array({of(schema.at("items"), at + "/0")});
    }
    if (type == "integer") return schema.value("minimum", 0);
    if (type == "number") return 0.5;
    if (type == "boolean") return true;
    return type == "null" ? json() : json("text");
  }

  json object(const json& schema, const std::string& at) {
    auto value = json::object();
    const json required = schema.value("required", json::array());
    const json properties = schema.value("properties", json::object());
    for (const auto& name : required) required_.push_back(at + "/" + name.get<std::string>());
    for (const auto& [name, member] : properties.items()) {
      const bool must = std::find(required.begin(), required.end(), name) != required.end();
      if (must || size_ == Size::Whole) value[name] = of(member, at + "/" + name);
    }
    const json more = schema.value("additionalProperties", json());
    if (more.is_object() && size_ == Size::Whole) value["more"] = of(more, at + "/more");
    return value;
  }

  const json& root_;
  Size size_;
  std::vector<std::string> required_;
};

}  // namespace muster::client
