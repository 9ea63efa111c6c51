/// Webhooks: receivers that are sent events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/events.hpp"

namespace muster::client {

struct Webhook {
  std::string name;
  std::string url;
  std::string filter;          ///< empty: all events
  bool allow_private = false;  ///< it may be sent to this machine and to private networks
  std::string secret;          ///< told once, in the answer that made it
  std::string updated;
  std::string updated_by;             ///< the name of an operator
  std::string etag;                   ///< of one that was asked for
  std::vector<std::string> warnings;  ///< of one that was set: what its filter may have wrong
  Json told;
};

struct WebhookProgress {
  std::string state;               ///< ok, failing or gone
  std::uint64_t pending = 0;       ///< events that it did not come to yet
  std::uint64_t delivered = 0;     ///< ever
  std::uint64_t dead_letters = 0;  ///< that are kept
  std::uint64_t missed = 0;        ///< events that left the log before it came to them
  std::uint64_t failures = 0;      ///< attempts since something got through
  std::string failing_since;       ///< these times are empty while they have not come
  std::string next_attempt;
  std::string last_success;
  std::string last_error;  ///< empty after a success
};

struct WebhookInList {
  Webhook webhook;
  WebhookProgress progress;
};

struct Webhooks {
  std::vector<WebhookInList> webhooks;  ///< by name
  Json told;
};

struct WebhookRequest {
  std::string url;
  std::string filter = {};
  bool allow_private = false;
  std::optional<std::string> secret = {};  ///< without one it is made, or kept
};

/// What came of sending something.
struct Attempt {
  bool delivered = false;
  std::optional<int> status;  ///< the receiver's; none when there was no answer
  std::string error;          ///< empty when it was delivered
  std::uint64_t took_ms = 0;
  Json told;
};

struct Delivery {
  std::string time;
  std::string event;  ///< the event's id
  std::string type;   ///< the event's
  Attempt attempt;
};

struct Deliveries {
  WebhookProgress progress;
  std::vector<Delivery> deliveries;  ///< the latest last
  Json told;
};

struct DeadLetter {
  std::uint64_t id = 0;
  Event event;
  std::string died;
  std::uint64_t attempts = 0;  ///< 0: it waited behind another, until it was too old
  std::string reason;
};

struct DeadLetterQuery {
  static constexpr std::uint64_t kMaxLimit = 1000;
  std::uint64_t limit = 100;
  std::uint64_t after = 0;  ///< the id of a dead letter: those that follow it
};

struct DeadLetters {
  std::vector<DeadLetter> dead_letters;  ///< oldest first
  Json list;                             ///< the same as it was told
};

[[nodiscard]] Result<Webhooks> list_webhooks(ApiClient& api);
[[nodiscard]] Result<Webhook> get_webhook(ApiClient& api, const std::string& name);
[[nodiscard]] Result<Webhook> put_webhook(ApiClient& api, const std::string& name,
                                          const WebhookRequest& request,
                                          const OnlyIf& only_if = {});
[[nodiscard]] Result<void> remove_webhook(ApiClient& api, const std::string& name,
                                          const OnlyIf& only_if = {});
/// Sends it an event of the type webhook.test, and waits for what comes of it.
[[nodiscard]] Result<Attempt> test_webhook(ApiClient& api, const std::string& name);
[[nodiscard]] Result<Deliveries> list_deliveries(ApiClient& api, const std::string& name);
[[nodiscard]] Result<DeadLetters> list_dead_letters(ApiClient& api, const std::string& name,
                                                    const DeadLetterQuery& query);
/// Sends it once more, and waits for what comes of it.
[[nodiscard]] Result<Attempt> retry_dead_letter(ApiClient& api, const std::string& id);

}  // namespace muster::client
