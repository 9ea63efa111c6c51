/// What the plugin is handed: the host's function table and the services that were granted.
///
/// One per process; lives until the process ends. The functions are [any] and copy what they are
/// given.
#pragma once

#include <muster/ext/log.h>
#include <muster/plugin.h>

#include <chrono>
#include <memory>
#include <muster/core/base/rate_limit.hpp>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "call_table.hpp"
#include "connection.hpp"
#include "event_table.hpp"
#include "kv_client.hpp"
#include "own_metrics.hpp"

namespace muster::plugins {

class HostTable {
 public:
  HostTable(Connection& connection, CallTable& calls);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  /// What the manifest says, before the instance is made.
  void grant(const Start& start);
  /// From now on the plugin defines no more metrics. [strand]
  void freeze_metrics();
  /// What muster.metrics/1 holds as exposition text; "" for a plugin that does not use it. Errors:
  /// ResourceExhausted above `most` bytes. [strand]
  [[nodiscard]] Result<std::string> metrics_text(std::size_t most);
  [[nodiscard]] const muster_host* table() const { return &host_; }
  /// Gives an answer of the agent to who waits for it; for the thread that receives.
  void take(KvAnswer answer) { kv_.take(std::move(answer)); }

 private:
  static HostTable& self(const muster_host* host) { return *static_cast<HostTable*>(host->ctx); }
  [[nodiscard]] OwnMetrics& metrics();
  static const void* get_service(const muster_host* host, const char* id) noexcept;
  static muster_status call_progress(const muster_host* host, muster_call call, uint32_t done,
                                     muster_str note) noexcept;
  static muster_status call_emit(const muster_host* host, muster_call call, uint32_t stream,
                                 muster_bytes chunk) noexcept;
  static muster_status call_finish(const muster_host* host, muster_call call, uint32_t outcome,
                                   muster_bytes result, const muster_error* error) noexcept;
  static int32_t call_cancelled(const muster_host* host, muster_call call) noexcept;

  static int32_t log_enabled(const muster_log_v1* log, uint32_t level) noexcept;
  static muster_status log_write(const muster_log_v1* log,
                                 const muster_log_record* record) noexcept;

  Connection& connection_;
  CallTable& calls_;
  std::set<std::string> granted_;              // constant once the instance is made
  std::vector<std::string> declared_metrics_;  // likewise
  std::mutex making_metrics_;
  std::unique_ptr<OwnMetrics> metrics_;  // under making_metrics_; constant once it is there
  bool metrics_frozen_ = false;          // under making_metrics_
  muster_host host_{};
  muster_log_v1 log_{};
  EventTable events_;
  KvClient kv_;
  RateLimit log_rate_{200, 1000};
};

}  // namespace muster::plugins
