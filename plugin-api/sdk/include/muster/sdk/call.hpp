/// One call on its way: what was asked, where output goes, whether it should end.
///
/// A handle to shared state: copies are the same call, and every method is [any]. A call ends once,
/// with the first finish(); one whose last handle goes without an answer ends as failed, because
/// the host waits for each. After its end nothing of it reaches the host any more.
#pragma once

#include <muster/plugin.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <muster/sdk/answer.hpp>
#include <muster/sdk/typed.hpp>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace muster::sdk {

enum class Stream : std::uint32_t {
  Records = MUSTER_STREAM_RECORDS,
  Stdout = MUSTER_STREAM_STDOUT,
  Stderr = MUSTER_STREAM_STDERR,
};

namespace detail {
class CallState;
}

class Call {
 public:
  explicit Call(std::shared_ptr<detail::CallState> state) : state_(std::move(state)) {}

  [[nodiscard]] muster_call id() const;
  [[nodiscard]] const std::string& operation() const;
  [[nodiscard]] const std::string& idempotency_key() const;
  [[nodiscard]] const std::string& traceparent() const;
  [[nodiscard]] const std::string& instance() const;
  [[nodiscard]] bool check_mode() const;  ///< say what would change, change nothing
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline() const;

  /// Says that the call should end soon; hand it to run_process() and the like. Callbacks on it run
  /// on the strand and must not block.
  [[nodiscard]] std::stop_token cancelled() const;
  /// A MUSTER_CANCEL_ reason, or 0.
  [[nodiscard]] std::int32_t cancel_reason() const;

  /// How far it is, from 0 to 1, with a note for people.
  void progress(double done, std::string_view note) const;

  /// Sends output of any size, in pieces, waiting for credit. Blocks: not on the strand. Errors:
  /// Cancelled and Timeout while it waited, FailedPrecondition once the call is over; a part may
  /// have been sent.
  [[nodiscard]] Status write(Stream stream, std::span<const std::byte> bytes) const;
  [[nodiscard]] Status out(std::string_view text) const;
  [[nodiscard]] Status err(std::string_view text) const;

  /// Sends one record, a generated struct, at most 64 KiB. Blocks and fails as write().
  template <class T>
  [[nodiscard]] Status record(const T& value) const {
    return write_record(encoded(value));
  }

  /// Sends as much of `bytes` as there is credit for and says how much that was; never blocks. With
  /// less than all, `on_credit` is called once, on the strand, when trying again is worth it.
  [[nodiscard]] std::size_t try_write(Stream stream, std::span<const std::byte> bytes,
                                      std::function<void()> on_credit) const;

  /// Ends the call. `result` is a payload or empty. A second end is ignored.
  void finish(Outcome outcome, std::string_view result, const std::optional<Error>& error) const;

 private:
  [[nodiscard]] Status write_record(std::string_view payload) const;

  std::shared_ptr<detail::CallState> state_;
};

/// A call that ends with a result of type R: what an asynchronous handler gets.
template <class R>
class CallOf : public Call {
 public:
  explicit CallOf(Call call) : Call(std::move(call)) {}
  using Call::finish;

  void finish(const Answer<R>& answer) const {
    finish(answer.outcome, answer.result ? encoded(*answer.result) : std::string(), answer.error);
  }
};

}  // namespace muster::sdk
