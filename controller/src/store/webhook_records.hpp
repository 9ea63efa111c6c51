/// Webhooks and their dead letters as the store keeps them: plain values, as in records.hpp.
#pragma once

#include "store/records.hpp"

namespace muster::controller {

/// How far a webhook has come in the log of events.
struct WebhookProgress {
  std::uint64_t cursor = 0;    ///< the newest event that is dealt with, or not wanted
  std::uint32_t attempts = 0;  ///< of the next one, so far
  std::uint32_t failures = 0;  ///< attempts that failed since something got through
  UnixMs failing_since = 0;    ///< the first of these
  UnixMs next_attempt = 0;     ///< not before
  UnixMs last_success = 0;
  std::string last_error;  ///< why the latest attempt failed; empty after a success
  UnixMs gone = 0;         ///< when the receiver said that it wants no more
  std::uint64_t delivered = 0;
  std::uint64_t dead = 0;    ///< dead letters that were stored, ever
  std::uint64_t missed = 0;  ///< events that left the log before they were looked at
  friend bool operator==(const WebhookProgress&, const WebhookProgress&) = default;

  /// Its webhook was set anew: what failed before says nothing of what is sent from now on.
  void forget_failures() {
    attempts = failures = 0;
    failing_since = next_attempt = gone = 0;
    last_error.clear();
  }
};

struct WebhookRecord {
  std::string name;
  std::string url;
  std::string filter;  ///< empty: all
  bool allow_private = false;
  Bytes secret;  ///< what deliveries are signed with: not for logs, answers and events
  UnixMs updated = 0;
  std::string updated_by;
  WebhookProgress progress;
};

/// An event that could not be delivered.
struct DeadLetter {
  std::uint64_t id = 0;  ///< given by the store, rising
  std::string webhook;
  EventRecord event;
  UnixMs died = 0;
  std::uint32_t attempts = 0;
  std::string reason;
};

// Of each webhook; each that is added pushes out the oldest beyond these.
inline constexpr std::size_t kMaxDeadLetters = 1000;
inline constexpr std::size_t kMaxDeadLetterBytes = std::size_t{16} << 20U;

/// Of its event's text.
[[nodiscard]] inline std::size_t size_of(const DeadLetter& letter) {
  return letter.event.type.size() + letter.event.subject.size() + letter.event.data.size();
}

}  // namespace muster::controller
