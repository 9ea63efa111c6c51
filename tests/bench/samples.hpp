/// Measured durations, and what is said of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace muster::bench {

using Nanoseconds = std::chrono::nanoseconds;
using BenchClock = std::chrono::steady_clock;

/// A bench that cannot measure says why and ends; it never prints half a figure.
[[noreturn]] inline void give_up(const std::string& sentence) {
  std::fprintf(stderr, "bench: %s\n", sentence.c_str());
  std::exit(1);
}

/// The value, or give_up() with the error's sentence.
template <class Expected>
auto must(Expected&& result, const std::string& what) {
  if (!result) give_up(what + ": " + result.error().message);
  if constexpr (!std::is_void_v<typename std::decay_t<Expected>::value_type>) {
    return std::move(*result);
  }
}

template <class Work>
Nanoseconds time_of(Work&& work) {
  const auto begin = BenchClock::now();
  work();
  return BenchClock::now() - begin;
}

class Samples {
 public:
  void add(Nanoseconds took) { all_.push_back(took); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

  /// In microseconds; `part` is 0.5 for the median.
  [[nodiscard]] double percentile(double part) const {
    auto sorted = all_;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(at),
                     sorted.end());
    return static_cast<double>(sorted[at].count()) / 1000.0;
  }
  [[nodiscard]] double p50() const { return percentile(0.5); }
  [[nodiscard]] double p99() const { return percentile(0.99); }

  /// The n-th of ours plus the n-th of the other: what doing both in turn costs.
  [[nodiscard]] Samples plus(const Samples& other) const {
    Samples sums;
    for (std::size_t i = 0; i < std::min(size(), other.size()); ++i) {
      sums.add(all_[i] + other.all_[i]);
    }
    return sums;
  }

 private:
  std::vector<Nanoseconds> all_;
};

inline void print_head() { std::printf("%-44s %10s %10s\n", "microseconds", "p50", "p99"); }
inline void print_row(const std::string& name, double p50, double p99) {
  std::printf("%-44s %10.1f %10.1f\n", name.c_str(), p50, p99);
}
inline void print_row(const std::string& name, const Samples& samples) {
  print_row(name, samples.p50(), samples.p99());
}
inline void print_ratio(const std::string& name, double p50, double p99) {
  std::printf("%-44s %9.2fx %9.2fx\n", name.c_str(), p50, p99);
}

}  // namespace muster::bench
