/// Errors of the kit as the ABI carries them.
#pragma once

#include <muster/plugin.h>

#include <muster/sdk/host.hpp>

namespace muster::sdk::detail {

/// Borrows from `error`.
[[nodiscard]] inline muster_error as_table(const Error& error) {
  return {sizeof(muster_error),
          static_cast<muster_status>(error.code),
          error.retryable ? MUSTER_ERROR_RETRYABLE : 0U,
          static_cast<std::uint32_t>(error.retry_after.count()),
          view(error.message),
          view(error.field)};
}

/// Puts `error` into the sink, if there is one, and returns its code.
inline muster_status report(const muster_error_sink* sink, const Error& error) {
  const muster_error table = as_table(error);
  if (MUSTER_HAS(sink, muster_error_sink, set)) sink->set(sink, &table);
  return table.code;
}

}  // namespace muster::sdk::detail
