/// The shared state behind Call: one for each call in flight.
///
/// Owned by its Calls, and weakly by the instance, which brings credit and cancellation. Locks are
/// held for no call to the host or the author.
#pragma once

#include <muster/plugin.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <muster/sdk/call.hpp>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace muster::sdk::detail {

class CallState {
 public:
  CallState(const muster_host* host, muster_call call, const muster_request& request);
  ~CallState();
  CallState(const CallState&) = delete;
  CallState& operator=(const CallState&) = delete;

  // What was asked; never changes.
  const muster_host* const host;
  const muster_call call;
  const std::string operation;
  const std::string idempotency_key;
  const std::string traceparent;
  const std::string instance;
  const bool check_mode;
  const std::optional<std::chrono::steady_clock::time_point> deadline;

  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }
  [[nodiscard]] std::int32_t cancel_reason() const { return reason_; }
  [[nodiscard]] bool is_over() const { return over_; }

  void progress(std::uint32_t permyriad, std::string_view note);
  [[nodiscard]] Status write(Stream stream, std::string_view bytes);
  [[nodiscard]] Status write_whole(Stream stream, std::string_view bytes);
  [[nodiscard]] std::size_t try_write(Stream stream, std::string_view bytes,
                                      std::function<void()> on_credit);
  void finish(Outcome outcome, std::string_view result, const std::optional<Error>& error);

  void resume(std::uint64_t credit_bytes);
  void cancel(std::int32_t reason);
  /// For a call that start_call() refuses: it ends without the host hearing of it.
  void forget() { over_ = true; }

 private:
  [[nodiscard]] muster_status emit(Stream stream, std::string_view piece, std::uint64_t seen);
  [[nodiscard]] Result<bool> emit_or_wait(Stream stream, std::string_view piece);
  [[nodiscard]] std::size_t piece_size(std::size_t left);
  [[nodiscard]] std::uint64_t resumed();
  [[nodiscard]] Status await_credit(std::uint64_t seen);

  std::stop_source stop_;
  std::atomic<std::int32_t> reason_{0};
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t credit_bytes_;       // under mutex_
  std::uint64_t resumed_ = 0;        // under mutex_: how often credit came
  std::function<void()> on_credit_;  // under mutex_
};

}  // namespace muster::sdk::detail
