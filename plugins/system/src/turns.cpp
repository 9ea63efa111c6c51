#include "turns.hpp"

namespace muster::plugin::system {
namespace {

using sdk::ErrorCode;

tl::unexpected<sdk::Error> gave_up(std::int32_t why) {
  const std::string still = "nothing was changed: another call was still changing this node ";
  if (why == MUSTER_CANCEL_SHUTDOWN) {
    return sdk::fail(ErrorCode::Unavailable, still + "when the agent stopped");
  }
  if (why != 0 && why != MUSTER_CANCEL_DEADLINE) {
    return sdk::fail(ErrorCode::Cancelled, still + "when this one was cancelled");
  }
  auto failure = sdk::fail(ErrorCode::Timeout,
                           still + "when this one's time was up; try again, or give it more time");
  failure.value().retryable = true;
  return failure;
}

}  // namespace

sdk::Result<Turns::Turn> Turns::take(const sdk::Call& call) {
  std::unique_lock lock(mutex_);
  const auto is_free = [this] { return !taken_; };
  const auto stop = call.cancelled();
  const auto until = call.deadline();
  const bool is_ours =
      until ? free_.wait_until(lock, stop, *until, is_free) : free_.wait(lock, stop, is_free);
  if (!is_ours) return gave_up(call.cancel_reason());
  taken_ = true;
  return Turn(*this, std::adopt_lock);
}

void Turns::unlock() {
  {
    const std::lock_guard lock(mutex_);
    taken_ = false;
  }
  free_.notify_one();
}

}  // namespace muster::plugin::system
