#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <map>
#include <muster/core/base/fd.hpp>
#include <muster/core/base/guarded.hpp>
#include <muster/core/run/event_loop.hpp>
#include <unordered_map>
#include <utility>

namespace muster::run {
namespace {

constexpr std::uint64_t kWakeId = 0;

struct Watched {
  int fd = -1;
  std::uint32_t events = 0;
  std::function<void(std::uint32_t)> ready;
};

struct Pending {
  std::uint64_t id = 0;
  std::function<void()> fire;
};

/// What other threads put in, and whether someone has to wake the loop for it.
struct Posted {
  std::deque<std::function<void()>> queue;
  bool asleep = false;  // the loop waits, or is about to, and nobody has woken it yet
};

}  // namespace

struct EventLoop::State {
  explicit State(const Clock& the_clock) : clock(the_clock) {}

  const Clock& clock;
  UniqueFd epoll;
  UniqueFd wake;
  std::uint64_t next_id = kWakeId + 1;
  // shared, so that a callback survives the Watch that it destroys
  std::unordered_map<std::uint64_t, std::shared_ptr<Watched>> watches;
  std::multimap<MonoTime, Pending> timers;
  std::unordered_map<std::uint64_t, std::multimap<MonoTime, Pending>::iterator> timer_index;
  Guarded<Posted> posted;
  bool stopping = false;

  [[nodiscard]] int wait_ms(bool may_wait) const {
    if (!may_wait) return 0;
    if (timers.empty()) return -1;
    const auto left = timers.begin()->first - clock.mono_now();
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 3'600'000));
  }

  /// How long this turn may wait. From here to awake() whoever posts has to wake us.
  int fall_asleep(bool may_wait) {
    const int wait = wait_ms(may_wait);
    if (wait == 0) return 0;
    return posted.with([wait](Posted& all) {
      all.asleep = all.queue.empty();
      return all.asleep ? wait : 0;
    });
  }

  void awake() {
    posted.with([](Posted& all) { all.asleep = false; });
  }

  bool run_posted() {
    auto batch = posted.with([](Posted& all) { return std::exchange(all.queue, {}); });
    for (auto& work : batch) work();
    return !batch.empty();
  }

  bool run_timers() {
    bool ran = false;
    const auto now = clock.mono_now();
    while (!timers.empty() && timers.begin()->first <= now) {
      auto fire = std::move(timers.begin()->second.fire);
      timer_index.erase(timers.begin()->second.id);
      timers.erase(timers.begin());
      fire();
      ran = true;
    }
    return ran;
  }

  bool run_events(int wait) {
    std::array<epoll_event, 64> events{};
    const int count =
        ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), wait);
    if (wait != 0) awake();
    bool ran = false;
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      const auto found = watches.find(event.data.u64);
      // The wake descriptor, or what an earlier callback of this turn removed.
      if (found == watches.end()) continue;
      const auto watched = found->second;
      watched->ready(event.events);
      ran = true;
    }
    return ran;
  }
};

EventLoop::EventLoop(std::unique_ptr<State> state) : state_(std::move(state)) {}
EventLoop::~EventLoop() {
  // A callback may own timers of this loop, even its own; they must find the state whole when they
  // go.
  const auto posted = state_->posted.with([](Posted& all) { return std::exchange(all.queue, {}); });
  state_->timer_index.clear();
  const auto timers = std::exchange(state_->timers, {});
}

Result<std::unique_ptr<EventLoop>> EventLoop::create(const Clock& clock) {
  auto state = std::make_unique<State>(clock);
  state->epoll.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!state->epoll) return fail_errno("create an epoll descriptor", errno);
  state->wake.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!state->wake) return fail_errno("create an event descriptor", errno);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // each write is told of once, so that nobody has to read it
  event.data.u64 = kWakeId;
  if (::epoll_ctl(state->epoll.get(), EPOLL_CTL_ADD, state->wake.get(), &event) != 0) {
    return fail_errno("watch the event descriptor", errno);
  }
  return std::unique_ptr<EventLoop>(new EventLoop(std::move(state)));
}

Watch EventLoop::watch(int fd, std::uint32_t events, std::function<void(std::uint32_t)> ready) {
  const auto id = state_->next_id++;
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  // Only a closed or already watched fd fails here: a fault of the caller that no input can cause.
  if (::epoll_ctl(state_->epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) std::abort();
  state_->watches.emplace(id, std::make_shared<Watched>(Watched{fd, events, std::move(ready)}));
  return {this, id};
}

Timer EventLoop::after(std::chrono::nanoseconds delay, std::function<void()> fire) {
  const auto id = state_->next_id++;
  const auto due = state_->clock.mono_now() + delay;
  state_->timer_index[id] = state_->timers.emplace(due, Pending{id, std::move(fire)});
  return {this, id};
}

void EventLoop::post(std::function<void()> work) {
  const bool must_wake = state_->posted.with([&](Posted& all) {
    all.queue.push_back(std::move(work));
    return std::exchange(all.asleep, false);
  });
  if (!must_wake) return;  // it looks at the queue before it waits again
  const std::uint64_t one = 1;
  // The only failure is a full counter, after 2^64 wake-ups.
  [[maybe_unused]] const auto written = ::write(state_->wake.get(), &one, sizeof one);
}

void EventLoop::stop() {
  // As work, so that what was posted before it still runs, also when run() has not begun.
  post([this] { state_->stopping = true; });
}

bool EventLoop::turn(bool may_wait) {
  bool ran = state_->run_events(state_->fall_asleep(may_wait));
  ran = state_->run_posted() || ran;
  return state_->run_timers() || ran;
}

void EventLoop::run() {
  while (!state_->stopping) turn(true);
  state_->stopping = false;
}

void EventLoop::run_next() { turn(true); }

bool EventLoop::run_ready() {
  bool any = false;
  while (turn(false)) any = true;
  return any;
}

const Clock& EventLoop::clock() const { return state_->clock; }

Watch::Watch(Watch&& other) noexcept : loop_(std::exchange(other.loop_, nullptr)), id_(other.id_) {}

Watch& Watch::operator=(Watch&& other) noexcept {
  if (this != &other) {
    reset();
    loop_ = std::exchange(other.loop_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

Watch::~Watch() { reset(); }

void Watch::set_events(std::uint32_t events) {
  if (loop_ == nullptr) return;
  const auto& watched = loop_->state_->watches.at(id_);
  if (std::exchange(watched->events, events) == events) return;
  epoll_event event{};
  event.events = events;
  event.data.u64 = id_;
  ::epoll_ctl(loop_->state_->epoll.get(), EPOLL_CTL_MOD, watched->fd, &event);
}

void Watch::reset() {
  if (loop_ == nullptr) return;
  auto& watches = loop_->state_->watches;
  const auto found = watches.find(id_);
  ::epoll_ctl(loop_->state_->epoll.get(), EPOLL_CTL_DEL, found->second->fd, nullptr);
  watches.erase(found);
  loop_ = nullptr;
}

Timer::Timer(Timer&& other) noexcept : loop_(std::exchange(other.loop_, nullptr)), id_(other.id_) {}

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    reset();
    loop_ = std::exchange(other.loop_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

Timer::~Timer() { reset(); }

void Timer::reset() {
  if (loop_ == nullptr) return;
  auto& index = loop_->state_->timer_index;
  if (const auto found = index.find(id_); found != index.end()) {
    loop_->state_->timers.erase(found->second);
    index.erase(found);
  }
  loop_ = nullptr;
}

bool Timer::armed() const { return loop_ != nullptr && loop_->state_->timer_index.contains(id_); }

}  // namespace muster::run
