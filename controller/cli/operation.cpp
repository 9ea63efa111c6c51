#include "operation.hpp"

#include <algorithm>
#include <cctype>
#include <client/plugins.hpp>
#include <cstring>
#include <iostream>
#include <muster/core/base/near_name.hpp>

#include "terminal.hpp"
#include "wrapping.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

/// What `schema` stands for when it is a `$ref` such as "#/schemas/end".
json followed(const json& manifest, const json& schema) {
  const auto ref = schema.is_object() ? schema.find("$ref") : schema.end();
  if (!schema.is_object() || ref == schema.end() || !ref->is_string()) return schema;
  const auto text = ref->get<std::string>();
  if (!text.starts_with("#/")) return schema;
  const json::json_pointer pointer(text.substr(1));
  return manifest.contains(pointer) ? manifest.at(pointer) : schema;
}

std::string type_of(const json& schema) {
  if (schema.contains("enum")) {
    std::string text;
    for (const auto& value : schema.at("enum")) {
      text +=
          (text.empty() ? "" : "|") + (value.is_string() ? value.get<std::string>() : value.dump());
    }
    return text;
  }
  const json type = schema.value("type", json("any"));
  if (type.is_string() && type == "array" && schema.contains("items")) {
    return "list of " + type_of(schema.at("items"));
  }
  if (type.is_string()) return type.get<std::string>();
  std::string text;
  for (const auto& one : type) text += (text.empty() ? "" : "|") + one.get<std::string>();
  return text;
}

bool is_required(const json& schema, const std::string& name) {
  const auto required = schema.value("required", json::array());
  return std::find(required.begin(), required.end(), name) != required.end();
}

/// "integer, required: how many".
std::string about_argument(const Operation& operation, const std::string& name) {
  const auto schema = operation.argument(name);
  auto text = type_of(schema) + (is_required(operation.schema, name) ? ", required" : "");
  if (schema.value("x-secret", false)) text += ", secret (better " + name + "=@FILE)";
  if (schema.contains("default")) text += ", default " + schema.at("default").dump();
  const auto doc = schema.value("description", schema.value("doc", ""));
  return printable(doc.empty() ? text : text + ": " + doc);
}

/// What must be given first; JSON has forgotten the order in which the manifest names them.
std::vector<std::string> argument_names(const Operation& operation) {
  const auto properties = operation.schema.value("properties", json::object());
  std::vector<std::string> names;
  for (const auto& [name, unused] : properties.items()) names.push_back(name);
  std::stable_partition(names.begin(), names.end(), [&](const std::string& name) {
    return is_required(operation.schema, name);
  });
  return names;
}

void print_arguments(const Operation& operation, std::size_t indent) {
  std::vector<Term> terms;
  for (const auto& name : argument_names(operation)) {
    terms.push_back({printable(name), about_argument(operation, name)});
  }
  std::cout << terms_text(terms, columns(), indent);
}

/// As a shell takes it.
std::string quoted(const std::string& text) {
  const bool plain =
      !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char letter) {
        return std::isalnum(letter) != 0 || std::strchr("_-./:,@%+=", letter) != nullptr;
      });
  if (plain) return text;
  std::string inner;
  for (const char letter : text)
    inner += letter == '\'' ? std::string("'\\''") : std::string{letter};
  return "'" + inner + "'";
}

/// " NAME=TEXT" for what must be given, in the form that its type is written in.
std::string needed_arguments(const Operation& operation) {
  std::string text;
  for (const auto& name : argument_names(operation)) {
    if (!is_required(operation.schema, name)) continue;
    const auto type = type_of(operation.argument(name));
    text += " " + name + (type == "object" || type == "any" ? ":='{...}'" : "=...");
  }
  return text;
}

/// With the arguments of the first of the manifest's own examples, where it has any. What changes
/// something is shown on one node, because people copy examples.
std::string example_of(const Operation& operation) {
  const bool reads = operation.about.value("risk", "dangerous") == "read";
  const auto text = "muster run " + operation.name + " --on " + (reads ? "all" : "node:web1");
  const auto examples = operation.schema.value("examples", json::array());
  if (examples.empty() || !examples[0].is_object()) return text + needed_arguments(operation);
  std::string arguments;
  for (const auto& [name, value] : examples[0].items()) {
    arguments +=
        " " + name +
        (value.is_string() ? "=" + quoted(value.get<std::string>()) : ":=" + quoted(value.dump()));
  }
  return text + arguments;
}

}  // namespace

json Operation::argument(const std::string& argument_name) const {
  const auto properties = schema.value("properties", json::object());
  const auto found = properties.find(argument_name);
  return found == properties.end() ? json() : followed(manifest, *found);
}

json operations_in(const json& manifest) { return manifest.value("operations", json::object()); }

Operation operation_in(const json& manifest, const std::string& name) {
  const auto& about = manifest.at("operations").at(name);
  return {name, about, followed(manifest, about.value("arguments", json::object())), manifest};
}

CliResult<Operation> find_operation(client::ApiClient& api, const std::string& name) {
  const auto plugin_id = name.substr(0, name.find('.'));
  const auto plugin = client::get_plugin(api, plugin_id);
  if (!plugin) return tl::unexpected(plugin.error());
  const auto& manifest = *plugin->manifest;
  const auto operations = operations_in(manifest);
  if (operations.empty()) {
    return failure(Exit::MatchedNothing, "plugin " + printable(plugin_id) +
                                             " has no operations, and so no " + printable(name));
  }
  if (!operations.contains(name)) {
    std::vector<std::string> names;
    for (const auto& [known, about] : operations.items()) names.push_back(known);
    return failure(Exit::MatchedNothing, "plugin " + printable(plugin_id) + " has no operation " +
                                             printable(name + did_you_mean(name, names)) +
                                             "; `muster plugin show " + printable(plugin_id) +
                                             "` lists those that it has");
  }
  return operation_in(manifest, name);
}

void print_operation(const Operation& operation) {
  const auto title =
      "  " + operation.name + "  (" + operation.about.value("risk", "dangerous") + ")";
  std::cout << "\n"
            << fitted(printable(title), 4, columns()) << "\n"
            << wrapped(printable(operation.about.value("doc", "")), 4, columns());
  print_arguments(operation, 6);
}

void print_operation_help(const Operation& operation) {
  const auto& about = operation.about;
  const auto usage = "usage: muster run " + printable(operation.name) +
                     " --on SELECTOR [NAME=TEXT | NAME:=JSON ...]";
  std::cout << wrapped(printable(about.value("doc", "")), 0, columns()) << "\n"
            << wrapped(usage, 0, columns()) << "\n"
            << "risk     " << printable(about.value("risk", "dangerous")) << "\n"
            << "timeout  " << printable(about.value("timeout", "5m")) << "\n"
            << "--check  "
            << (about.value("check", false) ? "says what it would change"
                                            : "not for this operation")
            << "\n";
  if (!operation.schema.value("properties", json::object()).empty()) {
    std::cout << "\narguments\n";
    print_arguments(operation, 2);
  }
  std::cout << "\nexample:\n  " << printable(example_of(operation)) << "\n\n"
            << wrapped("`muster run --help` tells of the options that all operations have.", 0,
                       columns());
}

}  // namespace muster::cli
