// What operators do with webhooks; what is sent, and when, is in webhook_deliveries.cpp.
#include "events/webhooks.hpp"

#include <algorithm>
#include <muster/core/base/near_name.hpp>
#include <muster/core/crypto/random.hpp>
#include <nlohmann/json.hpp>

#include "events/cloud_event.hpp"
#include "events/webhook_hook.hpp"
#include "events/webhook_retry.hpp"
#include "events/webhook_signature.hpp"
#include "events/webhook_url.hpp"
#include "labels.hpp"

namespace muster::controller {

Webhooks::Webhooks(Parts parts)
    : parts_(parts), source_(event_source(parts.store.meta().fleet)), random_(parts.seed) {}

Webhooks::~Webhooks() {
  parts_.events.listen(nullptr);
  for (const auto& [name, hook] : hooks_) hook->timer.reset();
}

Status Webhooks::load() {
  auto stored = parts_.store.webhooks();
  if (!stored) return tl::unexpected(stored.error());
  for (auto& record : *stored) {
    leave_out_absence(record.progress, now());
    apply(record);
  }
  return {};
}

void Webhooks::start() {
  parts_.events.listen([this] { pump_all(); });
  pump_all();
}

std::vector<const WebhookRecord*> Webhooks::all() const {
  std::vector<const WebhookRecord*> records;
  for (const auto& [name, hook] : hooks_) records.push_back(&hook->record);
  return records;
}

Result<const WebhookRecord*> Webhooks::find(std::string_view name) const {
  if (const auto found = hooks_.find(name); found != hooks_.end()) return &found->second->record;
  std::vector<std::string> names;
  for (const auto& [known, hook] : hooks_) names.push_back(known);
  const std::string hint = names.empty() ? "; there are none yet" : did_you_mean(name, names);
  return fail(ErrorCode::NotFound, "there is no webhook " + std::string(name.substr(0, 64)) + hint);
}

bool Webhooks::changing(std::string_view name) const { return changing_.contains(name); }

const std::deque<WebhookDelivery>& Webhooks::deliveries(std::string_view name) const {
  return hooks_.find(name)->second->deliveries;
}

Result<std::uint64_t> Webhooks::pending(const WebhookRecord& webhook) const {
  const auto last = parts_.store.last_event();
  if (!last) return tl::unexpected(last.error());
  return *last - std::min(*last, webhook.progress.cursor);
}

Status Webhooks::check(const WebhookChange& change) const {
  if (!is_label_name(change.name)) {
    return fail(ErrorCode::InvalidArgument, "a webhook's name " + std::string(kLabelNameRule),
                "/name");
  }
  if (const auto rule = check_webhook_url(change.url, change.allow_private); !rule) {
    return tl::unexpected(rule.error());
  }
  if (changing(change.name)) {  // each of two who make it at once would be told a secret
    return fail(ErrorCode::Unavailable, "the webhook is being changed just now; try again");
  }
  const auto coming = std::count_if(changing_.begin(), changing_.end(),
                                    [&](const auto& name) { return !hooks_.contains(name); });
  const auto known = hooks_.size() + static_cast<std::size_t>(coming);
  if (known >= kMaxWebhooks && !hooks_.contains(change.name)) {
    return fail(ErrorCode::ResourceExhausted, "there are " + std::to_string(kMaxWebhooks) +
                                                  " webhooks already; remove one first");
  }
  return {};
}

void Webhooks::put(const WebhookChange& change, Done<WebhookMade> done) {
  if (auto good = check(change); !good) return done(tl::unexpected(good.error()));
  WebhookRecord record{change.name, change.url, change.filter, change.allow_private,
                       {},          now(),      change.by,     {}};
  WebhookMade made;
  const auto old = hooks_.find(change.name);
  made.is_new = old == hooks_.end();
  if (!change.secret.empty()) {
    auto secret = parse_webhook_secret(change.secret);
    if (!secret) return done(tl::unexpected(secret.error()));
    record.secret = std::move(*secret);
  } else if (made.is_new) {
    record.secret = crypto::random_bytes(kWebhookSecret);
    made.secret = webhook_secret_text(record.secret);
  } else {
    record.secret = old->second->record.secret;
  }
  const auto last = parts_.store.last_event();
  if (!last) return done(tl::unexpected(last.error()));
  record.progress.cursor = *last;
  const auto changing = changing_.insert(change.name);
  parts_.store.put_webhook(record, [this, record, made, changing, alive = std::weak_ptr(alive_),
                                    done = std::move(done)](const Status& stored) {
    if (alive.expired()) return;
    changing_.erase(changing);
    if (!stored) {
      pump_all();  // it may have stood still while it was being changed
      return done(tl::unexpected(stored.error()));
    }
    apply(record);
    pump_all();
    parts_.events.record("webhook.changed", "webhook/" + record.name,
                         {{"by", record.updated_by}, {"filter", record.filter}});
    done(made);
  });
}

void Webhooks::apply(const WebhookRecord& record) {
  auto filter = EventFilter::parse(record.filter);
  if (!filter) {  // of a later version's language, after a step back
    parts_.log.error("a webhook's filter cannot be read, ignoring the webhook",
                     {{"webhook", record.name}, {"reason", filter.error().message}});
    return;
  }
  const auto rule = check_webhook_url(record.url, record.allow_private);
  auto& hook = hooks_[record.name];
  if (!hook) {
    hook = std::make_shared<Hook>(record, std::move(*filter));
  } else {
    auto progress = std::move(hook->record.progress);
    progress.forget_failures();
    hook->record = record;
    hook->record.progress = std::move(progress);
    hook->filter = std::move(*filter);
    hook->burying = hook->told_failing = false;
    ++hook->version;
  }
  hook->plain = !rule || rule->plain;
}

void Webhooks::remove(std::string_view name, const std::string& by, Done<void> done) {
  if (const auto found = find(name); !found) return done(tl::unexpected(found.error()));
  const auto changing = changing_.insert(std::string(name));
  parts_.store.remove_webhook(std::string(name), [this, name = std::string(name), by, changing,
                                                  alive = std::weak_ptr(alive_),
                                                  done = std::move(done)](const Status& removed) {
    if (alive.expired()) return;
    changing_.erase(changing);
    if (removed) {
      if (const auto found = hooks_.find(name); found != hooks_.end()) {
        found->second->end();
        hooks_.erase(found);
      }
      parts_.events.record("webhook.removed", "webhook/" + name, {{"by", by}});
    } else {
      pump_all();  // as above
    }
    done(removed);
  });
}

void Webhooks::test(std::string_view name, const std::string& by, Done<WebhookAnswer> done) {
  const auto found = hooks_.find(name);
  if (found == hooks_.end()) return done(tl::unexpected(find(name).error()));
  const EventRecord event{0, now(), "webhook.test", "webhook/" + std::string(name),
                          nlohmann::json{{"by", by}}.dump()};
  ask(found->second, event, "test-" + crypto::random_token(16), 0, std::move(done));
}

void Webhooks::send_again(std::uint64_t id, Done<WebhookAnswer> done) {
  const auto letter = parts_.store.dead_letter(id);
  if (!letter) return done(tl::unexpected(letter.error()));
  const auto found = hooks_.find(letter->webhook);
  if (found == hooks_.end()) return done(tl::unexpected(find(letter->webhook).error()));
  ask(found->second, letter->event, delivery_id(parts_.store, letter->event), id, std::move(done));
}

}  // namespace muster::controller
