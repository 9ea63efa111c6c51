#include "host/plugin_kv.hpp"

#include <muster/ext/kv.h>

#include <utility>

namespace muster::agent {
namespace {

static_assert(plugins::kMaxKvKey == MUSTER_KV_MAX_KEY_BYTES);
static_assert(plugins::kMaxKvValue == MUSTER_KV_MAX_VALUE_BYTES);

}  // namespace

void PluginKv::on_frame(PluginSlot& slot, const plugins::Kv& kv) {
  if (!slot.manifest().services.has(MUSTER_SERVICE_KV_1) || under_way_.contains(&slot)) {
    return slot.host()->kill(EndCause::Protocol,
                             "the plugin's host asked for stored values out of turn");
  }
  const auto asked = under_way_[&slot] = std::make_shared<int>(0);
  const auto done = [this, slot = &slot,
                     waits = std::weak_ptr(asked)](const plugins::KvAnswer& answer) {
    if (waits.expired()) return;
    under_way_.erase(slot);
    // One answer waits for a host at most, so a queue that is full is one that nobody reads.
    if (auto* host = slot->host(); host != nullptr && !host->send(answer))
      host->kill(EndCause::Hang, "the plugin's host does not read what it asked for");
  };
  if (ask_) return ask_(slot.manifest().id, {}, kv, done);
  done({kv.request,
        {},
        false,
        0,
        Error{ErrorCode::Unsupported, "this agent keeps no values for plugins", {}, false, {}}});
}

}  // namespace muster::agent
