#include "hosted_plugins.hpp"

#include <algorithm>
#include <map>
#include <muster/core/base/utf8.hpp>
#include <muster/core/wire/limits.hpp>
#include <set>
#include <unordered_map>
#include <utility>

#include "host/plugin_supervisor.hpp"
#include "kv/kv_service.hpp"

namespace muster::agent {
namespace {

Outcome::Kind kind_of(CallEnd end) {
  switch (end) {
    case CallEnd::Ok:
      return Outcome::Kind::Ok;
    case CallEnd::Changed:
      return Outcome::Kind::Changed;
    case CallEnd::Failed:
      return Outcome::Kind::Failed;
    case CallEnd::Indeterminate:
      return Outcome::Kind::Indeterminate;
    case CallEnd::Refused:
      return Outcome::Kind::Refused;
    case CallEnd::Lost:
      return Outcome::Kind::Lost;
  }
  return Outcome::Kind::Lost;
}

/// Short enough that all plugins fit into one message, and printable: a file may have any name, in
/// any script.
std::string tame(std::string_view text) {
  constexpr std::size_t kMost = 250;
  constexpr char32_t kFirstAscii = 0x20;
  constexpr char32_t kDelete = 0x7f;
  constexpr char32_t kFirstLatin = 0xa0;  // below it are controls again
  std::string safe;
  while (!text.empty()) {
    const auto character = text.substr(0, character_size(text));
    const auto code = code_point(character);
    const bool stray = character.size() == 1 && code > kDelete;
    const bool control = code < kFirstAscii || (code >= kDelete && code < kFirstLatin);
    if (safe.size() + character.size() > kMost) break;
    safe += stray || control ? "?" : character;
    text.remove_prefix(character.size());
  }
  return safe;
}

constexpr const char* kTellFacts = ".tell_facts";
constexpr std::uint8_t kEmptyMap = 0x80;  // in msgpack

CallSpec spec_of(const Call& call) {
  return {call.operation, call.instance,    call.arguments,   call.check,
          call.timeout,   call.task.text(), call.traceparent, call.credit};
}

class HostedPlugins final : public PluginRuntime {
 public:
  static Result<std::unique_ptr<PluginRuntime>> load(run::EventLoop& loop, run::WorkerPool& workers,
                                                     const log::Logger& log, PluginPlaces places) {
    std::unique_ptr<HostedPlugins> plugins(
        new HostedPlugins(loop, workers, log, std::move(places.kv_directory)));
    SupervisorOptions options;
    options.plugin_directory = std::move(places.directory);
    options.host_program = std::move(places.host_program);
    options.config_directory = std::move(places.config_directory);
    options.kv = [raw = plugins.get()](const auto& plugin, const auto& instance, plugins::Kv ask,
                                       KvService::Done done) {
      raw->kv_.ask(plugin, instance, std::move(ask), std::move(done));
    };
    options.workers = &workers;
    options.changed = [raw = plugins.get()] { raw->on_changed(); };
    options.event = [raw = plugins.get()](wire::Event event) {
      if (raw->callbacks_.happened) raw->callbacks_.happened(std::move(event));
    };
    auto supervisor = PluginSupervisor::create(loop, log, std::move(options));
    if (!supervisor) return tl::unexpected(supervisor.error());
    plugins->supervisor_ = std::move(*supervisor);
    return plugins;
  }
  ~HostedPlugins() override {
    events_ = {};
    callbacks_ = {};
  }

  void set_events(RunnerEvents events) override { events_ = std::move(events); }

  void start_hosts(RuntimeCallbacks callbacks) override {
    callbacks_ = std::move(callbacks);
    supervisor_->start();
  }
  void stop_hosts(std::chrono::milliseconds within, std::function<void()> done) override {
    supervisor_->stop(within, std::move(done));
  }

  Status start(const Call& call) override {
    CallEvents events;
    const TaskId task = call.task;
    events.output = [this, task](wire::Stream stream, BytesView bytes) {
      if (events_.output) events_.output(task, stream, bytes);
    };
    events.progress = [this, task](std::uint16_t done, const std::string& note) {
      if (events_.progress) events_.progress(task, done, note);
    };
    events.ended = [this, task](CallResult result) { on_ended(task, std::move(result)); };
    auto handle = supervisor_->start_call(spec_of(call), std::move(events));
    if (!handle) return tl::unexpected(handle.error());
    calls_[task] = *handle;
    return {};
  }
  void cancel(const TaskId& task, wire::CancelReason reason) override {
    if (const auto found = calls_.find(task); found != calls_.end()) {
      supervisor_->cancel(found->second, reason);
    }
  }
  void add_credit(const TaskId& task, std::uint64_t bytes) override {
    if (const auto found = calls_.find(task); found != calls_.end()) {
      supervisor_->add_credit(found->second, bytes);
    }
  }

  Result<Entry> find(std::string_view operation) const override {
    const config::Manifest* manifest = supervisor_->manifest_for(operation);
    const auto* found = manifest == nullptr ? nullptr : manifest->find_operation(operation);
    if (found != nullptr) {
      if (auto usable = supervisor_->usable(operation); !usable) {
        return tl::unexpected(usable.error());
      }
      return Entry{manifest->id, found};
    }
    return fail(ErrorCode::NotFound,
                manifest == nullptr
                    ? "no plugin on this node has an operation " + std::string(operation)
                    : "plugin " + manifest->id + " " + manifest->version +
                          " on this node has no operation " + std::string(operation));
  }

