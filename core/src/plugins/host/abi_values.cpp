#include "abi_values.hpp"

#include <muster/core/wire/text.hpp>

namespace muster::plugins {

std::string to_text(muster_str text, std::size_t most) {
  if (text.p == nullptr) return {};
  return wire::fit_text({text.p, static_cast<std::size_t>(text.n)}, most);
}

Bytes to_owned(muster_bytes bytes) {
  if (bytes.p == nullptr) return {};
  return {bytes.p, bytes.p + bytes.n};
}

muster_str view(const std::string& text) { return {text.data(), text.size()}; }
muster_bytes view(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

Error to_error(const muster_error* error) {
  if (error == nullptr || error->struct_size < sizeof(muster_error)) {
    return {ErrorCode::Internal, "the plugin gave no reason", {}, false, {}};
  }
  Error copy;
  copy.code = error_code_from(error->code);
  copy.message = to_text(error->message);
  if (copy.message.empty()) copy.message = "the plugin gave no reason";
  copy.field = to_text(error->field);
  copy.retryable = (error->flags & MUSTER_ERROR_RETRYABLE) != 0;
  copy.retry_after = std::chrono::milliseconds(error->retry_after_ms);
  return copy;
}

ErrorSlot::ErrorSlot() { sink_ = {sizeof(muster_error_sink), 0, this, &ErrorSlot::set}; }

void ErrorSlot::set(const muster_error_sink* sink, const muster_error* error) noexcept {
  auto* slot = static_cast<ErrorSlot*>(sink->ctx);
  slot->error_ = to_error(error);
  slot->is_set_ = true;
}

Error ErrorSlot::take(muster_status status) const {
  if (is_set_) return error_;
  return {error_code_from(status), "the plugin gave no reason", {}, false, {}};
}

}  // namespace muster::plugins
