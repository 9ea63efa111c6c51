/// What is less and what is more, among versions, numbers and sizes. Private to the selector.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster::selector {

/// As people read version numbers: runs of digits by value, runs of letters without their case, and
/// what separates them does not count. What goes on is more ("12" < "12.1"), unless it goes on as a
/// version that comes before another does: with ~, or alpha, beta, dev, pre or rc in any case
/// ("2.0-rc1" < "2.0"). A v in front of a number does not count.
[[nodiscard]] std::strong_ordering compare_versions(std::string_view left, std::string_view right);

/// Whether it begins with a number, perhaps after a v; other text is neither more nor less than
/// one.
[[nodiscard]] bool is_version(std::string_view text);
/// Digits, perhaps with dots between: a plain number, or a version that has no letters.
[[nodiscard]] bool is_number(std::string_view text);
/// Whether such a number can be more or less than it: it is one, or goes on as a version does
/// ("2.0-rc1", "1.0.2a"), and not as a number with a unit or a date does ("1.5gigs", "2026-01-01").
[[nodiscard]] bool is_number_or_version(std::string_view text);
/// A whole number of five digits or more: bytes, seconds, a count, and no version.
[[nodiscard]] bool is_amount(std::string_view text);
/// A version or a date of three numbers or more with dots between ("6.1.0", "2026.01.01").
[[nodiscard]] bool has_three_numbers(std::string_view text);
/// It begins as a date does: "2026-01-31", perhaps with a time behind it.
[[nodiscard]] bool is_date(std::string_view text);
/// Whether it has anything that is compared.
[[nodiscard]] bool is_comparable(std::string_view text);

/// A number with something that is meant as a unit of bytes ("8G", "1.5 GiB"), right or wrong.
[[nodiscard]] bool looks_like_size(std::string_view text);

/// Bytes, when the text is a number with a unit of bytes ("8GiB").
[[nodiscard]] std::optional<std::uint64_t> size_with_unit(std::string_view text);

/// Both as bytes; nothing when `told` is neither a plain number nor one with a unit.
[[nodiscard]] std::optional<std::strong_ordering> compare_sizes(std::string_view told,
                                                                std::uint64_t bound);

}  // namespace muster::selector
