#include "reboot.hpp"

#include <sys/stat.h>

#include <condition_variable>
#include <functional>
#include <mutex>

#include "container.hpp"
#include "pause.hpp"
#include "systemd_unit.hpp"
#include "text_files.hpp"
#include "tool.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

constexpr std::chrono::hours kRemembered{24 * 7};  // as long as the agent remembers a task
// After this the agent has ended the process; for a host that does not.
constexpr std::chrono::seconds kHeldBack{30};
constexpr std::chrono::seconds kBetweenTries{1};

std::string boot_id(const Node& node) {
  const auto text = text_of(node.root + "/proc/sys/kernel/random/boot_id", 64);
  return printable(trimmed(text), 64);
}

/// Debian leaves a file; dnf has a program, which exits with 1.
sdk::Result<bool> is_needed(const sdk::Call& call, const Node& node) {
  struct stat facts {};
  if (::stat((node.root + "/run/reboot-required").c_str(), &facts) == 0) return true;
  if (!has_tool(node, "needs-restarting")) return false;
  const auto end = run_tool(call, node, {{"needs-restarting", "-r"}});
  if (!end) return tl::unexpected(end.error());
  if (end->exit_code > 1) return tool_failed("needs-restarting failed", *end);
  return end->exit_code == 1;
}

sdk::Status check_possible(const Node& node, const sdk::Kv& kv) {
  if (const auto kind = container_kind(node.root)) {
    return sdk::fail(ErrorCode::Unsupported, "not available: this node is a container (" + *kind +
                                                 "), which does not start by itself again");
  }
  if (boot_id(node).empty()) {
    return sdk::fail(ErrorCode::Unsupported, "not available: this kernel has no id of its start");
  }
  if (!kv) {
    return sdk::fail(ErrorCode::Unsupported,
                     "not available: this host keeps no values, so nothing would be left to say "
                     "after the reboot");
  }
  return {};
}

/// Errors: only when it is sure that the node stays up. A program that was ended on its way, by the
/// reboot perhaps, has asked as far as anybody knows.
sdk::Status ask_for_it(const sdk::Call& call, const Node& node) {
  std::vector<std::string> argv{"systemctl", "--no-ask-password", "reboot"};
  if (!require_systemd(node)) argv = {"shutdown", "-r", "now"};
  const bool is_there = has_tool(node, argv[0]);
  const auto end = run_tool(call, node, {std::move(argv)});
  if (!end) return is_there ? sdk::Status() : tl::unexpected(end.error());
  return end->exit_code == 0 ? sdk::Status() : tool_failed("the node would not reboot", *end);
}

/// An answer would be the task's end, on the way to what it waits for. The agent gives its plugins
/// 5 s to stop, and takes a call without an answer for one to be made again.
void hold_while_it_goes_down(const sdk::Call& call) {
  if (call.cancel_reason() != MUSTER_CANCEL_SHUTDOWN) return;
  std::mutex mutex;
  std::condition_variable never_notified;
  std::unique_lock lock(mutex);
  never_notified.wait_for(lock, kHeldBack, [] { return false; });
}

/// Until the node or the agent goes down (which does not come back from here) or the time is up.
void wait_for_the_end(const sdk::Call& call) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  const auto never = [] { return false; };
  const auto stop = call.cancelled();
  if (const auto until = call.deadline()) {
    changed.wait_until(lock, stop, *until, never);
  } else {
    changed.wait(lock, stop, never);
  }
  hold_while_it_goes_down(call);
}

/// Runs it until it exits with 0. Errors: its last end, when the time is up.
tl::expected<void, ToolEnd> try_until_it_passes(const sdk::Call& call, const Node& node,
                                                const Tool& tool,
                                                const std::function<bool(const ToolEnd&)>& passes) {
  ToolEnd last;
  do {
    auto end = run_tool(call, node, tool);
    if (end && passes(*end)) return {};
    if (end) last = std::move(*end);
    if (!end && last.exit_code < 0) last.err = end.error().message;  // it could not be run
    // It says so before its time is up, when it would be out of time and not what the last one
    // said.
  } while (pause(call, kBetweenTries));
  return tl::unexpected(last);
}

sdk::Status pass_check(const sdk::Call& call, const Node& node,
                       const std::vector<std::string>& argv) {
  const auto passed = try_until_it_passes(call, node, {argv},
                                          [](const ToolEnd& end) { return end.exit_code == 0; });
  if (passed) return {};
  return tool_failed("the node has started again, and the check does not pass", passed.error(),
                     "/check");
}

/// Until systemd has started what it starts; gives how it is, "" where it does not run.
sdk::Result<std::string> wait_for_systemd(const sdk::Call& call, const Node& node) {
  if (!require_systemd(node)) return std::string();
  std::string state = "not to be asked";
  const auto passed = try_until_it_passes(call, node, {{"systemctl", "is-system-running"}},
                                          [&](const ToolEnd& end) {
                                            state = printable(trimmed(end.out), 64);
                                            return state == "running" || state == "degraded";
                                          });
  if (passed) return state;
  return sdk::fail(ErrorCode::Timeout, "the node has started again, and systemd is still " + state);
}

/// The node is back. Errors: the check does not pass.
sdk::Status check_start(const sdk::Call& call, const Node& node, const RebootArguments& arguments,
                        RebootResult& result) {
  if (arguments.check) return pass_check(call, node, *arguments.check);
  const auto state = wait_for_systemd(call, node);
  if (!state) return tl::unexpected(state.error());
  if (!state->empty()) result.systemd = *state;
  return {};
}

}  // namespace

sdk::Answer<RebootResult> reboot(const sdk::Call& call, const Node& node, const sdk::Kv& kv,
                                 const RebootArguments& arguments) {
  if (auto possible = check_possible(node, kv); !possible) {
    return tl::unexpected(possible.error());
  }
  RebootResult result;
  result.boot_id = boot_id(node);
  const auto key = "reboot/" + call.idempotency_key();
  const auto before = kv.get(key);
  if (!before && before.error().code != ErrorCode::NotFound) {
    return tl::unexpected(before.error());
  }
  if (before && before->value != result.boot_id) {
    result.boot_id_before = before->value;
    const auto checked = check_start(call, node, arguments, result);
    if (!checked) hold_while_it_goes_down(call);
    (void)kv.remove(key);  // or it goes after a week
    if (!checked) return tl::unexpected(checked.error());
    return sdk::changed(std::move(result));
  }
  if (arguments.if_needed) {
    const auto needed = is_needed(call, node);
    if (!needed) return tl::unexpected(needed.error());
    if (!*needed) return sdk::ok(std::move(result));
  }
  if (call.check_mode()) return sdk::changed(std::move(result));
  if (auto kept = kv.set(key, result.boot_id, kRemembered); !kept) {
    return tl::unexpected(kept.error());
  }
  if (auto asked = ask_for_it(call, node); !asked) {
    (void)kv.remove(key);
    return tl::unexpected(asked.error());
  }
  wait_for_the_end(call);
  return sdk::indeterminate({ErrorCode::Timeout,
                             "the reboot was asked for and the node did not go down in time; it "
                             "may yet",
                             {},
                             false,
                             {}});
}

}  // namespace muster::plugin::system
