#include "host/plugin_supervisor.hpp"

#include <algorithm>
#include <muster/core/crypto/digest.hpp>
#include <muster/core/plugins/leftovers.hpp>
#include <utility>

#include "host/plugin_event.hpp"

namespace muster::agent {
namespace {

constexpr std::chrono::seconds kReapPeriod{5};

/// What makes two requests the same to the poison list.
std::string request_key(const config::Manifest& manifest, const CallSpec& spec) {
  return manifest.version + " " + spec.operation + " " + to_hex(crypto::sha256(spec.arguments));
}

CallEnd end_of(plugins::Outcome outcome) {
  switch (outcome) {
    case plugins::Outcome::Ok:
      return CallEnd::Ok;
    case plugins::Outcome::Changed:
      return CallEnd::Changed;
    case plugins::Outcome::Failed:
      return CallEnd::Failed;
    case plugins::Outcome::Indeterminate:
      break;
  }
  return CallEnd::Indeterminate;
}

}  // namespace

PluginSupervisor::PluginSupervisor(run::EventLoop& loop, log::Logger log, SupervisorOptions options)
    : loop_(loop),
      log_(std::move(log)),
      options_(std::move(options)),
      queries_(loop),
      kv_(options_.kv) {}

PluginSupervisor::~PluginSupervisor() = default;

Result<std::unique_ptr<PluginSupervisor>> PluginSupervisor::create(run::EventLoop& loop,
                                                                   log::Logger log,
                                                                   SupervisorOptions options) {
  auto folder = read_plugin_folder(options.plugin_directory);
  if (!folder) return tl::unexpected(folder.error());
  const auto configs = PluginConfigs::open(options.configs, options.config_directory);
  if (!configs) return tl::unexpected(configs.error());
  std::unique_ptr<PluginSupervisor> supervisor(
      new PluginSupervisor(loop, std::move(log), std::move(options)));
  auto library = take_folder_library(*folder);
  for (auto& [id, found] : folder->plugins) supervisor->add(std::move(found), *configs);
  supervisor->rejected_ = std::move(folder->rejected);
  supervisor->open_folders(std::move(library));
  supervisor->warn_of_what_is_ignored(*configs);
  return supervisor;
}

PluginSlot::Events PluginSupervisor::slot_events() {
  return {
      [this](PluginSlot&) { on_changed(); },
      [this](PluginSlot& slot, const plugins::ToAgent& frame) { on_frame(slot, frame); },
      [this](PluginSlot& slot, const HostEnd& end) { on_host_ended(slot, end); },
  };
}

void PluginSupervisor::add(PluginSlot::Parts parts) {
  const auto id = parts.manifest.id;
  auto& slot = slots_[id] = std::make_unique<PluginSlot>(std::move(parts));
  if (started_) slot->start();
}

void PluginSupervisor::add(FoundPlugin found, const PluginConfigs& configs) {
  // A plugin with a broken configuration is there, and says why it does not run.
  auto start = configs.of(found.manifest)
                   .map_error(with_context("its configuration"))
                   .map([&](Bytes config) { return start_of(found.manifest, std::move(config)); });
  add(PluginSlot::Parts{loop_, log_, options_.host_program, std::move(found.file),
                        std::move(found.manifest), std::move(start), std::nullopt, slot_events()});
}

void PluginSupervisor::warn_of_what_is_ignored(const PluginConfigs& configs) const {
  for (const auto& file : rejected_) {
    log_.error("plugin not loaded, ignoring", {{"file", file.path.string()}, {"why", file.why}});
  }
  for (const auto& file : configs.of_nobody([this](const std::string& id) {
         return slots_.contains(id) || folders_->rejected().contains(id);
       })) {
    log_.warn("there is no plugin for this configuration, ignoring", {{"file", file.string()}});
  }
}

void PluginSupervisor::start() {
  plugins::adopt_orphans();
  started_ = true;
  for (auto& [id, slot] : slots_) slot->start();
  folders_->start();
  reap_later();
}

void PluginSupervisor::stop(std::chrono::milliseconds grace, std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  folders_->stop();
  for (auto& [id, slot] : slots_) slot->stop(grace);
  for (auto& slot : retired_) slot->stop(grace);
  on_changed();
}

void PluginSupervisor::on_changed() {
  // From the loop's next turn: nobody is called back from inside a method of ours. A timer, because
  // it goes with us.
  changed_timer_ = loop_.after(std::chrono::milliseconds(0), [this] {
    if (options_.changed) options_.changed();
    std::erase_if(retired_, [](const auto& slot) { return slot->state() == PluginState::Stopped; });
    if (stopped_ && all_stopped()) std::exchange(stopped_, nullptr)();
  });
}

bool PluginSupervisor::all_stopped() const {
  return retired_.empty() && std::all_of(slots_.begin(), slots_.end(), [](const auto& entry) {
           return entry.second->state() == PluginState::Stopped;
         });
}

std::vector<PluginStatus> PluginSupervisor::plugins() const {
  std::vector<PluginStatus> all;
  for (const auto& [id, slot] : slots_) {
    const auto& manifest = slot->manifest();
    all.push_back({id, manifest.version, slot->file().manifest_digest, manifest.cls, slot->state(),
                   slot->restarts(), slot->last_trouble(), slot->slips()});
  }
  if (folders_->library()) {
    // It runs where folders are, so that there is nothing that could be in another state.
    const auto& [file, manifest] = *folders_->library();
    all.push_back({manifest.id,
                   manifest.version,
                   file.manifest_digest,
                   manifest.cls,
                   PluginState::Ready,
                   0,
                   {},
                   {}});
    std::sort(all.begin(), all.end(),
              [](const auto& one, const auto& other) { return one.id < other.id; });
  }
  return all;
}

PluginSlot* PluginSupervisor::slot_for(std::string_view operation) const {
  const auto found = slots_.find(operation.substr(0, operation.find('.')));
  return found == slots_.end() ? nullptr : found->second.get();
}

const config::Manifest* PluginSupervisor::manifest_for(std::string_view operation) const {
  const auto* slot = slot_for(operation);
  return slot == nullptr ? nullptr : &slot->manifest();
}

Status PluginSupervisor::usable(std::string_view operation) const {
  const auto* slot = slot_for(operation);
  if (slot == nullptr) return {};
  const auto state = slot->state();
  if (state != PluginState::Failed && state != PluginState::Rejected &&
      state != PluginState::Quarantined) {
    return {};
  }
  return fail(ErrorCode::FailedPrecondition,
              why_not_ready(slot->manifest().id, state, slot->last_trouble()));
}

const std::string* PluginSupervisor::manifest_text(
    const std::array<std::uint8_t, 32>& digest) const {
  for (const auto& [id, slot] : slots_) {
    if (slot->file().manifest_digest == digest) return &slot->file().manifest;
  }
  const auto* library = folders_->library() ? &*folders_->library() : nullptr;
  if (library != nullptr && library->file.manifest_digest == digest) return &library->file.manifest;
  return nullptr;
}

Result<CallHandle> PluginSupervisor::start_call(CallSpec spec, CallEvents events) {
  auto* slot = slot_for(spec.operation);
  const auto* operation =
      slot == nullptr ? nullptr : slot->manifest().find_operation(spec.operation);
  if (operation == nullptr) {
    return fail(ErrorCode::NotFound, "no plugin of this node has the operation " + spec.operation);
  }
  auto request = request_key(slot->manifest(), spec);
  if (poison_.is_poison(request, loop_.clock().mono_now())) {
    return fail(ErrorCode::FailedPrecondition,
                "this very request crashed or hung the plugin twice and is refused for a day; "
                "change its arguments or upgrade the plugin");
  }
  if (spec.arguments.size() > plugins::kMaxArguments) {
    return fail(ErrorCode::InvalidArgument,
                "the arguments, with their defaults, are larger than the limit of " +
                    std::to_string(plugins::kMaxArguments) + " bytes");
  }
  if (slot->state() != PluginState::Ready || slot->host() == nullptr) {
    return fail(ErrorCode::Unavailable,
                why_not_ready(slot->manifest().id, slot->state(), slot->last_trouble()));
  }
  const auto call = ++last_call_;
  const std::uint32_t flags = spec.check ? 1 : 0;
  const plugins::Call frame{call,
                            std::move(spec.operation),
                            std::move(spec.instance),
                            std::move(spec.arguments),
                            flags,
                            spec.remaining,
                            std::move(spec.idempotency_key),
                            std::move(spec.traceparent),
                            spec.credit};
  if (auto sent = slot->host()->send(frame); !sent) return tl::unexpected(sent.error());
  calls_[call] =
      Running{slot, spec.credit, std::move(request), operation, std::move(events), {}, false};
  return call;
}

void PluginSupervisor::add_credit(CallHandle call, std::uint64_t bytes) {
  const auto found = calls_.find(call);
  if (found == calls_.end() || found->second.slot->host() == nullptr) return;
  if (found->second.slot->host()->send(plugins::Credit{call, bytes})) found->second.credit += bytes;
}

void PluginSupervisor::cancel(CallHandle call, wire::CancelReason reason) {
  const auto found = calls_.find(call);
  if (found == calls_.end() || found->second.slot->host() == nullptr) return;
  auto& running = found->second;
  (void)running.slot->host()->send(plugins::Cancel{call, static_cast<std::uint8_t>(reason)});
  if (reason != wire::CancelReason::Deadline) return;
  running.deadline_grace = loop_.after(kAfterDeadline, [&running] {
    running.hung = true;
    if (auto* host = running.slot->host())
      host->kill(EndCause::Hang, "a call went on for 10 s after its deadline");
  });
}

PluginSupervisor::Running* PluginSupervisor::running(PluginSlot& slot, CallHandle call) {
  if (call == 0 || call > last_call_) {
    slot.host()->kill(EndCause::Protocol, "the plugin's host spoke of a call that was never made");
    return nullptr;
  }
  const auto found = calls_.find(call);
  return found == calls_.end() || found->second.slot != &slot ? nullptr : &found->second;
}

void PluginSupervisor::on_frame(PluginSlot& slot, const plugins::ToAgent& frame) {
  if (const auto* output = std::get_if<plugins::Output>(&frame)) {
    auto* call = running(slot, output->call);
    if (call == nullptr) return;
    if (output->bytes.size() > call->credit) {
      return slot.host()->kill(EndCause::Protocol,
                               "the plugin's host sent more output than it had credit for");
    }
    call->credit -= output->bytes.size();
    call->events.output(static_cast<wire::Stream>(output->stream), output->bytes);
  } else if (const auto* progress = std::get_if<plugins::Progress>(&frame)) {
    if (auto* call = running(slot, progress->call))
      call->events.progress(progress->done, progress->note);
  } else if (const auto* finished = std::get_if<plugins::Finish>(&frame)) {
    const auto* call = running(slot, finished->call);
    if (call == nullptr) return;
    poison_.on_end(call->request);
    CallResult result{end_of(finished->outcome), finished->result, finished->error};
    const bool went_well = result.end == CallEnd::Ok || result.end == CallEnd::Changed;
    if (went_well && slot.is_folder()) {
      result.error = wrong_result(*call->operation, result.result);
      if (result.error) result.end = CallEnd::Failed;
    }
    finish(finished->call, std::move(result));
  } else if (const auto* refused = std::get_if<plugins::Refused>(&frame)) {
    if (running(slot, refused->call) == nullptr) return;
    finish(refused->call, {CallEnd::Refused, {}, refused->error});
  } else if (const auto* event = std::get_if<plugins::Event>(&frame)) {
    on_event(slot, *event);
  } else if (const auto* metrics = std::get_if<plugins::Collected>(&frame)) {
    queries_.on_frame(slot, *metrics);
  } else if (const auto* report = std::get_if<plugins::HealthReport>(&frame)) {
    queries_.on_frame(slot, *report);
  } else if (const auto* kv = std::get_if<plugins::Kv>(&frame)) {
    kv_.on_frame(slot, *kv);
  }
}

void PluginSupervisor::on_event(PluginSlot& slot, const plugins::Event& event) {
  if (const auto good = check_event(slot.manifest(), event); !good) {
    return slot.host()->kill(EndCause::Protocol, good.error().message);
  }
  if (options_.event) options_.event(wire_event(slot.manifest().id, {}, event));
}

void PluginSupervisor::finish(CallHandle call, CallResult result) {
  auto node = calls_.extract(call);
  if (node.empty()) return;
  auto& slot = *node.mapped().slot;
  node.mapped().events.ended(std::move(result));
  let_go(slot);
}

void PluginSupervisor::collect(std::string_view plugin, std::chrono::milliseconds within,
                               Question<std::string>::Done done) {
  queries_.collect(slot_for(plugin), within, std::move(done));
}

void PluginSupervisor::health(std::string_view plugin, std::chrono::milliseconds within,
                              Question<PluginHealth>::Done done) {
  queries_.health(slot_for(plugin), within, std::move(done));
}

void PluginSupervisor::collect_all(std::chrono::milliseconds within, PluginTexts done) {
  struct Gathering {
    std::vector<PluginText> texts;
    std::size_t missing = 0;
    PluginTexts done;
  };
  const auto all = std::make_shared<Gathering>();
  all->done = std::move(done);
  for (const auto& [id, slot] : slots_) {
    if (slot->state() == PluginState::Ready)
      all->texts.push_back({id, fail(ErrorCode::Unavailable, "it did not answer")});
  }
  all->missing = all->texts.size();
  if (all->texts.empty()) {
    // Nobody is there to ask, which is said like all other answers: later.
    return collect({}, within, [all](const Result<std::string>&) { all->done({}); });
  }
  for (std::size_t i = 0; i < all->texts.size(); ++i) {
    collect(all->texts[i].plugin, within, [all, i](Result<std::string> text) {
      all->texts[i].text = std::move(text);
      if (--all->missing == 0) all->done(std::move(all->texts));
    });
  }
}

void PluginSupervisor::on_host_ended(PluginSlot& slot, const HostEnd& end) {
  queries_.on_host_ended(slot, end);
  kv_.on_host_ended(slot);
  std::vector<CallHandle> lost;
  for (const auto& [call, running] : calls_) {
    if (running.slot == &slot) lost.push_back(call);
  }
  std::sort(lost.begin(), lost.end());
  if (end.cause != EndCause::Stopped) blame(lost);
  for (const auto call : lost) {
    finish(call, {CallEnd::Lost, {}, Error{ErrorCode::Unavailable, end.sentence, {}, true, {}}});
  }
}

/// Holds the end of their host against the call that hung, or else against one that was alone: of
/// several, nobody knows which it was.
void PluginSupervisor::blame(const std::vector<CallHandle>& lost) {
  const auto hung = std::find_if(lost.begin(), lost.end(),
                                 [this](CallHandle call) { return calls_.at(call).hung; });
  if (hung == lost.end() && lost.size() != 1) return;
  const auto guilty = hung == lost.end() ? lost.front() : *hung;
  poison_.on_crash(calls_.at(guilty).request, loop_.clock().mono_now());
}

void PluginSupervisor::reap_later() {
  reap_timer_ = loop_.after(kReapPeriod, [this] {
    plugins::reap_orphans([this](pid_t pid) { return is_host(pid); });
    reap_later();
  });
}

bool PluginSupervisor::is_host(pid_t pid) const {
  return std::any_of(slots_.begin(), slots_.end(),
                     [&](const auto& entry) { return entry.second->is_host(pid); }) ||
         std::any_of(retired_.begin(), retired_.end(),
                     [&](const auto& slot) { return slot->is_host(pid); });
}

}  // namespace muster::agent
