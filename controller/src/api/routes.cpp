#include "api/routes.hpp"

#include "api/serve.hpp"

namespace muster::controller::api {

// The one list. A new route is an operation in openapi/, a function in routes/ and a line here.
std::vector<Served> all_served() {
  return {
      {"getOpenapi", anybody(), get_openapi},
      {"getCa", anybody(), get_ca},
      {"enrollNode", anybody(), enroll_node},
      {"getMetrics", needs(Action::ReadStatus), get_metrics},
      {"getStatus", needs(Action::ReadStatus), get_status},
      {"getDiagnosis", needs(Action::ReadStatus), get_diagnosis},
      {"listNodes", needs(Action::ReadNodes), list_nodes},
      {"getNode", needs(Action::ReadNodes), get_node},
      {"changeNode", needs(Action::ManageNodes), change_node},
      {"retireNode", needs(Action::ManageNodes), retire_node},
      {"drainNode", needs(Action::DrainNode), drain_node},
      {"undrainNode", needs(Action::DrainNode), undrain_node},
      {"listGroups", needs(Action::ReadNodes), list_groups},
      {"getGroup", needs(Action::ReadNodes), get_group},
      {"putGroup", needs(Action::ManageNodes), put_group},
      {"removeGroup", needs(Action::ManageNodes), remove_group},
      {"listNames", needs(Action::ReadNodes), list_names},
      {"explainSelector", needs(Action::ReadNodes), explain_selector},
      {"createEnrollmentToken", needs(Action::ManageEnrollmentTokens), create_enrollment_token},
      {"listEnrollmentTokens", needs(Action::ReadEnrollmentTokens), list_enrollment_tokens},
      {"revokeEnrollmentToken", needs(Action::ManageEnrollmentTokens), revoke_enrollment_token},
      {"listEvents", needs(Action::ReadEvents), list_events},
      {"listWebhooks", needs(Action::ReadWebhooks), list_webhooks},
      {"getWebhook", needs(Action::ReadWebhooks), get_webhook},
      {"putWebhook", needs(Action::ManageWebhooks), put_webhook},
      {"removeWebhook", needs(Action::ManageWebhooks), remove_webhook},
      {"testWebhook", needs(Action::ManageWebhooks), test_webhook},
      {"listDeliveries", needs(Action::ReadWebhooks), list_deliveries},
      {"listDeadLetters", needs(Action::ReadWebhooks), list_dead_letters},
      {"retryDeadLetter", needs(Action::ManageWebhooks), retry_dead_letter},
      {"listPlugins", needs(Action::ReadPlugins), list_plugins},
      {"getPlugin", needs(Action::ReadPlugins), get_plugin},
      {"createJob", needs(Action::RunJob), create_job},
      {"listJobs", needs(Action::ReadJobs), list_jobs},
      {"listTasks", needs(Action::ReadJobs), list_tasks},
      {"getJob", needs(Action::ReadJobs), get_job},
      {"watchJob", needs(Action::ReadJobs), watch_job},
      {"getJobOutput", needs(Action::ReadJobs), get_job_output},
      {"cancelJob", needs(Action::CancelJob), cancel_job},
      {"retryJob", needs(Action::RunJob), retry_job},
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

/// A request whose route wants a token and that brings no good one is refused at its headers; a
/// public route takes a small body only.
http::Screen screen_for(const Services& services, std::shared_ptr<const Router> router) {
  return [&services, router = std::move(router)](const http::Request& request) {
    const auto found = router->find(request.method, request.path);
    if (found.route == nullptr || !found.route->needs.action) {
      return http::Verdict{kMaxPublicBody, std::nullopt};
    }
    const auto principal = who_asks(services.access, request);
    if (principal) return http::Verdict{kMaxBody, std::nullopt};
    auto refusal = refusal_of(principal.error(), unauthenticated_headers());
    if (services.answers) {
      const auto body = to_json(principal.error());
      services.answers->check(found.route->operation, refusal.status, refusal.headers, &body);
    }
    return http::Verdict{0, std::move(refusal)};
  };
}

http::Handler handler_for(const Services& services, std::shared_ptr<const Router> router) {
  return [&services, router = std::move(router)](http::Request request,
                                                 std::shared_ptr<http::Responder> responder) {
    auto found = router->find(request.method, request.path);
    auto exchange = std::make_shared<Exchange>(
        std::move(request), std::move(responder), std::move(found.parameters),
        found.route == nullptr ? nullptr : found.route->operation, services.answers);
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

}  // namespace

Result<http::Handler> open(http::ServerOptions& options, const Services& services) {
  auto routes = routes_of(*services.document, all_served());
  if (!routes) return tl::unexpected(routes.error());
  const auto router = std::make_shared<const Router>(std::move(*routes));
  options.max_body_bytes = kMaxBody;
  options.max_connections_per_ip = kMaxConnectionsPerIp;
  options.stream_queue_bytes = kMaxPendingEvents;
  options.screen = screen_for(services, router);
  return handler_for(services, router);
}

}  // namespace muster::controller::api
