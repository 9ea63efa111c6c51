/// What the executor needs of the plugins: someone who runs a call and says what became of it.
///
/// Implemented over the plugin hosts (executor/hosted_runner), scripted in unit tests. Everything
/// is [loop]; events are never raised from inside a call of a method here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <muster/core/base/ids.hpp>
#include <muster/core/config/manifest.hpp>
#include <muster/core/wire/messages.hpp>
#include <string>
#include <string_view>

#include "executor/task_entry.hpp"

namespace muster::agent {

struct Call {
  TaskId task;
  std::string plugin;
  std::string operation;  ///< in full
  std::string instance;
  Bytes arguments;  ///< a msgpack map, checked, defaults filled in
  bool check = false;
  std::chrono::milliseconds timeout{0};  ///< 0: none
  std::string traceparent;
  std::uint64_t credit = 0;  ///< output that may come before add_credit()
};

struct RunnerEvents {
  std::function<void(const TaskId&, wire::Stream, BytesView)> output;
  std::function<void(const TaskId&, std::uint16_t done, const std::string& note)> progress;
  std::function<void(const TaskId&, Outcome)>
      ended;  ///< exactly once for each start() that said yes
  /// Told also when only the reason changes.
  std::function<void(const std::string& plugin, PluginCondition)> ready;
};

class CallRunner {
 public:
  virtual ~CallRunner() = default;
  virtual void set_events(RunnerEvents events) = 0;

  /// Errors: Unavailable when the plugin's host is not there now (`ready` follows); anything else
  /// is the refusal of this call. Nothing runs and `ended` does not follow then.
  [[nodiscard]] virtual Status start(const Call& call) = 0;
  virtual void cancel(const TaskId& task, wire::CancelReason reason) = 0;
  virtual void add_credit(const TaskId& task, std::uint64_t bytes) = 0;
};

/// Which operations the loaded plugins have. [loop]
class Catalog {
 public:
  virtual ~Catalog() = default;
  struct Entry {
    std::string plugin;
    const config::Operation* operation = nullptr;  ///< lives as long as the plugin stays loaded
  };
  /// Errors: NotFound with a sentence that says what there is instead.
  [[nodiscard]] virtual Result<Entry> find(std::string_view operation) const = 0;
};

}  // namespace muster::agent
