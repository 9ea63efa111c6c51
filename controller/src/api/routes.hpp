/// The list of the REST API's routes, and the one handler that the HTTP server is given.
#pragma once

#include <muster/core/net/http_server.hpp>
#include <vector>

#include "api/router.hpp"
#include "services.hpp"

namespace muster::controller::api {

/// What is done for each operation of the document.
[[nodiscard]] std::vector<Served> all_served();

/// The handler, to be called on the HTTP server's thread, and into `options` the API's limits.
/// `services` must outlive the server. Errors: as routes_of().
[[nodiscard]] Result<http::Handler> open(http::ServerOptions& options, const Services& services);

}  // namespace muster::controller::api
