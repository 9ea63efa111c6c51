/// From a request to its route, and the checks that every route shares: the token and what it may
/// do.
///
/// A route without an Action is public; there is no way to leave the decision out. Immutable after
/// it is built, so find() is [any].
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.hpp"
#include "api/document.hpp"
#include "api/exchange.hpp"
#include "services.hpp"

namespace muster::controller::api {

/// What a route needs from whoever asks.
struct Needs {
  std::optional<Action> action;
};
[[nodiscard]] inline Needs needs(Action action) { return {action}; }
[[nodiscard]] inline Needs anybody() { return {}; }

/// What is done for an operation of the document, and for whom.
struct Served {
  std::string operation;  ///< its id
  Needs needs;
  /// Runs on the loop, after the checks. Answers the exchange, now or later.
  void (*serve)(const Services& services, const ExchangePtr& exchange);
};

struct Route {
  std::string method;
  std::string pattern;  ///< "/v1/jobs/{id}"; {name} is one whole segment
  Needs needs;
  void (*serve)(const Services& services, const ExchangePtr& exchange);
  const Operation* operation;  ///< part of the document, which outlives the route
};

/// Every operation of `document` with what is done for it, in the order of `served`. Errors:
/// Internal for an operation that nothing is done for, something that is done for no operation, and
/// where they differ in whether anybody may ask.
[[nodiscard]] Result<std::vector<Route>> routes_of(const Document& document,
                                                   const std::vector<Served>& served);

struct Found {
  const Route* route = nullptr;
  std::map<std::string, std::string> parameters;
  std::string allowed;  ///< where the path is known but not with this method: "GET, HEAD, POST"
};

class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}
  [[nodiscard]] Found find(std::string_view method, std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

/// Whose token the request brings. [any]
[[nodiscard]] tl::expected<Principal, Problem> who_asks(const Access& access,
                                                        const http::Request& request);
/// The headers of the answer to a request that brings none that is good.
[[nodiscard]] inline http::Headers unauthenticated_headers() {
  return {{"WWW-Authenticate", "Bearer"}};
}

/// Checks the token, how often it asks, the permission and the request, then serves, all on the
/// loop.
void dispatch(const Services& services, const Route& route, const ExchangePtr& exchange);

}  // namespace muster::controller::api
