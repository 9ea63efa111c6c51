/// JSON Schemas of a manifest as C++ types: a struct for each object with named properties.
///
/// One per generated header. A type that C++ cannot say (several types, oneOf, a schema that
/// contains itself) becomes sdk::Raw, which is any payload.
#pragma once

#include <map>
#include <muster/core/base/error.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace muster::tool {

class StructWriter {
 public:
  /// `manifest` must outlive the writer.
  explicit StructWriter(const nlohmann::json& manifest) : manifest_(manifest) {}

  /// The type of what `schema` describes; a struct made for it is called `name`. `pointer` is where
  /// the schema stands. Errors: InvalidArgument when two names of the manifest become one name of
  /// C++.
  [[nodiscard]] Result<std::string> type_of(const nlohmann::json& schema, const std::string& name,
                                            const std::string& pointer);

  /// The definitions of all structs so far, in an order that compiles.
  [[nodiscard]] const std::string& definitions() const { return definitions_; }

 private:
  [[nodiscard]] Result<std::string> referred(const std::string& reference);
  [[nodiscard]] Result<std::string> object(const nlohmann::json& schema, const std::string& name,
                                           const std::string& pointer);
  [[nodiscard]] Result<std::string> structure(const nlohmann::json& schema, const std::string& name,
                                              const std::string& pointer);

  const nlohmann::json& manifest_;
  std::map<std::string, std::string> of_reference_;  // "#/schemas/x" to its type
  std::set<std::string> names_;
  std::string definitions_;
};

}  // namespace muster::tool
