// Which event a webhook is sent when, and what is stored of it.
#include <algorithm>
#include <muster/core/base/version.hpp>
#include <nlohmann/json.hpp>

#include "events/cloud_event.hpp"
#include "events/webhook_hook.hpp"
#include "events/webhook_signature.hpp"

namespace muster::controller {
namespace {

constexpr std::size_t kLookedAt = 50;      // events, before others have their turn
constexpr std::uint64_t kUnstored = 1000;  // unwanted events that a restart may look at again
constexpr std::size_t kBuriedAtOnce = 200;
constexpr std::chrono::seconds kStoreAgain{1};

DeadLetter letter_of(const WebhookRecord& webhook, const EventRecord& event, UnixMs now,
                     std::uint32_t attempts, std::string reason) {
  return {0, webhook.name, event, now, attempts, std::move(reason)};
}

}  // namespace

void Webhooks::pump_all() {
  const auto hooks = hooks_;  // what comes of one may change them
  for (const auto& [name, hook] : hooks) pump(hook);
}

void Webhooks::pump(const HookPtr& hook) {
  if (hook->busy || hook->removed) return;
  if (!hook->asked.empty()) return send_asked(hook);
  const auto& progress = hook->record.progress;
  if (progress.gone != 0) return;
  if (hook->burying) return bury_old(hook);
  if (const auto wait = wait_before(progress, now()); wait > 0) {
    hook->timer = parts_.loop.after(std::chrono::milliseconds(wait), [this, hook] { pump(hook); });
    return;
  }
  const auto event = next_event(hook);
  if (!event) return;
  send(hook, *event, delivery_id(parts_.store, *event),
       [this, hook, event = *event, version = hook->version](const WebhookAnswer& answer) {
         // A failure where it was sent to before says nothing of where it is sent now.
         if (!answer.taken() && changing(hook->record.name)) return;  // the change wakes it
         if (!answer.taken() && version != hook->version) return pump(hook);
         on_answer(hook, event, answer);
       });
}

std::optional<EventRecord> Webhooks::next_event(const HookPtr& hook) {
  auto& progress = hook->record.progress;
  const auto most = hook->passing ? kLookedAt : 1;
  const auto events = parts_.store.events_after(progress.cursor, most);
  const auto again = [this, hook] { pump(hook); };
  if (!events) {
    hook->timer = parts_.loop.after(kStoreAgain, again);
    return std::nullopt;
  }
  const auto self = "webhook/" + hook->record.name;
  for (const auto& event : *events) {
    if (event.id > progress.cursor + 1) progress.missed += event.id - progress.cursor - 1;
    if (event.subject != self && hook->filter.wants(event)) {
      progress.cursor = event.id - 1;
      hook->passing = false;
      return event;
    }
    progress.cursor = event.id;
    hook->passing = true;
  }
  if (progress.cursor - hook->stored_cursor >= kUnstored) {
    keep(hook, progress, {});
  } else if (events->size() == most) {
    hook->timer = parts_.loop.after(std::chrono::seconds(0), again);
  }
  return std::nullopt;
}

void Webhooks::send(const HookPtr& hook, const EventRecord& event, const std::string& id,
                    std::function<void(const WebhookAnswer&)> then) {
  hook->busy = true;
  auto view = cloud_event(event, source_);
  if (event.id == 0) view["id"] = id;  // of a test
  auto body = view.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto seconds = now() / 1000;
  const auto& record = hook->record;
  WebhookRequest request{
      record.url,
      {"Content-Type: application/cloudevents+json; charset=utf-8",
       std::string("User-Agent: muster/") + std::string(kVersion), "webhook-id: " + id,
       "webhook-timestamp: " + std::to_string(seconds),
       "webhook-signature: " + webhook_signature(record.secret, id, seconds, body)},
      body,
      {record.allow_private, hook->plain}};
  parts_.sender.send(std::move(request),
                     [this, hook, alive = std::weak_ptr(alive_), at = now(),
                      event_id = view.at("id").get<std::string>(), type = event.type,
                      then = std::move(then)](const WebhookAnswer& answer) {
                       if (alive.expired()) return;
                       hook->busy = false;
                       hook->deliveries.push_back({at, event_id, type, answer});
                       if (hook->deliveries.size() > kMaxDeliveriesKept)
                         hook->deliveries.pop_front();
                       then(answer);
                     });
}

void Webhooks::on_answer(const HookPtr& hook, const EventRecord& event,
                         const WebhookAnswer& answer) {
  if (hook->removed) return;
  const double chance = std::uniform_real_distribution<double>(0, 1)(random_);
  const auto& before = hook->record.progress;
  auto [verdict, progress] = next_step(before, event, answer, now(), chance);
  std::vector<DeadLetter> letters;
  if (verdict == WebhookVerdict::Refused || verdict == WebhookVerdict::TooOld) {
    letters.push_back(letter_of(hook->record, event, now(), before.attempts + 1, answer.why()));
  }
  hook->burying = verdict == WebhookVerdict::TooOld;
  keep(hook, progress, std::move(letters));
}

void Webhooks::bury_old(const HookPtr& hook) {
  auto progress = hook->record.progress;
  const auto events = parts_.store.events_after(progress.cursor, kBuriedAtOnce);
  if (!events) {
    hook->timer = parts_.loop.after(kStoreAgain, [this, hook] { pump(hook); });
    return;
  }
  hook->burying = events->size() == kBuriedAtOnce;
  const auto self = "webhook/" + hook->record.name;
  std::vector<DeadLetter> letters;
  for (const auto& event : *events) {
    if (!is_too_old(event, now())) {
      hook->burying = false;
      break;
    }
    if (event.id > progress.cursor + 1) progress.missed += event.id - progress.cursor - 1;
    progress.cursor = event.id;
    if (event.subject == self || !hook->filter.wants(event)) continue;
    letters.push_back(letter_of(hook->record, event, now(), 0, progress.last_error));
    ++progress.dead;
  }
  if (progress.cursor == hook->record.progress.cursor) return pump(hook);
  keep(hook, progress, std::move(letters));
}

void Webhooks::keep(const HookPtr& hook, const WebhookProgress& progress,
                    std::vector<DeadLetter> letters) {
  hook->busy = true;
  const bool died = !letters.empty();
  auto copy = letters;
  parts_.store.move_webhook(
      hook->record.name, progress, std::move(copy),
      [this, hook, progress, letters = std::move(letters), died, version = hook->version,
       alive = std::weak_ptr(alive_)](const Status& stored) {
        if (alive.expired() || hook->removed) return;
        if (stored) return kept(hook, progress, died);
        if (stored.error().code == ErrorCode::NotFound) return;
        if (!std::exchange(hook->told_unstored, true)) {
          parts_.log.warn("how far a webhook has come is not stored, retrying",
                          {{"webhook", hook->record.name}, {"reason", stored.error().message}});
        }
        hook->timer = parts_.loop.after(kStoreAgain, [this, hook, progress, letters, version] {
          auto as_set = progress;
          const bool set_anew = version != hook->version || changing(hook->record.name);
          if (set_anew) as_set.forget_failures();
          keep(hook, as_set, letters);
        });
      });
}

void Webhooks::kept(const HookPtr& hook, const WebhookProgress& progress, bool died) {
  const auto before = std::exchange(hook->record.progress, progress);
  hook->stored_cursor = progress.cursor;
  hook->busy = hook->told_unstored = false;
  const auto tell = [&](const char* type) {
    parts_.log.warn("a webhook fails, ignoring",
                    {{"webhook", hook->record.name}, {"reason", progress.last_error}});
    parts_.events.record(type, "webhook/" + hook->record.name, {{"reason", progress.last_error}});
  };
  if (progress.gone != 0 && before.gone == 0) tell("webhook.gone");
  if (died && !hook->told_failing) tell("webhook.failing");
  hook->told_failing = progress.failures > 0 && (hook->told_failing || died);
  pump(hook);
}

void Webhooks::ask(const HookPtr& hook, EventRecord event, std::string id, std::uint64_t letter,
                   Done<WebhookAnswer> done) {
  if (hook->asked.size() >= kMaxAskedDeliveries) {
    return done(fail(ErrorCode::ResourceExhausted, "too many deliveries wait for the webhook " +
                                                       hook->record.name +
                                                       " already; try again in a minute"));
  }
  hook->asked.push_back({std::move(event), std::move(id), letter, std::move(done)});
  pump(hook);
}

void Webhooks::send_asked(const HookPtr& hook) {
  auto asked = std::move(hook->asked.front());
  hook->asked.pop_front();
  const auto event = asked.event;
  const auto id = asked.id;
  send(hook, event, id, [this, hook, asked = std::move(asked)](const WebhookAnswer& answer) {
    if (answer.taken()) hook->record.progress.next_attempt = 0;  // it is there again
    if (answer.taken() && asked.letter != 0) {
      parts_.store.remove_dead_letter(asked.letter, [answer, done = asked.done](const Status&) {
        done(answer);  // it stays when that failed, and may be sent again
      });
    } else {
      asked.done(answer);
    }
    pump(hook);
  });
}

}  // namespace muster::controller
