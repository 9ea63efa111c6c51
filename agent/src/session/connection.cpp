#include "session/connection.hpp"

#include <algorithm>
#include <utility>

namespace muster::agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kPendingRetry = 5ms;
constexpr unsigned kMostUnanswered = 3;
constexpr auto kLeastHeartbeat = 100ms;  // whatever WELCOME says, this is not a flood
constexpr auto kMostHeartbeat = 600'000ms;

}  // namespace

std::string_view to_string(SessionState state) {
  switch (state) {
    case SessionState::Waiting:
      return "waiting";
    case SessionState::Connecting:
      return "connecting";
    case SessionState::Agreeing:
      return "agreeing";
    case SessionState::Established:
      return "established";
    case SessionState::Stopped:
      return "stopped";
  }
  return "unknown";
}

Connection::Connection(run::EventLoop& loop, net::Transport& transport, Keys keys, log::Logger log,
                       std::uint64_t seed)
    : loop_(loop),
      transport_(transport),
      keys_(std::move(keys)),
      log_(std::move(log)),
      backoff_(1s, 60s, seed),
      random_(seed + 1) {}

Connection::~Connection() = default;

void Connection::start(SessionHandler& handler) {
  handler_ = &handler;
  net::TransportEvents events;
  events.connected = [this] { say_hello(); };
  events.message = [this](BytesView frame) { on_frame(frame); };
  events.down = [this](net::DownReason reason, const std::string& why) { on_down(reason, why); };
  transport_.set_events(std::move(events));
  connect();
}

void Connection::stop() {
  state_ = SessionState::Stopped;
  again_.reset();
  answer_.reset();
  heartbeat_timer_.reset();
  pending_timer_.reset();
  transport_.close();
}

void Connection::connect() {
  state_ = SessionState::Connecting;
  // A transport does not tell of everything that keeps it from connecting: a name that nobody
  // resolves now, for example.
  answer_ = loop_.after(kAnswerTimeout, [this] {
    log_.warn("the gateway is not there, retrying", {{"why", "it could not be reached in time"}});
    begin_anew(backoff_.next());
  });
  if (auto connected = transport_.connect(); !connected) {
    log_.error("cannot connect to the gateway, retrying", {{"error", connected.error().message}});
    begin_anew(backoff_.next());
  }
}

void Connection::say_hello() {
  session_ = std::make_unique<net::AgentSession>(keys_.node, keys_.controller, keys_.signing);
  state_ = SessionState::Agreeing;
  auto payload = handler_->hello();
  plugins_untold_ = false;
  auto frame = session_->hello(payload);
  if (!frame && frame.error().code == ErrorCode::InvalidArgument) {
    payload.plugins.clear();  // they do not fit a handshake message and follow in PLUGINS
    plugins_untold_ = true;
    frame = session_->hello(payload);
  }
  if (!frame) log_.error("HELLO cannot be said, retrying", {{"error", frame.error().message}});
  if (!frame || !transport_.send(std::move(*frame))) {
    begin_anew(backoff_.next());
    return;
  }
  answer_ = loop_.after(kAnswerTimeout, [this] {
    log_.warn("the controller did not answer, retrying");
    begin_anew(backoff_.next());
  });
}

void Connection::on_down(net::DownReason reason, const std::string& sentence) {
  const bool was_established = state_ == SessionState::Established;
  if (reason == net::DownReason::WrongServer) {
    log_.error("what answers at the gateway's address is not our gateway, retrying",
               {{"why", sentence}});
  } else {
    log_.warn("the gateway is not there, retrying", {{"why", sentence}});
  }
  begin_anew(was_established ? uniform(reconnect_window_) : backoff_.next());
}

void Connection::on_frame(BytesView frame) {
  const auto envelope = wire::decode_envelope(frame);
  if (!envelope) {
    violation(envelope.error());
  } else if (const auto retry = wire::read_retry(*envelope)) {
    on_retry(*retry);
  } else if (state_ == SessionState::Agreeing) {
    on_answer(*envelope);
  } else if (state_ == SessionState::Established) {
    const auto opened = session_->open(*envelope);
    if (opened) {
      dispatch(*opened);
    } else {
      violation(opened.error());
    }
  }
}

void Connection::on_answer(const wire::Envelope& envelope) {
  const auto answer = session_->on_answer(envelope);
  if (!answer) {
    violation(answer.error());
  } else if (const auto* refused = std::get_if<wire::Refused>(&*answer)) {
    on_refused(*refused);
  } else {
    establish(std::get<wire::Welcome>(*answer));
  }
}

void Connection::on_refused(const wire::Refused& refused) {
  if (refused.retry_after > 0ms) {
    log_.warn("the controller refused this node, retrying", {{"why", refused.sentence}});
    begin_anew(refused.retry_after + uniform(refused.retry_after / 10));
    return;
  }
  log_.error("the controller refused this node; restart the agent when that is settled",
             {{"why", refused.sentence}});
  leave_session();
  stop();
}

