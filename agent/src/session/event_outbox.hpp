/// What plugins say has happened, on its way to the controller: at once when there is a session
/// with room, else as soon as there is.
///
/// One per agent, built in app.cpp; everything is [loop]. Events wait in memory, within two bounds;
/// beyond them the oldest give way, because the newest say best how things are. An event that the
/// controller would call a violation is never sent: it would cost the whole session. What is lost
/// is counted on the agent's page.
#pragma once

#include <deque>
#include <muster/core/metrics/registry.hpp>

#include "session/uplink.hpp"

namespace muster::agent {

class EventOutbox {
 public:
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr std::size_t kMaxWaitingBytes = std::size_t{1} << 20U;

  /// `uplink` and `metrics` must outlive the outbox.
  EventOutbox(Uplink& uplink, metrics::Registry& metrics);
  EventOutbox(const EventOutbox&) = delete;
  EventOutbox& operator=(const EventOutbox&) = delete;

  /// Takes the event in any case.
  void emit(const wire::Event& event);
  /// Says what waits, as far as there is room: when a session begins, and when it has room again.
  void flush();

 private:
  void drop_oldest();
  void say_how_many_wait();

  Uplink& uplink_;
  metrics::Counter& sent_;
  metrics::Counter& dropped_full_;
  metrics::Counter& dropped_unfit_;
  metrics::Gauge& waiting_gauge_;
  std::deque<Bytes> waiting_;  // bodies of EVENT, oldest first
  std::size_t waiting_bytes_ = 0;
};

}  // namespace muster::agent
