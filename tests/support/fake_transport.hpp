/// A connection between an agent and a controller without sockets: it loses, delays and repeats
/// what it is told to.
///
/// Time is the loop's clock, so a FakeClock drives it. FakeWire is the network and the far side;
/// FakeTransport is what the agent gets. All of it is [loop]; the wire must outlive the transport.
/// The same seed loses the same frames.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <muster/core/net/transport.hpp>
#include <muster/core/run/event_loop.hpp>
#include <optional>
#include <random>
#include <utility>

namespace muster::test {

struct FakeWireFaults {
  double loss = 0;         ///< probability for each frame, both ways
  double duplication = 0;  ///< the same
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds jitter{
      0};                         ///< added, uniformly; more than the gap between frames reorders
  std::size_t max_queued = 1024;  ///< on the way at once; beyond it send() is Unavailable
};

class FakeWire {
 public:
  explicit FakeWire(run::EventLoop& loop, std::uint64_t seed = 1) : loop_(loop), random_(seed) {}

  FakeWireFaults faults;
  /// How connect() ends: up, or down for this reason.
  std::optional<net::DownReason> refuse;
  bool mute = false;  ///< connect() begins and nothing more is heard of it
  /// The far side: what the agent sent, with the number of its connection (1, 2 ...).
  std::function<void(int connection, Bytes frame)> on_frame;

  /// From the far side to the agent; lost when that connection is not the present one.
  void send_to_agent(int connection, Bytes frame) {
    carry(std::move(frame), [this, connection](Bytes arrived) {
      if (connection == present_ && up_ && events_.message) events_.message(arrived);
    });
  }
  /// Ends the present connection as a network would.
  void cut(net::DownReason reason = net::DownReason::Lost) {
    if (!up_) return;
    up_ = false;
    if (events_.down) events_.down(reason, "the connection was cut");
  }
  /// Connections begun so far; the last one is the present one.
  [[nodiscard]] int connections() const { return present_; }
  [[nodiscard]] bool up() const { return up_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

  [[nodiscard]] std::unique_ptr<net::Transport> transport() { return std::make_unique<End>(*this); }

 private:
  class End final : public net::Transport {
   public:
    explicit End(FakeWire& wire) : wire_(wire) {}
    void set_events(net::TransportEvents events) override { wire_.events_ = std::move(events); }
    Status connect() override { return wire_.begin(); }
    Status send(Bytes frame) override { return wire_.send_to_far_side(std::move(frame)); }
    void close() override {
      wire_.up_ = false;
      wire_.connecting_.reset();
    }

   private:
    FakeWire& wire_;
  };

  Status begin() {
    up_ = false;
    ++present_;
    if (mute) return {};
    connecting_ = loop_.after(faults.delay, [this] {
      if (refuse) {
        if (events_.down) events_.down(*refuse, "refused, as the test wants");
        return;
      }
      up_ = true;
      if (events_.connected) events_.connected();
    });
    return {};
  }

  Status send_to_far_side(Bytes frame) {
    // Queued while connecting, as a socket does.
    if (!up_ && !connecting_.armed()) return fail(ErrorCode::Unavailable, "there is no connection");
    if (in_flight_ >= faults.max_queued) return fail(ErrorCode::Unavailable, "the queue is full");
    carry(std::move(frame), [this, connection = present_](Bytes arrived) {
      if (connection == present_ && up_ && on_frame) on_frame(connection, std::move(arrived));
    });
    return {};
  }

  void carry(Bytes frame, const std::function<void(Bytes)>& arrive) {
    std::uniform_real_distribution<double> draw(0, 1);
    const bool lost = draw(random_) < faults.loss;
    const int copies = draw(random_) < faults.duplication ? 2 : 1;
    for (int i = 0; !lost && i < copies; ++i) carry_one(frame, arrive);
  }

  void carry_one(Bytes frame, const std::function<void(Bytes)>& arrive) {
    std::uniform_int_distribution<std::int64_t> draw(0, faults.jitter.count());
    const auto way = faults.delay + std::chrono::milliseconds(draw(random_));
    const auto id = next_id_++;
    ++in_flight_;
    auto timer = loop_.after(way, [this, id, arrive, frame = std::move(frame)]() mutable {
      --in_flight_;
      const auto keep = std::move(timers_[id]);
      timers_.erase(id);
      arrive(std::move(frame));
    });
    timers_[id] = std::move(timer);
  }

  run::EventLoop& loop_;
  std::mt19937_64 random_;
  net::TransportEvents events_;
  run::Timer connecting_;
  int present_ = 0;
  bool up_ = false;
  std::size_t in_flight_ = 0;
  std::uint64_t next_id_ = 0;
  std::map<std::uint64_t, run::Timer> timers_;
};

}  // namespace muster::test
