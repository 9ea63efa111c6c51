/// The calls that a plugin has in hand: their credit, whether they should end, and that each ends
/// once.
///
/// All methods are [any]. A number that is not in the table (over, or never given) is stale:
/// counted, and nothing else happens.
#pragma once

#include <muster/plugin.h>

#include <cstdint>
#include <map>
#include <muster/core/plugins/frames.hpp>
#include <mutex>
#include <unordered_map>

namespace muster::plugins {

class CallTable {
 public:
  void add(CallNumber call, std::uint64_t credit);
  /// Takes the call out, so that it can end once. False: stale.
  [[nodiscard]] bool remove(CallNumber call);

  /// All of `bytes` or nothing. OK, WOULD_BLOCK or STALE_HANDLE.
  [[nodiscard]] muster_status spend(CallNumber call, std::uint64_t bytes);
  /// True when the plugin was told WOULD_BLOCK since it last got credit, and waits to hear of this.
  [[nodiscard]] bool add_credit(CallNumber call, std::uint64_t bytes);

  /// True when the call is there and was not told before.
  [[nodiscard]] bool cancel(CallNumber call, std::uint8_t reason);
  /// The reason, or 0. A call that is over should end as well.
  [[nodiscard]] std::int32_t cancelled(CallNumber call);
  [[nodiscard]] bool knows(CallNumber call);

  /// For PONG: how often the plugin broke a rule of the ABI.
  [[nodiscard]] std::map<std::string, std::uint64_t> counters();
  void count(const std::string& what);

 private:
  struct State {
    std::uint64_t credit = 0;
    bool blocked = false;
    std::uint8_t cancel_reason = 0;
  };
  State* find(CallNumber call);  // under mutex_

  std::mutex mutex_;
  std::unordered_map<CallNumber, State> calls_;
  std::map<std::string, std::uint64_t> counters_;
};

}  // namespace muster::plugins
