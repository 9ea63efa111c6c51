#include "host_table.hpp"

#include "abi_values.hpp"

namespace muster::plugins {
namespace {

constexpr std::uint32_t kMaxProgress = 10'000;

static_assert(kMaxResult == MUSTER_MAX_RESULT_BYTES);

std::string too_large(std::uint64_t bytes) {
  return "it ended, but its result of " + std::to_string(bytes) +
         " bytes is larger than the limit of " + std::to_string(MUSTER_MAX_RESULT_BYTES) +
         "; the plugin should print it instead";
}

}  // namespace

HostTable::HostTable(Connection& connection, CallTable& calls)
    : connection_(connection),
      calls_(calls),
      events_({[&connection](const Event& event) { connection.send(event); },
               [&calls](const char* what) { calls.count(what); }}),
      kv_(connection) {
  host_ = {sizeof(muster_host), MUSTER_ABI_MAJOR, MUSTER_ABI_MINOR, this,          get_service,
           call_progress,       call_emit,        call_finish,      call_cancelled};
  log_ = {sizeof(muster_log_v1), 0, this, log_enabled, log_write};
}

void HostTable::grant(const Start& start) {
  granted_.insert(start.services.begin(), start.services.end());
  declared_metrics_ = start.metrics;
  events_.declare(start.events);
}

OwnMetrics& HostTable::metrics() {
  const std::lock_guard lock(making_metrics_);
  if (!metrics_) {
    metrics_ = std::make_unique<OwnMetrics>(declared_metrics_);
    if (metrics_frozen_) metrics_->freeze();
  }
  return *metrics_;
}

void HostTable::freeze_metrics() {
  const std::lock_guard lock(making_metrics_);
  metrics_frozen_ = true;
  if (metrics_) metrics_->freeze();
}

Result<std::string> HostTable::metrics_text(std::size_t most) {
  const std::lock_guard lock(making_metrics_);
  return metrics_ ? metrics_->text(most) : std::string();
}

const void* HostTable::get_service(const muster_host* host, const char* id) noexcept {
  auto& table = self(host);
  if (id == nullptr || !table.granted_.contains(id)) return nullptr;
  const std::string name(id);
  if (name == MUSTER_SERVICE_LOG_1) return &table.log_;
  if (name == MUSTER_SERVICE_EVENTS_1) return table.events_.table();
  if (name == MUSTER_SERVICE_KV_1) return table.kv_.table();
  if (name == MUSTER_SERVICE_METRICS_1) return table.metrics().table();
  return nullptr;
}

muster_status HostTable::call_progress(const muster_host* host, muster_call call, uint32_t done,
                                       muster_str note) noexcept {
  auto& table = self(host);
  if (done > kMaxProgress) return MUSTER_INVALID_ARGUMENT;
  if (!table.calls_.knows(call)) return MUSTER_STALE_HANDLE;
  table.connection_.send(Progress{call, static_cast<std::uint16_t>(done), to_text(note)});
  return MUSTER_OK;
}

muster_status HostTable::call_emit(const muster_host* host, muster_call call, uint32_t stream,
                                   muster_bytes chunk) noexcept {
  auto& table = self(host);
  if (chunk.p == nullptr || chunk.n == 0 || chunk.n > MUSTER_MAX_CHUNK_BYTES ||
      stream > MUSTER_STREAM_STDERR) {
    return MUSTER_INVALID_ARGUMENT;
  }
  if (const auto spent = table.calls_.spend(call, chunk.n); spent != MUSTER_OK) return spent;
  table.connection_.send(Output{call, static_cast<std::uint8_t>(stream),
                                BytesView(chunk.p, static_cast<std::size_t>(chunk.n))});
  return MUSTER_OK;
}

muster_status HostTable::call_finish(const muster_host* host, muster_call call, uint32_t outcome,
                                     muster_bytes result, const muster_error* error) noexcept {
  auto& table = self(host);
  if (!table.calls_.remove(call)) return MUSTER_STALE_HANDLE;
  const bool known = outcome >= MUSTER_OUTCOME_OK && outcome <= MUSTER_OUTCOME_INDETERMINATE;
  if (!known || result.n > MUSTER_MAX_RESULT_BYTES) {
    table.calls_.count("bad_finish");
    const std::string why =
        known ? too_large(result.n) : "the plugin ended the call with an outcome that is none";
    table.connection_.send(
        Finish{call, Outcome::Failed, {}, Error{ErrorCode::Internal, why, {}, false, {}}});
    return MUSTER_INVALID_ARGUMENT;
  }
  Finish finish{call, static_cast<Outcome>(outcome), to_owned(result), std::nullopt};
  if (outcome >= MUSTER_OUTCOME_FAILED) finish.error = to_error(error);
  table.connection_.send(finish);
  return MUSTER_OK;
}

int32_t HostTable::call_cancelled(const muster_host* host, muster_call call) noexcept {
  return self(host).calls_.cancelled(call);
}

int32_t HostTable::log_enabled(const muster_log_v1* /*log*/, uint32_t level) noexcept {
  return level >= MUSTER_LOG_INFO && level <= MUSTER_LOG_HOST_MISBEHAVES ? 1 : 0;
}

muster_status HostTable::log_write(const muster_log_v1* log,
                                   const muster_log_record* record) noexcept {
  auto& table = *static_cast<HostTable*>(log->ctx);
  if (record == nullptr || record->struct_size < sizeof(muster_log_record) ||
      record->message.n == 0 || record->level < MUSTER_LOG_DEBUG ||
      record->level > MUSTER_LOG_HOST_MISBEHAVES) {
    return MUSTER_INVALID_ARGUMENT;
  }
  if (log_enabled(log, record->level) == 0) return MUSTER_OK;
  if (!table.log_rate_.take()) {
    table.calls_.count("log_dropped");
    return MUSTER_RESOURCE_EXHAUSTED;
  }
  const bool fields_fit = record->fields.n <= MUSTER_LOG_MAX_FIELDS_BYTES;
  if (!fields_fit) table.calls_.count("log_fields_dropped");
  table.connection_.send(Log{static_cast<std::uint8_t>(record->level), record->call,
                             to_text(record->message),
                             fields_fit ? to_owned(record->fields) : Bytes{}});
  return MUSTER_OK;
}

}  // namespace muster::plugins
