/// What one plugin logs: passed on with its fields, and its last lines kept for when it crashes.
///
/// Owned by the PluginSlot; [loop]. What the plugin sent is bounded again here: at most kMaxFields
/// fields of kMaxValue bytes, kKeptLines lines of kMaxLine bytes.
#pragma once

#include <deque>
#include <muster/core/log/logger.hpp>
#include <muster/core/plugins/frames.hpp>
#include <string>

namespace muster::agent {

class PluginLog {
 public:
  static constexpr std::size_t kMaxFields = 16;
  static constexpr std::size_t kMaxValue = 256;
  static constexpr std::size_t kKeptLines = 50;
  static constexpr std::size_t kMaxLine = 512;

  /// `logger` names the plugin already.
  explicit PluginLog(log::Logger logger) : logger_(std::move(logger)) {}

  void take(const plugins::Log& line);
  /// The lines since the last call, oldest first, one a line; "" for none.
  [[nodiscard]] std::string take_last_lines();

 private:
  log::Logger logger_;
  std::deque<std::string> last_;
};

}  // namespace muster::agent
