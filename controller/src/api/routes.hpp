/// The list of the REST API's routes, and the one handler that the HTTP server is given.
#pragma once

#include <muster/core/net/http_server.hpp>
#include <vector>

#include "api/router.hpp"
#include "services.hpp"

namespace muster::controller::api {

/// All of controller/api.md.
[[nodiscard]] std::vector<Route> all_routes();

/// The API's limits. A request whose route wants a token and that brings no good one is refused at
/// its headers; a public route takes a small body only. `services` must outlive the server.
void set_limits(http::ServerOptions& options, const Services& services);

/// `services` must outlive the server. The handler is called on the HTTP server's thread.
[[nodiscard]] http::Handler make_handler(const Services& services);

}  // namespace muster::controller::api
