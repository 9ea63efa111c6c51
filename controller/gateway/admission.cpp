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

bool same(BytesView left, BytesView right) { return std::ranges::equal(left, right); }

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
  auto& routes = by_key_[key];
  const auto found =
      std::ranges::find_if(routes, [&](const Known& one) { return same(one.route, route); });
  if (found != routes.end()) return *found;
  if (routes.size() >= kRoutesPerKey) routes.erase(routes.begin());
  return routes.emplace_back(Known{to_bytes(route), false, false, {}});
}

Admission::Verdict Admission::judge(BytesView route, const wire::TransportKey& key) {
  auto& one = known(route, key);
  if (one.admitted) return {Verdict::Pass, {}};
  if (!link_up_) return tell_later(one, draw(kRetryLeast, kRetryMost));
  // Its session died with the controller that knew it: no use to let that one see the frame.
  if (one.stale) {
    if (!waking_.take()) return {Verdict::Drop, {}};
    one.stale = false;
    return tell_later(one, milliseconds(0));
  }
  if (!new_routes_.take()) return tell_later(one, draw(kRetryLeast, kRetryMost));
  one.admitted = true;
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
  for (auto& [key, routes] : by_key_) {
    for (auto& one : routes) {
      one.admitted = false;
      one.stale = true;
      to_wake_.emplace_back(key, one.route);
    }
  }
}

std::optional<Admission::Route> Admission::next_to_wake() {
  while (link_up_ && !to_wake_.empty()) {
    const auto& [key, route] = to_wake_.front();
    const auto routes = by_key_.find(key);
    Known* one = nullptr;
    if (routes != by_key_.end()) {
      for (auto& candidate : routes->second) {
        if (candidate.stale && candidate.route == route) one = &candidate;
      }
    }
    if (one != nullptr && !waking_.take()) return std::nullopt;
    auto woken = std::move(to_wake_.front().second);
    to_wake_.pop_front();
    if (one == nullptr) continue;  // it went away, or asked by itself
    one->stale = false;
    one->told_at = clock_.mono_now();
    return woken;
  }
  return std::nullopt;
}

void Admission::forget(BytesView route) {
  for (auto it = by_key_.begin(); it != by_key_.end(); ++it) {
    const auto gone =
        std::erase_if(it->second, [&](const Known& k) { return same(k.route, route); });
    if (gone == 0) continue;
    if (it->second.empty()) by_key_.erase(it);
    return;
  }
}

std::size_t Admission::routes() const {
  std::size_t count = 0;
  for (const auto& [key, routes] : by_key_) count += routes.size();
  return count;
}

milliseconds Admission::draw(milliseconds from, milliseconds to) {
  random_ ^= random_ << 13U;  // xorshift: a spread, not a secret
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  return from + milliseconds(static_cast<std::int64_t>(random_ % (to - from).count()));
}

}  // namespace muster::gateway
