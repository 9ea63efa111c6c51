#include "complete_argument.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace muster::cli {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

bool is_list(const json& schema) {
  return schema.is_object() && schema.value("type", json()) == "array";
}

/// NAME= for text, NAME:= for what has to be written as JSON.
std::string beginning(const std::string& name, const json& schema) {
  const auto type = schema.value("type", json());
  const bool as_json = !schema.contains("enum") && (type.is_null() || type == "object");
  return name + (as_json ? ":=" : "=");
}

bool is_given(const Words& words, const std::string& name) {
  return std::any_of(words.begin(), words.end(), [&](const auto& word) {
    return word.starts_with(name + "=") || word.starts_with(name + ":=");
  });
}

std::vector<Candidate> names_of(const Operation& operation, const Words& words,
                                const std::string& typed) {
  std::vector<Candidate> candidates;
  const json properties = operation.schema.value("properties", json::object());
  for (const auto& [name, unused] : properties.items()) {
    const auto schema = operation.argument(name);
    if (is_given(words, name) && !is_list(schema)) continue;
    auto text = beginning(name, schema);
    if (!text.starts_with(typed)) continue;
    candidates.push_back({text, schema.value("description", schema.value("doc", "")), true});
  }
  return candidates;
}

/// The values that an argument can have, where they are few.
Words choices_of(const json& schema) {
  if (is_list(schema)) return choices_of(schema.value("items", json::object()));
  if (!schema.is_object()) return {};
  if (schema.value("type", json()) == "boolean") return {"true", "false"};
  Words choices;
  for (const auto& choice : schema.value("enum", json::array())) {
    choices.push_back(choice.is_string() ? choice.get<std::string>() : choice.dump());
  }
  return choices;
}

}  // namespace

Completion complete_argument(const Words& words, const std::string& typed, const Names& names) {
  Completion completion;
  const auto equals = typed.find('=');
  const auto value_at = equals == std::string::npos ? 0 : equals + 1;
  if (typed.substr(value_at).starts_with('@')) {
    completion.files = true;
    completion.files_after = value_at + 1;
    return completion;
  }
  const auto operation = names.operation(words.front());
  if (!operation) return completion;
  if (value_at == 0) {
    completion.candidates = names_of(*operation, words, typed);
    return completion;
  }
  const bool as_json = equals > 0 && typed[equals - 1] == ':';
  const auto schema = operation->argument(typed.substr(0, as_json ? equals - 1 : equals));
  for (const auto& choice : choices_of(schema)) {
    const auto text = typed.substr(0, value_at) + choice;
    if (text.starts_with(typed)) completion.candidates.push_back({text, {}, false});
  }
  return completion;
}

}  // namespace muster::cli
