/// What a check program of the Monitoring Plugins' kind says: its exit code, its text, its
/// performance data.
///
/// Pure; plain values. Takes anything: what cannot be read is counted, never guessed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::plugin::script {

inline constexpr std::size_t kMaxCheckOutput = std::size_t{64} << 10U;
inline constexpr std::size_t kMaxPerfValues = 256;
inline constexpr std::size_t kMaxLabelBytes = 256;

enum class CheckStatus : std::uint8_t { Ok, Warning, Critical, Unknown };
[[nodiscard]] std::string_view to_string(CheckStatus status);

struct PerfValue {
  std::string label;
  double value = 0;
  std::string unit;  ///< as the program writes it: "s", "%", "MiB", "c", or ""
  std::string warning;
  std::string critical;  ///< ranges, as they are written: "10", "~:10", "@5:7"
  std::optional<double> minimum;
  std::optional<double> maximum;
};

struct CheckReport {
  CheckStatus status = CheckStatus::Unknown;
  std::string text;     ///< the first line
  std::string details;  ///< the lines after it
  std::vector<PerfValue> values;
  std::size_t unreadable = 0;  ///< performance data that are none, or are too many
  bool truncated = false;      ///< there was more output
};

/// Exit codes 0 to 3 are the four states; any other is Unknown. Of output above kMaxCheckOutput the
/// first part is read, without the word that was cut.
[[nodiscard]] CheckReport read_check(int exit_code, std::string_view output);
/// The values of `label=value[unit];warn;crit;min;max ...`; what is none is added to `unreadable`.
[[nodiscard]] std::vector<PerfValue> read_perfdata(std::string_view text, std::size_t& unreadable);
[[nodiscard]] nlohmann::json to_json(const CheckReport& report);

}  // namespace muster::plugin::script
