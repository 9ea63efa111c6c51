#include <charconv>
#include <muster/core/net/endpoint.hpp>

namespace muster::net {

std::string Endpoint::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Endpoint> parse_endpoint(std::string_view text, std::string_view example) {
  const auto bad = [&] {
    return fail(ErrorCode::InvalidArgument, "'" + std::string(text.substr(0, 128)) +
                                                "' is not ADDR:PORT, for example " +
                                                std::string(example));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad();
  Endpoint endpoint;
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) return bad();
  endpoint.host = host;
  const auto port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (port.empty() || error != std::errc{} || end != port.data() + port.size()) return bad();
  return endpoint;
}

}  // namespace muster::net
