/// 16-byte identities: nodes, jobs, tasks. Compared and hashed as bytes, shown as UUID text.
///
/// A NodeId cannot be passed where a JobId is wanted. Ids are made by the process that owns the
/// thing (the controller, for all three) and are never reused.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace muster {

namespace detail {
/// "8-4-4-4-12" hexadecimal digits, lower case.
[[nodiscard]] std::string uuid_text(const std::array<std::uint8_t, 16>& bytes);
[[nodiscard]] std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text);
/// Random bytes from the kernel with the version 4 bits set.
[[nodiscard]] std::array<std::uint8_t, 16> random_uuid();
}  // namespace detail

template <class Tag>
struct Id {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] static Id random() { return Id{detail::random_uuid()}; }
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    const auto parsed = detail::parse_uuid(text);
    if (!parsed) return std::nullopt;
    return Id{*parsed};
  }
  /// From exactly 16 bytes, as they travel on the wire.
  [[nodiscard]] static std::optional<Id> from_bytes(std::span<const std::uint8_t> raw) {
    if (raw.size() != 16) return std::nullopt;
    Id id;
    std::memcpy(id.bytes.data(), raw.data(), 16);
    return id;
  }
  [[nodiscard]] std::string text() const { return detail::uuid_text(bytes); }
  [[nodiscard]] bool is_nil() const { return *this == Id{}; }

  friend auto operator<=>(const Id&, const Id&) = default;
};

using NodeId = Id<struct NodeTag>;
using JobId = Id<struct JobTag>;
using TaskId = Id<struct TaskTag>;

}  // namespace muster

template <class Tag>
struct std::hash<muster::Id<Tag>> {
  std::size_t operator()(const muster::Id<Tag>& id) const noexcept {
    std::size_t value = 0;  // the bytes are random already
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};
