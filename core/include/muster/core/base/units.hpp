/// Durations and sizes as people write them, to types, and durations back.
///
/// Stateless; every function is [any].
#pragma once

#include <chrono>
#include <cstdint>
#include <muster/core/base/error.hpp>
#include <string>
#include <string_view>

namespace muster {

/// A whole number and a unit: "100ms", "60s", "5m", "2h", "7d". "0" needs no unit. At most 10
/// years. Errors: InvalidArgument, with an example.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// As parse_duration() reads it, in the largest unit of which it is a whole number: "90m", "2h".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

/// A whole number of bytes, or with a unit: "1048576", "10MB" (10^6), "64KiB" (2^10); B, KB, MB,
/// GB, TB, KiB, MiB, GiB, TiB. At most 2^62. Errors: InvalidArgument, with an example.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);

}  // namespace muster
