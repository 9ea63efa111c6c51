#include "instance.hpp"

#include <muster/ext/collect.h>
#include <muster/ext/health.h>

#include <algorithm>
#include <ctime>

#include "abi_values.hpp"
#include "library.hpp"

namespace muster::plugins {
namespace {

/// CLOCK_MONOTONIC, which the ABI promises.
std::int64_t mono_after(std::chrono::milliseconds remaining) {
  if (remaining.count() == 0) return 0;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec + remaining.count() * 1'000'000;
}

Error error_of(ErrorCode code, const std::string& message) {
  return {code, message, {}, false, {}};
}

bool is_whole(const muster_plugin* plugin) {
  return MUSTER_HAS(plugin, muster_plugin, init) && MUSTER_HAS(plugin, muster_plugin, activate) &&
         MUSTER_HAS(plugin, muster_plugin, start_call) &&
         MUSTER_HAS(plugin, muster_plugin, resume_call) &&
         MUSTER_HAS(plugin, muster_plugin, cancel_call) &&
         MUSTER_HAS(plugin, muster_plugin, quiesce) &&
         MUSTER_HAS(plugin, muster_plugin, deactivate) &&
         MUSTER_HAS(plugin, muster_plugin, destroy);
}

tl::unexpected<StartFailed> failed_at(const std::string& step, Error error) {
  return tl::unexpected(StartFailed{step, std::move(error)});
}

}  // namespace

bool Instance::start(const Start& start) {
  const auto up = bring_up(start);
  if (!up) {
    connection_.send(up.error());
    return false;
  }
  connection_.send(Ready{MUSTER_ABI_MINOR, plugin_->flags});
  return true;
}

tl::expected<void, StartFailed> Instance::bring_up(const Start& start) {
  const auto entry = load_entry(library_fd_);
  if (!entry) return failed_at("load", entry.error());
  host_.grant(start);
  ErrorSlot creating;
  plugin_ = (*entry)->create(host_.table(), start.plugin_id.c_str(), creating.sink());
  if (plugin_ == nullptr) return failed_at("create", creating.take(MUSTER_NOT_FOUND));
  if (!is_whole(plugin_)) {
    return failed_at(
        "create", error_of(ErrorCode::Unsupported, "its function table lacks a required function"));
  }
  state_ = State::Created;
  ErrorSlot initing;
  if (const auto status = plugin_->init(plugin_, view(start.config), initing.sink());
      status != MUSTER_OK) {
    return failed_at("init", initing.take(status));
  }
  state_ = State::Inited;
  host_.freeze_metrics();
  ErrorSlot activating;
  if (const auto status = plugin_->activate(plugin_, activating.sink()); status != MUSTER_OK) {
    return failed_at("activate", activating.take(status));
  }
  state_ = State::Active;
  return {};
}

void Instance::start_call(const Call& call) {
  if (!takes_calls()) {
    (void)calls_.remove(call.call);
    connection_.send(
        Refused{call.call, error_of(ErrorCode::Unavailable, "the plugin takes no calls now")});
    return;
  }
  muster_request request{};
  request.struct_size = sizeof request;
  request.flags = call.flags;
  request.operation = view(call.operation);
  request.arguments = view(call.arguments);
  request.deadline_mono_ns = mono_after(call.remaining);
  request.idempotency_key = view(call.idempotency_key);
  request.traceparent = view(call.traceparent);
  request.instance = view(call.instance);
  request.credit_bytes = call.credit;
  ErrorSlot refusing;
  const auto status = plugin_->start_call(plugin_, call.call, &request, refusing.sink());
  if (status == MUSTER_OK) return;
  if (!calls_.remove(call.call)) return calls_.count("refused_after_finish");
  connection_.send(Refused{call.call, refusing.take(status)});
}

void Instance::resume_call(CallNumber call, std::uint64_t credit) {
  if (working()) plugin_->resume_call(plugin_, call, credit);
}

void Instance::cancel_call(CallNumber call, std::uint8_t reason) {
  if (working()) plugin_->cancel_call(plugin_, call, reason);
}

void Instance::quiesce(const Quiesce& quiesce) {
  if (state_ != State::Active) return;
  ErrorSlot slot;
  const auto status = plugin_->quiesce(plugin_, mono_after(quiesce.remaining), slot.sink());
  state_ = State::Draining;
  Quiesced quiesced;
  if (status != MUSTER_OK) quiesced.error = slot.take(status);
  connection_.send(quiesced);
}

void Instance::stop() {
  if (plugin_ == nullptr) return;
  if (working()) plugin_->deactivate(plugin_);
  state_ = State::None;
  plugin_->destroy(plugin_);
  plugin_ = nullptr;
}

namespace {

/// Sends exposition text in pieces, as much as one answer may have.
struct CollectSink {
  Connection& connection;
  std::uint32_t request;
  std::size_t total = 0;

