#include "operation_arguments.hpp"

#include <muster/core/base/bytes.hpp>
#include <muster/core/base/utf8.hpp>
#include <muster/core/config/json.hpp>
#include <muster/core/config/yaml.hpp>
#include <muster/core/crypto/base64.hpp>
#include <muster/core/schema/schema.hpp>

#include "input.hpp"
#include "terminal.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;  // the controller takes half of it

/// `file` is a name, or "-".
CliResult<json> all_arguments(const std::string& file) {
  const auto text = read_text_input(file, kMaxBytes);
  if (!text) return tl::unexpected(text.error());
  const auto name = input_name(file);
  auto value = config::parse_yaml(*text, name);  // of which JSON is a part
  if (!value) return failure(Exit::Usage, value.error().message);
  if (!value->is_object()) {
    return failure(Exit::Usage, name + " must contain one object, the arguments by name");
  }
  return std::move(*value);
}

bool is_type(const json& schema, const char* wanted) {
  const auto type = schema.is_object() ? schema.find("type") : schema.end();
  if (!schema.is_object() || type == schema.end()) return false;
  if (type->is_string()) return *type == wanted;
  return std::any_of(type->begin(), type->end(), [&](const auto& one) { return one == wanted; });
}

/// An argument that stands for bytes, which JSON has not.
bool is_base64(const json& schema) {
  return schema.is_object() && schema.value("contentEncoding", json()) == "base64";
}

/// A number as JSON writes it, whole or not.
std::optional<json> number_from(const std::string& text, bool whole) {
  auto value = config::parse_json(text);
  if (!value || !value->is_number()) return std::nullopt;
  if (whole && !value->is_number_integer()) return std::nullopt;
  return std::move(*value);
}

/// Of what it takes nothing is repeated in sentences: a word may be a part of a secret that was
/// quoted badly. True also for an operation that is not known.
bool may_take_secrets(const Operation* operation) {
  if (operation == nullptr) return true;
  const auto schema = schema::Schema::compile(operation->schema, operation->manifest);
  return !schema || schema->has_secrets();
}

/// What the text means for an argument of this schema; sentences call it `shown`.
CliResult<json> typed(const std::string& name, const std::string& text, const json& schema,
                      const std::string& shown) {
  const bool whole = is_type(schema, "integer");
  if (whole || is_type(schema, "number")) {
    if (auto number = number_from(text, whole)) return std::move(*number);
    if (!is_type(schema, "string")) {
      return failure(Exit::Usage,
                     printable(name) + " is a " + (whole ? "whole " : "") + "number, not " + shown);
    }
  }
  if (is_type(schema, "boolean")) {
    if (text == "true" || text == "false") return json(text == "true");
    if (!is_type(schema, "string")) {
      return failure(Exit::Usage, printable(name) + " is true or false, not " + shown);
    }
  }
  if (is_type(schema, "object") && !is_type(schema, "string")) {
    return failure(Exit::Usage, printable(name) + " is an object; write " + printable(name) +
                                    ":='{...}', or " + printable(name) + ":=@FILE");
  }
  return json(text);
}

/// One word, put into `arguments`.
class Reader {
 public:
  explicit Reader(const Operation* operation) : operation_(operation) {}

  CliResult<void> read(const std::string& word) {
    if (word == "-" || word.starts_with("@")) return read_all(word);
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      return failure(Exit::Usage,
                     "an argument is NAME=TEXT, NAME:=JSON or @FILE, not " + shown(word));
    }
    const bool is_json = word[equals - 1] == ':';
    const auto name = word.substr(0, is_json ? equals - 1 : equals);
    const auto text = word.substr(equals + 1);
    if (!text.starts_with("@")) return is_json ? read_json(name, text) : read_text(name, text);
    const auto contents =
        is_json ? read_text_input(text.substr(1), kMaxBytes) : contents_for(name, text.substr(1));
    if (!contents) return tl::unexpected(contents.error());
    return is_json ? read_json(name, *contents) : read_text(name, *contents);
  }

  json arguments = json::object();

 private:
  [[nodiscard]] std::string shown(const std::string& text) const {
    return may_take_secrets(operation_) ? "what was given" : "'" + printable(text) + "'";
  }

  CliResult<void> put(const std::string& name, json value) {
    if (arguments.contains(name)) {
      return failure(Exit::Usage, "argument '" + printable(name) + "' is given twice");
    }
    arguments[name] = std::move(value);
    return {};
  }

  CliResult<void> read_all(const std::string& word) {
    const auto all = all_arguments(word == "-" ? word : word.substr(1));
    if (!all) return tl::unexpected(all.error());
    for (const auto& [name, value] : all->items()) {
      if (auto done = put(name, value); !done) return done;
    }
    return {};
  }

  [[nodiscard]] json schema_of(const std::string& name) const {
    return operation_ == nullptr ? json() : operation_->argument(name);
  }

  /// As text, which base64 makes of any bytes where the operation takes it.
  CliResult<std::string> contents_for(const std::string& name, const std::string& file) {
    auto bytes = read_input(file, kMaxBytes);
    if (!bytes) return bytes;
    if (is_base64(schema_of(name))) return crypto::to_base64(as_bytes(*bytes));
    const auto stray = first_stray_byte(*bytes);
    if (!stray) return bytes;
    const auto sibling = name + "_base64";
    return failure(Exit::Usage, printable(name) + ": " + input_name(file) +
                                    " is no UTF-8 text at byte " + std::to_string(*stray) +
                                    (is_base64(schema_of(sibling))
                                         ? "; give it as " + printable(sibling + "=@" + file)
                                         : ""));
  }

  CliResult<void> read_json(const std::string& name, const std::string& text) {
    auto value = config::parse_json(text);
    if (value) return put(name, std::move(*value));
    const std::string which = may_take_secrets(operation_) ? "" : ": " + printable(text);
    return failure(Exit::Usage,
                   "what follows " + printable(name) + ":= is " + value.error().message + which);
  }

  CliResult<void> read_text(const std::string& name, const std::string& text) {
    const json schema = schema_of(name);
    if (!is_type(schema, "array")) {
      auto value = typed(name, text, schema, shown(text));
      return value ? put(name, std::move(*value)) : tl::unexpected(value.error());
    }
    auto item = typed(name, text, schema.value("items", json::object()), shown(text));
    if (!item) return tl::unexpected(item.error());
    auto& list = arguments[name];
    if (!list.is_null() && !list.is_array()) {
      return failure(Exit::Usage, "argument '" + printable(name) + "' is given twice");
    }
    list.push_back(std::move(*item));
    return {};
  }

  const Operation* operation_;
};

}  // namespace

CliResult<json> operation_arguments(const std::vector<std::string>& words,
                                    const Operation* operation) {
  Reader reader(operation);
  for (const auto& word : words) {
    if (auto read = reader.read(word); !read) return tl::unexpected(read.error());
  }
  return std::move(reader.arguments);
}

}  // namespace muster::cli
