/// What follows from a receiver's answer: delivered, tried again and when, a dead letter, or the
/// end. webhooks.md has the rules in words.
///
/// Pure: time and chance are given. [any]
#pragma once

#include <chrono>
#include <string>

#include "store/webhook_records.hpp"

namespace muster::controller {

inline constexpr std::chrono::hours kWebhookPatience{24};  ///< with an event that nobody takes
inline constexpr std::chrono::seconds kFirstWebhookWait{5};
inline constexpr std::chrono::hours kMostWebhookWait{1};
inline constexpr std::uint32_t kMostRefusals = 3;  ///< attempts at an event that is refused

/// What came of one attempt.
struct WebhookAnswer {
  int status = 0;     ///< 0: there was no answer
  std::string error;  ///< why there was none; with a status, empty
  std::chrono::seconds retry_after{0};
  std::chrono::milliseconds took{0};

  [[nodiscard]] bool taken() const { return status >= 200 && status < 300; }
  /// A sentence of a failure.
  [[nodiscard]] std::string why() const;
};

enum class WebhookVerdict : std::uint8_t { Delivered, TryAgain, Refused, TooOld, Gone };

struct WebhookStep {
  WebhookVerdict verdict = WebhookVerdict::TryAgain;
  /// As it is from now on; with Delivered, Refused and TooOld the cursor is on the event.
  WebhookProgress progress;
};

/// `chance` is from [0, 1).
[[nodiscard]] WebhookStep next_step(const WebhookProgress& before, const EventRecord& event,
                                    const WebhookAnswer& answer, UnixMs now, double chance);

/// How long the next attempt is to wait still. None is as far off as the time that was stored when
/// the clock has been set back since.
[[nodiscard]] UnixMs wait_before(const WebhookProgress& progress, UnixMs now);

/// After a start of the controller: no attempt could be made while it was away, so the time since
/// the attempt that was due is none in which nothing got through.
void leave_out_absence(WebhookProgress& progress, UnixMs now);

/// Of an event behind one that is too old: it waited for nothing else.
[[nodiscard]] bool is_too_old(const EventRecord& event, UnixMs now);

}  // namespace muster::controller
