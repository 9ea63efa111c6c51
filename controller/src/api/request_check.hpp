/// A request against its operation, before anything is done about it.
#pragma once

#include <muster/core/base/error.hpp>
#include <muster/core/net/http_message.hpp>
#include <nlohmann/json.hpp>

#include "api/document.hpp"

namespace muster::controller::api {

/// What a request brings, of the types that the document says, with the defaults of what it leaves
/// out.
struct Given {
  nlohmann::json parameters = nlohmann::json::object();  ///< of query and headers, by name
  nlohmann::json body = nlohmann::json::object();
};

/// Errors: InvalidArgument with the query parameter ("/limit") or the JSON pointer into the body as
/// field. A misspelt name must not be a wish that does nothing, so unknown ones are errors too.
/// [any]
[[nodiscard]] Result<Given> check_request(const Operation& operation, const http::Request& request);

}  // namespace muster::controller::api
