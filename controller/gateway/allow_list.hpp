/// The transport keys that may connect, as the controller said last. [loop]
#pragma once

#include <cstring>
#include <muster/core/wire/gateway_link.hpp>
#include <unordered_set>

namespace muster::gateway {

struct KeyHash {
  std::size_t operator()(const wire::TransportKey& key) const noexcept {
    std::size_t value = 0;  // public keys are as good as random
    std::memcpy(&value, key.data(), sizeof value);
    return value;
  }
};

class AllowList {
 public:
  void apply(const wire::Allow& frame) {
    if (frame.replace) keys_.clear();
    keys_.insert(frame.keys.begin(), frame.keys.end());
  }
  void apply(const wire::Revoke& frame) {
    for (const auto& key : frame.keys) keys_.erase(key);
  }
  [[nodiscard]] bool allows(const wire::TransportKey& key) const { return keys_.contains(key); }

 private:
  std::unordered_set<wire::TransportKey, KeyHash> keys_;
};

}  // namespace muster::gateway
