/// Who may begin to talk to the controller now, and who is told to come back later.
///
/// Keeps the return addresses that it has seen, a few for each key, so its size is bounded by the
/// allow-list. It has no sockets: bytes out are the caller's. [loop]
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <muster/core/base/clock.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "allow_list.hpp"

namespace muster::gateway {

/// A rate with a burst of one second's worth. A rate of 0 is no limit.
class TokenBucket {
 public:
  explicit TokenBucket(const Clock& clock) : clock_(clock) {}
  void set_rate(std::uint32_t per_second);
  [[nodiscard]] bool take();

 private:
  const Clock& clock_;
  std::uint32_t rate_ = 0;
  double tokens_ = 0;
  MonoTime filled_{};
};

class Admission {
 public:
  struct Verdict {
    enum Kind : std::uint8_t { Pass, Retry, Drop } kind = Drop;
    std::chrono::milliseconds after{0};  ///< for Retry
  };
  using Route = Bytes;

  Admission(const Clock& clock, std::uint64_t seed);

  void set_rate(std::uint32_t sessions_per_second);

  /// What to do with a frame that came from `route`. A HELLO makes a stale route as good as a new
  /// one.
  [[nodiscard]] Verdict judge(BytesView route, const wire::TransportKey& key, bool says_hello);

  /// The controller went away: every route known now belongs to it and must say HELLO again.
  void link_lost();
  void link_up() { link_up_ = true; }

  /// A route known from before whose turn it is to hear RETRY(0); nothing while the rate says wait.
  [[nodiscard]] std::optional<Route> next_to_wake();
  [[nodiscard]] bool any_to_wake() const { return !to_wake_.empty(); }

  void forget(BytesView route);
  void forget(const wire::TransportKey& key);
  [[nodiscard]] std::size_t routes() const { return routes_.size(); }

 private:
  struct Known {
    wire::TransportKey key{};
    bool admitted = false;
    bool stale = false;  // from before the controller went away
    bool woken = false;  // stale, and told so
    MonoTime told_at{};  // when it last was told to come back
  };
  struct RouteHash {
    std::size_t operator()(const Route& route) const noexcept {
      return std::hash<std::string_view>{}(as_text(route));
    }
  };
  Known& known(BytesView route, const wire::TransportKey& key);
  [[nodiscard]] Verdict tell_later(Known& one, std::chrono::milliseconds after);
  [[nodiscard]] std::chrono::milliseconds draw(std::chrono::milliseconds from,
                                               std::chrono::milliseconds to);

  const Clock& clock_;
  TokenBucket new_routes_;
  TokenBucket waking_;
  std::uint64_t random_;
  bool link_up_ = false;
  std::unordered_map<Route, Known, RouteHash> routes_;
  std::unordered_map<wire::TransportKey, std::vector<Route>, KeyHash> by_key_;  // oldest first
  std::deque<Route> to_wake_;
};

}  // namespace muster::gateway
