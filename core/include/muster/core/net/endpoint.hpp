/// "ADDR:PORT" as people write it on a command line. Stateless; every function is [any].
///
/// It says nothing of whether the host exists.
#pragma once

#include <cstdint>
#include <muster/core/base/error.hpp>
#include <string>
#include <string_view>

namespace muster::net {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  /// "HOST:PORT", an IPv6 address in brackets.
  [[nodiscard]] std::string text() const;
};

/// An IPv6 address must stand in brackets. Errors: InvalidArgument, with `example`.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text, std::string_view example);

}  // namespace muster::net
