#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "emit_events.hpp"
#include "kv_once.hpp"
#include "misbehaviour.hpp"
#include "mock_plugin.hpp"

namespace muster::plugin::mock {
namespace {

using sdk::ErrorCode;

sdk::Error told(const char* sentence) {
  return {ErrorCode::FailedPrecondition, sentence, {}, false, {}};
}

/// Waits for `time` or for ever; false when the call was cancelled meanwhile.
bool pause_for(const sdk::Call& call, bool ignore_cancel,
               std::optional<std::chrono::milliseconds> time) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  const auto no = [] { return false; };
  const auto stop = ignore_cancel ? std::stop_token() : call.cancelled();
  if (time) {
    never.wait_for(lock, stop, *time, no);
  } else if (ignore_cancel) {
    hang();
  } else {
    never.wait(lock, stop, no);
  }
  return ignore_cancel || !stop.stop_requested();
}

sdk::Answer<Report> answer(const std::string& finish, Report report) {
  if (finish == "ok") return sdk::ok(report);
  if (finish == "failed") return sdk::failed(told("failed as told"), report);
  if (finish == "indeterminate") return sdk::indeterminate(told("indeterminate as told"));
  return sdk::changed(report);
}

}  // namespace

class Mock {
 public:
  static sdk::Result<std::unique_ptr<Mock>> create(const sdk::Host& host, Config config) {
    if (config.crash_init) crash("segv");
    if (!config.fail_init.empty())
      return sdk::fail(ErrorCode::InvalidArgument, config.fail_init, "/fail_init");
    auto calls = host.metric(MUSTER_METRIC_COUNTER, "mock_calls_total", "Calls that were taken.",
                             {"finish"});
    if (!calls) return tl::unexpected(calls.error());
    auto delays = host.metric(MUSTER_METRIC_HISTOGRAM, "mock_delay_seconds",
                              "Delays that were asked for.", {}, {0.5, 1});
    if (!delays) return tl::unexpected(delays.error());
    return std::unique_ptr<Mock>(new Mock(host, std::move(config), *calls, *delays));
  }

  ~Mock() {
    for (auto& thread : threads_) thread.join();
  }

  sdk::Status activate() {
    if (config_.crash_activate) crash("segv");
    if (config_.fail_activate.empty()) return {};
    return sdk::fail(ErrorCode::Unavailable, config_.fail_activate);
  }

  void deactivate() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  sdk::Health health() {
    if (config_.health.empty()) return {MUSTER_HEALTH_OK, 0, {}};
    return {MUSTER_HEALTH_DEGRADED, 0, config_.health};
  }

  sdk::Status collect(const sdk::CollectSink& sink) {
    if (config_.collect == "none") return {};
    if (config_.collect == "hang") hang();
    if (config_.collect == "crash") crash("segv");
    if (config_.collect == "broken") return sink("mock_gauge{no end\n");
    auto written = sink("# HELP mock_gauge A gauge.\n# TYPE mock_gauge gauge\nmock_gauge 1\n");
    if (config_.collect == "fail") return sdk::fail(ErrorCode::Internal, "failed as told");
    while (config_.collect == "flood" && written) written = sink(std::string(60'000, '\n'));
    return written;
  }

  sdk::Answer<KvResult> kv(const sdk::Call& /*call*/, const KvArguments& asked) const {
    return sdk::ok(ask_kv(host_.kv(), asked));
  }

  sdk::Answer<EmitResult> emit(const sdk::Call& /*call*/, const EmitArguments& told) const {
    return sdk::ok(emit_events(host_.events(), told));
  }

  // Asynchronous, with a thread for each call, so that what is asked for can be done on the strand
  // as well.
  sdk::Status run(const sdk::CallOf<Report>& call, const Orders& orders) {
    return start(call, orders);
  }
  sdk::Status read(const sdk::CallOf<Report>& call, const Orders& orders) {
    return start(call, orders);
  }
  sdk::Status idempotent(const sdk::CallOf<Report>& call, const Orders& orders) {
    return start(call, orders);
  }

 private:
  Mock(const sdk::Host& host, Config config, sdk::Metric calls, sdk::Metric delays)
      : host_(host), config_(std::move(config)), calls_total_(calls), delays_(delays) {}

  sdk::Status start(const sdk::CallOf<Report>& call, const Orders& orders) {
    if (orders.refuse) return sdk::fail(ErrorCode::ResourceExhausted, "busy as told");
    for (std::int64_t i = 1; i <= orders.log_lines; ++i)
      host_.log().info("a line was asked for", {{"number", std::to_string(i)}});
    if (orders.hang_on_strand) hang();
    calls_total_.add(1, {orders.finish});
    delays_.observe(static_cast<double>(orders.delay_ms) / 1000);
    threads_.emplace_back([this, call, orders] { work(call, orders); });
    return {};
  }

  void work(const sdk::CallOf<Report>& call, const Orders& orders) {
    Report report{};
    report.pid = ::getpid();
    report.calls = ++calls_;
    if (!orders.append_to.empty()) append_line(orders.append_to, call.idempotency_key());
    if (orders.spawn_child) report.child = leave_a_child();
    if (orders.result_bytes > 0) {
      report.padding = std::string(static_cast<std::size_t>(orders.result_bytes), 'x');
    }
    if (orders.flood) flood(host_, call);
    const bool wrote = write(call, orders);
    crash(orders.crash);
    if (orders.reply_unknown_call) finish_unknown_call(host_);
    const auto delay = orders.finish == "never"
                           ? std::nullopt
                           : std::optional(std::chrono::milliseconds(orders.delay_ms));
    if (!pause_for(call, orders.ignore_cancel, delay) || !wrote) {
      return call.finish(
          sdk::failed(sdk::Error{ErrorCode::Cancelled, "cancelled", {}, false, {}}, report));
    }
    if (orders.reply_twice) finish_behind(host_, call);
    call.finish(answer(orders.finish, report));
  }

  static bool write(const sdk::Call& call, const Orders& orders) {
    const std::string chunk(static_cast<std::size_t>(orders.chunk_bytes), 'x');
    auto left = static_cast<std::size_t>(orders.output_bytes);
    while (left > 0) {
      const auto piece = std::min(left, chunk.size());
      if (!call.out(std::string_view(chunk).substr(0, piece))) return false;
      left -= piece;
    }
    return true;
  }

  const sdk::Host host_;
  const Config config_;
  const sdk::Metric calls_total_;
  const sdk::Metric delays_;
  std::atomic<std::int64_t> calls_{0};
  std::vector<std::thread> threads_;  // only on the strand
};

}  // namespace muster::plugin::mock

extern "C" const muster_entry* muster_plugin_entry_v1() {
  using namespace muster;
  return sdk::entry<plugin::mock::Plugin, plugin::mock::Mock>();
}
