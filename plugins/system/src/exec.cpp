#include "exec.hpp"

#include <string.h>

#include <muster/sdk/process_runner.hpp>

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;
using sdk::ProcessEnd;
using sdk::StopReason;

constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::vector<std::string> environment_of(const ExecArguments& arguments) {
  std::vector<std::string> environment;
  const auto given = arguments.env.value_or(std::map<std::string, std::string>{});
  if (given.count("PATH") == 0) environment.emplace_back(kPath);
  if (given.count("LANG") == 0) environment.emplace_back("LANG=C.UTF-8");
  for (const auto& [name, value] : given) environment.push_back(name + "=" + value);
  return environment;
}

sdk::Status check_environment(const ExecArguments& arguments) {
  if (!arguments.env) return {};
  for (const auto& [name, value] : *arguments.env) {
    if (name.empty() || name.find('=') != std::string::npos) {
      return sdk::fail(ErrorCode::InvalidArgument,
                       "the name of a variable is empty or has a = in it: " + name, "/env");
    }
  }
  return {};
}

sdk::ProcessLimits limits_of(const sdk::Call& call, const ExecArguments& arguments) {
  sdk::ProcessLimits limits;
  limits.deadline = call.deadline();
  limits.max_memory_bytes = static_cast<std::uint64_t>(arguments.max_memory_mb.value_or(0)) << 20U;
  limits.max_output_bytes = static_cast<std::uint64_t>(arguments.max_output_bytes.value_or(0));
  return limits;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

End end_of(const ProcessEnd& end) {
  End result;
  if (end.signal != 0) {
    result.signal = signal_name(end.signal);
  } else {
    result.exit_code = end.exit_code;
  }
  result.duration_ms = end.duration.count();
  result.stdout_bytes = static_cast<std::int64_t>(end.stdout_bytes);
  result.stderr_bytes = static_cast<std::int64_t>(end.stderr_bytes);
  result.truncated = end.truncated;
  return result;
}

sdk::Error why(const sdk::Call& call, const std::string& program, const ProcessEnd& end) {
  const auto error = [](ErrorCode code, std::string message) {
    return sdk::Error{code, std::move(message), {}, false, {}};
  };
  const bool is_late =
      end.stopped == StopReason::Deadline || call.cancel_reason() == MUSTER_CANCEL_DEADLINE;
  if (end.stopped != StopReason::None && is_late) {
    return error(ErrorCode::Timeout, program + " was stopped because its time was up");
  }
  if (end.stopped != StopReason::None && call.cancel_reason() == MUSTER_CANCEL_SHUTDOWN) {
    return error(ErrorCode::Unavailable, program + " was stopped because the agent stops");
  }
  if (end.stopped != StopReason::None) {
    return error(ErrorCode::Cancelled, program + " was stopped because the call was cancelled");
  }
  if (end.signal != 0) {
    return error(ErrorCode::FailedPrecondition,
                 program + " was ended by " + signal_name(end.signal));
  }
  return error(ErrorCode::FailedPrecondition,
               program + " exited with " + std::to_string(end.exit_code));
}

}  // namespace

sdk::Answer<End> execute(const sdk::Call& call, const ExecArguments& arguments) {
  if (call.check_mode()) {
    return sdk::fail(ErrorCode::Unsupported, "nobody can say what a program would change");
  }
  if (auto checked = check_environment(arguments); !checked) {
    return tl::unexpected(checked.error());
  }
  const sdk::Program program{arguments.argv, environment_of(arguments), arguments.cwd,
                             arguments.stdin_.value_or("")};
  const auto pass_on = [&call](sdk::OutputStream stream, std::span<const std::byte> piece) {
    const auto to = stream == sdk::OutputStream::Stdout ? sdk::Stream::Stdout : sdk::Stream::Stderr;
    return call.write(to, piece).has_value();
  };
  const auto end = sdk::run_process(program, limits_of(call, arguments), pass_on, call.cancelled());
  if (!end) return tl::unexpected(end.error());
  if (end->stopped == StopReason::None && end->exit_code == 0) return sdk::changed(end_of(*end));
  return sdk::failed(why(call, arguments.argv.front(), *end), end_of(*end));
}

}  // namespace muster::plugin::system
