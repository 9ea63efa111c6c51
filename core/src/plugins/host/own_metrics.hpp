/// muster.metrics/1: the plugin's own counters, kept for it and rendered when somebody asks.
///
/// Made when a plugin first asks for the service, so that the others pay nothing; lives until the
/// process ends. The functions of the table are [any], except define(), which belongs to the strand
/// and to the time before freeze(). A series is made by the first value that names it and never
/// goes; how many there can be is limited by the contract's header.
#pragma once

#include <muster/ext/metrics.h>

#include <cstdint>
#include <deque>
#include <map>
#include <muster/core/base/error.hpp>
#include <mutex>
#include <string>
#include <vector>

namespace muster::plugins {

class OwnMetrics {
 public:
  /// `declared` is what the manifest has, as START gives it: "counter git_restarts_total state".
  explicit OwnMetrics(const std::vector<std::string>& declared);
  OwnMetrics(const OwnMetrics&) = delete;
  OwnMetrics& operator=(const OwnMetrics&) = delete;

  [[nodiscard]] const muster_metrics_v1* table() const { return &table_; }
  /// After this, define() says WRONG_STATE.
  void freeze();
  /// All of it in the Prometheus text format 0.0.4. Errors: ResourceExhausted above `most` bytes.
  /// [any]
  [[nodiscard]] Result<std::string> text(std::size_t most);

 private:
  struct Series {
    double value = 0;                    // of a histogram: the sum
    std::vector<std::uint64_t> buckets;  // of a histogram: each alone, the last is +Inf
  };
  struct Metric {
    std::uint32_t type = 0;
    std::string name;
    std::string doc;
    std::vector<std::string> labels;
    std::vector<double> bounds;
    std::map<std::string, Series> series;  // by their labels as they are rendered

    [[nodiscard]] bool same(const Metric& other) const;
    Series& series_of(const muster_str* values);
    /// Stops when `out` has more than `most` bytes.
    void render(std::string& out, std::size_t most) const;
  };

  static OwnMetrics& self(const muster_metrics_v1* table) {
    return *static_cast<OwnMetrics*>(table->ctx);
  }
  static muster_status define(const muster_metrics_v1* table, const muster_metric* metric,
                              uint32_t* id) noexcept;
  static muster_status add(const muster_metrics_v1* table, uint32_t id, const muster_str* values,
                           uint64_t value_count, double by) noexcept;
  static muster_status set(const muster_metrics_v1* table, uint32_t id, const muster_str* values,
                           uint64_t value_count, double to) noexcept;
  static muster_status observe(const muster_metrics_v1* table, uint32_t id,
                               const muster_str* values, uint64_t value_count,
                               double value) noexcept;
  [[nodiscard]] bool is_declared(const Metric& metric) const;
  /// The metric, if such values fit it. Under the mutex.
  [[nodiscard]] Metric* fitting(uint32_t id, const muster_str* values, uint64_t value_count,
                                double number);

  muster_metrics_v1 table_{};
  std::map<std::string, std::string> declared_;  // name to "type label label..."
  std::mutex mutex_;
  std::deque<Metric> metrics_;  // under mutex_; number 1 is the first
  bool frozen_ = false;         // under mutex_
};

}  // namespace muster::plugins
