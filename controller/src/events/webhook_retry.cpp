#include "events/webhook_retry.hpp"

#include <algorithm>
#include <cmath>

namespace muster::controller {
namespace {

using std::chrono::milliseconds;

constexpr UnixMs kPatience = milliseconds(kWebhookPatience).count();

/// Answers that mean this very event, and not the moment.
bool is_refusal(int status) {
  return status == 400 || status == 413 || status == 415 || status == 422;
}

/// A random time up to a bound that doubles with each failure, but what was asked for at least.
UnixMs wait_after(std::uint32_t failures, const WebhookAnswer& answer, double chance) {
  const auto first = static_cast<double>(milliseconds(kFirstWebhookWait).count());
  const auto most = static_cast<double>(milliseconds(kMostWebhookWait).count());
  const auto bound =
      std::min(std::ldexp(first, static_cast<int>(std::min(failures, 60U)) - 1), most);
  const auto asked = std::clamp<std::chrono::seconds>(answer.retry_after, {}, kWebhookPatience);
  return std::max(static_cast<UnixMs>(bound * chance), milliseconds(asked).count());
}

WebhookVerdict judge(const WebhookProgress& now_at, const EventRecord& event,
                     const WebhookAnswer& answer, UnixMs now) {
  if (answer.status == 410) return WebhookVerdict::Gone;
  if (is_refusal(answer.status) && now_at.attempts >= kMostRefusals) return WebhookVerdict::Refused;
  const bool long_enough = now - now_at.failing_since >= kPatience;
  return long_enough && is_too_old(event, now) ? WebhookVerdict::TooOld : WebhookVerdict::TryAgain;
}

}  // namespace

std::string WebhookAnswer::why() const {
  return status == 0 ? error : "it answered " + std::to_string(status);
}

bool is_too_old(const EventRecord& event, UnixMs now) { return now - event.time >= kPatience; }

UnixMs wait_before(const WebhookProgress& progress, UnixMs now) {
  const auto wait = progress.next_attempt - now;
  return wait > kPatience ? 0 : std::max<UnixMs>(wait, 0);
}

void leave_out_absence(WebhookProgress& progress, UnixMs now) {
  const auto away = now - progress.next_attempt;
  if (progress.next_attempt == 0 || progress.failing_since == 0 || away <= 0) return;
  progress.failing_since = std::min(progress.failing_since + away, now);
}

WebhookStep next_step(const WebhookProgress& before, const EventRecord& event,
                      const WebhookAnswer& answer, UnixMs now, double chance) {
  WebhookStep step{WebhookVerdict::Delivered, before};
  auto& after = step.progress;
  if (answer.taken()) {
    after.cursor = event.id;
    after.attempts = after.failures = 0;
    after.failing_since = after.next_attempt = 0;
    after.last_success = now;
    after.last_error.clear();
    ++after.delivered;
    return step;
  }
  ++after.attempts;
  ++after.failures;
  if (after.failing_since == 0 || after.failing_since > now) after.failing_since = now;
  after.last_error = answer.why();
  after.next_attempt = now + wait_after(after.failures, answer, chance);
  step.verdict = judge(after, event, answer, now);
  if (step.verdict == WebhookVerdict::Gone) {
    after.gone = now;
    after.next_attempt = 0;
  }
  if (step.verdict == WebhookVerdict::Refused || step.verdict == WebhookVerdict::TooOld) {
    after.cursor = event.id;
    after.attempts = 0;
    ++after.dead;
  }
  return step;
}

}  // namespace muster::controller
