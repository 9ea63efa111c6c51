#include "admission.hpp"

#include <algorithm>

namespace muster::gateway {
namespace {

using std::chrono::milliseconds;

// A key has one live connection. A second is one that just ended, or a copied disk; more is
// nonsense.
constexpr std::size_t kRoutesPerKey = 3;
constexpr milliseconds kTellAgain{1000};
constexpr milliseconds kRetryLeast{500};
constexpr milliseconds kRetryMost{3000};

}  // namespace

void TokenBucket::set_rate(std::uint32_t per_second) {
  rate_ = per_second;
  tokens_ = per_second;
  filled_ = clock_.mono_now();
}

bool TokenBucket::take() {
  if (rate_ == 0) return true;
  const auto now = clock_.mono_now();
  const std::chrono::duration<double> passed = now - filled_;
  tokens_ = std::min(tokens_ + passed.count() * rate_, static_cast<double>(rate_));
  filled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

Admission::Admission(const Clock& clock, std::uint64_t seed)
    : clock_(clock), new_routes_(clock), waking_(clock), random_(seed | 1U) {}

void Admission::set_rate(std::uint32_t sessions_per_second) {
  new_routes_.set_rate(sessions_per_second);
  waking_.set_rate(sessions_per_second);
}

Admission::Known& Admission::known(BytesView route, const wire::TransportKey& key) {
  const auto [found, is_new] = routes_.try_emplace(to_bytes(route));
  auto& one = found->second;
  // A route that another key had before is a new one: libzmq gives it to one connection at a time.
  if (!is_new && one.key == key) return one;
  if (!is_new) std::erase(by_key_[one.key], found->first);
  one = Known{key, false, false, false, {}};
  auto& routes = by_key_[key];
  if (routes.size() >= kRoutesPerKey) {
    routes_.erase(routes.front());
    routes.erase(routes.begin());
  }
  routes.push_back(found->first);
  return one;
}

Admission::Verdict Admission::judge(BytesView route, const wire::TransportKey& key,
                                    bool says_hello) {
  auto& one = known(route, key);
  if (one.admitted) return {Verdict::Pass, {}};
  if (!link_up_) return tell_later(one, draw(kRetryLeast, kRetryMost));
  // Its session died with the controller that knew it: no use to let that one see more of it.
  if (one.stale && !says_hello) {
    if (!one.woken && !waking_.take()) return {Verdict::Drop, {}};
    one.woken = true;
    return tell_later(one, milliseconds(0));
  }
  if (!new_routes_.take()) return tell_later(one, draw(kRetryLeast, kRetryMost));
  one.admitted = true;
  one.stale = false;
  return {Verdict::Pass, {}};
}

Admission::Verdict Admission::tell_later(Known& one, milliseconds after) {
  const auto now = clock_.mono_now();
  if (one.told_at != MonoTime{} && now - one.told_at < kTellAgain) return {Verdict::Drop, {}};
  one.told_at = now;
  return {Verdict::Retry, after};
}

void Admission::link_lost() {
  link_up_ = false;
  to_wake_.clear();
  for (auto& [route, one] : routes_) {
    one.admitted = false;
    one.stale = true;
    one.woken = false;
    to_wake_.push_back(route);
  }
}

std::optional<Admission::Route> Admission::next_to_wake() {
  while (link_up_ && !to_wake_.empty()) {
    const auto found = routes_.find(to_wake_.front());
    const bool wanted = found != routes_.end() && found->second.stale && !found->second.woken;
    if (wanted && !waking_.take()) return std::nullopt;
    auto route = std::move(to_wake_.front());
    to_wake_.pop_front();
    if (!wanted) continue;  // it went away, or asked by itself
    found->second.woken = true;
    found->second.told_at = clock_.mono_now();
    return route;
  }
  return std::nullopt;
}

void Admission::forget(BytesView route) {
  const auto found = routes_.find(to_bytes(route));
  if (found == routes_.end()) return;
  const auto of_key = by_key_.find(found->second.key);
  std::erase(of_key->second, found->first);
  if (of_key->second.empty()) by_key_.erase(of_key);
  routes_.erase(found);
}

void Admission::forget(const wire::TransportKey& key) {
  const auto of_key = by_key_.find(key);
  if (of_key == by_key_.end()) return;
  for (const auto& route : of_key->second) routes_.erase(route);
  by_key_.erase(of_key);
}

milliseconds Admission::draw(milliseconds from, milliseconds to) {
  random_ ^= random_ << 13U;  // xorshift: a spread, not a secret
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  return from + milliseconds(static_cast<std::int64_t>(random_ % (to - from).count()));
}

}  // namespace muster::gateway
