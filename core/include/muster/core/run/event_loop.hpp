/// One thread's world: file descriptors, timers and posted work, run one after the other.
///
/// A program builds one loop in app.cpp and hands it down by reference. Everything that lives on a
/// loop is touched by that loop's thread only and needs no lock; other threads come in through
/// post(). Callbacks must not block and must not throw.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <muster/core/base/clock.hpp>
#include <muster/core/base/error.hpp>

namespace muster::run {

class EventLoop;

/// Keeps a descriptor watched; destroying it ends that, also from inside its own callback. [loop]
class Watch {
 public:
  Watch() = default;
  Watch(EventLoop* loop, std::uint64_t id) : loop_(loop), id_(id) {}
  Watch(Watch&& other) noexcept;
  Watch& operator=(Watch&& other) noexcept;
  ~Watch();
  /// Changes what is waited for (EPOLLIN, EPOLLOUT; 0 for nothing but hang-up and error).
  void set_events(std::uint32_t events);
  void reset();
  [[nodiscard]] explicit operator bool() const { return loop_ != nullptr; }

 private:
  EventLoop* loop_ = nullptr;
  std::uint64_t id_ = 0;
};

/// Keeps a timer armed; destroying it cancels it, also from inside its own callback. [loop]
class Timer {
 public:
  Timer() = default;
  Timer(EventLoop* loop, std::uint64_t id) : loop_(loop), id_(id) {}
  Timer(Timer&& other) noexcept;
  Timer& operator=(Timer&& other) noexcept;
  ~Timer();
  void reset();
  /// True until it fired, was reset, or was moved from.
  [[nodiscard]] bool armed() const;

 private:
  EventLoop* loop_ = nullptr;
  std::uint64_t id_ = 0;
};

class EventLoop {
 public:
  /// Errors: ResourceExhausted when the process is out of descriptors. `clock` must outlive the
  /// loop.
  [[nodiscard]] static Result<std::unique_ptr<EventLoop>> create(const Clock& clock);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Calls `ready(events)` while `fd` has one of `events` (level-triggered). The caller keeps the
  /// fd open until the Watch is gone. [loop]
  [[nodiscard]] Watch watch(int fd, std::uint32_t events, std::function<void(std::uint32_t)> ready);

  /// Calls `fire` once, `delay` from now. [loop]
  [[nodiscard]] Timer after(std::chrono::nanoseconds delay, std::function<void()> fire);

  /// Runs `work` on the loop, in the order of posting. Dropped when the loop was destroyed. [any]
  void post(std::function<void()> work);

  /// Makes run() return once what was posted before has run. [any]
  void stop();

  /// Runs until stop(). Blocks.
  void run();

  /// Waits until something is ready, runs it and returns; a stop() that came is left to run(). For
  /// the steps of a start. [loop] Blocks.
  void run_next();

  /// Runs what is ready now and returns without waiting; true when anything ran. For tests with a
  /// fake clock, and for the last steps of a teardown. [loop]
  bool run_ready();

  [[nodiscard]] const Clock& clock() const;

 private:
  friend class Watch;
  friend class Timer;
  struct State;
  explicit EventLoop(std::unique_ptr<State> state);
  bool turn(bool may_wait);
  std::unique_ptr<State> state_;
};

}  // namespace muster::run
