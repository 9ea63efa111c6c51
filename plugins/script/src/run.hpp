/// One call: its program run to the end, and what that means.
///
/// Blocks: on a worker. Any number at once.
#pragma once

#include <muster/sdk/call.hpp>
#include <muster/sdk/host.hpp>
#include <muster/sdk/process_runner.hpp>
#include <nlohmann/json_fwd.hpp>

#include "folder.hpp"

namespace muster::plugin::script {

inline constexpr std::size_t kMaxJsonOutput = std::size_t{64} << 20U;

/// The program with its words, in the folder, with PATH and LANG and nothing else of the host's
/// environment. Errors: those of Command::words() and program_path().
[[nodiscard]] sdk::Result<sdk::Program> program_for(const Folder& folder, const Command& command,
                                                    const nlohmann::json& arguments);

/// Runs the operation and finishes the call.
void run_operation(const Folder& folder, const OperationSpec& operation, const sdk::Log& log,
                   const sdk::Call& call, const nlohmann::json& arguments);

}  // namespace muster::plugin::script
