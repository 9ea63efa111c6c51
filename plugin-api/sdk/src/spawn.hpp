/// Starts a program with pipes on its three standard streams; the caller reads, writes, kills and
/// reaps.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <muster/sdk/descriptor.hpp>
#include <muster/sdk/error.hpp>
#include <muster/sdk/process_runner.hpp>

namespace muster::sdk {

struct Spawned {
  pid_t pid = -1;     ///< also the number of its process group
  Descriptor exited;  ///< pidfd: readable once it has ended
  Descriptor in;      ///< non-blocking
  Descriptor out;
  Descriptor err;
};

/// Errors as run_process().
[[nodiscard]] Result<Spawned> spawn(const Program& program, std::uint64_t max_memory_bytes);

}  // namespace muster::sdk
