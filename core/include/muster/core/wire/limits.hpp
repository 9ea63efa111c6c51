/// Limits that whoever fills a message must keep, because the other side calls more a violation.
#pragma once

#include <cstddef>

namespace muster::wire {

inline constexpr std::size_t kMaxTaskSpec = std::size_t{768}
                                            << 10U;  ///< of TASK's `spec`, and of its arguments
inline constexpr std::size_t kMaxTaskResult = std::size_t{768} << 10U;  ///< of RESULT's `result`
inline constexpr std::size_t kMaxPlugins = 256;                         ///< of HELLO and PLUGINS

}  // namespace muster::wire
