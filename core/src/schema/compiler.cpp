#include "compiler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <muster/core/schema/schema.hpp>
#include <utility>

#include "checker.hpp"
#include "document.hpp"

namespace muster::schema {
namespace {

using nlohmann::json;

tl::unexpected<Error> refuse(const std::string& message, const std::string& pointer) {
  return fail(ErrorCode::InvalidArgument, "the schema is wrong at \"" + pointer + "\": " + message,
              pointer);
}

class Compiler {
 public:
  explicit Compiler(const json& root) : root_(root) {}

  Result<Program> run(const json& schema, const Place& place) {
    auto entry = compile(schema, place);
    if (!entry) return tl::unexpected(std::move(entry.error()));
    if (auto status = refuse_circles(); !status) return tl::unexpected(std::move(status.error()));
    if (auto status = check_defaults(); !status) return tl::unexpected(std::move(status.error()));
    return Program{std::move(nodes_), *entry};
  }

 private:
  using Handler = Status (Compiler::*)(Node&, const json&, const Place&);
  struct Keyword {
    std::string_view name;
    Handler handler;  ///< null for an annotation
  };
  static const std::vector<Keyword>& keywords();

  Result<NodeIndex> compile(const json& schema, const Place& place) {
    if (place.in_root) {
      if (const auto known = by_pointer_.find(place.pointer); known != by_pointer_.end())
        return known->second;
    }
    if (nodes_.size() >= kMaxSchemaNodes || place.depth > kMaxDepth) {
      return fail(ErrorCode::ResourceExhausted, "the schema is too large or nested too deeply",
                  place.pointer);
    }
    const NodeIndex index = nodes_.size();
    nodes_.emplace_back();
    pointers_.push_back(place.pointer);
    if (place.in_root) by_pointer_.emplace(place.pointer, index);
    Node node;
    if (schema.is_boolean()) {
      node.never = !schema.get<bool>();
    } else if (!schema.is_object()) {
      return refuse("a schema must be a map, true or false", place.pointer);
    } else if (auto status = compile_keywords(node, schema, place); !status) {
      return tl::unexpected(std::move(status.error()));
    }
    nodes_[index] = std::move(node);
    return index;
  }

  Status compile_keywords(Node& node, const json& schema, const Place& place) {
    for (const auto& [name, value] : schema.items()) {
      const Place at = below(place, name);
      const auto known = std::find_if(keywords().begin(), keywords().end(),
                                      [&name = name](const Keyword& k) { return k.name == name; });
      if (known == keywords().end()) {
        if (name.starts_with("x-")) continue;
        return refuse_unknown(name, at.pointer);
      }
      if (known->handler == nullptr) continue;
      if (auto status = (this->*known->handler)(node, value, at); !status) return status;
    }
    return {};
  }

