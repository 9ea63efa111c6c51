/// The plugins of this node in hosts of their own: the PluginRuntime of the program.
///
/// It translates between the executor, which speaks of tasks, and the PluginSupervisor, which
/// speaks of calls; it decides nothing. Owned by app.cpp; everything is [loop].
#pragma once

#include <filesystem>
#include <memory>
#include <muster/core/log/logger.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/run/worker_pool.hpp>

#include "plugin_runtime.hpp"

namespace muster::agent {

struct PluginPlaces {
  std::filesystem::path directory;
  std::filesystem::path config_directory;  ///< has `<plugin id>.yaml`; "" for nowhere
  std::filesystem::path host_program;      ///< muster-plugin-host
  std::filesystem::path kv_directory;      ///< what plugins keep; made when needed
};

/// Reads every plugin of the folder; starts nothing yet. Blocks. Errors: NotFound for the folder.
/// `loop` and `workers` must outlive the result.
[[nodiscard]] Result<std::unique_ptr<PluginRuntime>> load_hosted_plugins(run::EventLoop& loop,
                                                                         run::WorkerPool& workers,
                                                                         const log::Logger& log,
                                                                         PluginPlaces places);

}  // namespace muster::agent
