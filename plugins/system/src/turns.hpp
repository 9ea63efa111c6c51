/// Who may change the node's files and accounts: one call after the other.
///
/// One for the plugin. A turn is held from the look at what is to the last write, or two edits of
/// one file would lose one. Every method is [any].
#pragma once

#include <condition_variable>
#include <muster/sdk/call.hpp>
#include <mutex>

namespace muster::plugin::system {

class Turns {
 public:
  using Turn = std::unique_lock<Turns>;  ///< must not outlive the Turns

  /// Blocks until no other call has the turn, and no longer than the call may go on: a host ends
  /// its process, and all that runs in it, soon after a call that does not. Errors: Timeout at the
  /// deadline, Cancelled, Unavailable when the agent stops.
  [[nodiscard]] sdk::Result<Turn> take(const sdk::Call& call);

  void unlock();  ///< for Turn alone

 private:
  std::mutex mutex_;
  std::condition_variable_any free_;
  bool taken_ = false;  // under mutex_
};

}  // namespace muster::plugin::system