  static Status refuse_unknown(const std::string& name, const std::string& pointer) {
    std::vector<std::string> names;
    for (const auto& keyword : keywords()) names.emplace_back(keyword.name);
    const std::string nearest = nearest_name(name, names);
    return refuse("\"" + name + "\" is not a keyword that is supported" +
                      (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"),
                  pointer);
  }

  static Place below(const Place& place, const std::string& token) {
    return {child_pointer(place.pointer, token), place.in_root, place.depth + 1};
  }

  Status sub_schema(NodeIndex& target, const json& value, const Place& at) {
    auto index = compile(value, at);
    if (!index) return tl::unexpected(std::move(index.error()));
    target = *index;
    return {};
  }

  Status type(Node& node, const json& value, const Place& at) {
    static constexpr std::array<std::pair<std::string_view, unsigned>, 7> kTypes{
        {{"null", kNull},
         {"boolean", kBoolean},
         {"integer", kInteger},
         {"number", kNumber},
         {"string", kString},
         {"array", kArray},
         {"object", kObject}}};
    const auto add = [&node](const json& name) {
      for (const auto& [known, bit] : kTypes) {
        if (!name.is_string() || name.get_ref<const std::string&>() != known) continue;
        node.types |= bit;
        return true;
      }
      return false;
    };
    const bool good = value.is_array()
                          ? !value.empty() && std::all_of(value.begin(), value.end(), add)
                          : add(value);
    if (good) return {};
    return refuse(
        "type must be null, boolean, integer, number, string, array, object, or a list of these",
        at.pointer);
  }

  Status choices(Node& node, const json& value, const Place& at) {
    if (!value.is_array() || value.empty())
      return refuse("enum must be a list of values", at.pointer);
    node.choices.assign(value.begin(), value.end());
    return {};
  }

  Status constant(Node& node, const json& value, const Place&) {
    node.constant = value;
    return {};
  }

  Status default_value(Node& node, const json& value, const Place&) {
    node.default_value = value;
    return {};
  }

  /// A mark that is misspelt would show what it should hide.
  Status secret(Node& node, const json& value, const Place& at) {
    if (!value.is_boolean()) return refuse("x-secret must be true or false", at.pointer);
    node.secret = value.get<bool>();
    return {};
  }

  Status properties(Node& node, const json& value, const Place& at) {
    if (!value.is_object()) return refuse("properties must be a map of schemas", at.pointer);
    for (const auto& [name, part] : value.items()) {
      if (auto status = sub_schema(node.properties[name], part, below(at, name)); !status)
        return status;
    }
    return {};
  }

  Status required(Node& node, const json& value, const Place& at) {
    const bool good =
        value.is_array() &&
        std::all_of(value.begin(), value.end(), [](const json& name) { return name.is_string(); });
    if (!good) return refuse("required must be a list of property names", at.pointer);
    node.required = value.get<std::vector<std::string>>();
    return {};
  }

  Status additional(Node& node, const json& value, const Place& at) {
    return sub_schema(node.additional, value, at);
  }

  Status items(Node& node, const json& value, const Place& at) {
    if (value.is_array()) return refuse("items must be one schema for all items", at.pointer);
    return sub_schema(node.items, value, at);
  }

  template <std::optional<json> Node::*Member>
  Status bound(Node& node, const json& value, const Place& at) {
    if (!value.is_number()) return refuse("it must be a number", at.pointer);
    node.*Member = value;
    return {};
  }

  template <LengthRange Node::*Range, std::size_t LengthRange::*End>
  Status length(Node& node, const json& value, const Place& at) {
    constexpr double kMost = 9007199254740992.0;  // 2^53: whole in every JSON reader
    const double number = value.is_number() ? value.get<double>() : -1;
    if (number < 0 || number > kMost || std::floor(number) != number) {
      return refuse("it must be a whole number of at least 0", at.pointer);
    }
    (node.*Range).*End = static_cast<std::size_t>(number);
    return {};
  }

  Status pattern(Node& node, const json& value, const Place& at) {
    if (!value.is_string()) return refuse("pattern must be a string", at.pointer);
    auto compiled = Pattern::compile(value.get_ref<const std::string&>());
    if (!compiled) return refuse("the pattern " + compiled.error(), at.pointer);
    node.pattern = std::move(*compiled);
    node.pattern_text = value.get<std::string>();
    return {};
  }

  Status pattern_in_words(Node& node, const json& value, const Place& at) {
    constexpr std::size_t kMostBytes = 200;
    if (!value.is_string() || value.get_ref<const std::string&>().empty() ||
        value.get_ref<const std::string&>().size() > kMostBytes) {
      return refuse("x-pattern must be what the pattern means, such as \"an absolute path\"",
                    at.pointer);
    }
    node.pattern_in_words = value.get<std::string>();
    return {};
  }

  Status description(Node& node, const json& value, const Place&) {
    if (value.is_string()) node.description = value.get<std::string>();
    return {};
  }

  Status format(Node& node, const json& value, const Place& at) {
    const auto known =
        value.is_string() ? format_named(value.get_ref<const std::string&>()) : std::nullopt;
    if (!known) return refuse("format must be duration, bytes, uri or secret-ref", at.pointer);
    node.format = *known;
    return {};
  }

  Status one_of(Node& node, const json& value, const Place& at) {
    if (!value.is_array() || value.empty())
      return refuse("oneOf must be a list of schemas", at.pointer);
    for (std::size_t i = 0; i < value.size(); ++i) {
      node.one_of.push_back(kNoNode);
      if (auto status = sub_schema(node.one_of.back(), value[i], below(at, std::to_string(i)));
          !status) {
        return status;
      }
    }
    return {};
  }

  Status ref(Node& node, const json& value, const Place& at) {
    std::string pointer;
    if (!value.is_string() || !pointer_of_ref(value.get_ref<const std::string&>(), pointer)) {
      return refuse("$ref must lead to a part of the same document, such as \"#/schemas/name\"",
                    at.pointer);
    }
    const json* target = resolve(root_, pointer);
    if (target == nullptr)
      return refuse("$ref leads to nothing: " + value.get<std::string>(), at.pointer);
    return sub_schema(node.ref, *target, Place{pointer, true, at.depth});
  }

  /// A schema that contains itself without going into the value would be checked for ever, and a
  /// long chain of references would be walked on the stack for every value.
  Status refuse_circles() {
    std::vector<int> heights(nodes_.size(), 0);  // of the chain below; 0 is not known yet
    for (NodeIndex index = 0; index < nodes_.size(); ++index) {
      if (auto status = measure(index, heights, 0); !status) return status;
    }
    return {};
  }

  Status measure(NodeIndex index, std::vector<int>& heights, int above) {
    if (heights[index] == 0) {
      if (above > kMaxDepth) return refuse_circle(index);
      std::vector<NodeIndex> parts = nodes_[index].one_of;
      if (nodes_[index].ref != kNoNode) parts.push_back(nodes_[index].ref);
      int highest = 0;
      for (const NodeIndex part : parts) {
        if (auto status = measure(part, heights, above + 1); !status) return status;
        highest = std::max(highest, heights[part]);
      }
      heights[index] = highest + 1;
    }
    return heights[index] > kMaxDepth ? refuse_circle(index) : Status{};
  }

  Status refuse_circle(NodeIndex index) const {
    return refuse("the schema refers to itself in a circle, or through too many references",
                  pointers_[index]);
  }

  /// A default that breaks its own schema would turn a valid value into an invalid one.
  Status check_defaults() {
    for (NodeIndex index = 0; index < nodes_.size(); ++index) {
      if (!nodes_[index].default_value) continue;
      json value = *nodes_[index].default_value;
      fill_value(nodes_, index, value);
      const auto violations = check_value(nodes_, index, value);
      if (violations.empty()) continue;
      return refuse("the default " + violations.front().message,
                    child_pointer(pointers_[index], "default") + violations.front().pointer);
    }
    return {};
  }

  const json& root_;
  std::vector<Node> nodes_;
  std::vector<std::string> pointers_;  ///< of each node, for messages
  std::map<std::string, NodeIndex> by_pointer_;
};

const std::vector<Compiler::Keyword>& Compiler::keywords() {
  using C = Compiler;
  static const std::vector<Keyword> all{
      {"type", &C::type},
      {"enum", &C::choices},
      {"const", &C::constant},
      {"default", &C::default_value},
      {"properties", &C::properties},
      {"required", &C::required},
      {"additionalProperties", &C::additional},
      {"items", &C::items},
      {"minimum", &C::bound<&Node::minimum>},
      {"maximum", &C::bound<&Node::maximum>},
      {"exclusiveMinimum", &C::bound<&Node::exclusive_minimum>},
      {"exclusiveMaximum", &C::bound<&Node::exclusive_maximum>},
      {"minLength", &C::length<&Node::length, &LengthRange::least>},
      {"maxLength", &C::length<&Node::length, &LengthRange::most>},
      {"minItems", &C::length<&Node::items_count, &LengthRange::least>},
      {"maxItems", &C::length<&Node::items_count, &LengthRange::most>},
      {"pattern", &C::pattern},
      {"x-pattern", &C::pattern_in_words},
      {"format", &C::format},
      {"oneOf", &C::one_of},
      {"$ref", &C::ref},
      {"x-secret", &C::secret},
      {"title", nullptr},
      {"description", &C::description},
      {"doc", nullptr},
      {"examples", nullptr},
      {"contentEncoding", nullptr},
      {"$schema", nullptr},
      {"$comment", nullptr},
      {"$defs", nullptr},
      {"definitions", nullptr},
      {"schemas", nullptr}};
  return all;
}

}  // namespace

Result<Program> compile_program(const json& schema, const json& root, const Place& place) {
  return Compiler(root).run(schema, place);
}

}  // namespace muster::schema
