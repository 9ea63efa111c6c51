#include "header_writer.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "names.hpp"
#include "struct_writer.hpp"

namespace muster::tool {
namespace {

using nlohmann::json;

struct Handler {
  std::string operation;  // "docker.image.pull"
  std::string function;   // "image_pull"
  std::string arguments;  // C++ types
  std::string result;
};

/// Arguments, results and configuration are objects; what is not declared is an object without
/// members.
Result<std::string> object_type(StructWriter& structs, const json& holder, const char* key,
                                const std::string& name, const std::string& pointer) {
  if (!holder.contains(key)) return "sdk::Nothing";
  auto type = structs.type_of(holder[key], name, pointer);
  if (!type) return type;
  const bool is_value = *type == "std::string" || *type == "std::int64_t" || *type == "double" ||
                        *type == "bool" || type->starts_with("std::vector");
  if (is_value) {
    return fail(ErrorCode::InvalidArgument,
                "the manifest is wrong: " + pointer + " must have type: object", pointer);
  }
  return type;
}

Result<Handler> handler_of(StructWriter& structs, const config::Manifest& manifest,
                           const config::Operation& operation) {
  const std::string verb = operation.name.substr(manifest.id.size() + 1);
  const std::string pointer = "/operations/" + operation.name;
  const json& part = manifest.raw->at("operations").at(operation.name);
  auto arguments = object_type(structs, part, "arguments", type_name(verb) + "Arguments",
                               pointer + "/arguments");
  if (!arguments) return tl::unexpected(arguments.error());
  auto result =
      object_type(structs, part, "result", type_name(verb) + "Result", pointer + "/result");
  if (!result) return tl::unexpected(result.error());
  return Handler{operation.name, identifier(verb), *arguments, *result};
}

std::string check_of(const Handler& handler) {
  return "    static_assert(\n        requires(Yours & it, const sdk::CallOf<" + handler.result +
         ">& call, " + handler.arguments + " arguments) {\n          it." + handler.function +
         "(call, std::move(arguments));\n        },\n        \"" + handler.operation +
         " has no function: sdk::Answer<" + handler.result + "> " + handler.function +
         "(const sdk::Call&, const " + handler.arguments + "&)\");\n";
}

std::string entry_of(const Handler& handler) {
  return "        sdk::operation<" + handler.arguments + ", " + handler.result +
         ">(\n            " + literal(handler.operation) + ", [&yours](const sdk::CallOf<" +
         handler.result + ">& call, " + handler.arguments +
         " arguments) {\n              return yours." + handler.function +
         "(call, std::move(arguments));\n            }),\n";
}

std::string plugin_struct(const std::string& id, const std::string& config_type,
                          const std::vector<Handler>& handlers) {
  std::string checks;
  std::string entries;
  for (const auto& handler : handlers) {
    checks += check_of(handler);
    entries += entry_of(handler);
  }
  return "/// Ties the operations of the manifest to a class with one function for each.\n"
         "struct Plugin {\n"
         "  static constexpr std::string_view kId = " +
         literal(id) + ";\n  using Config = " + config_type +
         ";\n\n  template <class Yours>\n"
         "  [[nodiscard]] static std::vector<sdk::Operation> operations([[maybe_unused]] Yours& "
         "yours) {\n" +
         checks + "    return {\n" + entries + "    };\n  }\n};\n";
}

}  // namespace

Result<std::string> write_header(const config::Manifest& manifest) {
  StructWriter structs(*manifest.raw);
  auto config = object_type(structs, *manifest.raw, "config", "Config", "/config");
  if (!config) return tl::unexpected(config.error());
  std::vector<Handler> handlers;
  std::set<std::string> functions;
  for (const auto& operation : manifest.operations) {
    auto handler = handler_of(structs, manifest, operation);
    if (!handler) return tl::unexpected(handler.error());
    if (!functions.insert(handler->function).second) {
      const std::string pointer = "/operations/" + operation.name;
      return fail(ErrorCode::InvalidArgument,
                  "the manifest is wrong: " + pointer +
                      " has the same name in C++ as another: " + handler->function,
                  pointer);
    }
    handlers.push_back(std::move(*handler));
  }
  const std::string space = "muster::plugin::" + identifier(manifest.id);
  const std::string config_type = *config == "Config" ? space + "::Config" : *config;
  return "// Generated from plugin.yaml by muster-plugin generate; changes belong there.\n"
         "#pragma once\n\n"
         "#include <cstdint>\n#include <map>\n#include <muster/sdk/plugin.hpp>\n"
         "#include <optional>\n#include <string>\n#include <string_view>\n#include <utility>\n"
         "#include <vector>\n\n"
         "namespace " +
         space + " {\n\nnamespace sdk = ::muster::sdk;\n\n" + structs.definitions() +
         plugin_struct(manifest.id, config_type, handlers) + "\n}  // namespace " + space + "\n";
}

}  // namespace muster::tool
