/// What no plugin should do, each on demand.
#pragma once

#include <muster/sdk/call.hpp>
#include <muster/sdk/host.hpp>
#include <string>

namespace muster::plugin::mock {

/// Ends the process: "abort", "segv", "exit" or "oom". Returns for any other kind.
void crash(const std::string& kind);

/// Never returns.
[[noreturn]] void hang();

/// Starts `sleep` in a process group of its own, which nobody ends, and returns its number.
[[nodiscard]] std::int64_t leave_a_child();

/// Emits whatever the host answers, until `call` is cancelled.
void flood(const sdk::Host& host, const sdk::Call& call);

/// Ends a call that never was.
void finish_unknown_call(const sdk::Host& host);

/// Ends `call` behind the kit's back, so that the end that follows is the second.
void finish_behind(const sdk::Host& host, const sdk::Call& call);

void append_line(const std::string& path, const std::string& line);

}  // namespace muster::plugin::mock
