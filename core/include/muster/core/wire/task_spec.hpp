/// What a task is: the bytes that the controller signs and the node obeys.
///
/// Times are milliseconds since 1970 by the controller's clock. Plain value.
#pragma once

#include <chrono>
#include <cstdint>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/ids.hpp>
#include <string>

namespace muster::wire {

struct TaskSpec {
  static constexpr std::uint32_t kCheckMode =
      1;  ///< in flags: say what would change, change nothing

  TaskId task;
  JobId job;
  NodeId node;
  std::string operation;  ///< "plugin.operation"
  std::string instance;   ///< empty: the plugin's only one
  Bytes arguments;        ///< a msgpack map
  std::uint32_t flags = 0;
  std::uint32_t attempt = 1;
  std::uint64_t epoch = 0;
  std::int64_t issued_ms = 0;
  std::int64_t not_after_ms = 0;         ///< the latest start
  std::chrono::milliseconds timeout{0};  ///< from start to end
  std::uint64_t output_cap = 0;          ///< bytes of each stream
  std::string traceparent;
  std::string requested_by;

  [[nodiscard]] bool check_mode() const { return (flags & kCheckMode) != 0; }
  friend bool operator==(const TaskSpec&, const TaskSpec&) = default;
};

/// The bytes that are signed. What the signature covers is these very bytes: never encode again to
/// verify.
[[nodiscard]] Bytes encode_spec(const TaskSpec& spec);
/// Errors: Corrupt for another shape, ResourceExhausted for a limit passed.
[[nodiscard]] Result<TaskSpec> decode_spec(BytesView bytes);

/// What an Ed25519 signature over a task covers: "muster task 1" and the spec.
[[nodiscard]] Bytes signed_part(BytesView spec);

}  // namespace muster::wire
