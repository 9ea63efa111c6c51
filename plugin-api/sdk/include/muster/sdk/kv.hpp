/// muster.kv/1: small values that outlive the process. Copies are the same store; every method is
/// [any] and may wait for the agent, 1 s at most. Limits: <muster/ext/kv.h>.
///
///   auto kv = host.kv();
///   if (auto cursor = kv.get("cursor")) resume_from(cursor->value);
///   if (auto kept = kv.set("cursor", position); !kept) return tl::unexpected(kept.error());
///
/// Errors of all: Unsupported when the host does not give the service (name it in the manifest),
/// InvalidArgument for a key or value beyond its limit, Timeout, Unavailable when the node's disk
/// fails, and once Corrupt when what was kept is damaged: it was set aside, and there is nothing
/// now.
#pragma once

#include <muster/ext/kv.h>

#include <chrono>
#include <cstdint>
#include <muster/sdk/error.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace muster::sdk {

struct KvEntry {
  std::string key;
  std::string value;
  std::uint64_t revision = MUSTER_KV_ABSENT;
};

class Kv {
 public:
  static constexpr std::chrono::milliseconds kForever{0};

  explicit Kv(const muster_kv_v1* table) : table_(table) {}
  [[nodiscard]] explicit operator bool() const { return table_ != nullptr; }

  /// Errors: NotFound for a key that is not there or expired.
  [[nodiscard]] Result<KvEntry> get(std::string_view key) const;
  /// Every entry whose key begins with `prefix`, sorted by key.
  [[nodiscard]] Result<std::vector<KvEntry>> list(std::string_view prefix) const;
  /// Errors: ResourceExhausted above the quota or on a full disk, the old value stays; after a
  /// Timeout it may or may not be stored.
  [[nodiscard]] Status set(std::string_view key, std::string_view value,
                           std::chrono::milliseconds ttl = kForever) const;
  /// Sets if the key has the revision `expected` (MUSTER_KV_ABSENT: is not there), and gives the
  /// new one. Errors: Conflict when it has another; else as set().
  [[nodiscard]] Result<std::uint64_t> compare_and_set(
      std::string_view key, std::uint64_t expected, std::string_view value,
      std::chrono::milliseconds ttl = kForever) const;
  /// Errors: NotFound when it was not there.
  [[nodiscard]] Status remove(std::string_view key) const;

 private:
  const muster_kv_v1* table_;
};

}  // namespace muster::sdk
