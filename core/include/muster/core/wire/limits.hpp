/// Limits that whoever fills a message must keep, because the other side calls more a violation.
#pragma once

#include <chrono>
#include <cstddef>

namespace muster::wire {

inline constexpr std::size_t kMaxName = 256;
inline constexpr std::size_t kMaxSentence = 4096;  ///< and of notes, `field`, and a fact's value
inline constexpr std::size_t kMaxTaskSpec = std::size_t{768}
                                            << 10U;  ///< of TASK's `spec`, and of its arguments
inline constexpr std::size_t kMaxTaskResult = std::size_t{768} << 10U;  ///< of RESULT's `result`
inline constexpr std::size_t kMaxPlugins = 256;                         ///< of HELLO and PLUGINS
inline constexpr std::size_t kMaxFacts = 512;
inline constexpr std::chrono::hours kMaxFactAge{24 * 365};            ///< more counts as this
inline constexpr std::size_t kMaxEventData = std::size_t{64} << 10U;  ///< of EVENT's `data`

}  // namespace muster::wire
