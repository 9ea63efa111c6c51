/// The plugins of this node in hosts of their own: the PluginRuntime of the program.
///
/// It translates between the executor, which speaks of tasks, and the PluginSupervisor, which
/// speaks of calls; it decides nothing. Owned by app.cpp; everything is [loop].
#pragma once

#include <filesystem>
#include <memory>
#include <muster/core/log/logger.hpp>
#include <muster/core/run/event_loop.hpp>

#include "plugin_runtime.hpp"

namespace muster::agent {

/// Reads every plugin of `directory`; starts nothing yet. Blocks. Errors: NotFound for the folder.
/// `config_directory` has `<plugin id>.json`, or is ""; `host_program` is muster-plugin-host;
/// `loop` must outlive the result.
[[nodiscard]] Result<std::unique_ptr<PluginRuntime>> load_hosted_plugins(
    run::EventLoop& loop, const log::Logger& log, const std::filesystem::path& directory,
    const std::filesystem::path& config_directory, const std::filesystem::path& host_program);

}  // namespace muster::agent
