/// muster.kv/1 as the plugin sees it: asks the agent and waits for the answer, 1 s at most.
///
/// One per process. The functions of the table are [any]; threads that ask at once take turns,
/// because one question is under way at a time. take() belongs to the thread that receives.
#pragma once

#include <muster/ext/kv.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "connection.hpp"

namespace muster::plugins {

class KvClient {
 public:
  static constexpr std::chrono::seconds kPatience{1};

  explicit KvClient(Connection& connection);
  KvClient(const KvClient&) = delete;
  KvClient& operator=(const KvClient&) = delete;

  [[nodiscard]] const muster_kv_v1* table() const { return &table_; }
  /// An answer that nobody waits for any more only lets the next question go.
  void take(KvAnswer answer);

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  static KvClient& self(const muster_kv_v1* kv) { return *static_cast<KvClient*>(kv->ctx); }
  static muster_status get(const muster_kv_v1* kv, muster_str key,
                           const muster_kv_sink* sink) noexcept;
  static muster_status list(const muster_kv_v1* kv, muster_str prefix,
                            const muster_kv_sink* sink) noexcept;
  static muster_status set(const muster_kv_v1* kv, muster_str key, muster_bytes value,
                           uint64_t ttl_ms) noexcept;
  static muster_status compare_and_set(const muster_kv_v1* kv, muster_str key, uint64_t expected,
                                       muster_bytes value, uint64_t ttl_ms,
                                       uint64_t* revision) noexcept;
  static muster_status remove(const muster_kv_v1* kv, muster_str key) noexcept;

  /// Nothing: the agent did not answer in time.
  [[nodiscard]] std::optional<KvAnswer> ask(Kv kv, Deadline deadline);
  [[nodiscard]] muster_status store(KvAction action, muster_str key, std::uint64_t expected,
                                    muster_bytes value, std::uint64_t ttl_ms,
                                    std::uint64_t* revision);

  Connection& connection_;
  muster_kv_v1 table_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool under_way_ = false;          // under mutex_
  std::uint32_t request_ = 0;       // under mutex_; of the question that is under way
  bool awaited_ = false;            // under mutex_; somebody still waits for it
  std::optional<KvAnswer> answer_;  // under mutex_
};

}  // namespace muster::plugins
