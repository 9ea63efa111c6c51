/// Runs a program of the node and keeps what it says: systemctl, apt-get, useradd.
///
/// Blocks, on a worker, until it has ended, the call's deadline or its end. It gets `input`, PATH,
/// the language C, and the variables of `environment`. Stateless.
#pragma once

#include <muster/sdk/call.hpp>
#include <muster/sdk/error.hpp>
#include <string>
#include <vector>

#include "node.hpp"

namespace muster::plugin::system {

inline constexpr std::size_t kMaxToolOutput = std::size_t{4} << 20U;  // kept, of each stream

struct Tool {
  std::vector<std::string> argv;
  std::vector<std::string> environment = {};  ///< "NAME=value"
  bool shown = false;                         ///< pass its output on as the call's, too
  std::string input = {};                     ///< for what no other user may see in the arguments
};

struct ToolEnd {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// Any exit code is a result. Errors: NotFound when it is not installed, Timeout, Cancelled,
/// Unavailable when the agent stops, FailedPrecondition when a signal ended it.
[[nodiscard]] sdk::Result<ToolEnd> run_tool(const sdk::Call& call, const Node& node,
                                            const Tool& tool);

/// Whether there is such a program.
[[nodiscard]] bool has_tool(const Node& node, const std::string& name);

/// FailedPrecondition with what was done, what the program said last and its exit code.
[[nodiscard]] tl::unexpected<sdk::Error> tool_failed(const std::string& what, const ToolEnd& end,
                                                     std::string field = {});

}  // namespace muster::plugin::system
