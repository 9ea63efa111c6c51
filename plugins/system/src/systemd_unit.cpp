#include "systemd_unit.hpp"

#include <sys/stat.h>

#include <ctime>

#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

constexpr const char* kProperties =
    "--property=Id,Type,Description,LoadState,ActiveState,SubState,UnitFileState,MainPID,Result,"
    "ExecMainStatus,NRestarts,MemoryCurrent,CanReload,StateChangeTimestamp,"
    "NextElapseUSecRealtime,LastTriggerUSec,Unit,FragmentPath";

}  // namespace

std::vector<UnitProperties> parse_units(std::string_view shown) {
  std::vector<UnitProperties> units;
  UnitProperties unit;
  for_each_line(shown, [&](std::string_view line) {
    const auto at = line.find('=');
    if (line.empty() && !unit.empty()) units.push_back(std::exchange(unit, {}));
    if (at == std::string_view::npos) return;
    constexpr std::size_t kMost = 1024;
    unit[std::string(line.substr(0, at))] = printable(line.substr(at + 1), kMost);
  });
  if (!unit.empty()) units.push_back(std::move(unit));
  return units;
}

std::string property(const UnitProperties& unit, const std::string& name) {
  const auto found = unit.find(name);
  return found == unit.end() ? "" : found->second;
}

std::int64_t unix_of(const std::string& timestamp) {
  std::tm parts{};
  const char* end = ::strptime(timestamp.c_str(), "%a %Y-%m-%d %H:%M:%S UTC", &parts);
  return end == nullptr ? 0 : ::timegm(&parts);
}

sdk::Status require_systemd(const Node& node) {
  struct stat facts {};
  if (::stat((node.root + "/run/systemd/system").c_str(), &facts) == 0) return {};  // sd_booted(3)
  return sdk::fail(sdk::ErrorCode::Unsupported, "not available: this node does not run systemd");
}

sdk::Result<ToolEnd> systemctl(const sdk::Call& call, const Node& node,
                               std::vector<std::string> arguments) {
  std::vector<std::string> argv{"systemctl", "--no-pager", "--no-ask-password"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_tool(call, node, {std::move(argv)});
}

sdk::Result<UnitProperties> show_unit(const sdk::Call& call, const Node& node,
                                      const std::string& name) {
  auto end = systemctl(call, node, {"show", kProperties, "--", name});
  if (!end) return tl::unexpected(end.error());
  if (end->exit_code != 0) return tool_failed("cannot ask for " + name, *end, "/name");
  auto units = parse_units(end->out);
  if (units.empty()) {
    return sdk::fail(sdk::ErrorCode::Unavailable, "systemctl said nothing of " + name, "/name");
  }
  return std::move(units.front());
}

}  // namespace muster::plugin::system
