/// What a plugin may use of its host: services, logging, its own metrics.
///
/// Made by the glue and given to the plugin's constructor; copies are the same host. Valid until
/// the plugin is destroyed. Every method is [any] unless it says otherwise.
#pragma once

#include <muster/ext/log.h>
#include <muster/ext/metrics.h>
#include <muster/plugin.h>

#include <initializer_list>
#include <muster/sdk/error.hpp>
#include <muster/sdk/events.hpp>
#include <muster/sdk/kv.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::sdk {

[[nodiscard]] inline muster_str view(std::string_view text) { return {text.data(), text.size()}; }
[[nodiscard]] inline std::string_view view(muster_str text) {
  return {text.p, static_cast<std::size_t>(text.n)};
}
[[nodiscard]] inline std::string_view view(muster_bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.p), static_cast<std::size_t>(bytes.n)};
}
[[nodiscard]] inline muster_bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Writes to the host's log, or nowhere when muster.log/1 was not granted. A message is a fixed
/// sentence; what varies is a field: `log.warn("cannot read a file, ignoring", {{"path", path}});`
class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit Log(const muster_log_v1* table) : table_(table) {}
  void debug(std::string_view message, Fields fields = {}) const;
  void info(std::string_view message, Fields fields = {}) const;
  void warn(std::string_view message, Fields fields = {}) const;
  void error(std::string_view message, Fields fields = {}) const;

 private:
  void write(std::uint32_t level, std::string_view message, Fields fields) const;
  const muster_log_v1* table_;
};

/// One metric; a copy is the same. Without muster.metrics/1 it counts nothing.
class Metric {
 public:
  using Labels = std::initializer_list<std::string_view>;

  Metric() = default;
  Metric(const muster_metrics_v1* table, std::uint32_t id) : table_(table), id_(id) {}
  void add(double by = 1, Labels values = {}) const;     ///< a counter or a gauge
  void set(double to, Labels values = {}) const;         ///< a gauge
  void observe(double value, Labels values = {}) const;  ///< a histogram

 private:
  const muster_metrics_v1* table_ = nullptr;
  std::uint32_t id_ = 0;
};

class Host {
 public:
  explicit Host(const muster_host* table) : table_(table) {}

  [[nodiscard]] Log log() const;
  /// Values that outlive the process; without muster.kv/1 every method of it fails.
  [[nodiscard]] Kv kv() const { return Kv(service<muster_kv_v1>(MUSTER_SERVICE_KV_1)); }

  /// Things that happened, for the controller; without muster.events/1 every method of it fails.
  [[nodiscard]] Events events() const {
    return Events(service<muster_events_v1>(MUSTER_SERVICE_EVENTS_1));
  }

  /// Makes a metric that the manifest declares. Only while the plugin is constructed. Errors: those
  /// of the host.
  [[nodiscard]] Result<Metric> metric(std::uint32_t type, std::string_view name,
                                      std::string_view doc,
                                      const std::vector<std::string_view>& labels = {},
                                      const std::vector<double>& buckets = {}) const;

  /// The table of a service, or null: `host.service<muster_secret_v1>(MUSTER_SERVICE_SECRET_1)`.
  template <class Table>
  [[nodiscard]] const Table* service(const char* id) const {
    return static_cast<const Table*>(table_->get_service(table_, id));
  }

  [[nodiscard]] const muster_host* table() const { return table_; }

 private:
  const muster_host* table_;
};

}  // namespace muster::sdk
