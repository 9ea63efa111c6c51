#include "timers.hpp"

#include "accounts.hpp"
#include "diff.hpp"
#include "owned_file.hpp"
#include "systemd_unit.hpp"
#include "text_files.hpp"
#include "timer_units.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

constexpr std::size_t kMaxListed = 500;

std::string path_of(const std::string& unit) { return "/etc/systemd/system/" + unit; }

struct Files {
  OwnedFile service;
  OwnedFile timer;
};

sdk::Result<Files> open_files(const Node& node, const std::string& name) {
  auto service = open_owned(node.root + path_of(name + ".service"), kTimerMark);
  if (!service) return tl::unexpected(service.error());
  auto timer = open_owned(node.root + path_of(name + ".timer"), kTimerMark);
  if (!timer) return tl::unexpected(timer.error());
  return Files{std::move(*service), std::move(*timer)};
}

TimerSpec spec_of(const TimerPresentArguments& arguments) {
  return {arguments.name,
          arguments.description.value_or("Timer " + arguments.name + " of Muster"),
          arguments.argv,
          arguments.on_calendar.value_or(std::vector<std::string>()),
          arguments.every_seconds,
          arguments.user,
          arguments.cwd,
          arguments.random_delay_seconds,
          arguments.persistent};
}

/// What systemd itself says of the times, where it can be asked.
sdk::Status check_times(const sdk::Call& call, const Node& node, const TimerSpec& spec) {
  if (!has_tool(node, "systemd-analyze")) return {};
  for (std::size_t i = 0; i < spec.on_calendar.size(); ++i) {
    auto end = run_tool(call, node, {{"systemd-analyze", "calendar", "--", spec.on_calendar[i]}});
    if (!end) return tl::unexpected(end.error());
    if (end->exit_code == 0) continue;
    auto failure = tool_failed("this is no time that systemd knows: " + spec.on_calendar[i], *end,
                               "/on_calendar/" + std::to_string(i));
    failure.value().code = ErrorCode::InvalidArgument;
    return failure;
  }
  return {};
}

sdk::Status must(sdk::Result<ToolEnd> end, const std::string& what) {
  if (!end) return tl::unexpected(end.error());
  return end->exit_code == 0 ? sdk::Status() : tool_failed(what, *end);
}

void add_change(TimerChange& change, const OwnedFile& file, const std::string& content,
                const std::string& path, const char* name) {
  if (file.content == content) return;
  change.changes.emplace_back(name);
  change.diff =
      change.diff.value_or("") + unified_diff(path, file.content.value_or(""), content).text;
}

/// Files, then systemd's view of them, then what runs: each step may be repeated.
sdk::Status put_in_force(const sdk::Call& call, const Node& node, const Files& files,
                         const TimerSpec& spec, bool files_differ) {
  const auto unit = spec.name + ".timer";
  if (files_differ) {
    if (auto put = write_owned(files.service, service_text(spec)); !put) return put;
    if (auto put = write_owned(files.timer, timer_text(spec)); !put) return put;
    auto reloaded = must(systemctl(call, node, {"daemon-reload"}), "systemd did not read " + unit);
    if (!reloaded) return reloaded;
  }
  auto enabled = must(systemctl(call, node, {"enable", "--", unit}), "cannot enable " + unit);
  if (!enabled) return enabled;
  // Also when it runs already: it waits for the time that the file said before.
  return must(systemctl(call, node, {files_differ ? "restart" : "start", "--", unit}),
              "cannot start " + unit);
}

}  // namespace

