#include "host/restart_policy.hpp"

#include <algorithm>

namespace muster::agent {

void RestartPolicy::on_ready(MonoTime now) { ready_since_ = now; }

RestartPolicy::Decision RestartPolicy::on_crash(MonoTime now) {
  const bool was_healthy = ready_since_ != MonoTime{} && now - ready_since_ >= kHealthyAfter;
  ready_since_ = {};
  if (was_healthy) {
    backoff_.reset();
    crashes_.clear();
    probing_ = false;
  }
  crashes_.push_back(now);
  while (crashes_.front() + kCrashWindow < now) crashes_.pop_front();
  if (probing_ || crashes_.size() >= kCrashesToQuarantine) {
    probing_ = true;
    return {kQuarantine, true};
  }
  // At least half of the bound: a plugin that crashes at once must not spin.
  return {std::max<std::chrono::milliseconds>(backoff_.next(), std::chrono::milliseconds(500)),
          false};
}

void PoisonList::on_crash(const std::string& request, MonoTime now) {
  forget_old(now);
  if (seen_.size() >= kMost && !seen_.contains(request)) {
    seen_.erase(std::min_element(seen_.begin(), seen_.end(), [](const auto& a, const auto& b) {
      return a.second.last < b.second.last;
    }));
  }
  auto& seen = seen_[request];
  ++seen.crashes;
  seen.last = now;
}

bool PoisonList::is_poison(const std::string& request, MonoTime now) {
  forget_old(now);
  const auto found = seen_.find(request);
  return found != seen_.end() && found->second.crashes >= kCrashes;
}

void PoisonList::forget_old(MonoTime now) {
  std::erase_if(seen_, [&](const auto& entry) { return entry.second.last + kRefusedFor < now; });
}

}  // namespace muster::agent
