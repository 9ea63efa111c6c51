/// The way from this node to its controller: name, ports, certificate, clock.
///
/// Blocks for as long as names, ports and the controller take to answer (each at most 10 s).
#pragma once

#include <muster/core/base/clock.hpp>
#include <muster/core/doctor/check.hpp>
#include <optional>
#include <string>

#include "identity/identity.hpp"

namespace muster::agent {

[[nodiscard]] doctor::Checks check_controller(const Identity& identity);

/// The time in an HTTP Date header, RFC 9110 section 5.6.7 (its preferred form only).
[[nodiscard]] std::optional<UnixTime> parse_http_date(const std::string& text);

}  // namespace muster::agent
