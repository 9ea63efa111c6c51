/// The webhooks: who is due, what is sent, and what is remembered of it. webhooks.md is the design.
///
/// One per process, built in app.cpp after the EventLog; [loop]. Each has at most one request under
/// way, and its place in the log of events moves when the store has it. What is under way when it
/// goes away is sent again at the next start.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <muster/core/log/logger.hpp>
#include <muster/core/run/event_loop.hpp>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "events/event_filter.hpp"
#include "events/event_log.hpp"
#include "events/webhook_sender.hpp"

namespace muster::controller {

inline constexpr std::size_t kMaxWebhooks = 100;
inline constexpr std::size_t kMaxDeliveriesKept = 50;   ///< of each, in memory
inline constexpr std::size_t kMaxAskedDeliveries = 10;  ///< that wait for one webhook

/// One attempt, as it is told.
struct WebhookDelivery {
  UnixMs time = 0;
  std::string event;  ///< its id
  std::string type;
  WebhookAnswer answer;
};

/// What an operator sets.
struct WebhookChange {
  std::string name;
  std::string url;
  std::string filter;
  bool allow_private = false;
  std::string secret;  ///< as text; empty: keep it, or make one
  std::string by;
};

struct WebhookMade {
  bool is_new = false;
  std::string secret;  ///< as text, when it was made here: the only time that it is shown
};

class Webhooks {
 public:
  struct Parts {
    run::EventLoop& loop;
    Store& store;
    EventLog& events;
    log::Logger& log;
    WebhookSender& sender;
    std::uint64_t seed = std::random_device{}();  ///< of the waits
  };
  explicit Webhooks(Parts parts);
  ~Webhooks();
  Webhooks(const Webhooks&) = delete;
  Webhooks& operator=(const Webhooks&) = delete;

  /// Reads them from the store. Once, before start().
  [[nodiscard]] Status load();
  /// Goes on where each was.
  void start();

  [[nodiscard]] std::vector<const WebhookRecord*> all() const;  ///< by name
  /// Errors: NotFound, with a name that is near.
  [[nodiscard]] Result<const WebhookRecord*> find(std::string_view name) const;
  /// Whether a change of it is on its way to the store.
  [[nodiscard]] bool changing(std::string_view name) const;
  /// Of one that is there, the latest last.
  [[nodiscard]] const std::deque<WebhookDelivery>& deliveries(std::string_view name) const;
  /// Events that it did not come to. Errors: as the store's.
  [[nodiscard]] Result<std::uint64_t> pending(const WebhookRecord& webhook) const;

  /// Makes or replaces one; it is then neither gone nor waiting. That the filter parses is the
  /// caller's to see. Errors: InvalidArgument for /name, /url and /secret, ResourceExhausted above
  /// kMaxWebhooks, Unavailable while it is being changed.
  void put(const WebhookChange& change, Done<WebhookMade> done);
  /// Errors: NotFound.
  void remove(std::string_view name, const std::string& by, Done<void> done);
  /// Sends it an event "webhook.test" that is in no log, once. Errors: NotFound, ResourceExhausted.
  void test(std::string_view name, const std::string& by, Done<WebhookAnswer> done);
  /// Sends a dead letter once more, and removes it when it is taken. Errors: as test().
  void send_again(std::uint64_t letter, Done<WebhookAnswer> done);

 private:
  struct Hook;
  using HookPtr = std::shared_ptr<Hook>;

  [[nodiscard]] Status check(const WebhookChange& change) const;
  void apply(const WebhookRecord& record);
  void pump_all();
  void pump(const HookPtr& hook);
  [[nodiscard]] std::optional<EventRecord> next_event(const HookPtr& hook);
  void send(const HookPtr& hook, const EventRecord& event, const std::string& id,
            std::function<void(const WebhookAnswer&)> then);
  void on_answer(const HookPtr& hook, const EventRecord& event, const WebhookAnswer& answer);
  void bury_old(const HookPtr& hook);
  void keep(const HookPtr& hook, const WebhookProgress& progress, std::vector<DeadLetter> letters);
  void kept(const HookPtr& hook, const WebhookProgress& progress, bool died);
  void ask(const HookPtr& hook, EventRecord event, std::string id, std::uint64_t letter,
           Done<WebhookAnswer> done);
  void send_asked(const HookPtr& hook);
  [[nodiscard]] UnixMs now() const { return to_unix_ms(parts_.loop.clock().unix_now()); }

  Parts parts_;
  std::string source_;  // of all events
  std::map<std::string, HookPtr, std::less<>> hooks_;
  std::multiset<std::string, std::less<>> changing_;
  std::mt19937_64 random_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // callbacks that outlive us look at it
};

}  // namespace muster::controller
