/// Runs a folder's collectors by themselves, each in its period, and keeps what they said last.
///
/// One thread runs them one after the other, and only where there are any. A collector whose last
/// run failed has no metrics but those that say so. start() and stop() are [strand]; text() is
/// [any].
#pragma once

#include <chrono>
#include <condition_variable>
#include <muster/sdk/host.hpp>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "folder.hpp"
#include "samples.hpp"

namespace muster::plugin::script {

inline constexpr std::size_t kMaxCollectorOutput = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxSamples = 5000;  ///< of one collector

class Collectors {
 public:
  /// `folder` must outlive it.
  Collectors(const Folder& folder, sdk::Log log);
  ~Collectors() { stop(); }
  Collectors(const Collectors&) = delete;
  Collectors& operator=(const Collectors&) = delete;

  void start();
  /// Ends the program that runs now, and waits for it.
  void stop();
  /// All that is known now, as exposition text.
  [[nodiscard]] std::string text() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Seen {
    bool up = false;
    std::vector<Sample> samples;
    std::size_t dropped = 0;
    std::chrono::milliseconds duration{0};
    Clock::time_point ended;
    std::string why_not;
  };
  void work(const std::stop_token& stop);
  [[nodiscard]] Seen run(const CollectorSpec& spec, const std::stop_token& stop) const;
  void keep(std::size_t index, Seen seen);

  const Folder& folder_;
  const sdk::Log log_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<std::optional<Seen>> seen_;  // under mutex_, as folder_.collectors
  std::jthread thread_;
};

/// What one run of a collector printed, as samples; for a check its state and its values.
[[nodiscard]] sdk::Result<std::vector<Sample>> read_samples(const CollectorSpec& spec,
                                                            int exit_code, std::string_view output,
                                                            std::size_t& dropped);

}  // namespace muster::plugin::script
