#include <array>
#include <charconv>
#include <muster/core/base/units.hpp>
#include <optional>
#include <string>
#include <utility>

namespace muster {
namespace {

constexpr std::uint64_t kMaxMilliseconds = 3650ULL * 24 * 60 * 60 * 1000;
constexpr std::uint64_t kMaxBytes = 1ULL << 62U;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array kTimeUnits{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array kSizeUnits{Unit{"", 1},
                                Unit{"B", 1},
                                Unit{"KB", 1'000},
                                Unit{"MB", 1'000'000},
                                Unit{"GB", 1'000'000'000},
                                Unit{"TB", 1'000'000'000'000},
                                Unit{"KiB", 1ULL << 10U},
                                Unit{"MiB", 1ULL << 20U},
                                Unit{"GiB", 1ULL << 30U},
                                Unit{"TiB", 1ULL << 40U}};

enum class Fault { Shape, TooLarge };

/// Digits, then one of the units, with nothing before, between or after.
template <std::size_t N>
tl::expected<std::uint64_t, Fault> parse_quantity(std::string_view text,
                                                  const std::array<Unit, N>& units,
                                                  std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return tl::unexpected(Fault::TooLarge);
  if (error != std::errc{}) return tl::unexpected(Fault::Shape);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (number == 0 && unit.empty()) return 0;
  for (const auto& known : units) {
    if (known.name != unit) continue;
    if (number > most / known.factor) return tl::unexpected(Fault::TooLarge);
    return number * known.factor;
  }
  return tl::unexpected(Fault::Shape);
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto parsed = parse_quantity(text, kTimeUnits, kMaxMilliseconds);
  if (parsed) return std::chrono::milliseconds(static_cast<std::int64_t>(*parsed));
  if (parsed.error() == Fault::TooLarge) {
    return fail(ErrorCode::InvalidArgument, "a duration must be at most 3650d");
  }
  return fail(ErrorCode::InvalidArgument,
              "a duration is a whole number and one of ms, s, m, h, d, such as 500ms or 5m");
}

std::string duration_text(std::chrono::milliseconds duration) {
  auto unit = kTimeUnits.rbegin();
  while (duration.count() % static_cast<std::int64_t>(unit->factor) != 0) ++unit;
  return std::to_string(duration.count() / static_cast<std::int64_t>(unit->factor)) +
         std::string(unit->name);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto parsed = parse_quantity(text, kSizeUnits, kMaxBytes);
  if (parsed) return *parsed;
  if (parsed.error() == Fault::TooLarge) {
    return fail(ErrorCode::InvalidArgument, "a size must be at most 2^62 bytes");
  }
  return fail(ErrorCode::InvalidArgument,
              "a size is a whole number of bytes or has one of KB, MB, GB, TB, KiB, MiB, GiB, TiB, "
              "such as 64KiB");
}

}  // namespace muster
