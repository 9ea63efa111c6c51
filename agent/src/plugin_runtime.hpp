/// All that the agent does with plugins, as one thing to start and to stop.
///
/// One per agent, built in app.cpp; everything is [loop]. The program's is over plugin hosts; a
/// test's is whatever it likes.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "executor/call_runner.hpp"
#include "facts/plugin_facts.hpp"
#include "plugin_text.hpp"
#include "session/inventory.hpp"

namespace muster::agent {

struct RuntimeCallbacks {
  std::function<void()> changed;              ///< plugins() says something new
  std::function<void(wire::Event)> happened;  ///< a plugin emitted it
};

class PluginRuntime : public CallRunner, public Catalog, public Inventory, public FactTellers {
 public:
  /// Starts the hosts of what was loaded.
  virtual void start_hosts(RuntimeCallbacks callbacks) = 0;
  /// Asks every call to end and every host to leave, kills what is left `within` that time, then
  /// calls `done`.
  virtual void stop_hosts(std::chrono::milliseconds within, std::function<void()> done) = 0;
  /// Asks every plugin that is ready for its metrics; one that has not answered `within` that time
  /// counts as an error. Answers later, unless this goes first.
  virtual void collect(std::chrono::milliseconds within, PluginTexts done) = 0;
  /// Hosts that were started again after a crash.
  [[nodiscard]] virtual std::uint64_t restarts() const = 0;
  /// How often each plugin misused its host, by kind: an event or a line of the log dropped, a call
  /// answered twice.
  using Slips = std::map<std::string, std::uint64_t>;
  [[nodiscard]] virtual std::map<std::string, Slips> slips() const = 0;
};

}  // namespace muster::agent