  std::vector<wire::PluginInfo> plugins() const override {
    std::vector<wire::PluginInfo> all;
    for (const auto& plugin : supervisor_->plugins()) {
      all.push_back({plugin.id, plugin.version, plugin.manifest_digest,
                     std::string(to_string(plugin.state)),
                     static_cast<std::uint8_t>(plugin.cls == config::PluginClass::Privileged),
                     plugin.state == PluginState::Ready ? "" : tame(plugin.last_trouble)});
    }
    for (const auto& file : supervisor_->rejected()) {
      all.push_back({tame(file.path.stem().native()), {}, {}, "rejected", 0, tame(file.why)});
    }
    if (all.size() > wire::kMaxPlugins) all.resize(wire::kMaxPlugins);
    return all;
  }
  const Bytes* manifest(const wire::Digest& digest) const override {
    const std::string* text = supervisor_->manifest_text(digest);
    if (text == nullptr) return nullptr;
    auto& kept = manifests_[digest];
    if (kept.empty()) kept = to_bytes(as_bytes(*text));
    return &kept;
  }
  void collect(std::chrono::milliseconds within, PluginTexts done) override {
    supervisor_->collect_all(within, std::move(done));
  }
  std::vector<std::string> fact_tellers() const override {
    std::vector<std::string> tellers;
    for (const auto& plugin : supervisor_->plugins()) {
      if (plugin.state == PluginState::Ready && tells_facts(plugin.id))
        tellers.push_back(plugin.id);
    }
    return tellers;
  }
  void ask_for_facts(const std::string& plugin, std::chrono::milliseconds within,
                     Told told) override {
    CallSpec spec;
    spec.operation = plugin + kTellFacts;
    spec.arguments = {kEmptyMap};
    spec.remaining = within;
    const auto number = ++last_question_;
    CallEvents events;
    events.ended = [this, number, told](CallResult result) {
      questions_.erase(number);
      if (result.end == CallEnd::Ok) return told(std::move(result.result));
      told(tl::unexpected(result.error.value_or(
          Error{ErrorCode::Internal, "it did not end with ok", {}, false, {}})));
    };
    const auto call = supervisor_->start_call(std::move(spec), std::move(events));
    if (call) {
      questions_[number] = loop_.after(within, [this, call = *call] {
        supervisor_->cancel(call, wire::CancelReason::Deadline);
      });
    } else {
      loop_.post([told = std::move(told), why = call.error()] { told(tl::unexpected(why)); });
    }
  }
  std::uint64_t restarts() const override {
    std::uint64_t all = 0;
    for (const auto& plugin : supervisor_->plugins()) all += plugin.restarts;
    return all;
  }
  std::map<std::string, Slips> slips() const override {
    std::map<std::string, Slips> all;
    for (auto& plugin : supervisor_->plugins()) all[plugin.id] = std::move(plugin.slips);
    return all;
  }

 private:
  HostedPlugins(run::EventLoop& loop, run::WorkerPool& workers, const log::Logger& log,
                std::filesystem::path kv_directory)
      : loop_(loop), kv_(loop, workers, log, std::move(kv_directory)) {}

  /// Whether the plugin provides the interface, and has what it needs for that.
  [[nodiscard]] bool tells_facts(const std::string& plugin) const {
    const auto operation = plugin + kTellFacts;
    const auto* manifest = supervisor_->manifest_for(operation);
    const auto* found = manifest == nullptr ? nullptr : manifest->find_operation(operation);
    if (found == nullptr || found->risk != config::Risk::Read) return false;
    const auto& provides = manifest->provides;
    return std::find(provides.begin(), provides.end(), kFactsInterface) != provides.end();
  }

  void on_changed() {
    std::map<std::string, PluginCondition> now;
    std::set<wire::Digest> digests;
    for (const auto& plugin : supervisor_->plugins()) {
      PluginCondition condition{plugin.state == PluginState::Ready, {}};
      if (!condition.ready) {
        condition.why_not = why_not_ready(plugin.id, plugin.state, plugin.last_trouble);
      }
      now[plugin.id] = std::move(condition);
      digests.insert(plugin.manifest_digest);
    }
    // What waits for a plugin that went is to be tried, and refused because nobody has it.
    for (auto& [id, condition] : told_) now.try_emplace(id, PluginCondition{true, {}});
    for (const auto& [id, condition] : now) {
      if (std::exchange(told_[id], condition) != condition && events_.ready)
        events_.ready(id, condition);
    }
    std::erase_if(manifests_, [&](const auto& kept) { return !digests.contains(kept.first); });
    if (callbacks_.changed) callbacks_.changed();
  }

  void on_ended(const TaskId& task, CallResult result) {
    calls_.erase(task);
    if (!events_.ended) return;
    events_.ended(task, {kind_of(result.end), std::move(result.result), std::move(result.error)});
  }

  run::EventLoop& loop_;
  RunnerEvents events_;
  RuntimeCallbacks callbacks_;
  std::map<std::uint64_t, run::Timer> questions_;  // for facts, that are not answered yet
  std::uint64_t last_question_ = 0;
  std::unordered_map<TaskId, CallHandle> calls_;
  std::map<std::string, PluginCondition> told_;
  mutable std::map<wire::Digest, Bytes> manifests_;
  KvService kv_;
  std::unique_ptr<PluginSupervisor> supervisor_;  // goes first: nothing is called after that
};

}  // namespace

Result<std::unique_ptr<PluginRuntime>> load_hosted_plugins(run::EventLoop& loop,
                                                           run::WorkerPool& workers,
                                                           const log::Logger& log,
                                                           PluginPlaces places) {
  return HostedPlugins::load(loop, workers, log, std::move(places));
}

}  // namespace muster::agent
