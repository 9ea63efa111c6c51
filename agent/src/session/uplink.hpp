/// What the rest of the agent sees of its connection: a place to put messages for the controller.
///
/// Implemented by the session, faked in tests. Everything is [loop].
#pragma once

#include <muster/core/wire/messages.hpp>

namespace muster::agent {

class Uplink {
 public:
  virtual ~Uplink() = default;

  /// Puts a message into the session, in order. False without a session: it is not kept, because a
  /// new session begins with what still matters.
  virtual bool say(wire::MessageType type, BytesView body) = 0;

  /// True when bulk (OUT, RESULT, EVENT) should wait for a moment; on_room() of the owner follows.
  [[nodiscard]] virtual bool congested() const = 0;

  /// Says in the log that a message passes a limit of the wire and is left out: the controller
  /// would end the session for it, again and again. Whoever filled it is at fault.
  virtual void leave_out(wire::MessageType type, const Error& why) = 0;

  template <class Message>
  bool say(const Message& message) {
    const auto body = wire::encode_checked(message);
    if (body) return say(Message::kType, *body);
    leave_out(Message::kType, body.error());
    return true;  // waiting does not make it smaller
  }
};

}  // namespace muster::agent
