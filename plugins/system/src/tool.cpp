#include "tool.hpp"

#include <muster/sdk/process_runner.hpp>

#include "text_files.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

std::vector<std::string> environment_of(const Node& node, const Tool& tool) {
  std::vector<std::string> environment{"PATH=" + node.path, "LC_ALL=C.UTF-8", "TZ=UTC"};
  environment.insert(environment.end(), tool.environment.begin(), tool.environment.end());
  return environment;
}

void keep(std::string& all, std::span<const std::byte> piece) {
  const auto room = kMaxToolOutput - std::min(all.size(), kMaxToolOutput);
  all.append(reinterpret_cast<const char*>(piece.data()), std::min(room, piece.size()));
}

tl::unexpected<sdk::Error> stopped(const sdk::Call& call, const std::string& program,
                                   sdk::StopReason reason) {
  const auto why = call.cancel_reason();
  if (reason == sdk::StopReason::Deadline || why == MUSTER_CANCEL_DEADLINE) {
    return sdk::fail(ErrorCode::Timeout, program + " was stopped because its time was up");
  }
  if (why == MUSTER_CANCEL_SHUTDOWN) {
    return sdk::fail(ErrorCode::Unavailable, program + " was stopped because the agent stops");
  }
  return sdk::fail(ErrorCode::Cancelled, program + " was stopped because the call was cancelled");
}

/// What stands in several lines.
std::string as_sentence(std::string_view lines) {
  std::string sentence;
  for_each_line(lines, [&sentence](std::string_view line) {
    const auto said = trimmed(line);
    if (said.empty()) return;
    constexpr std::string_view kEnds = ".:,;";
    const bool ended = !sentence.empty() && kEnds.find(sentence.back()) != std::string_view::npos;
    if (!sentence.empty()) sentence += ended ? " " : "; ";
    sentence += said;
  });
  return sentence;
}

}  // namespace

sdk::Result<ToolEnd> run_tool(const sdk::Call& call, const Node& node, const Tool& tool) {
  ToolEnd result;
  const auto take = [&](sdk::OutputStream stream, std::span<const std::byte> piece) {
    const bool is_out = stream == sdk::OutputStream::Stdout;
    keep(is_out ? result.out : result.err, piece);
    return !tool.shown ||
           call.write(is_out ? sdk::Stream::Stdout : sdk::Stream::Stderr, piece).has_value();
  };
  sdk::ProcessLimits limits;
  limits.deadline = call.deadline();
  const auto end = sdk::run_process({tool.argv, environment_of(node, tool), "/", tool.input},
                                    limits, take, call.cancelled());
  if (!end) return tl::unexpected(end.error());
  if (end->stopped != sdk::StopReason::None) return stopped(call, tool.argv[0], end->stopped);
  if (end->signal != 0) {
    return sdk::fail(ErrorCode::FailedPrecondition,
                     tool.argv[0] + " was ended by signal " + std::to_string(end->signal));
  }
  result.exit_code = end->exit_code;
  return result;
}

bool has_tool(const Node& node, const std::string& name) {
  return sdk::find_program(name, {"PATH=" + node.path}, "/").has_value();
}

tl::unexpected<sdk::Error> tool_failed(const std::string& what, const ToolEnd& end,
                                       std::string field) {
  constexpr std::size_t kMost = 1000;
  auto said = trimmed(end.err.empty() ? end.out : end.err);
  if (said.size() > kMost) said.remove_prefix(said.size() - kMost);
  std::string text = printable(as_sentence(said), kMost);
  std::string reason = said.empty() ? "" : ": " + text;
  return sdk::fail(ErrorCode::FailedPrecondition,
                   what + " (exit code " + std::to_string(end.exit_code) + ")" + reason,
                   std::move(field));
}

}  // namespace muster::plugin::system