  void send(BytesView text) {
    total += text.size();
    while (!text.empty()) {
      const auto piece = text.first(std::min(text.size(), kMaxCollectPart));
      connection.send(Collected{request, to_bytes(piece), false, std::nullopt});
      text = text.subspan(piece.size());
    }
  }
  static muster_status write(const muster_collect_sink* sink, muster_bytes chunk) noexcept {
    auto& self = *static_cast<CollectSink*>(sink->ctx);
    if (chunk.n > MUSTER_MAX_CHUNK_BYTES || (chunk.p == nullptr && chunk.n > 0)) {
      return MUSTER_INVALID_ARGUMENT;
    }
    if (self.total + chunk.n > MUSTER_COLLECT_MAX_TOTAL_BYTES) return MUSTER_RESOURCE_EXHAUSTED;
    self.send(BytesView(chunk.p, static_cast<std::size_t>(chunk.n)));
    return MUSTER_OK;
  }
};

}  // namespace

std::optional<Error> Instance::collect_text(const Collect& collect) {
  CollectSink target{connection_, collect.request};
  const auto own = host_.metrics_text(MUSTER_COLLECT_MAX_TOTAL_BYTES);
  if (!own) return own.error();
  target.send(as_bytes(*own));
  const auto* extension = working() && MUSTER_HAS(plugin_, muster_plugin, get_extension)
                              ? static_cast<const muster_collect_v1*>(
                                    plugin_->get_extension(plugin_, MUSTER_EXT_COLLECT_1))
                              : nullptr;
  if (!MUSTER_HAS(extension, muster_collect_v1, collect)) return std::nullopt;
  const auto before = target.total;
  const muster_collect_sink sink{sizeof sink, 0, &target, &CollectSink::write};
  ErrorSlot slot;
  const auto status =
      extension->collect(plugin_, mono_after(collect.remaining), &sink, slot.sink());
  const bool nothing_to_say = status == MUSTER_UNAVAILABLE && target.total == before;
  if (status == MUSTER_OK || nothing_to_say) return std::nullopt;
  return slot.take(status);
}

void Instance::collect(const Collect& collect) {
  Collected last{collect.request, {}, true, std::nullopt};
  last.error = collect_text(collect);
  connection_.send(last);
}

void Instance::report_health(const Health& health) {
  // A plugin without the extension counts as healthy while its process lives.
  HealthReport report{health.request, MUSTER_HEALTH_OK, 0, {}, std::nullopt};
  const auto* extension = working() && MUSTER_HAS(plugin_, muster_plugin, get_extension)
                              ? static_cast<const muster_health_v1*>(
                                    plugin_->get_extension(plugin_, MUSTER_EXT_HEALTH_1))
                              : nullptr;
  if (MUSTER_HAS(extension, muster_health_v1, report)) {
    report.state = 0;
    muster_health_sink sink{sizeof sink, 0, &report, nullptr};
    sink.put = [](const muster_health_sink* to, const muster_health_report* said) noexcept {
      auto& kept = *static_cast<HealthReport*>(to->ctx);
      kept.state = said->state;
      kept.since_ms = said->since_unix_ns / 1'000'000;
      kept.reason = to_text(said->reason);
    };
    const auto status = extension->report(plugin_, &sink);
    if (status != MUSTER_OK || report.state == 0) {
      report.error = error_of(ErrorCode::Unavailable, "the plugin gave no report");
    }
  }
  connection_.send(report);
}

}  // namespace muster::plugins
