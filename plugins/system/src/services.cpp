#include "services.hpp"

#include <tuple>
#include <utility>

#include "pause.hpp"
#include "systemd_unit.hpp"
#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

std::optional<std::int64_t> number(const UnitProperties& unit, const char* name) {
  return whole_number(property(unit, name));  // nothing for "[not set]"
}

bool exists(const UnitProperties& unit) { return property(unit, "LoadState") != "not-found"; }

Service describe(const std::string& name, const UnitProperties& unit) {
  Service service;
  service.name = name;
  service.exists = exists(unit);
  service.active = property(unit, "ActiveState");
  service.sub = property(unit, "SubState");
  if (!service.exists) return service;
  service.description = if_any(property(unit, "Description"));
  service.enabled = if_any(property(unit, "UnitFileState"));
  service.result = if_any(property(unit, "Result"));
  service.exit_code = number(unit, "ExecMainStatus");
  service.restarts = number(unit, "NRestarts");
  if (const auto pid = number(unit, "MainPID").value_or(0); pid > 0) service.pid = pid;
  // What is not known is the largest number of 64 bits there, which whole_number() does not take.
  service.memory_bytes = number(unit, "MemoryCurrent");
  if (const auto since = unix_of(property(unit, "StateChangeTimestamp")); since > 0) {
    service.since_unix = since;
  }
  return service;
}

const char* verb_of(ServiceAction action) {
  switch (action) {
    case ServiceAction::Start:
      return "start";
    case ServiceAction::Stop:
      return "stop";
    case ServiceAction::Restart:
      return "restart";
    case ServiceAction::Reload:
      return "reload";
    case ServiceAction::Enable:
      return "enable";
    case ServiceAction::Disable:
      return "disable";
  }
  return "";
}

bool is_so(ServiceAction action, const UnitProperties& unit) {
  const auto active = property(unit, "ActiveState");
  const auto enabled = property(unit, "UnitFileState");
  switch (action) {
    case ServiceAction::Start:
      return active == "active";
    case ServiceAction::Stop:
      return active == "inactive" || active == "failed";
    case ServiceAction::Enable:
      return enabled == "enabled" || enabled == "alias";
    case ServiceAction::Disable:
      return enabled == "disabled" || enabled == "static" || enabled == "masked";
    case ServiceAction::Restart:
    case ServiceAction::Reload:
      return false;
  }
  return false;
}

/// Why it cannot be done, as far as it can be said beforehand.
sdk::Status check_possible(ServiceAction action, const std::string& name,
                           const UnitProperties& unit) {
  const auto refuse = [&name](const std::string& why) {
    return sdk::fail(ErrorCode::FailedPrecondition, name + " " + why, "/name");
  };
  if (!exists(unit)) {
    if (action == ServiceAction::Stop || action == ServiceAction::Disable) return {};
    return sdk::fail(ErrorCode::NotFound, "there is no service " + name, "/name");
  }
  const auto enabled = property(unit, "UnitFileState");
  if (enabled == "masked" && action != ServiceAction::Stop && action != ServiceAction::Disable) {
    return refuse("is masked; unmask it first");
  }
  if (action == ServiceAction::Enable && (enabled == "static" || enabled == "generated" ||
                                          enabled == "transient" || enabled.empty())) {
    return refuse("cannot be enabled: its unit file has no [Install] section");
  }
  if (action == ServiceAction::Reload && property(unit, "CanReload") == "no") {
    return refuse("cannot reload; restart it");
  }
  if (action == ServiceAction::Reload && property(unit, "ActiveState") != "active") {
    return refuse("is not active, so there is nothing to reload");
  }
  return {};
}

bool starts(ServiceAction action) {
  return action == ServiceAction::Start || action == ServiceAction::Restart;
}

/// systemctl is content when a simple service was forked: what that came to is in its state.
bool has_ended(const UnitProperties& unit) {
  // systemd 254 has more of the second: auto-restart-queued, dead-before-auto-restart.
  return property(unit, "ActiveState") == "failed" ||
         property(unit, "SubState").find("auto-restart") != std::string::npos;
}

std::chrono::milliseconds settling_time(const UnitProperties& unit,
                                        std::optional<std::int64_t> settle_ms) {
  constexpr std::chrono::milliseconds kDefault{500};
  if (settle_ms) return std::chrono::milliseconds(*settle_ms);
  const auto type = property(unit, "Type");
  const bool is_waited_for = type != "simple" && type != "exec" && type != "idle";
  return is_waited_for ? std::chrono::milliseconds(0) : kDefault;
}

/// Whether a service that came up, as `unit` says, ends soon; puts into `unit` how it is then.
sdk::Result<bool> ends_soon(const sdk::Call& call, const Node& node, const std::string& name,
                            std::optional<std::int64_t> settle_ms, UnitProperties& unit) {
  if (has_ended(unit)) return true;
  const auto time = settling_time(unit, settle_ms);
  if (time == std::chrono::milliseconds(0) || property(unit, "ActiveState") != "active") {
    return false;
  }
  std::ignore = pause(call, time);  // without time left it looks at once
  auto later = show_unit(call, node, name);
  if (!later) return tl::unexpected(later.error());
  const auto restarts = number(unit, "NRestarts").value_or(0);
  unit = std::move(*later);
  return has_ended(unit) || number(unit, "NRestarts").value_or(0) > restarts;
}

std::string ended_at_once(const std::string& name, const UnitProperties& unit) {
  const auto status = number(unit, "ExecMainStatus").value_or(0);
  return name + " was started and ended at once (" + property(unit, "Result") +
         (status == 0 ? "" : " " + std::to_string(status)) + ")";
}

}  // namespace

sdk::Answer<Service> service_status(const sdk::Call& call, const Node& node,
                                    const ServiceName& arguments) {
  if (auto runs = require_systemd(node); !runs) return tl::unexpected(runs.error());
  const auto unit = show_unit(call, node, arguments.name);
  if (!unit) return tl::unexpected(unit.error());
  return sdk::ok(describe(arguments.name, *unit));
}

sdk::Answer<Service> change_service(const sdk::Call& call, const Node& node, ServiceAction action,
                                    const std::string& name,
                                    std::optional<std::int64_t> settle_ms) {
  if (auto runs = require_systemd(node); !runs) return tl::unexpected(runs.error());
  const auto before = show_unit(call, node, name);
  if (!before) return tl::unexpected(before.error());
  if (auto possible = check_possible(action, name, *before); !possible) {
    return tl::unexpected(possible.error());
  }
  if (!exists(*before) || is_so(action, *before)) return sdk::ok(describe(name, *before));
  if (call.check_mode()) return sdk::changed(describe(name, *before));
  const auto end = systemctl(call, node, {verb_of(action), "--", name});
  if (!end) return tl::unexpected(end.error());
  auto after = show_unit(call, node, name);
  if (!after) return tl::unexpected(after.error());
  if (end->exit_code != 0) {
    const auto failure =
        tool_failed(std::string("systemctl could not ") + verb_of(action) + " " + name, *end);
    return sdk::failed(failure.value(), describe(name, *after));
  }
  const auto ends = starts(action) ? ends_soon(call, node, name, settle_ms, *after) : false;
  if (!ends) return tl::unexpected(ends.error());
  if (*ends) {
    const auto failure = sdk::fail(ErrorCode::FailedPrecondition, ended_at_once(name, *after));
    return sdk::failed(failure.value(), describe(name, *after));
  }
  return sdk::changed(describe(name, *after));
}

}  // namespace muster::plugin::system
