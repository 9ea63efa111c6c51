/// The inside of Webhooks, shared by its source files only.
#pragma once

#include <deque>
#include <string>
#include <utility>

#include "events/webhooks.hpp"

namespace muster::controller {

/// A delivery that an operator asked for: a test, or a dead letter.
struct AskedDelivery {
  EventRecord event;
  std::string id;            ///< the webhook-id
  std::uint64_t letter = 0;  ///< 0: a test
  Done<WebhookAnswer> done;
};

struct Webhooks::Hook {
  Hook(WebhookRecord the_record, EventFilter the_filter)
      : record(std::move(the_record)),
        filter(std::move(the_filter)),
        stored_cursor(record.progress.cursor) {}

  /// It was removed: nothing more is sent.
  void end() {
    removed = true;
    timer.reset();
    for (auto& one : std::exchange(asked, {})) {
      one.done(fail(ErrorCode::NotFound, "the webhook " + record.name + " was removed"));
    }
  }

  WebhookRecord record;
  EventFilter filter;
  bool plain = true;            // its URL is http
  std::uint64_t stored_cursor;  // the store's; that of `record` may be on unwanted ones behind it
  bool busy = false;            // a request is under way, or what came of it is being stored
  bool removed = false;
  bool burying = false;  // events behind one that died of age are looked through
  bool passing = false;  // the latest that was looked at was not wanted: more at once are read
  bool told_unstored = false;  // since something was stored
  bool told_failing = false;   // since something got through
  int version = 0;             // rises when an operator sets it anew
  run::Timer timer;
  std::deque<AskedDelivery> asked;
  std::deque<WebhookDelivery> deliveries;
};

/// The webhook-id of an event of the log.
[[nodiscard]] inline std::string delivery_id(const Store& store, const EventRecord& event) {
  return store.meta().fleet.text() + "-" + std::to_string(event.id);
}

}  // namespace muster::controller
