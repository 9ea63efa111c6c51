#include <algorithm>
#include <array>
#include <muster/core/base/units.hpp>
#include <muster/core/config/manifest.hpp>
#include <muster/core/config/reserved_ids.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <schema/document.hpp>
#include <utility>

#include "manifest_schema.hpp"
#include "semantic_version.hpp"

namespace muster::config {
namespace {

using nlohmann::json;
using schema::child_pointer;

constexpr int kManifestFormat = 1;
constexpr std::array<std::string_view, 2> kClasses{"confined", "privileged"};
constexpr std::array<std::string_view, 2> kStatuses{"stable", "preview"};
constexpr std::array<std::string_view, 3> kRisks{"read", "change", "dangerous"};
constexpr std::array<std::string_view, 3> kStreams{"none", "text", "records"};

tl::unexpected<Error> refuse(const std::string& pointer, const std::string& fault) {
  return fail(ErrorCode::InvalidArgument, "the manifest is wrong: " + pointer + " " + fault,
              pointer);
}

template <class Enum, std::size_t N>
Enum enum_from(const std::array<std::string_view, N>& names, const std::string& text,
               Enum otherwise) {
  const auto found = std::find(names.begin(), names.end(), text);
  return found == names.end() ? otherwise : static_cast<Enum>(found - names.begin());
}

std::vector<std::string> strings(const json& map, const char* key) {
  return map.value(key, std::vector<std::string>{});
}

/// Size, depth, then the format's number before anything else, so that a later format is not
/// reported as a heap of unknown names.
Status check_document(const json& document) {
  if (!schema::within_depth(document, schema::kMaxDepth)) {
    return fail(ErrorCode::ResourceExhausted, "the manifest is nested too deeply");
  }
  if (document.dump(-1, ' ', false, json::error_handler_t::replace).size() > kMaxManifestBytes) {
    return fail(ErrorCode::ResourceExhausted,
                "the manifest is larger than " + std::to_string(kMaxManifestBytes) + " bytes");
  }
  const auto format = document.is_object() ? document.find("muster") : document.end();
  if (document.is_object() && format != document.end() && format->is_number_integer() &&
      *format != kManifestFormat) {
    return fail(ErrorCode::Unsupported,
                "the manifest has format " + format->dump() + ", but only format 1 is known here",
                "/muster");
  }
  return schema::require_valid(manifest_schema(), document, "the manifest");
}

/// Errors of a part of the manifest that is a schema itself.
auto about_manifest() { return with_context("the manifest is wrong"); }

Result<schema::Schema> compile_part(const std::shared_ptr<const json>& raw,
                                    const std::string& pointer) {
  return schema::Schema::compile_at(raw, pointer).map_error(about_manifest());
}

/// A schema of what people write (arguments, configuration): a map, with no names but those
/// declared.
Result<schema::Schema> compile_input(const std::shared_ptr<const json>& raw, const json& holder,
                                     const char* key, const std::string& pointer) {
  if (!holder.contains(key)) return schema::Schema::compile(json{{"type", "object"}})->closed();
  auto compiled = compile_part(raw, pointer);
  if (!compiled) return compiled;
  const json& top = compiled->follow(compiled->source());
  if (!top.is_object() || top.value("type", json()) != "object") {
    return refuse(pointer, "must have type: object, because its values have names");
  }
  return compiled->closed();
}

bool is_verb(std::string_view text) {
  const auto inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  constexpr std::size_t kLongestVerb = 64;
  return !text.empty() && text.size() <= kLongestVerb && text.front() >= 'a' &&
         text.front() <= 'z' && std::all_of(text.begin(), text.end(), inner);
}

/// `name` is that of an operation ("verb") or of a type of events.
Status check_full_name(const std::string& name, const std::string& id, const std::string& last_part,
                       const std::string& pointer) {
  if (!name.starts_with(id + ".")) {
    return refuse(pointer, "must be named " + id + ".<" + last_part + ">, after the plugin");
  }
  if (is_verb(std::string_view(name).substr(id.size() + 1))) return {};
  return refuse(pointer, "must have a " + last_part +
                             " of at most 64 of the characters a-z 0-9 _ . - that starts with a "
                             "letter");
}

Result<Operation> read_operation(const std::shared_ptr<const json>& raw, const std::string& name,
                                 const json& part, const std::string& pointer) {
  Operation operation;
  operation.name = name;
  operation.doc = part.value("doc", "");
  operation.risk = enum_from(kRisks, part.value("risk", ""), Risk::Dangerous);
  operation.idempotent = part.value("idempotent", operation.risk == Risk::Read);
  if (operation.risk == Risk::Read && !operation.idempotent) {
    return refuse(pointer + "/idempotent", "cannot be false for an operation of risk read");
  }
  operation.cancellable = part.value("cancellable", false);
  operation.check = part.value("check", false);
  operation.streams = enum_from(kStreams, part.value("streams", "none"), Streams::None);
  if (part.contains("timeout")) {
    operation.timeout =
        parse_duration(part["timeout"].get<std::string>()).value_or(std::chrono::milliseconds(0));
    if (operation.timeout.count() == 0)
      return refuse(pointer + "/timeout", "must be longer than 0");
  }
  auto arguments = compile_input(raw, part, "arguments", pointer + "/arguments");
  if (!arguments) return tl::unexpected(std::move(arguments.error()));
  operation.arguments = std::move(*arguments);
  if (part.contains("result")) {
    auto result = compile_part(raw, pointer + "/result");
    if (!result) return tl::unexpected(std::move(result.error()));
    operation.result = std::move(*result);
  }
  return operation;
}

Status read_operations(Manifest& manifest) {
  const json operations = manifest.raw->value("operations", json::object());
  if (operations.size() > kMaxOperations) {
    return fail(ErrorCode::ResourceExhausted,
                "the manifest has more than " + std::to_string(kMaxOperations) + " operations",
                "/operations");
  }
  for (const auto& [name, part] : operations.items()) {
    const std::string pointer = child_pointer("/operations", name);
    if (auto status = check_full_name(name, manifest.id, "verb", pointer); !status) return status;
    auto operation = read_operation(manifest.raw, name, part, pointer);
    if (!operation) return tl::unexpected(std::move(operation.error()));
    manifest.operations.push_back(std::move(*operation));
  }
  return {};
}

/// Also those that nothing refers to: a mistake in one is found now, not when it is first used.
Status check_schemas(const Manifest& manifest) {
  const json schemas = manifest.raw->value("schemas", json::object());
  for (const auto& part : schemas.items()) {
    auto compiled = compile_part(manifest.raw, child_pointer("/schemas", part.key()));
    if (!compiled) return tl::unexpected(std::move(compiled.error()));
  }
  return {};
}

Status read_grants(Manifest& manifest) {
  const json& raw = *manifest.raw;
  const json services = raw.value("services", json::object());
  manifest.services = {strings(services, "required"), strings(services, "optional")};
  const auto& required = manifest.services.required;
  for (std::size_t i = 0; i < manifest.services.optional.size(); ++i) {
    if (std::find(required.begin(), required.end(), manifest.services.optional[i]) !=
        required.end()) {
      return refuse(child_pointer("/services/optional", i), "is required as well; name it once");
    }
  }
  manifest.provides = strings(raw, "provides");
  manifest.programs = raw.value("programs", std::vector<std::vector<std::string>>{});
  manifest.connect = strings(raw, "connect");
  manifest.listen = strings(raw, "listen");
  const json files = raw.value("files", json::object());
  manifest.files = {strings(files, "read"), strings(files, "write")};
  return {};
}

Status read_metrics(Manifest& manifest) {
  const auto name_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  const json metrics = manifest.raw->value("metrics", json::object());
  for (const auto& [name, part] : metrics.items()) {
    const bool good = !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
                      std::all_of(name.begin(), name.end(), name_character);
    if (!good)
      return refuse(child_pointer("/metrics", name), "must be named with a-z, 0-9 and _ only");
    manifest.metrics.push_back(
        {name, part.value("type", ""), part.value("doc", ""), strings(part, "labels")});
  }
  return {};
}

/// Types begin with the plugin's id, so that no plugin speaks for another or for the controller.
Status read_events(Manifest& manifest) {
  const json events = manifest.raw->value("events", json::object());
  if (events.size() > kMaxEventTypes) {
    return fail(ErrorCode::ResourceExhausted,
                "the manifest has more than " + std::to_string(kMaxEventTypes) + " types of events",
                "/events");
  }
  for (const auto& [name, part] : events.items()) {
    const std::string pointer = child_pointer("/events", name);
    if (auto status = check_full_name(name, manifest.id, "happening", pointer); !status)
      return status;
    manifest.events.push_back({name, part.value("doc", "")});
  }
  return {};
}

Status read_identity(Manifest& manifest) {
  const json& raw = *manifest.raw;
  manifest.id = raw["id"].get<std::string>();
  if (is_reserved_id(manifest.id)) {
    return refuse("/id", "cannot be \"" + manifest.id +
                             "\": the controller speaks of itself under that name; choose another");
  }
  manifest.name = raw.value("name", manifest.id);
  manifest.version = raw["version"].get<std::string>();
  if (!is_semantic_version(manifest.version)) {
    return refuse("/version", "must be a semantic version such as 1.4.0 or 2.0.0-beta.1");
  }
  manifest.doc = raw.value("doc", "");
  manifest.abi_major = raw["abi"]["major"].get<int>();
  manifest.abi_min_minor = raw["abi"].value("min_minor", 0);
  manifest.cls = enum_from(kClasses, raw.value("class", "confined"), PluginClass::Confined);
  manifest.status = enum_from(kStatuses, raw.value("status", "preview"), PluginStatus::Preview);
  return {};
}

Status read_config(Manifest& manifest) {
  auto compiled = compile_input(manifest.raw, *manifest.raw, "config", "/config");
  if (!compiled) return tl::unexpected(std::move(compiled.error()));
  manifest.config_schema = std::move(*compiled);
  return {};
}

}  // namespace

std::string_view to_string(PluginClass value) {
  return kClasses.at(static_cast<std::size_t>(value));
}
std::string_view to_string(PluginStatus value) {
  return kStatuses.at(static_cast<std::size_t>(value));
}
std::string_view to_string(Risk value) { return kRisks.at(static_cast<std::size_t>(value)); }
std::string_view to_string(Streams value) { return kStreams.at(static_cast<std::size_t>(value)); }

const Operation* Manifest::find_operation(std::string_view full_name) const {
  const auto found =
      std::find_if(operations.begin(), operations.end(),
                   [full_name](const Operation& operation) { return operation.name == full_name; });
  return found == operations.end() ? nullptr : &*found;
}

bool Manifest::has_event(std::string_view type) const {
  return std::any_of(events.begin(), events.end(),
                     [type](const EventType& event) { return event.name == type; });
}

bool Services::has(std::string_view id) const {
  return std::find(required.begin(), required.end(), id) != required.end() ||
         std::find(optional.begin(), optional.end(), id) != optional.end();
}

Result<Manifest> parse_manifest(const json& document) {
  if (auto status = check_document(document); !status)
    return tl::unexpected(std::move(status.error()));
  Manifest manifest;
  manifest.raw = std::make_shared<const json>(document);
  // Types are right from here on: the schema has seen them.
  for (const auto part :
       {read_identity, read_grants, read_metrics, read_events, read_config, read_operations}) {
    if (auto status = part(manifest); !status) return tl::unexpected(std::move(status.error()));
  }
  if (auto status = check_schemas(manifest); !status)
    return tl::unexpected(std::move(status.error()));
  return manifest;
}

Status check_examples(const Manifest& manifest) {
  for (const auto& operation : manifest.operations) {
    const auto& arguments = operation.arguments;
    const json examples = arguments.follow(arguments.source()).value("examples", json::array());
    for (std::size_t i = 0; examples.is_array() && i < examples.size(); ++i) {
      auto right = schema::require_valid(arguments, examples[i], "the example");
      if (right) continue;
      return refuse(child_pointer("/operations/" + operation.name + "/arguments/examples", i),
                    right.error().message);
    }
  }
  return {};
}

}  // namespace muster::config
