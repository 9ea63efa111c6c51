/// The plugin's shared library: loaded, its entry checked, one instance made. Never unloaded.
#pragma once

#include <muster/plugin.h>

#include <muster/core/base/error.hpp>
#include <string>

namespace muster::plugins {

/// Loads the library behind descriptor `fd` and checks its entry against this host. Errors:
/// Unsupported, with a sentence on what to do (a newer ABI, no entry, an undefined symbol).
[[nodiscard]] Result<const muster_entry*> load_entry(int fd);

}  // namespace muster::plugins
