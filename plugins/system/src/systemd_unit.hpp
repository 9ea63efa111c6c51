/// One unit of systemd, asked and told through systemctl.
///
/// Blocks for systemctl, on a worker. Stateless.
#pragma once

#include <map>
#include <muster/sdk/call.hpp>
#include <muster/sdk/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "node.hpp"
#include "tool.hpp"

namespace muster::plugin::system {

/// Properties by name, as `systemctl show` writes them.
using UnitProperties = std::map<std::string, std::string>;

/// One for each unit; between them an empty line. Pure.
[[nodiscard]] std::vector<UnitProperties> parse_units(std::string_view shown);

/// The property, or empty.
[[nodiscard]] std::string property(const UnitProperties& unit, const std::string& name);

/// Seconds since 1970 of "Thu 2026-11-26 15:00:00 UTC"; 0 for "n/a" and what is no time. Pure.
[[nodiscard]] std::int64_t unix_of(const std::string& timestamp);

/// Errors: Unsupported where systemd does not run.
[[nodiscard]] sdk::Status require_systemd(const Node& node);

/// `systemctl ARGUMENTS`, without a pager and without questions. Errors: as run_tool().
[[nodiscard]] sdk::Result<ToolEnd> systemctl(const sdk::Call& call, const Node& node,
                                             std::vector<std::string> arguments);

/// What systemd says of a unit, also of one that there is not (LoadState is not-found then).
[[nodiscard]] sdk::Result<UnitProperties> show_unit(const sdk::Call& call, const Node& node,
                                                    const std::string& name);

}  // namespace muster::plugin::system
