#include "api/router.hpp"

#include <utility>

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

tl::expected<Principal, Problem> who_asks(const Access& access, const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.header("authorization").value_or("");
  if (!header.starts_with(kScheme)) {
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

}  // namespace

Found Router::find(std::string_view method, std::string_view path) const {
  Found found;
  for (const auto& route : routes_) {
    auto parameters = match(route.pattern, path);
    if (!parameters) continue;
    if (route.method == method || (method == "HEAD" && route.method == "GET")) {
      return {&route, std::move(*parameters), false};
    }
    found.other_method = true;
  }
  return found;
}

void dispatch(const Services& services, const Route& route, const ExchangePtr& exchange) {
  if (route.needs.action) {
    const auto principal = who_asks(services.access, exchange->request());
    if (!principal) return exchange->answer(principal.error());
    if (auto allowed = services.access.authorize(*principal, *route.needs.action); !allowed) {
      return exchange->answer(allowed.error());
    }
    exchange->principal = principal->name;
  }
  route.serve(services, exchange);
}

}  // namespace muster::controller::api
