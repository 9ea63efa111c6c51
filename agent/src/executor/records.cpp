#include "executor/records.hpp"

#include <msgpack.hpp>

namespace muster::agent::records {
namespace {

using Packer = msgpack::packer<msgpack::sbuffer>;

enum Kind : std::uint8_t {
  kPromise = 1,
  kStart = 2,
  kEnd = 3,
  kKnown = 4,
  kClock = 5,
  kCancel = 6
};

void pack_bin(Packer& to, BytesView bytes) {
  to.pack_bin(static_cast<std::uint32_t>(bytes.size()));
  to.pack_bin_body(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::uint32_t>(bytes.size()));
}

struct Encoder {
  Packer& to;

  void operator()(const Promise& record) const {
    to.pack_array(5).pack_uint8(kPromise).pack_int64(record.time_ms);
    pack_bin(to, record.spec);
    to.pack(record.idempotent).pack(record.started);
  }
  void operator()(const Start& record) const {
    to.pack_array(4).pack_uint8(kStart).pack_int64(record.time_ms);
    pack_bin(to, record.task.bytes);
    to.pack_uint32(record.attempt);
  }
  void operator()(const End& record) const {
    to.pack_array(3).pack_uint8(kEnd);
    pack_bin(to, wire::encode(record.result));
    to.pack_array(static_cast<std::uint32_t>(record.streams.size()));
    for (const auto& stream : record.streams) {
      to.pack_array(4)
          .pack_uint8(static_cast<std::uint8_t>(stream.stream))
          .pack_uint64(stream.file);
      pack_bin(to, stream.content);
      to.pack_uint64(stream.given_back);
    }
  }
  void operator()(const Known& record) const {
    to.pack_array(4).pack_uint8(kKnown);
    pack_bin(to, record.task.bytes);
    to.pack_uint8(static_cast<std::uint8_t>(record.state)).pack_int64(record.until_ms);
  }
  void operator()(const Cancel& record) const {
    to.pack_array(3).pack_uint8(kCancel);
    pack_bin(to, record.task.bytes);
    to.pack_uint8(static_cast<std::uint8_t>(record.reason));
  }
  void operator()(const Clock& record) const {
    to.pack_array(5).pack_uint8(kClock).pack_int64(record.time_ms).pack_uint64(record.epoch);
    to.pack(record.boot_id).pack_int64(record.boot_ms);
  }
};

/// Reads the elements of one array in turn; as<T>() throws msgpack::type_error for another type.
class Elements {
 public:
  explicit Elements(const msgpack::object& array) : array_(array.via.array) {
    if (array.type != msgpack::type::ARRAY) throw msgpack::type_error();
  }
  template <class T>
  T next() {
    return object().as<T>();
  }
  const msgpack::object& object() {
    if (at_ == array_.size) throw msgpack::type_error();
    return array_.ptr[at_++];
  }
  Bytes bin() {
    const auto& value = object();
    if (value.type != msgpack::type::BIN) throw msgpack::type_error();
    const auto* begin = reinterpret_cast<const std::uint8_t*>(value.via.bin.ptr);
    return {begin, begin + value.via.bin.size};
  }
  TaskId task() {
    const auto id = TaskId::from_bytes(bin());
    if (!id) throw msgpack::type_error();
    return *id;
  }

 private:
  const msgpack::object_array& array_;
  std::uint32_t at_ = 0;
};

wire::TaskState state_from(std::uint64_t number) {
  const auto state = wire::task_state_from(number);
  if (!state) throw msgpack::type_error();
  return *state;
}

wire::CancelReason reason_from(std::uint8_t number) {
  const auto reason = static_cast<wire::CancelReason>(number);
  if (reason != wire::CancelReason::Requested && reason != wire::CancelReason::Deadline) {
    throw msgpack::type_error();
  }
  return reason;
}

End decode_end(Elements& from) {
  auto result = wire::decode<wire::TaskResult>(from.bin());
  if (!result) throw msgpack::type_error();
  End end{std::move(*result), {}};
  const auto& streams = from.object();
  if (streams.type != msgpack::type::ARRAY || streams.via.array.size > 3)
    throw msgpack::type_error();
  for (std::uint32_t i = 0; i < streams.via.array.size; ++i) {
    Elements one(streams.via.array.ptr[i]);
    const auto stream = one.next<std::uint8_t>();
    if (stream > 2) throw msgpack::type_error();
    const auto file = one.next<std::uint64_t>();
    auto content = one.bin();
    end.streams.push_back(
        {static_cast<wire::Stream>(stream), file, std::move(content), one.next<std::uint64_t>()});
  }
  return end;
}

Record decode_elements(Elements from) {
  switch (from.next<std::uint8_t>()) {
    case kPromise: {
      const auto time = from.next<std::int64_t>();
      auto spec = from.bin();
      const bool idempotent = from.next<bool>();
      return Promise{time, std::move(spec), idempotent, from.next<bool>()};
    }
    case kStart: {
      const auto time = from.next<std::int64_t>();
      const auto task = from.task();
      return Start{time, task, from.next<std::uint32_t>()};
    }
    case kEnd:
      return decode_end(from);
    case kKnown: {
      const auto task = from.task();
      const auto state = state_from(from.next<std::uint64_t>());
      return Known{task, state, from.next<std::int64_t>()};
    }
    case kClock: {
      const auto time = from.next<std::int64_t>();
      const auto epoch = from.next<std::uint64_t>();
      auto boot = from.next<std::string>();
      return Clock{time, epoch, std::move(boot), from.next<std::int64_t>()};
    }
    case kCancel: {
      const auto task = from.task();
      return Cancel{task, reason_from(from.next<std::uint8_t>())};
    }
    default:
      throw msgpack::type_error();
  }
}

}  // namespace

Bytes encode(const Record& record) {
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  std::visit(Encoder{packer}, record);
  return to_bytes(as_bytes(std::string_view(buffer.data(), buffer.size())));
}

Result<Record> decode(BytesView bytes) {
  try {
    const auto handle = msgpack::unpack(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return decode_elements(Elements(handle.get()));
  } catch (const std::exception&) {
    return fail(ErrorCode::Corrupt,
                "the journal holds a record that this version of the agent cannot read");
  }
}

}  // namespace muster::agent::records
