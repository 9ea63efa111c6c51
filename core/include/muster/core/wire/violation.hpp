/// Why a frame was not taken. Every one closes the session and is counted under its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster::wire {

enum class Violation : std::uint8_t {
  Shape,     ///< not the array of six that an envelope is
  Version,   ///< another version of the wire
  Type,      ///< a type outside the set, from the wrong side, or not now
  Session,   ///< of another session
  Sequence,  ///< not the next of its direction: replayed, lost or reordered
  Seal,      ///< the body does not open under the session's key
  Body,      ///< the body opened and has not the shape of its type, or a value in it has no meaning
  Limit,     ///< a size or count beyond the document's
};
inline constexpr std::size_t kViolations = 8;

/// "shape", "version" and so on, as in counters and logs.
[[nodiscard]] std::string_view to_string(Violation violation);

}  // namespace muster::wire
