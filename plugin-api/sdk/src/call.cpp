#include <algorithm>
#include <cmath>
#include <muster/sdk/call.hpp>

#include "call_state.hpp"

namespace muster::sdk {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

muster_call Call::id() const { return state_->call; }
const std::string& Call::operation() const { return state_->operation; }
const std::string& Call::idempotency_key() const { return state_->idempotency_key; }
const std::string& Call::traceparent() const { return state_->traceparent; }
const std::string& Call::instance() const { return state_->instance; }
bool Call::check_mode() const { return state_->check_mode; }
std::stop_token Call::cancelled() const { return state_->stop_token(); }
std::int32_t Call::cancel_reason() const { return state_->cancel_reason(); }

std::optional<std::chrono::steady_clock::time_point> Call::deadline() const {
  return state_->deadline;
}

void Call::progress(double done, std::string_view note) const {
  const double part = std::isfinite(done) ? std::clamp(done, 0.0, 1.0) : 0.0;
  state_->progress(static_cast<std::uint32_t>(part * 10'000), note);
}

Status Call::write(Stream stream, std::span<const std::byte> bytes) const {
  return state_->write(stream, text_of(bytes));
}

Status Call::out(std::string_view text) const { return state_->write(Stream::Stdout, text); }
Status Call::err(std::string_view text) const { return state_->write(Stream::Stderr, text); }

Status Call::write_record(std::string_view payload) const {
  if (payload.size() > MUSTER_MAX_CHUNK_BYTES) {
    return fail(ErrorCode::InvalidArgument, "a record is larger than 64 KiB");
  }
  return state_->write_whole(Stream::Records, payload);
}

std::size_t Call::try_write(Stream stream, std::span<const std::byte> bytes,
                            std::function<void()> on_credit) const {
  return state_->try_write(stream, text_of(bytes), std::move(on_credit));
}

void Call::finish(Outcome outcome, std::string_view result,
                  const std::optional<Error>& error) const {
  state_->finish(outcome, result, error);
}

}  // namespace muster::sdk
