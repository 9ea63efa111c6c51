/// All plugins of a node: libraries and folders found in a folder, kept running, and called.
///
/// One per agent, built in app.cpp; everything is [loop]. It says what became of a call, once; what
/// that means for a task is the executor's business. Events are never raised from inside a method
/// called here.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <muster/core/run/worker_pool.hpp>
#include <muster/core/wire/messages.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/folder_plugins.hpp"
#include "host/plugin_configs.hpp"
#include "host/plugin_folder.hpp"
#include "host/plugin_kv.hpp"
#include "host/plugin_queries.hpp"
#include "host/plugin_slot.hpp"
#include "plugin_text.hpp"

namespace muster::agent {

using CallHandle = plugins::CallNumber;  ///< never used twice

struct CallSpec {
  std::string operation;  ///< in full
  std::string instance;
  Bytes arguments;  ///< a msgpack map, checked, defaults filled in
  bool check = false;
  std::chrono::milliseconds remaining{0};  ///< until the deadline, for the plugin to know; 0: none
  std::string idempotency_key;
  std::string traceparent;
  std::uint64_t credit = 0;
};

enum class CallEnd : std::uint8_t {
  Ok,
  Changed,
  Failed,
  Indeterminate,  ///< the plugin's own word
  Refused,        ///< the plugin did not take it: it never ran
  Lost,           ///< the host died with it: it may or may not have run
};

struct CallResult {
  CallEnd end = CallEnd::Lost;
  Bytes result;
  std::optional<Error> error;  ///< of all but Ok and Changed
};

struct CallEvents {
  std::function<void(wire::Stream, BytesView)> output;
  std::function<void(std::uint16_t done, const std::string& note)> progress;  ///< done in 1/10,000
  std::function<void(CallResult)> ended;                                      ///< exactly once
};

struct PluginStatus {
  std::string id;
  std::string version;
  std::array<std::uint8_t, 32> manifest_digest{};
  config::PluginClass cls = config::PluginClass::Confined;
  PluginState state = PluginState::Stopped;
  std::uint32_t restarts = 0;
  std::string last_trouble;
  std::map<std::string, std::uint64_t> slips;  ///< as PluginSlot::slips()
};

struct SupervisorOptions {
  std::filesystem::path plugin_directory;
  std::filesystem::path host_program;
  std::map<std::string, std::string> configs;  ///< plugin id to YAML text of its configuration
  std::function<void()> changed;               ///< some plugin has another state
  std::function<void(wire::Event)> event;      ///< a plugin emitted it
  /// Where `<plugin id>.yaml` has what is not in `configs`; "" for nowhere.
  std::filesystem::path config_directory;
  KvAsk kv = {};  ///< keeps the plugins' values
  /// Looks for folders that come, change and go; null: nobody does.
  run::WorkerPool* workers = nullptr;
};

class PluginSupervisor {
 public:
  static constexpr std::chrono::seconds kAfterDeadline{10};

  /// Reads the folder of plugins and that of their configurations; starts nothing yet. Blocks. A
  /// file that is no plugin is logged and listed in rejected(), and does not keep the others out; a
  /// configuration of no plugin is logged. Errors: NotFound for either folder.
  [[nodiscard]] static Result<std::unique_ptr<PluginSupervisor>> create(run::EventLoop& loop,
                                                                        log::Logger log,
                                                                        SupervisorOptions options);
  ~PluginSupervisor();
  PluginSupervisor(const PluginSupervisor&) = delete;
  PluginSupervisor& operator=(const PluginSupervisor&) = delete;

  void start();
  /// Ends every host, with `grace` to do it by itself; `stopped` follows when all are gone.
  void stop(std::chrono::milliseconds grace, std::function<void()> stopped);

