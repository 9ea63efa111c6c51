/// The facts that the agent finds out by itself: read when it starts, and again and again after a
/// while, because addresses and the system's version change while it runs.
///
/// One per agent, built in app.cpp; everything is [loop], but `read`, which is called by workers.
#pragma once

#include <chrono>
#include <functional>
#include <muster/core/log/logger.hpp>
#include <muster/core/run/event_loop.hpp>
#include <muster/core/run/worker_pool.hpp>

#include "facts/facts.hpp"

namespace muster::agent {

class OwnFacts {
 public:
  using Read = std::function<Facts()>;
  using Found = std::function<void(Facts)>;

  OwnFacts(run::EventLoop& loop, run::WorkerPool& workers, std::chrono::milliseconds every,
           log::Logger log, Read read)
      : loop_(loop),
        workers_(workers),
        every_(every),
        log_(std::move(log)),
        read_(std::move(read)) {}

  /// What they are now. `found` gets them from then on each time that they were read again. Blocks
  /// for this first time; once.
  [[nodiscard]] Facts begin(Found found);

 private:
  void look_later();
  void look();

  run::EventLoop& loop_;
  run::WorkerPool& workers_;
  std::chrono::milliseconds every_;
  log::Logger log_;
  Read read_;
  Found found_;
  run::Timer again_;
};

}  // namespace muster::agent
