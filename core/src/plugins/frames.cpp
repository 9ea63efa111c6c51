#include <muster/core/plugins/frames.hpp>

#include "wire/archive.hpp"

namespace muster::plugins {
namespace {

using wire::at_most;
using wire::Like;
using wire::sentence;

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kMaxServices = 64;
constexpr std::size_t kMaxCounters = 64;
constexpr std::uint8_t kMaxStream = 2;
constexpr std::size_t kMaxDeclaredMetrics = std::size_t{256} << 10U;  // no manifest is longer
constexpr std::size_t kMaxDeclaredEvents = std::size_t{64} << 10U;
using wire::kMaxName;

template <class Frame>
constexpr std::uint8_t kType = 0;
template <>
constexpr std::uint8_t kType<Start> = 1;
template <>
constexpr std::uint8_t kType<Call> = 2;
template <>
constexpr std::uint8_t kType<Credit> = 3;
template <>
constexpr std::uint8_t kType<Cancel> = 4;
template <>
constexpr std::uint8_t kType<Collect> = 5;
template <>
constexpr std::uint8_t kType<Health> = 6;
template <>
constexpr std::uint8_t kType<Quiesce> = 7;
template <>
constexpr std::uint8_t kType<Stop> = 8;
template <>
constexpr std::uint8_t kType<Ping> = 9;
template <>
constexpr std::uint8_t kType<KvAnswer> = 10;
template <>
constexpr std::uint8_t kType<Ready> = 20;
template <>
constexpr std::uint8_t kType<StartFailed> = 21;
template <>
constexpr std::uint8_t kType<Refused> = 22;
template <>
constexpr std::uint8_t kType<Progress> = 23;
template <>
constexpr std::uint8_t kType<Output> = 24;
template <>
constexpr std::uint8_t kType<Finish> = 25;
template <>
constexpr std::uint8_t kType<Log> = 26;
template <>
constexpr std::uint8_t kType<Event> = 27;
template <>
constexpr std::uint8_t kType<Collected> = 28;
template <>
constexpr std::uint8_t kType<HealthReport> = 29;
template <>
constexpr std::uint8_t kType<Pong> = 30;
template <>
constexpr std::uint8_t kType<Quiesced> = 31;
template <>
constexpr std::uint8_t kType<Kv> = 32;

/// The frame's first field alone, which decides what the others are.
struct TypeOnly {
  std::uint8_t type = 0;
};
template <class A, Like<TypeOnly> T>
void fields(A& archive, T& m) {
  archive(m.type);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

template <class A, Like<Start> T>
void fields(A& archive, T& m) {
  auto type = kType<Start>;
  // The lines are names from the manifest, which was checked; one text keeps the frame flat.
  auto services = joined(m.services);
  auto metrics = joined(m.metrics);
  auto events = joined(m.events);
  archive(type, at_most(kMaxName, m.plugin_id), at_most(kMaxName, m.instance),
          at_most(kMaxArguments, m.config), at_most(kMaxServices * kMaxName, services),
          at_most(kMaxDeclaredMetrics, metrics), at_most(kMaxDeclaredEvents, events));
  if constexpr (!std::is_const_v<T>) {
    m.services = lines_of(services);
    m.metrics = lines_of(metrics);
    m.events = lines_of(events);
  }
}
template <class A, Like<Call> T>
void fields(A& archive, T& m) {
  auto type = kType<Call>;
  archive(type, m.call, at_most(kMaxName, m.operation), at_most(kMaxName, m.instance),
          at_most(kMaxArguments, m.arguments), m.flags, m.remaining,
          at_most(kMaxName, m.idempotency_key), at_most(kMaxName, m.traceparent), m.credit);
}
template <class A, Like<Credit> T>
void fields(A& archive, T& m) {
  auto type = kType<Credit>;
  archive(type, m.call, m.bytes);
}
template <class A, Like<Cancel> T>
void fields(A& archive, T& m) {
  auto type = kType<Cancel>;
  archive(type, m.call, m.reason);
}
template <class A, Like<Collect> T>
void fields(A& archive, T& m) {
  auto type = kType<Collect>;
  archive(type, m.request, m.remaining);
}
template <class A, Like<Health> T>
void fields(A& archive, T& m) {
  auto type = kType<Health>;
  archive(type, m.request);
}
template <class A, Like<Quiesce> T>
void fields(A& archive, T& m) {
  auto type = kType<Quiesce>;
  archive(type, m.remaining);
}
template <class A, Like<Stop> T>
void fields(A& archive, T& /*m*/) {
  auto type = kType<Stop>;
  archive(type);
}
template <class A, Like<Ping> T>
void fields(A& archive, T& m) {
  auto type = kType<Ping>;
  archive(type, m.number);
}
template <class A, Like<KvEntry> T>
void fields(A& archive, T& m) {
  archive(at_most(kMaxKvKey, m.key), at_most(kMaxKvValue, m.value), m.revision);
}
template <class A, Like<KvAnswer> T>
void fields(A& archive, T& m) {
  auto type = kType<KvAnswer>;
  archive(type, m.request, at_most(kMaxKvEntries, m.entries), m.more, m.revision, m.error);
}
template <class A, Like<Ready> T>
void fields(A& archive, T& m) {
  auto type = kType<Ready>;
  archive(type, m.abi_minor, m.flags);
}
template <class A, Like<StartFailed> T>
void fields(A& archive, T& m) {
  auto type = kType<StartFailed>;
  archive(type, at_most(kMaxName, m.step), m.error);
}
template <class A, Like<Refused> T>
void fields(A& archive, T& m) {
  auto type = kType<Refused>;
  archive(type, m.call, m.error);
}
template <class A, Like<Progress> T>
void fields(A& archive, T& m) {
  auto type = kType<Progress>;
  archive(type, m.call, m.done, sentence(m.note));
  archive.require(m.done <= 10'000);
}
template <class A, Like<Output> T>
void fields(A& archive, T& m) {
  auto type = kType<Output>;
  archive(type, m.call, m.stream, at_most(kMaxChunk, m.bytes));
  archive.require(m.stream <= kMaxStream);
}
template <class A, Like<Finish> T>
void fields(A& archive, T& m) {
  auto type = kType<Finish>;
  archive(type, m.call, m.outcome, at_most(kMaxResult, m.result), m.error);
}
template <class A, Like<Log> T>
void fields(A& archive, T& m) {
  auto type = kType<Log>;
  archive(type, m.level, m.call, sentence(m.message), at_most(kMaxLogFields, m.fields));
}
template <class A, Like<Event> T>
void fields(A& archive, T& m) {
  auto type = kType<Event>;
  archive(type, at_most(kMaxEventName, m.type), at_most(kMaxEventName, m.subject),
          at_most(kMaxEventName, m.id), m.time_ms, at_most(kMaxEventData, m.data));
}
template <class A, Like<Collected> T>
void fields(A& archive, T& m) {
  auto type = kType<Collected>;
  archive(type, m.request, at_most(kMaxCollectPart, m.text), m.last, m.error);
}
template <class A, Like<HealthReport> T>
void fields(A& archive, T& m) {
  auto type = kType<HealthReport>;
  archive(type, m.request, m.state, m.since_ms, sentence(m.reason), m.error);
}
template <class A, Like<Pong> T>
void fields(A& archive, T& m) {
  auto type = kType<Pong>;
  archive(type, m.number, m.strand_busy, at_most(kMaxCounters, m.counters));
}
template <class A, Like<Quiesced> T>
void fields(A& archive, T& m) {
  auto type = kType<Quiesced>;
  archive(type, m.error);
}
template <class A, Like<Kv> T>
void fields(A& archive, T& m) {
  auto type = kType<Kv>;
  archive(type, m.request, m.action, at_most(kMaxKvKey, m.key), at_most(kMaxKvKey, m.after),
          at_most(kMaxKvValue, m.value), m.ttl, m.expected);
}

namespace {

template <class Frame>
Bytes encode_one(const Frame& frame) {
  Bytes out(kLengthBytes);
  wire::Encoder encoder(out);
  fields(encoder, frame);
  const auto size = out.size() - kLengthBytes;
  for (unsigned i = 0; i < kLengthBytes; ++i) out[i] = static_cast<std::uint8_t>(size >> (8 * i));
  return out;
}

template <class Frame, class Variant>
Result<Variant> decode_one(const msgpack::object& object) {
  Frame frame;
  auto fault = wire::DecodeFault::None;
  wire::Decoder decoder(object, fault);
  fields(decoder, frame);
  if (fault != wire::DecodeFault::None) return wire::fail_decode(fault);
  return Variant(std::move(frame));
}

/// Tries the alternatives of the variant one by one for the type that the frame names.
template <class Variant, std::size_t I = 0>
Result<Variant> decode_typed(std::uint8_t type, const msgpack::object& object) {
  if constexpr (I == std::variant_size_v<Variant>) {
    return fail(ErrorCode::Corrupt,
                "a frame of type " + std::to_string(type) + " does not belong here");
  } else {
    using Frame = std::variant_alternative_t<I, Variant>;
    if (type == kType<Frame>) return decode_one<Frame, Variant>(object);
    return decode_typed<Variant, I + 1>(type, object);
  }
}

template <class Variant>
Result<Variant> decode_frame(BytesView frame) {
  const auto parsed = wire::parse_msgpack(frame);
  if (!parsed) return wire::fail_decode(wire::DecodeFault::Shape);
  TypeOnly only;
  auto fault = wire::DecodeFault::None;
  wire::Decoder decoder(parsed->get(), fault);
  fields(decoder, only);
  if (fault != wire::DecodeFault::None) return wire::fail_decode(fault);
  return decode_typed<Variant>(only.type, parsed->get());
}

}  // namespace

Bytes encode(const ToHost& frame) {
  return std::visit([](const auto& one) { return encode_one(one); }, frame);
}
Bytes encode(const ToAgent& frame) {
  return std::visit([](const auto& one) { return encode_one(one); }, frame);
}
Result<ToHost> decode_to_host(BytesView frame) { return decode_frame<ToHost>(frame); }
Result<ToAgent> decode_to_agent(BytesView frame) { return decode_frame<ToAgent>(frame); }

}  // namespace muster::plugins
