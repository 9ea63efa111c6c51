#include "call_state.hpp"

#include <algorithm>
#include <muster/sdk/host.hpp>
#include <utility>

#include "error_sink.hpp"

namespace muster::sdk::detail {
namespace {

std::optional<std::chrono::steady_clock::time_point> time_of(std::int64_t mono_ns) {
  if (mono_ns == 0) return std::nullopt;
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(mono_ns));
}

}  // namespace

CallState::CallState(const muster_host* the_host, muster_call the_call,
                     const muster_request& request)
    : host(the_host),
      call(the_call),
      operation(view(request.operation)),
      idempotency_key(view(request.idempotency_key)),
      traceparent(view(request.traceparent)),
      instance(view(request.instance)),
      check_mode((request.flags & MUSTER_REQUEST_CHECK) != 0),
      deadline(time_of(request.deadline_mono_ns)),
      credit_bytes_(request.credit_bytes) {}

CallState::~CallState() {
  if (over_) return;
  finish(Outcome::Failed, {},
         Error{ErrorCode::Internal,
               "the plugin dropped the call " + operation + " without an answer",
               {},
               false,
               {}});
}

void CallState::progress(std::uint32_t permyriad, std::string_view note) {
  if (!over_) host->call_progress(host, call, permyriad, view(note));
}

muster_status CallState::emit(Stream stream, std::string_view piece, std::uint64_t seen) {
  if (over_) return MUSTER_STALE_HANDLE;
  const auto status =
      host->call_emit(host, call, static_cast<std::uint32_t>(stream), bytes_of(piece));
  const std::lock_guard lock(mutex_);
  if (status == MUSTER_OK) credit_bytes_ -= std::min<std::uint64_t>(credit_bytes_, piece.size());
  if (status == MUSTER_WOULD_BLOCK && resumed_ == seen) credit_bytes_ = 0;
  return status;
}

/// Pieces are as big as the credit, because what is bigger would never be taken. Without any it is
/// tried all the same, whole: the host may have got credit that it tells only to those who were
/// refused.
std::size_t CallState::piece_size(std::size_t left) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t most = credit_bytes_ == 0 ? MUSTER_MAX_CHUNK_BYTES : credit_bytes_;
  return std::min({left, static_cast<std::size_t>(std::min<std::uint64_t>(most, SIZE_MAX)),
                   std::size_t{MUSTER_MAX_CHUNK_BYTES}});
}

std::uint64_t CallState::resumed() {
  const std::lock_guard lock(mutex_);
  return resumed_;
}

Status CallState::await_credit(std::uint64_t seen) {
  std::unique_lock lock(mutex_);
  const auto came = [&] { return resumed_ != seen || over_; };
  if (deadline) {
    changed_.wait_until(lock, stop_.get_token(), *deadline, came);
  } else {
    changed_.wait(lock, stop_.get_token(), came);
  }
  // Before the credit, or a call that waits often would outrun its cancellation.
  if (stop_.stop_requested()) return fail(ErrorCode::Cancelled, "the call was cancelled");
  if (came()) return {};
  return fail(ErrorCode::Timeout, "the deadline passed while output waited to be taken");
}

Status CallState::write(Stream stream, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, piece_size(bytes.size()));
    auto sent = emit_or_wait(stream, piece);
    if (!sent) return tl::unexpected(sent.error());
    if (*sent) bytes.remove_prefix(piece.size());
  }
  return {};
}

Status CallState::write_whole(Stream stream, std::string_view bytes) {
  for (;;) {
    auto sent = emit_or_wait(stream, bytes);
    if (!sent) return tl::unexpected(sent.error());
    if (*sent) return {};
  }
}

/// True when the piece was sent, false when credit came and it is worth trying again.
Result<bool> CallState::emit_or_wait(Stream stream, std::string_view piece) {
  const auto seen = resumed();
  const auto status = emit(stream, piece, seen);
  if (status == MUSTER_OK) return true;
  if (status == MUSTER_STALE_HANDLE) return fail(ErrorCode::FailedPrecondition, "the call is over");
  if (status != MUSTER_WOULD_BLOCK) {
    return fail(ErrorCode::InvalidArgument, "the host refused a piece of output");
  }
  return await_credit(seen).map([] { return false; });
}

std::size_t CallState::try_write(Stream stream, std::string_view bytes,
                                 std::function<void()> on_credit) {
  {
    const std::lock_guard lock(mutex_);
    on_credit_ = std::move(on_credit);
  }
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto piece = bytes.substr(sent, piece_size(bytes.size() - sent));
    if (emit(stream, piece, resumed()) != MUSTER_OK) return sent;
    sent += piece.size();
  }
  const std::lock_guard lock(mutex_);
  on_credit_ = nullptr;
  return sent;
}

void CallState::finish(Outcome outcome, std::string_view result,
                       const std::optional<Error>& error) {
  if (over_.exchange(true)) return;
  const auto number = static_cast<std::uint32_t>(outcome);
  if (error) {
    const muster_error reason = as_table(*error);
    host->call_finish(host, call, number, bytes_of(result), &reason);
  } else {
    host->call_finish(host, call, number, bytes_of(result), nullptr);
  }
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void CallState::resume(std::uint64_t credit_bytes) {
  std::function<void()> on_credit;
  {
    const std::lock_guard lock(mutex_);
    credit_bytes_ += credit_bytes;
    ++resumed_;
    on_credit = std::exchange(on_credit_, nullptr);
  }
  changed_.notify_all();
  if (on_credit) on_credit();
}

void CallState::cancel(std::int32_t reason) {
  std::int32_t none = 0;
  reason_.compare_exchange_strong(none, reason);
  stop_.request_stop();
}

}  // namespace muster::sdk::detail
