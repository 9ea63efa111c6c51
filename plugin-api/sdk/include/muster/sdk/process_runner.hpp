/// Runs one program to its end: an argument vector and no shell, output streamed, nothing left
/// behind.
///
/// The program gets a process group of its own, the given environment and nothing else of the
/// caller's: no descriptors, no signal mask, no ignored signals. Blocks the calling thread, so call
/// it on a worker; any number may run at once. Stateless. It does not decide what may be run.
///
/// Nothing outlives the call except what left the process group (setsid, setpgid, a shell with job
/// control): containing that is the business of a cgroup, and the call does not wait for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <muster/sdk/error.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace muster::sdk {

struct Program {
  std::vector<std::string> argv;         ///< argv[0] is a path, or a name to look up in PATH
  std::vector<std::string> environment;  ///< "NAME=value"; its PATH is the one searched
  std::string working_directory = "/";
  std::string stdin_bytes;  ///< standard input ends after these
};

struct ProcessLimits {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  std::uint64_t max_memory_bytes = 0;  ///< address space of each process (RLIMIT_AS); 0 = no limit
  std::uint64_t max_output_bytes = 0;  ///< passed on, of both streams together; 0 = no limit
  std::chrono::milliseconds kill_grace{2'000};  ///< between SIGTERM and SIGKILL
};

enum class OutputStream : std::uint8_t { Stdout, Stderr };
enum class StopReason : std::uint8_t { None, Cancelled, Deadline, OutputRefused };

struct ProcessEnd {
  int exit_code = -1;                     ///< -1 when a signal ended it
  int signal = 0;                         ///< the signal that ended it, or 0
  StopReason stopped = StopReason::None;  ///< why we killed it, if we did
  std::chrono::milliseconds duration{0};
  std::uint64_t stdout_bytes = 0;  ///< all that it wrote, what was cut off included
  std::uint64_t stderr_bytes = 0;
  bool truncated =
      false;  ///< max_output_bytes was reached; the program went on, the rest was dropped
};

/// Takes a piece of output (at most 64 KiB). May block, which holds the program back; it must then
/// return when the stop token or the deadline says so. False ends the program with OutputRefused.
using OutputSink = std::function<bool(OutputStream, std::span<const std::byte>)>;

/// Runs `program` until it has ended and its output was read. A request to stop and the deadline
/// send SIGTERM to the whole group, and SIGKILL after the grace. What the program leaves running in
/// its group when it ends has the grace to close its output, then is killed. Errors, with nothing
/// run: NotFound or PermissionDenied (no such program, not executable, bad working directory: the
/// sentence says which), InvalidArgument (no argv, a NUL inside), ResourceExhausted.
[[nodiscard]] Result<ProcessEnd> run_process(const Program& program, const ProcessLimits& limits,
                                             const OutputSink& on_output,
                                             std::stop_token stop = {});

/// The path that `name` stands for: itself when it has a slash (against `working_directory`), else
/// the first executable file in the PATH of `environment`. Errors: NotFound, PermissionDenied.
[[nodiscard]] Result<std::string> find_program(const std::string& name,
                                               const std::vector<std::string>& environment,
                                               const std::string& working_directory);

}  // namespace muster::sdk