void Connection::on_retry(wire::Retry retry) {
  // Not on a new socket: the gateway counts new routes, and knows this one.
  const bool was_agreeing = state_ == SessionState::Agreeing;
  leave_session();
  std::chrono::milliseconds wait(std::min<std::int64_t>(retry.after_ms, kMostDelay.count()));
  // RETRY(0) ends a session; one that answers HELLO again and again must not make us spin.
  if (was_agreeing) wait = std::max(wait, uniform(1s));
  state_ = SessionState::Waiting;
  again_ = loop_.after(wait, [this] { say_hello(); });
}

void Connection::on_go_away(const wire::GoAway& message) {
  log_.info("the controller asked this node to leave for a while", {{"why", message.sentence}});
  begin_anew(message.come_back_after + uniform(message.come_back_after / 10));
}

void Connection::establish(const wire::Welcome& welcome) {
  answer_.reset();
  state_ = SessionState::Established;
  ++counters_.sessions;
  heartbeat_ =
      std::clamp<std::chrono::milliseconds>(welcome.heartbeat, kLeastHeartbeat, kMostHeartbeat);
  reconnect_window_ =
      std::clamp<std::chrono::milliseconds>(welcome.reconnect_window, 0ms, kMostHeartbeat);
  unanswered_ = 0;
  log_.info("session begun", {{"session", welcome.session}});
  beat();  // at once: only then does the controller know that HELLO was no replay
  if (plugins_untold_ && state_ == SessionState::Established) {
    say(wire::Plugins{handler_->hello().plugins});
  }
  handler_->began(welcome);
}

void Connection::beat() {
  if (unanswered_ >= kMostUnanswered) {
    log_.warn("three heartbeats without an answer, beginning anew");
    begin_anew(uniform(reconnect_window_));
    return;
  }
  ++unanswered_;
  say(handler_->heartbeat());
  if (state_ == SessionState::Established) arm_heartbeat();
}

void Connection::beat_now() {
  if (state_ == SessionState::Established) beat();
}

bool Connection::all_arrived() const {
  return state_ != SessionState::Established ||
         session_->channel().acknowledged() == session_->channel().sent();
}

void Connection::arm_heartbeat() {
  const auto wait = heartbeat_ - heartbeat_ / 10 + uniform(heartbeat_ / 5);
  heartbeat_timer_ = loop_.after(wait, [this] { beat(); });
}

bool Connection::say(wire::MessageType type, BytesView body) {
  if (state_ != SessionState::Established) return false;
  auto frame = session_->seal(type, body);
  if (!frame) {
    leave_out(type, frame.error());
    return true;
  }
  send_frame(std::move(*frame));
  return state_ == SessionState::Established;
}

void Connection::leave_out(wire::MessageType type, const Error& why) {
  log_.error("a message does not fit the wire, ignoring",
             {{"type", wire::to_string(type)}, {"error", why.message}});
}

void Connection::send_frame(Bytes frame) {
  // A frame that is sealed has its place in the order and cannot be taken back.
  pending_.push_back(std::move(frame));
  if (pending_.size() > kMaxPendingFrames) {
    log_.warn("the gateway takes nothing, beginning anew");
    begin_anew(backoff_.next());
  } else if (pending_.size() == 1) {
    send_pending();
  }
}

void Connection::send_pending() {
  while (!pending_.empty()) {
    Bytes frame = pending_.front();
    if (!transport_.send(std::move(frame))) {
      pending_timer_ = loop_.after(kPendingRetry, [this] {
        send_pending();
        if (pending_.empty() && state_ == SessionState::Established) handler_->has_room();
      });
      return;
    }
    pending_.pop_front();
  }
}

void Connection::violation(wire::Violation why) {
  ++counters_.violations[static_cast<std::size_t>(why)];
  log_.warn("the session broke the rules of the wire, beginning anew",
            {{"violation", wire::to_string(why)}});
  begin_anew(backoff_.next());
}

void Connection::leave_session() {
  const bool was_established = state_ == SessionState::Established;
  state_ = SessionState::Waiting;
  answer_.reset();
  heartbeat_timer_.reset();
  pending_timer_.reset();
  pending_.clear();
  if (was_established) handler_->ended();
}

void Connection::begin_anew(std::chrono::milliseconds wait) {
  leave_session();
  transport_.close();
  again_ = loop_.after(std::min(wait, kMostDelay), [this] { connect(); });
}

std::chrono::milliseconds Connection::uniform(std::chrono::milliseconds most) {
  std::uniform_int_distribution<std::int64_t> draw(0, std::max<std::int64_t>(most.count(), 0));
  return std::chrono::milliseconds(draw(random_));
}

}  // namespace muster::agent
