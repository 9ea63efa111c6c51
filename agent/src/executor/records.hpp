/// What the agent writes into its journal, as bytes.
///
/// A record is a msgpack array whose first element says what it is:
///
/// - 1 promise [1, time, spec bin, idempotent bool, started bool]: an ACCEPT, and a START when it
///   began at once
/// - 2 start [2, time, task id bin 16, attempt u32]; time 0: it was taken back, and nothing ran
/// - 3 end [3, RESULT's body bin, [[stream u8, file u64, content bin, given back u64] ...]]; file
/// 0:
///   the content is here
/// - 4 known [4, task id bin 16, state u8, until]: acknowledged, only its id is kept
/// - 5 clock [5, controller's time, epoch u64, boot id str, boot clock in ms u64]
/// - 6 cancel [6, task id bin 16, reason u8]: asked to end while it ran, so not to run again
///
/// Times are milliseconds by the controller's clock. A longer array is read too, for later
/// versions. Plain values; every function is [any].
#pragma once

#include <cstdint>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <muster/core/base/ids.hpp>
#include <muster/core/wire/messages.hpp>
#include <string>
#include <variant>
#include <vector>

#include "spool/stream_spool.hpp"

namespace muster::agent::records {

struct Promise {
  std::int64_t time_ms = 0;
  Bytes spec;
  bool idempotent = false;
  bool started = false;
};
struct Start {
  std::int64_t time_ms = 0;
  TaskId task;
  std::uint32_t attempt = 1;
};
struct Cancel {
  TaskId task;
  wire::CancelReason reason = wire::CancelReason::Requested;
};
struct KeptStream {
  wire::Stream stream = wire::Stream::Stdout;
  std::uint64_t file = 0;
  Bytes content;
  std::uint64_t given_back = 0;  ///< so much of the file's beginning is gone
};
struct End {
  wire::TaskResult result;
  std::vector<KeptStream> streams;
};
struct Known {
  TaskId task;
  wire::TaskState state = wire::TaskState::Unknown;
  std::int64_t until_ms = 0;
};
struct Clock {
  std::int64_t time_ms = 0;
  std::uint64_t epoch = 0;
  std::string boot_id;
  std::int64_t boot_ms = 0;
};

using Record = std::variant<Promise, Start, End, Known, Clock, Cancel>;

[[nodiscard]] Bytes encode(const Record& record);
/// Errors: Corrupt.
[[nodiscard]] Result<Record> decode(BytesView bytes);

}  // namespace muster::agent::records
