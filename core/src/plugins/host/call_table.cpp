#include "call_table.hpp"

namespace muster::plugins {

CallTable::State* CallTable::find(CallNumber call) {
  const auto found = calls_.find(call);
  if (found != calls_.end()) return &found->second;
  ++counters_["stale_handle"];
  return nullptr;
}

void CallTable::add(CallNumber call, std::uint64_t credit) {
  const std::lock_guard lock(mutex_);
  calls_[call] = State{credit, false, 0};
}

bool CallTable::remove(CallNumber call) {
  const std::lock_guard lock(mutex_);
  if (find(call) == nullptr) return false;
  calls_.erase(call);
  return true;
}

muster_status CallTable::spend(CallNumber call, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  auto* state = find(call);
  if (state == nullptr) return MUSTER_STALE_HANDLE;
  if (state->credit < bytes) {
    state->blocked = true;
    return MUSTER_WOULD_BLOCK;
  }
  state->credit -= bytes;
  return MUSTER_OK;
}

bool CallTable::add_credit(CallNumber call, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found =
      calls_.find(call);  // credit for a call that just ended is no fault of the plugin
  if (found == calls_.end()) return false;
  found->second.credit += bytes;
  return std::exchange(found->second.blocked, false);
}

bool CallTable::cancel(CallNumber call, std::uint8_t reason) {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(call);
  if (found == calls_.end() || found->second.cancel_reason != 0) return false;
  found->second.cancel_reason = reason;
  return true;
}

std::int32_t CallTable::cancelled(CallNumber call) {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(call);
  return found == calls_.end() ? MUSTER_CANCEL_REQUESTED : found->second.cancel_reason;
}

bool CallTable::knows(CallNumber call) {
  const std::lock_guard lock(mutex_);
  return find(call) != nullptr;
}

std::map<std::string, std::uint64_t> CallTable::counters() {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void CallTable::count(const std::string& what) {
  const std::lock_guard lock(mutex_);
  ++counters_[what];
}

}  // namespace muster::plugins
