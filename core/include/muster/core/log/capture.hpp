/// Keeps log entries in memory, for tests that ask what was said. [any]
#pragma once

#include <muster/core/base/guarded.hpp>
#include <muster/core/log/logger.hpp>

namespace muster::log {

class Capture {
 public:
  /// A sink that keeps entries here. The capture must outlive the loggers that use it.
  [[nodiscard]] Sink sink() {
    return [this](const Entry& entry) {
      entries_.with([&](auto& entries) { entries.push_back(entry); });
    };
  }
  /// A copy of what was logged so far, oldest first.
  [[nodiscard]] std::vector<Entry> entries() {
    return entries_.with([](auto& entries) { return entries; });
  }

 private:
  Guarded<std::vector<Entry>> entries_;
};

}  // namespace muster::log
