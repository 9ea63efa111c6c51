/// What plugins say when they are asked: their metrics and their health.
///
/// Owned by the PluginSupervisor, which hands it the frames; everything is [loop]. One question of
/// a kind is under way to a plugin at a time: who asks meanwhile gets the same answer, so that a
/// plugin that hangs does not gather questions. Answers never come from inside the method that
/// asked; they do not come at all once this is gone.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <string>

#include "host/plugin_slot.hpp"

namespace muster::agent {

struct PluginHealth {
  std::uint32_t state = 0;  ///< MUSTER_HEALTH_...
  std::int64_t since_ms = 0;
  std::string reason;
};

/// Answers one kind of question for all plugins.
template <class Answer>
class Question {
 public:
  using Done = std::function<void(Result<Answer>)>;
  struct Open {
    std::uint32_t request = 0;
    Answer so_far;
  };

  explicit Question(run::EventLoop& loop) : loop_(loop) {}

  /// `ask` makes the frame from the number of the question.
  template <class Ask>
  void put(PluginSlot* slot, std::chrono::milliseconds within, Done done, const Ask& ask) {
    auto found = asked_.find(slot);
    if (found == asked_.end()) {
      if (auto sent = send(slot, ask(last_request_ + 1)); !sent)
        return wait(refused_, std::chrono::milliseconds(0), std::move(done), sent.error());
      found = asked_.emplace(slot, Asked{{++last_request_, {}}, {}}).first;
    }
    wait(found->second.waiters, within, std::move(done),
         Error{ErrorCode::Timeout, "the plugin did not answer in time", {}, true, {}});
  }
  /// The question that is under way, or null when it is not this one: then the host broke a rule.
  [[nodiscard]] Open* open(PluginSlot& slot, std::uint32_t request) {
    const auto found = asked_.find(&slot);
    return found == asked_.end() || found->second.open.request != request ? nullptr
                                                                          : &found->second.open;
  }
  void answer(PluginSlot& slot, const Result<Answer>& answer) {
    auto node = asked_.extract(&slot);
    if (node.empty()) return;
    for (auto& waiter : node.mapped().waiters) {
      waiter.deadline.reset();
      waiter.done(answer);
    }
  }

 private:
  struct Waiter {
    Done done;
    run::Timer deadline;
  };
  struct Asked {
    Open open;
    std::list<Waiter> waiters;
  };

  static Status send(PluginSlot* slot, const plugins::ToHost& frame) {
    if (slot == nullptr) return fail(ErrorCode::NotFound, "this node has no such plugin");
    if (slot->state() == PluginState::Ready && slot->host() != nullptr)
      return slot->host()->send(frame);
    return fail(ErrorCode::Unavailable, "the plugin is " + std::string(to_string(slot->state())));
  }
  void wait(std::list<Waiter>& list, std::chrono::milliseconds within, Done done, Error late) {
    const auto self = list.insert(list.end(), Waiter{std::move(done), {}});
    self->deadline = loop_.after(within, [&list, self, late = std::move(late)] {
      const auto error = late;  // the timer goes with its entry
      const auto told = std::move(self->done);
      list.erase(self);
      told(tl::unexpected(error));
    });
  }

  run::EventLoop& loop_;
  std::map<PluginSlot*, Asked> asked_;  // nodes keep their place, which the timers rely on
  std::list<Waiter> refused_;
  std::uint32_t last_request_ = 0;
};

class PluginQueries {
 public:
  explicit PluginQueries(run::EventLoop& loop) : metrics_(loop), health_(loop) {}

  /// The plugin's metrics as exposition text, unchecked. Errors: NotFound for null, Unavailable
  /// while it is not ready or when its host ends, Timeout, ResourceExhausted, or the plugin's own.
  void collect(PluginSlot* slot, std::chrono::milliseconds within,
               Question<std::string>::Done done);
  /// Errors: as collect().
  void health(PluginSlot* slot, std::chrono::milliseconds within,
              Question<PluginHealth>::Done done);

  /// An answer that was not asked for, or more than a plugin may say, ends the host.
  void on_frame(PluginSlot& slot, const plugins::Collected& piece);
  void on_frame(PluginSlot& slot, const plugins::HealthReport& report);
  void on_host_ended(PluginSlot& slot, const HostEnd& end);

 private:
  Question<std::string> metrics_;
  Question<PluginHealth> health_;
};

}  // namespace muster::agent
