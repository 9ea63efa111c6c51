/// A JSON Schema of the subset that manifests use, compiled once and then asked often.
///
/// Keywords: type, enum, const, properties, required, additionalProperties, items, minimum,
/// maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, minItems, maxItems, pattern,
/// oneOf, default, format (duration, bytes, uri, secret-ref), $ref within the document, x-secret;
/// and the annotations title, description, doc, examples, contentEncoding, $schema, $comment,
/// $defs, schemas, other x-*. Of these x-pattern says what the pattern means ("an absolute path"),
/// for people who broke it; what has x-secret is not repeated to them. Any other keyword is
/// refused, because a rule that is silently not checked is worse than none. An integer is a number
/// without a fraction (5 and 5.0) within 64 bits with a sign: plugins take no other.
///
/// An immutable value, cheap to copy (copies share the compiled form); every method is [any].
#pragma once

#include <cstddef>
#include <memory>
#include <muster/core/base/error.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace muster::schema {

inline constexpr std::size_t kMaxSchemaNodes = 20000;  ///< sub-schemas in one compiled schema
inline constexpr int kMaxDepth = 64;                ///< of a schema, and of a value that is checked
inline constexpr std::size_t kMaxViolations = 100;  ///< listed; more are cut off
inline constexpr std::size_t kMaxPatternBytes = 512;
/// A value longer than this never matches a pattern. std::regex recurses once a character, so that
/// a long subject overflows the stack, and takes exponential time on patterns such as (a+)+ .
inline constexpr std::size_t kMaxPatternSubjectBytes = 4096;

/// What stands for a value that `x-secret: true` marks wherever it is kept or shown; logs have the
/// same.
inline constexpr std::string_view kSecretMark = "***";

struct Violation {
  std::string pointer;  ///< JSON pointer to the value at fault; "" is the value itself
  std::string message;  ///< "must be an integer, but is a string": reads on after the value's name
};

class Schema {
 public:
  /// A schema that everything satisfies.
  Schema();

  /// Compiles `schema`, in which `$ref: "#/a/b"` names a part of `root`. Both are copied.
  /// Errors: InvalidArgument, with the JSON pointer into `schema` (or, behind a `$ref`, into
  /// `root`) in `field`, for an unknown keyword, a keyword with a wrong value, a broken or circular
  /// `$ref`; ResourceExhausted above a limit.
  [[nodiscard]] static Result<Schema> compile(const nlohmann::json& schema,
                                              const nlohmann::json& root);
  /// The same for a schema that is its own document.
  [[nodiscard]] static Result<Schema> compile(const nlohmann::json& schema);

  /// The same for the part of a document at a JSON pointer; the document is shared, not copied.
  /// Pointers in errors lead from the document's root.
  [[nodiscard]] static Result<Schema> compile_at(std::shared_ptr<const nlohmann::json> root,
                                                 const std::string& pointer);

  /// The same schema, but a map at the top may only have the properties that are declared, unless
  /// the schema says something about additionalProperties itself. For what people type: a misspelt
  /// name is then an error and not silently ignored.
  [[nodiscard]] Schema closed() const;

  /// Everything that is wrong with `value`, in the order of the schema; empty when it is valid.
  [[nodiscard]] std::vector<Violation> check(const nlohmann::json& value) const;

  /// Puts the defaults of absent properties into `value`, at any depth where the object that holds
  /// them exists or has a default itself. Looks through `$ref`, not into `oneOf`.
  void fill_defaults(nlohmann::json& value) const;

  /// Whether it marks anything as secret, at any depth.
  [[nodiscard]] bool has_secrets() const;
  /// Puts kSecretMark in the place of each value that is marked, at any depth, by any form of a
  /// `oneOf`. What is too much to look through is secret as a whole: each member of a map, or the
  /// value. Tells whether it put one.
  bool conceal(nlohmann::json& value) const;

  /// The schema as it was given, for help texts, forms and generated code.
  [[nodiscard]] const nlohmann::json& source() const;
  /// The sub-schema that `node` (a part of source()) stands for: follows its `$ref`s, if it has
  /// any.
  [[nodiscard]] const nlohmann::json& follow(const nlohmann::json& node) const;

 private:
  struct Compiled;
  explicit Schema(std::shared_ptr<const Compiled> compiled);
  std::shared_ptr<const Compiled> compiled_;
};

/// check() as a Status: the first violation is the message and the field, the others are counted.
/// `what` names the value: "the arguments of system.exec".
[[nodiscard]] Status require_valid(const Schema& schema, const nlohmann::json& value,
                                   const std::string& what);

}  // namespace muster::schema
