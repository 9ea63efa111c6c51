#include "api/routes.hpp"

#include "api/serve.hpp"

namespace muster::controller::api {

// The one list. A new route is a function in routes/ and a line here.
std::vector<Route> all_routes() {
  return {
      {"GET", "/v1/ca", anybody(), get_ca},
      {"POST", "/v1/enroll", anybody(), enroll_node},
      {"GET", "/metrics", needs(Action::ReadStatus), get_metrics},
      {"GET", "/v1/status", needs(Action::ReadStatus), get_status},
      {"GET", "/v1/nodes", needs(Action::ReadNodes), list_nodes, {"selector"}},
      {"GET", "/v1/nodes/{node}", needs(Action::ReadNodes), get_node},
      {"GET", "/v1/selector", needs(Action::ReadNodes), explain_selector, {"selector"}},
      {"POST", "/v1/enrollment-tokens", needs(Action::ManageEnrollmentTokens),
       create_enrollment_token},
      {"GET", "/v1/enrollment-tokens", needs(Action::ReadEnrollmentTokens), list_enrollment_tokens},
      {"DELETE", "/v1/enrollment-tokens/{id}", needs(Action::ManageEnrollmentTokens),
       revoke_enrollment_token},
      {"GET", "/v1/plugins", needs(Action::ReadPlugins), list_plugins},
      {"GET", "/v1/plugins/{id}", needs(Action::ReadPlugins), get_plugin},
      {"POST", "/v1/jobs", needs(Action::RunJob), create_job, {"wait"}},
      {"GET", "/v1/jobs", needs(Action::ReadJobs), list_jobs, {"limit", "before"}},
      {"GET", "/v1/jobs/{id}", needs(Action::ReadJobs), get_job},
      {"GET", "/v1/jobs/{id}/events", needs(Action::ReadJobs), watch_job},
      {"GET",
       "/v1/jobs/{id}/output",
       needs(Action::ReadJobs),
       get_job_output,
       {"node", "stream", "offset", "length"}},
      {"POST", "/v1/jobs/{id}/cancel", needs(Action::CancelJob), cancel_job},
  };
}

namespace {

constexpr std::size_t kMaxBody = std::size_t{2} << 20U;
constexpr std::size_t kMaxPublicBody = std::size_t{64} << 10U;    // from anybody
constexpr std::size_t kMaxPendingEvents = std::size_t{1} << 20U;  // of one watcher
constexpr unsigned kMaxConnectionsPerIp = 200;                    // of the server's 1000

Problem not_routed(const http::Request& request, bool other_method) {
  if (other_method) {
    return {
        {ErrorCode::Unsupported, request.path + " does not take " + request.method, {}, false, {}},
        "method",
        {}};
  }
  return {{ErrorCode::NotFound, "there is no " + request.path + " in this API", {}, false, {}},
          "no_such_route",
          {}};
}

}  // namespace

void set_limits(http::ServerOptions& options, const Services& services) {
  options.max_body_bytes = kMaxBody;
  options.max_connections_per_ip = kMaxConnectionsPerIp;
  options.stream_queue_bytes = kMaxPendingEvents;
  options.screen = [&access = services.access, router = std::make_shared<const Router>(
                                                   all_routes())](const http::Request& request) {
    const auto found = router->find(request.method, request.path);
    if (found.route == nullptr || !found.route->needs.action) {
      return http::Verdict{kMaxPublicBody, std::nullopt};
    }
    const auto principal = who_asks(access, request);
    if (principal) return http::Verdict{kMaxBody, std::nullopt};
    return http::Verdict{0, refusal_of(principal.error(), unauthenticated_headers())};
  };
}

http::Handler make_handler(const Services& services) {
  return [&services, router = std::make_shared<const Router>(all_routes())](
             http::Request request, std::shared_ptr<http::Responder> responder) {
    auto found = router->find(request.method, request.path);
    auto exchange = std::make_shared<Exchange>(std::move(request), std::move(responder),
                                               std::move(found.parameters));
    if (found.route == nullptr) {
      http::Headers headers;
      if (!found.allowed.empty()) headers.emplace_back("Allow", found.allowed);
      return exchange->answer(not_routed(exchange->request(), !found.allowed.empty()),
                              std::move(headers));
    }
    services.loop.post([&services, router, route = found.route, exchange] {
      dispatch(services, *route, exchange);
    });
  };
}

}  // namespace muster::controller::api
