/// What happened, for people and triggers: kept in the store, handed to whoever listens.
///
/// One per process; [loop]. Recording never fails for the caller. Events that cannot be stored are
/// counted: the log says so once, and an event "events.lost" tells how many when there is room
/// again. The store itself writes events with the changes of jobs; who changed one says
/// stored_more(). Who listens or waits is told once for all events of a commit, and not of each:
/// a thousand may wait, and each of them looks into the store.
#pragma once

#include <functional>
#include <memory>
#include <muster/core/run/event_loop.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace muster::log {
class Logger;
}

namespace muster::controller {

class EventLog {
 public:
  static constexpr std::size_t kMaxWaiting = 1000;

  EventLog(run::EventLoop& loop, Store& store, log::Logger& log);
  /// `type` is "node.clone", `subject` "node/web1".
  void record(const std::string& type, const std::string& subject, const nlohmann::json& data);
  /// Calls `then` whenever events were stored; null ends that. One listens.
  void listen(std::function<void()> then) { listener_ = std::move(then); }
  /// Others than those that were recorded here were stored, too.
  void stored_more();
  /// Calls `then` once, when the next event is stored; false, without a call, when kMaxWaiting wait
  /// already. It is not called any more once `token` is gone.
  [[nodiscard]] bool when_next(std::weak_ptr<void> token, std::function<void()> then);

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  // since the start
  [[nodiscard]] std::uint64_t recorded() const;                   ///< stored
  [[nodiscard]] std::uint64_t lost() const { return all_lost_; }  ///< not stored

 private:
  /// `tells_of` is 0, or how many that were lost the event tells of.
  void append(EventRecord event, std::uint64_t tells_of);

  run::EventLoop& loop_;
  Store& store_;
  log::Logger& log_;
  struct Waiting {
    std::weak_ptr<void> token;
    std::function<void()> then;
  };
  std::vector<Waiting> waiting_;
  std::function<void()> listener_;
  bool telling_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // posted work may outlive us
  std::uint64_t lost_ = 0;                                // and not told of yet
  std::uint64_t before_ = 0;  // the newest of those from before the start
  std::uint64_t all_lost_ = 0;
};

}  // namespace muster::controller
