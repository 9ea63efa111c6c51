/// What happened, for people and triggers: kept in the store, handed to whoever listens.
///
/// One per process; [loop]. Recording never fails for the caller. Events that cannot be stored are
/// counted: the log says so once, and an event "events.lost" tells how many when there is room
/// again.
#pragma once

#include <functional>
#include <memory>
#include <muster/core/base/clock.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace muster::log {
class Logger;
}

namespace muster::controller {

class EventLog {
 public:
  static constexpr std::size_t kMaxWaiting = 1000;

  EventLog(Store& store, const Clock& clock, log::Logger& log);
  /// `type` is "node.clone", `subject` "node/web1".
  void record(const std::string& type, const std::string& subject, const nlohmann::json& data);
  /// Calls `then` once, when the next event is stored; false, without a call, when kMaxWaiting wait
  /// already. It is not called any more once `token` is gone.
  [[nodiscard]] bool when_next(std::weak_ptr<void> token, std::function<void()> then);

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  // since the start
  [[nodiscard]] std::uint64_t recorded() const { return recorded_; }  ///< stored
  [[nodiscard]] std::uint64_t lost() const { return all_lost_; }      ///< not stored

 private:
  /// `tells_of` is 0, or how many that were lost the event tells of.
  void append(EventRecord event, std::uint64_t tells_of);

  Store& store_;
  const Clock& clock_;
  log::Logger& log_;
  struct Waiting {
    std::weak_ptr<void> token;
    std::function<void()> then;
  };
  std::vector<Waiting> waiting_;
  std::uint64_t lost_ = 0;  // and not told of yet
  std::uint64_t recorded_ = 0;
  std::uint64_t all_lost_ = 0;
};

}  // namespace muster::controller
