#include "api/router.hpp"

#include <strings.h>

#include <set>
#include <utility>

#include "api/request_limit.hpp"

namespace muster::controller::api {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

std::optional<std::map<std::string, std::string>> match(std::string_view pattern,
                                                        std::string_view path) {
  const auto wanted = segments_of(pattern);
  const auto given = segments_of(path);
  if (wanted.size() != given.size()) return std::nullopt;
  std::map<std::string, std::string> parameters;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      if (given[i].empty()) return std::nullopt;
      parameters.emplace(wanted[i].substr(1, wanted[i].size() - 2), given[i]);
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return parameters;
}

tl::unexpected<Error> unwired(const std::string& message) {
  return fail(ErrorCode::Internal, "the API's document and its routes differ: " + message);
}

}  // namespace

tl::expected<Principal, Problem> who_asks(const Access& access, const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.header("authorization").value_or("");
  // The name of a scheme has no case: RFC 9110, section 11.1.
  if (header.size() < kScheme.size() ||
      ::strncasecmp(header.data(), kScheme.data(), kScheme.size()) != 0) {
    return tl::unexpected(
        Problem{{ErrorCode::Unauthenticated,
                 "this needs an operator's token in the header Authorization: Bearer …",
                 {},
                 false,
                 {}},
                "no_token",
                {}});
  }
  auto principal = access.authenticate(header.substr(kScheme.size()));
  if (!principal) return tl::unexpected(Problem{principal.error(), "bad_token", {}});
  return *principal;
}

Result<std::vector<Route>> routes_of(const Document& document, const std::vector<Served>& served) {
  std::vector<Route> routes;
  std::set<std::string> wired;
  for (const auto& each : served) {
    const auto* operation = document.find(each.operation);
    if (operation == nullptr) return unwired("no operation is called " + each.operation);
    if (!wired.insert(each.operation).second) return unwired(each.operation + " is served twice");
    if (operation->is_public == each.needs.action.has_value()) {
      return unwired("one of them says that anybody may ask for " + each.operation);
    }
    routes.push_back({operation->method, operation->path, each.needs, each.serve, operation});
  }
  for (const auto& operation : document.operations()) {
    if (!wired.contains(operation.id)) return unwired("nothing serves " + operation.id);
  }
  return routes;
}

Found Router::find(std::string_view method, std::string_view path) const {
  Found found;
  for (const auto& route : routes_) {
    auto parameters = match(route.pattern, path);
    if (!parameters) continue;
    if (route.method == method || (method == "HEAD" && route.method == "GET")) {
      return {&route, std::move(*parameters), {}};
    }
    if (!found.allowed.empty()) found.allowed += ", ";
    found.allowed += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  return found;
}

void dispatch(const Services& services, const Route& route, const ExchangePtr& exchange) {
  if (route.needs.action) {
    const auto principal = who_asks(services.access, exchange->request());
    if (!principal) {
      return exchange->answer(principal.error(), unauthenticated_headers());
    }
    if (services.request_limit) {
      if (auto taken = services.request_limit->take(principal->token); !taken) {
        return exchange->answer(Problem{taken.error(), "too_often", {}});
      }
    }
    if (auto allowed = services.access.authorize(*principal, *route.needs.action); !allowed) {
      return exchange->answer(allowed.error());
    }
    exchange->principal = principal->name;
  }
  if (auto good = exchange->check(); !good) return exchange->answer(good.error());
  route.serve(services, exchange);
}

}  // namespace muster::controller::api
