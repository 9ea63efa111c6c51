/// What plugins say has happened, on its way to the controller: at once when there is a session
/// with room, else as soon as there is.
///
/// One per agent, built in app.cpp; everything is [loop]. No plugin can silence another: each has a
/// rate of its own here, whatever its host lets through, and they are sent for in turn. Events wait
/// in memory, within two bounds; beyond them the oldest of the plugin that has the most give way,
/// because the newest say best how things are. No more leave than the controller records. An event
/// that it would call a violation is never sent: it would cost the whole session. What is dropped
/// is counted on the agent's page; what is under way when a session ends is not.
#pragma once

#include <deque>
#include <map>
#include <muster/core/base/rate_limit.hpp>
#include <muster/core/metrics/registry.hpp>
#include <muster/core/run/event_loop.hpp>
#include <string>

#include "session/uplink.hpp"

namespace muster::agent {

class EventOutbox {
 public:
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr std::size_t kMaxWaitingBytes = std::size_t{1} << 20U;
  /// Of each plugin, as its host should have held it to already.
  static constexpr int kPerSecond = 10;
  static constexpr int kBurst = 100;
  /// How many leave in any kWindow: what the controller records of a node in a minute. Its minute
  /// begins when it likes, so a bucket that refills would pass it; the rest is for delays.
  static constexpr std::size_t kMaxInWindow = 60;
  static constexpr std::chrono::seconds kWindow{62};

  /// All must outlive the outbox.
  EventOutbox(run::EventLoop& loop, Uplink& uplink, metrics::Registry& metrics);
  EventOutbox(const EventOutbox&) = delete;
  EventOutbox& operator=(const EventOutbox&) = delete;

  /// Takes the event in any case. The source names a plugin of this node.
  void emit(const wire::Event& event);
  /// Says what waits, as far as there is room: when a session begins, and when it has room again.
  void flush();

 private:
  /// What one plugin has here.
  struct Lane {
    RateLimit rate{kPerSecond, kBurst};
    std::deque<Bytes> waiting{};  // bodies of EVENT, oldest first
    std::size_t bytes = 0;
  };
  using Lanes = std::map<std::string, Lane, std::less<>>;  // by plugin id

  /// When the next event may leave.
  [[nodiscard]] MonoTime next_may_leave() const;
  /// Whose turn it is. Something waits.
  [[nodiscard]] Lanes::iterator next_lane();
  void make_room();
  void take_oldest(Lane& lane);
  void say_how_many_wait();

  run::EventLoop& loop_;
  Uplink& uplink_;
  metrics::Counter& sent_;
  metrics::Counter& dropped_full_;
  metrics::Counter& dropped_rate_;
  metrics::Counter& dropped_unfit_;
  metrics::Gauge& waiting_gauge_;
  Lanes lanes_;
  std::size_t waiting_ = 0;        // in all lanes
  std::size_t waiting_bytes_ = 0;  // likewise
  std::string last_said_;          // the plugin whose turn it was
  std::deque<MonoTime> left_;      // when the last kMaxInWindow left
  run::Timer next_timer_;
};

}  // namespace muster::agent
