/// Values of the C ABI to ours: copied, bounded, and with text made valid UTF-8.
#pragma once

#include <muster/plugin.h>

#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <string>

namespace muster::plugins {

/// At most `most` bytes, cut at a character; bytes that are no UTF-8 become '?'.
[[nodiscard]] std::string to_text(muster_str text, std::size_t most = MUSTER_MAX_MESSAGE_BYTES);
[[nodiscard]] Bytes to_owned(muster_bytes bytes);
[[nodiscard]] muster_str view(const std::string& text);
[[nodiscard]] muster_bytes view(const Bytes& bytes);

/// A null `error`, or one without a message, becomes one that says so.
[[nodiscard]] Error to_error(const muster_error* error);

/// Where one function of the plugin puts its error; lives for that call.
class ErrorSlot {
 public:
  ErrorSlot();
  ErrorSlot(const ErrorSlot&) = delete;
  ErrorSlot& operator=(const ErrorSlot&) = delete;
  [[nodiscard]] const muster_error_sink* sink() const { return &sink_; }
  /// What was set, with `status` as its code when it was none or nothing was set.
  [[nodiscard]] Error take(muster_status status) const;

 private:
  static void set(const muster_error_sink* sink, const muster_error* error) noexcept;
  muster_error_sink sink_{};
  Error error_;
  bool is_set_ = false;
};

}  // namespace muster::plugins
