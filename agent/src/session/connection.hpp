/// The agent's session with the controller, for ever: connect, agree, keep alive, begin anew.
///
/// One per agent, built in app.cpp; everything is [loop]. It owns the order of messages and the
/// heartbeat; what they mean is its SessionHandler's business. A violation closes the session and
/// is counted, nothing else. How long it waits before it comes back is wire.md section 7.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <muster/core/crypto/noise.hpp>
#include <muster/core/log/logger.hpp>
#include <muster/core/net/session.hpp>
#include <muster/core/net/transport.hpp>
#include <muster/core/run/backoff.hpp>
#include <muster/core/run/event_loop.hpp>
#include <random>
#include <string_view>

#include "session/uplink.hpp"

namespace muster::agent {

/// Whoever acts on what the controller says. Calls may use the connection.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;
  virtual void began(const wire::Welcome& welcome) = 0;
  virtual void ended() = 0;
  virtual void has_room() = 0;  ///< after congested() was true
  virtual void on_time(std::int64_t controller_ms) = 0;
  virtual void on_task(wire::Task task) = 0;
  virtual void on_cancel(const wire::Cancel& cancel) = 0;
  virtual void on_query(const wire::Query& query) = 0;
  virtual void on_out_ack(const wire::OutAck& ack) = 0;
  virtual void on_result_ack(const wire::ResultAck& ack) = 0;
  virtual void on_manifest_get(const wire::ManifestGet& get) = 0;
  /// What HELLO and HEARTBEAT say of this node now.
  [[nodiscard]] virtual wire::Hello hello() const = 0;
  [[nodiscard]] virtual wire::Heartbeat heartbeat() const = 0;
};

enum class SessionState : std::uint8_t { Waiting, Connecting, Agreeing, Established, Stopped };
[[nodiscard]] std::string_view to_string(SessionState state);

struct SessionCounters {
  std::array<std::uint64_t, wire::kViolations> violations{};
  std::uint64_t sessions = 0;  ///< that were established
};

class Connection final : public Uplink {
 public:
  struct Keys {
    crypto::SessionKeyPair node;
    crypto::SessionPublicKey controller{};
    crypto::VerifyKey signing{};  ///< of the controller
  };

  static constexpr std::size_t kMaxPendingFrames = 4096;
  static constexpr std::chrono::milliseconds kAnswerTimeout{30'000};
  static constexpr std::chrono::milliseconds kMostDelay{300'000};

  Connection(run::EventLoop& loop, net::Transport& transport, Keys keys, log::Logger log,
             std::uint64_t seed);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects at once. `handler` must outlive the connection.
  void start(SessionHandler& handler);
  /// Ends the session for good, without an event.
  void stop();

  /// Says HEARTBEAT at once; the answer tells that all said before it has arrived.
  void beat_now();
  /// The controller has seen all that was said, or there is no session to say it in.
  [[nodiscard]] bool all_arrived() const;

  bool say(wire::MessageType type, BytesView body) override;
  using Uplink::say;
  void leave_out(wire::MessageType type, const Error& why) override;
  [[nodiscard]] bool congested() const override { return !pending_.empty(); }

  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] const SessionCounters& counters() const { return counters_; }

 private:
  void connect();
  void say_hello();
  void on_frame(BytesView frame);
  void on_down(net::DownReason reason, const std::string& sentence);
  void on_answer(const wire::Envelope& envelope);
  void on_retry(wire::Retry retry);
  void on_refused(const wire::Refused& refused);
  void establish(const wire::Welcome& welcome);
  void dispatch(const net::Opened& message);
  template <class Message, class Use>
  void decode_and(BytesView body, Use&& use);
  void on_go_away(const wire::GoAway& message);

  void beat();
  void arm_heartbeat();
  void violation(wire::Violation why);
  void send_frame(Bytes frame);
  void send_pending();

  /// Drops session and socket and comes back after `wait`.
  void begin_anew(std::chrono::milliseconds wait);
  void leave_session();
  [[nodiscard]] std::chrono::milliseconds uniform(std::chrono::milliseconds most);

  run::EventLoop& loop_;
  net::Transport& transport_;
  Keys keys_;
  log::Logger log_;
  SessionHandler* handler_ = nullptr;

  SessionState state_ = SessionState::Waiting;
  std::unique_ptr<net::AgentSession> session_;
  SessionCounters counters_;
  std::deque<Bytes> pending_;  // sealed, and the transport's queue was full
  std::chrono::milliseconds heartbeat_{0};
  std::chrono::milliseconds reconnect_window_{0};
  unsigned unanswered_ = 0;
  bool plugins_untold_ = false;
  run::Backoff backoff_;
  std::mt19937_64 random_;
  run::Timer again_;   // to connect, or to say HELLO again
  run::Timer answer_;  // the connection, then WELCOME, is due
  run::Timer heartbeat_timer_;
  run::Timer pending_timer_;
};

}  // namespace muster::agent
