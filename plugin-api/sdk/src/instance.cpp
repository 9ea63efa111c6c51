#include <cstring>
#include <exception>
#include <muster/sdk/plugin.hpp>
#include <mutex>
#include <unordered_map>

#include "call_state.hpp"
#include "error_sink.hpp"
#include "workers.hpp"

// The bounds of the ELF section that holds the manifest, made by the linker.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier)
__attribute__((visibility("hidden"))) extern const std::uint8_t __start_muster_manifest[];
__attribute__((visibility("hidden"))) extern const std::uint8_t __stop_muster_manifest[];
// NOLINTEND(bugprone-reserved-identifier)
}

namespace muster::sdk::detail {
namespace {

Error thrown(const char* what) {
  return {
      ErrorCode::Internal, std::string("the plugin threw an exception: ") + what, {}, false, {}};
}

/// Runs `body`; an exception becomes an error, because none may cross the ABI.
template <class Body>
auto guarded(const Body& body) noexcept -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& exception) {
    return tl::unexpected(thrown(exception.what()));
  } catch (...) {
    return tl::unexpected(thrown("of an unknown type"));
  }
}

muster_status answer(const Status& status, const muster_error_sink* sink) noexcept {
  return status ? MUSTER_OK : report(sink, status.error());
}

/// One instance: the table that the host calls, and what stands behind it.
class Instance {
 public:
  Instance(const muster_host* host, MakeHandler make) : host_(host), make_(make) {}

  muster_plugin* table() { return &table_; }

 private:
  static Instance& of(muster_plugin* plugin) { return *static_cast<Instance*>(plugin->self); }

  static muster_status init(muster_plugin* plugin, muster_bytes config,
                            const muster_error_sink* sink) noexcept {
    auto& self = of(plugin);
    return answer(guarded([&]() -> Status {
                    auto made = self.make_(Host(self.host_), view(config));
                    if (!made) return tl::unexpected(made.error());
                    self.handler_ = std::move(*made);
                    return {};
                  }),
                  sink);
  }

  static muster_status activate(muster_plugin* plugin, const muster_error_sink* sink) noexcept {
    return answer(guarded([&] { return of(plugin).handler_->activate(); }), sink);
  }

  static muster_status start_call(muster_plugin* plugin, muster_call call,
                                  const muster_request* request,
                                  const muster_error_sink* sink) noexcept {
    return answer(guarded([&] { return of(plugin).start(call, *request); }), sink);
  }

  static void resume_call(muster_plugin* plugin, muster_call call, std::uint64_t credit) noexcept {
    (void)guarded([&]() -> Status {
      if (const auto state = of(plugin).find(call)) state->resume(credit);
      return {};
    });
  }

  static void cancel_call(muster_plugin* plugin, muster_call call, std::int32_t reason) noexcept {
    (void)guarded([&]() -> Status {
      if (const auto state = of(plugin).find(call)) state->cancel(reason);
      return {};
    });
  }

  static muster_status quiesce(muster_plugin* plugin, std::int64_t deadline_mono_ns,
                               const muster_error_sink* sink) noexcept {
    return answer(guarded([&]() -> Status {
                    of(plugin).handler_->quiesce(std::chrono::steady_clock::time_point(
                        std::chrono::nanoseconds(deadline_mono_ns)));
                    return {};
                  }),
                  sink);
  }

  /// Asks every call to end and waits for the workers; a call that the plugin's own code still
  /// holds ends here, because the host is not to be called any more.
  static void deactivate(muster_plugin* plugin) noexcept {
    auto& self = of(plugin);
    for (const auto& state : self.in_flight()) state->cancel(MUSTER_CANCEL_SHUTDOWN);
    self.workers_.finish();
    (void)guarded([&]() -> Status { return self.handler_->deactivate(), Status(); });
    for (const auto& state : self.in_flight()) {
      state->finish(Outcome::Indeterminate, {},
                    Error{ErrorCode::Cancelled,
                          "the plugin was stopped while this was under way",
                          {},
                          false,
                          {}});
    }
    self.calls_.clear();
  }

  static void destroy(muster_plugin* plugin) noexcept { delete &of(plugin); }

  static const void* get_extension(const muster_plugin* plugin, const char* id) noexcept {
    const auto& self = *static_cast<const Instance*>(plugin->self);
    if (!self.handler_) return nullptr;
    if (std::strcmp(id, MUSTER_EXT_HEALTH_1) == 0 && self.handler_->has_health()) return &kHealth;
    if (std::strcmp(id, MUSTER_EXT_COLLECT_1) == 0 && self.handler_->has_collect()) {
      return &kCollect;
    }
    return nullptr;
  }