  [[nodiscard]] std::vector<PluginStatus> plugins() const;   ///< by id
  [[nodiscard]] std::vector<RejectedFile> rejected() const;  ///< libraries, then folders
  /// The plugin that an operation's name begins with, or null. Lives until the loop's next turn: a
  /// folder may change.
  [[nodiscard]] const config::Manifest* manifest_for(std::string_view operation) const;
  /// Whether to wait for the operation's plugin makes sense. Errors: FailedPrecondition, with its
  /// trouble, while the plugin is failed or quarantined.
  [[nodiscard]] Status usable(std::string_view operation) const;
  /// JSON text of the manifest with this digest, or null.
  [[nodiscard]] const std::string* manifest_text(const std::array<std::uint8_t, 32>& digest) const;

  /// Errors: NotFound for an operation that no plugin has; Unavailable while its plugin is not
  /// ready; FailedPrecondition for a request that crashed the plugin twice; InvalidArgument for
  /// arguments that are too large; ResourceExhausted for a busy host. Nothing runs then, and no
  /// event follows.
  [[nodiscard]] Result<CallHandle> start_call(CallSpec spec, CallEvents events);
  /// A call that is over is left alone.
  void add_credit(CallHandle call, std::uint64_t bytes);
  /// Asks the call to end. One that has not ended kAfterDeadline after it was told of its deadline
  /// takes its host with it.
  void cancel(CallHandle call, wire::CancelReason reason);

  /// Asks one plugin for its metrics. Errors come with the answer: NotFound for a plugin that is
  /// not there, else those of PluginQueries. No answer comes once the supervisor is gone.
  void collect(std::string_view plugin, std::chrono::milliseconds within,
               Question<std::string>::Done done);
  /// Asks every plugin that is ready, and answers when all have, by id.
  void collect_all(std::chrono::milliseconds within, PluginTexts done);
  /// Errors: as collect().
  void health(std::string_view plugin, std::chrono::milliseconds within,
              Question<PluginHealth>::Done done);

 private:
  struct Running {
    PluginSlot* slot = nullptr;
    std::uint64_t credit = 0;
    std::string request;                           ///< for the poison list
    const config::Operation* operation = nullptr;  ///< of the slot's manifest
    CallEvents events;
    run::Timer deadline_grace;
    bool hung = false;  ///< it is why its host was killed
  };

  PluginSupervisor(run::EventLoop& loop, log::Logger log, SupervisorOptions options);
  void add(FoundPlugin found, const PluginConfigs& configs);
  void add(PluginSlot::Parts parts);
  [[nodiscard]] PluginSlot::Events slot_events();
  void open_folders(std::optional<FoundPlugin> library);
  void folder_came(FolderPlugins::Found found);
  /// Takes the plugin out; what runs on its host goes on to its end.
  void retire(const std::string& id);
  void let_go(PluginSlot& slot);
  [[nodiscard]] bool is_host(pid_t pid) const;
  [[nodiscard]] bool all_stopped() const;
  void warn_of_what_is_ignored(const PluginConfigs& configs) const;
  [[nodiscard]] PluginSlot* slot_for(std::string_view operation) const;
  void on_frame(PluginSlot& slot, const plugins::ToAgent& frame);
  void on_event(PluginSlot& slot, const plugins::Event& event);
  void on_host_ended(PluginSlot& slot, const HostEnd& end);
  void on_changed();
  void finish(CallHandle call, CallResult result);
  void blame(const std::vector<CallHandle>& lost);
  /// The call that a frame speaks of, if it still runs on that host. A number that was never given
  /// out ends the host.
  [[nodiscard]] Running* running(PluginSlot& slot, CallHandle call);
  void reap_later();

  run::EventLoop& loop_;
  log::Logger log_;
  SupervisorOptions options_;
  std::map<std::string, std::unique_ptr<PluginSlot>, std::less<>> slots_;  // by plugin id
  std::vector<std::unique_ptr<PluginSlot>> retired_;  // their folders changed or went
  std::vector<RejectedFile> rejected_;
  std::unordered_map<CallHandle, Running> calls_;
  CallHandle last_call_ = 0;
  PoisonList poison_;
  PluginQueries queries_;
  PluginKv kv_;
  std::unique_ptr<FolderPlugins> folders_;
  bool started_ = false;
  run::Timer reap_timer_;
  run::Timer changed_timer_;
  std::function<void()> stopped_;
};

}  // namespace muster::agent
