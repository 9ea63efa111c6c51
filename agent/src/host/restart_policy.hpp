/// When a plugin whose host died may start again, and which requests must not be tried again.
///
/// Pure decisions over a given time; plain values, one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <muster/core/base/clock.hpp>
#include <muster/core/run/backoff.hpp>
#include <string>

namespace muster::agent {

/// Restarts after 1 s, doubling to 60 s, with jitter; five minutes without a crash begin anew. The
/// fifth crash within ten minutes puts the plugin into quarantine; after ten more minutes it gets
/// one try, and a crash of that one is quarantine again.
class RestartPolicy {
 public:
  static constexpr int kCrashesToQuarantine = 5;
  static constexpr std::chrono::minutes kCrashWindow{10};
  static constexpr std::chrono::minutes kQuarantine{10};
  static constexpr std::chrono::minutes kHealthyAfter{5};

  explicit RestartPolicy(std::uint64_t seed)
      : backoff_(std::chrono::seconds(1), std::chrono::seconds(60), seed) {}

  struct Decision {
    std::chrono::milliseconds wait{0};
    bool quarantined = false;
  };
  /// The host is active.
  void on_ready(MonoTime now);
  [[nodiscard]] Decision on_crash(MonoTime now);

 private:
  run::Backoff backoff_;
  std::deque<MonoTime> crashes_;
  MonoTime ready_since_{};
  bool probing_ = false;  // the last decision was quarantine: the next start is the one try
};

/// Requests that crashed their plugin twice, and did not end well in between, are refused for a
/// day. Holds at most 1,000, the oldest go first.
class PoisonList {
 public:
  static constexpr int kCrashes = 2;
  static constexpr std::chrono::hours kRefusedFor{24};
  static constexpr std::size_t kMost = 1000;

  void on_crash(const std::string& request, MonoTime now);
  void on_end(const std::string& request) { seen_.erase(request); }
  [[nodiscard]] bool is_poison(const std::string& request, MonoTime now);

 private:
  struct Seen {
    int crashes = 0;
    MonoTime last{};
  };
  void forget_old(MonoTime now);
  std::map<std::string, Seen> seen_;
};

}  // namespace muster::agent