sdk::Answer<TimerLsResult> list_timers(const sdk::Call& call, const Node& node) {
  if (auto runs = require_systemd(node); !runs) return tl::unexpected(runs.error());
  auto end = systemctl(call, node,
                       {"show", "--all",
                        "--property=Id,Description,ActiveState,UnitFileState,Unit,"
                        "NextElapseUSecRealtime,LastTriggerUSec",
                        "--", "*.timer"});
  if (!end) return tl::unexpected(end.error());
  if (end->exit_code != 0) return tool_failed("cannot list timers", *end);
  const auto units = parse_units(end->out);
  TimerLsResult result;
  result.total = static_cast<std::int64_t>(units.size());
  for (const auto& unit : units) {
    if (result.timers.size() >= kMaxListed) break;
    TimerLsResultTimersItem timer;
    timer.name = property(unit, "Id");
    timer.description = property(unit, "Description");
    timer.starts = property(unit, "Unit");
    timer.active = property(unit, "ActiveState") == "active";
    timer.enabled = if_any(property(unit, "UnitFileState"));
    const auto next = unix_of(property(unit, "NextElapseUSecRealtime"));
    if (next > 0) timer.next_unix = next;
    const auto last = unix_of(property(unit, "LastTriggerUSec"));
    if (last > 0) timer.last_unix = last;
    result.timers.push_back(std::move(timer));
  }
  return sdk::ok(std::move(result));
}

sdk::Answer<TimerChange> make_timer(const sdk::Call& call, const Node& node,
                                    const TimerPresentArguments& arguments) {
  if (auto runs = require_systemd(node); !runs) return tl::unexpected(runs.error());
  const auto spec = spec_of(arguments);
  if (auto checked = check_timer(spec); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_times(call, node, spec); !checked) {
    return tl::unexpected(checked.error());
  }
  if (spec.user) {
    if (const auto user = user_number(*spec.user, "/user"); !user) {
      return tl::unexpected(user.error());
    }
  }
  const auto files = open_files(node, spec.name);
  if (!files) return tl::unexpected(files.error());
  TimerChange change;
  change.name = spec.name;
  add_change(change, files->service, service_text(spec), path_of(spec.name + ".service"),
             "service");
  add_change(change, files->timer, timer_text(spec), path_of(spec.name + ".timer"), "timer");
  const bool files_differ = !change.changes.empty();
  const auto unit = show_unit(call, node, spec.name + ".timer");
  if (!unit) return tl::unexpected(unit.error());
  if (property(*unit, "UnitFileState") != "enabled") change.changes.emplace_back("enabled");
  if (property(*unit, "ActiveState") != "active") change.changes.emplace_back("started");
  if (!call.check_mode()) change.diff.reset();
  if (change.changes.empty()) return sdk::ok(std::move(change));
  if (call.check_mode()) return sdk::changed(std::move(change));
  if (auto done = put_in_force(call, node, *files, spec, files_differ); !done) {
    return tl::unexpected(done.error());
  }
  return sdk::changed(std::move(change));
}

sdk::Answer<TimerChange> remove_timer(const sdk::Call& call, const Node& node,
                                      const TimerAbsentArguments& arguments) {
  if (auto runs = require_systemd(node); !runs) return tl::unexpected(runs.error());
  const auto files = open_files(node, arguments.name);
  if (!files) return tl::unexpected(files.error());
  TimerChange change;
  change.name = arguments.name;
  if (files->service.content) change.changes.emplace_back("service");
  if (files->timer.content) change.changes.emplace_back("timer");
  if (change.changes.empty()) return sdk::ok(std::move(change));
  if (call.check_mode()) return sdk::changed(std::move(change));
  const auto unit = arguments.name + ".timer";
  if (files->timer.content) {
    auto stopped =
        must(systemctl(call, node, {"disable", "--now", "--", unit}), "cannot stop " + unit);
    if (!stopped) return tl::unexpected(stopped.error());
  }
  // The timer last: while it is there another try finds what is left to do.
  for (const auto* file : {&files->service, &files->timer}) {
    if (auto gone = remove_owned(*file); !gone) return tl::unexpected(gone.error());
  }
  auto reloaded = must(systemctl(call, node, {"daemon-reload"}), "systemd did not forget " + unit);
  if (!reloaded) return tl::unexpected(reloaded.error());
  // A last run that failed would be shown for ever; where there is none this fails, and may.
  (void)systemctl(call, node, {"reset-failed", "--", arguments.name + ".service"});
  return sdk::changed(std::move(change));
}

}  // namespace muster::plugin::system
