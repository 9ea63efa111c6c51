/// An operation as its manifest declares it: what the tool knows of it before it runs, for its help
/// and for the types of its arguments.
#pragma once

#include <client/api_client.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "failure.hpp"

namespace muster::cli {

struct Operation {
  std::string name;       ///< "system.exec"
  nlohmann::json about;   ///< as in the manifest
  nlohmann::json schema;  ///< of its arguments; an empty object when it takes any
  nlohmann::json manifest;

  /// The schema of one argument, a `$ref` within the manifest followed; null for one that is not
  /// declared.
  [[nodiscard]] nlohmann::json argument(const std::string& argument_name) const;
};

/// What the manifest says of its operations, by name; empty for a plugin that has none.
[[nodiscard]] nlohmann::json operations_in(const nlohmann::json& manifest);
/// One that the manifest has.
[[nodiscard]] Operation operation_in(const nlohmann::json& manifest, const std::string& name);

/// In the newest version that a node of the fleet has. Errors: MatchedNothing; those of get_plugin.
[[nodiscard]] CliResult<Operation> find_operation(client::ApiClient& api, const std::string& name);

/// A paragraph about the operation and one for each argument, for a list of them.
void print_operation(const Operation& operation);
/// All about one: how it is called, its risk, its arguments and what it takes of the common
/// options.
void print_operation_help(const Operation& operation);

}  // namespace muster::cli
