/// How long to wait for a controller that is away: it is back from a restart in a second or two,
/// and is given half a minute.
///
/// Plain value, one thread.
#pragma once

#include <chrono>

namespace muster::client {

class Patience {
 public:
  static constexpr std::chrono::milliseconds kFirstPause{200};
  static constexpr std::chrono::milliseconds kLongestPause{3000};
  static constexpr std::chrono::milliseconds kInAll{30'000};

  /// The next pause, each twice as long as the one before; zero when patience is at its end.
  [[nodiscard]] std::chrono::milliseconds next();
  /// Sleeps through it. False, at once, at the end.
  [[nodiscard]] bool wait();
  /// The controller was heard.
  void renew() { *this = Patience(); }

 private:
  std::chrono::milliseconds pause_ = kFirstPause;
  std::chrono::milliseconds waited_{0};
};

}  // namespace muster::client
