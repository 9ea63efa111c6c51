/// The process's own counters, gauges and histograms, as Prometheus text.
///
/// One Registry per process, built in app.cpp and handed down by reference; it outlives all that
/// count. Every method is [any]. A series, once asked for, keeps its address: keep the reference
/// and increment without a lookup. Names are `muster_<name>_<unit>`, counters end in `_total`. A
/// family holds at most `max_series` series: further label sets share one series whose labels are
/// all "overflow", and muster_metrics_dropped_series_total counts them. A wrong name or a second
/// type for a name gives a series that nobody sees, counted in muster_metrics_invalid_total,
/// because a program must not end over its own figures.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <muster/core/base/error.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace muster::metrics {

enum class Type { Counter, Gauge, Histogram };
using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  /// `bounds` are upper limits, rising; the one of infinity is added.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);
  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
  /// Observations in bucket `i` alone (not cumulative); `i == bounds().size()` is the last one.
  [[nodiscard]] std::uint64_t in_bucket(std::size_t i) const {
    return buckets_[i].load(std::memory_order_relaxed);
  }
  [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> buckets_;
  std::atomic<double> sum_{0};
};

/// For latencies in seconds, 100 us to 100 s.
[[nodiscard]] std::vector<double> latency_bounds();

/// Errors: InvalidArgument with the rule that `name` breaks.
[[nodiscard]] Status check_name(std::string_view name, Type type);

class Registry {
 public:
  explicit Registry(std::size_t max_series = 1000);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// The series with these labels, made when it is new. `help` and `bounds` count when the family
  /// is new.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                       const Labels& labels = {});

  /// Everything in the Prometheus text format 0.0.4: families sorted by name, series by labels.
  [[nodiscard]] std::string exposition() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace muster::metrics
