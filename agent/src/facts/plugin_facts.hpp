/// The facts that plugins tell about the node (interface facts/1,
/// plugin-api/interfaces/facts.yaml).
///
/// Asks each plugin that provides them when it becomes ready, and all of them again after a while.
/// One per agent, built in app.cpp; everything is [loop].
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/log/logger.hpp>
#include <muster/core/run/event_loop.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facts/facts.hpp"

namespace muster::agent {

inline constexpr std::string_view kFactsInterface = "facts/1";

/// Who can be asked, as PluginFacts needs it.
class FactTellers {
 public:
  using Told = std::function<void(Result<Bytes>)>;

  virtual ~FactTellers() = default;
  /// The ids of the ready plugins that provide the interface.
  [[nodiscard]] virtual std::vector<std::string> fact_tellers() const = 0;
  /// Calls the plugin's `tell_facts`; `told` gets the result, a msgpack value, later and once,
  /// unless this goes first.
  virtual void ask_for_facts(const std::string& plugin, std::chrono::milliseconds within,
                             Told told) = 0;
};

class PluginFacts {
 public:
  static constexpr std::chrono::seconds kWithin{30};
  static constexpr std::size_t kMostOfOne = 256;  ///< facts of one plugin
  static constexpr unsigned kMostFailures = 3;    ///< in a row, before its facts are forgotten

  /// `changed` gets the facts of all plugins together, whenever they are others than before. Those
  /// have a time of their own whose plugin did not answer when it was asked last, or said itself
  /// that they are older than a round.
  PluginFacts(run::EventLoop& loop, FactTellers& tellers, std::chrono::milliseconds every,
              log::Logger log, std::function<void(const AgedFacts&)> changed);

  /// A plugin came, went or changed its state: asks who is ready and was not before. What one told
  /// that is away now is kept for kMostFailures rounds: it may only be starting again.
  void plugins_changed();

 private:
  struct Teller {
    AgedFacts told;
    MonoTime answered{};
    unsigned failures = 0;
    bool asked = false;  // and has not answered yet
    bool ready = false;
  };

  void ask_all();
  void ask(const std::string& plugin, Teller& teller);
  void on_told(const std::string& plugin, const Result<Bytes>& told);
  void on_failure(const std::string& plugin, Teller& teller, const Error& why);
  void tell();

  run::EventLoop& loop_;
  FactTellers& tellers_;
  std::chrono::milliseconds every_;
  log::Logger log_;
  std::function<void(const AgedFacts&)> changed_;
  std::map<std::string, Teller> told_;  // by plugin id
  AgedFacts all_;                       // that `changed_` got last
  run::Timer again_;
};

/// What a result of `tell_facts` says.
struct ToldFacts {
  Facts facts;
  std::map<std::string, std::chrono::seconds> ages;  ///< of those that the plugin read before
};

/// What breaks a rule of the interface is left out, and counted in `left_out`. Errors:
/// InvalidArgument for what is no such result.
[[nodiscard]] Result<ToldFacts> facts_from(BytesView result, std::size_t& left_out);

}  // namespace muster::agent