  static muster_status health(muster_plugin* plugin, const muster_health_sink* sink) noexcept {
    return answer(guarded([&]() -> Status {
                    const Health now = of(plugin).handler_->health();
                    const muster_health_report report{sizeof(muster_health_report), now.state,
                                                      now.since_unix_ns, view(now.reason)};
                    sink->put(sink, &report);
                    return {};
                  }),
                  nullptr);
  }

  static muster_status collect(muster_plugin* plugin, std::int64_t, const muster_collect_sink* sink,
                               const muster_error_sink* error) noexcept {
    const CollectSink write = [sink](std::string_view text) -> Status {
      while (!text.empty()) {
        const auto piece = text.substr(0, MUSTER_MAX_CHUNK_BYTES);
        const auto status = sink->write(sink, bytes_of(piece));
        if (status != MUSTER_OK) {
          return fail(static_cast<ErrorCode>(status), "the host takes no more metrics");
        }
        text.remove_prefix(piece.size());
      }
      return {};
    };
    return answer(guarded([&] { return of(plugin).handler_->collect(write); }), error);
  }

  Status start(muster_call call, const muster_request& request) {
    const auto* operation = find_operation(view(request.operation));
    if (operation == nullptr) {
      return fail(ErrorCode::Unsupported,
                  "this plugin has no operation " + std::string(view(request.operation)));
    }
    const auto state = std::make_shared<CallState>(host_, call, request);
    remember(state);
    auto started = guarded([&] { return operation->start(Call(state), view(request.arguments)); });
    if (started && *started && !workers_.submit(safely(state, std::move(*started)))) {
      started = fail(ErrorCode::ResourceExhausted, "the plugin is busy, try again later");
      started.error().retryable = true;
    }
    if (!started && !state->is_over()) {
      state->forget();
      return tl::unexpected(started.error());
    }
    return {};
  }

  static std::function<void()> safely(std::shared_ptr<CallState> state,
                                      std::function<void()> work) {
    return [state = std::move(state), work = std::move(work)] {
      if (state->stop_token().stop_requested()) {
        return state->finish(
            Outcome::Failed, {},
            Error{ErrorCode::Cancelled, "the call was cancelled before it began", {}, false, {}});
      }
      const auto done = guarded([&]() -> Status { return work(), Status(); });
      if (!done) state->finish(Outcome::Failed, {}, done.error());
    };
  }

  const Operation* find_operation(std::string_view name) const {
    for (const auto& operation : handler_->operations()) {
      if (operation.name == name) return &operation;
    }
    return nullptr;
  }

  void remember(const std::shared_ptr<CallState>& state) {
    std::erase_if(calls_, [](const auto& entry) {
      const auto known = entry.second.lock();
      return !known || known->is_over();
    });
    calls_[state->call] = state;
  }

  std::shared_ptr<CallState> find(muster_call call) const {
    const auto found = calls_.find(call);
    return found == calls_.end() ? nullptr : found->second.lock();
  }

  std::vector<std::shared_ptr<CallState>> in_flight() const {
    std::vector<std::shared_ptr<CallState>> states;
    for (const auto& [call, weak] : calls_) {
      if (auto state = weak.lock()) states.push_back(std::move(state));
    }
    return states;
  }

  static const muster_health_v1 kHealth;
  static const muster_collect_v1 kCollect;

  muster_plugin table_{sizeof(muster_plugin),
                       0,
                       this,
                       &init,
                       &activate,
                       &start_call,
                       &resume_call,
                       &cancel_call,
                       &quiesce,
                       &deactivate,
                       &destroy,
                       &get_extension};
  const muster_host* host_;
  MakeHandler make_;
  std::unique_ptr<Handler> handler_;
  std::unordered_map<muster_call, std::weak_ptr<CallState>> calls_;  // only on the strand
  Workers workers_{kMaxWorkers, kMaxWaiting};
};

const muster_health_v1 Instance::kHealth{sizeof(muster_health_v1), 0, &Instance::health};
const muster_collect_v1 Instance::kCollect{sizeof(muster_collect_v1), 0, &Instance::collect};

}  // namespace

muster_plugin* create_instance(const muster_host* host, std::string_view plugin_id,
                               std::string_view asked_for, MakeHandler make,
                               const muster_error_sink* error) noexcept {
  if (asked_for != plugin_id) {
    report(error,
           {ErrorCode::NotFound,
            "this is the plugin " + std::string(plugin_id) + ", not " + std::string(asked_for),
            {},
            false,
            {}});
    return nullptr;
  }
  auto made = guarded([&]() -> Result<muster_plugin*> {
    return (new Instance(host, make))->table();  // destroy() deletes it
  });
  if (made) return *made;
  report(error, made.error());
  return nullptr;
}

muster_bytes embedded_manifest() {
  return {__start_muster_manifest,
          static_cast<std::uint64_t>(__stop_muster_manifest - __start_muster_manifest)};
}

}  // namespace muster::sdk::detail
