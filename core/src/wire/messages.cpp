#include <muster/core/wire/event_data.hpp>
#include <muster/core/wire/limits.hpp>
#include <muster/core/wire/messages.hpp>

#include "archive.hpp"

namespace muster::wire {
namespace {

constexpr std::size_t kMaxManifests = 256;
constexpr std::size_t kMaxIds = 1000;
constexpr std::size_t kMaxStreams = 3;
constexpr std::size_t kMaxOutput = std::size_t{64} << 10U;
constexpr std::size_t kMaxManifest = std::size_t{256} << 10U;

template <class T>
auto name(T& text) {
  return at_most(kMaxName, text);
}

}  // namespace

// Found by the archive, beside the enumerations.
static bool is_known(Stream stream) { return stream <= Stream::Stderr; }
static bool is_known(CancelReason reason) {
  return reason == CancelReason::Requested || reason == CancelReason::Deadline;
}
static bool is_known(TaskState state) {
  return task_state_from(static_cast<std::uint64_t>(state)).has_value();
}

template <class A, Like<PluginInfo> T>
void fields(A& archive, T& m) {
  archive(name(m.id), name(m.version), m.manifest, name(m.state), m.plugin_class,
          sentence(m.reason));
}
template <class A, Like<Hello> T>
void fields(A& archive, T& m) {
  archive(m.node, name(m.machine_id), name(m.boot_id), name(m.agent_version), name(m.name), m.facts,
          at_most(kMaxPlugins, m.plugins));
}
template <class A, Like<Welcome> T>
void fields(A& archive, T& m) {
  archive(m.session, m.heartbeat, m.reconnect_window, m.window_bytes, m.window_messages,
          m.controller_time_ms, m.epoch, m.want_facts, at_most(kMaxManifests, m.wanted_manifests),
          m.proof);
}
template <class A, Like<Refused> T>
void fields(A& archive, T& m) {
  archive(m.code, sentence(m.sentence), m.retry_after);
}
template <class A, Like<Retry> T>
void fields(A& archive, T& m) {
  archive(m.after_ms);
}
template <class A, Like<GoAway> T>
void fields(A& archive, T& m) {
  archive(sentence(m.sentence), m.come_back_after);
}
template <class A, Like<Heartbeat> T>
void fields(A& archive, T& m) {
  archive(m.running, m.queued);
}
template <class A, Like<HeartbeatAck> T>
void fields(A& archive, T& m) {
  archive(m.controller_time_ms);
}
template <class A, Like<Leaving> T>
void fields(A& archive, T& m) {
  archive(at_most(kMaxIds, m.tasks));
}
template <class A, Like<Task> T>
void fields(A& archive, T& m) {
  archive(at_most(kMaxTaskSpec, m.spec), m.signature);
}
template <class A, Like<Accept> T>
void fields(A& archive, T& m) {
  archive(m.task);
}
template <class A, Like<Refuse> T>
void fields(A& archive, T& m) {
  archive(m.task, m.error);
}
template <class A, Like<Start> T>
void fields(A& archive, T& m) {
  archive(m.task, m.started_ms);
}
template <class A, Like<Out> T>
void fields(A& archive, T& m) {
  archive(m.task, m.stream, m.offset, at_most(kMaxOutput, m.bytes));
}
template <class A, Like<OutAck> T>
void fields(A& archive, T& m) {
  archive(m.task, m.stream, m.offset, m.rewind);
}
template <class A, Like<Progress> T>
void fields(A& archive, T& m) {
  archive(m.task, m.done, sentence(m.note));
  archive.require(m.done <= 10'000);
}
template <class A, Like<OutputSummary> T>
void fields(A& archive, T& m) {
  archive(m.stream, m.size, m.kept, m.digest);
  archive.require(m.kept <= m.size);
}
template <class A, Like<TaskResult> T>
void fields(A& archive, T& m) {
  archive(m.task, m.attempt, m.state, at_most(kMaxTaskResult, m.result), m.error, m.started_ms,
          m.ended_ms, at_most(kMaxStreams, m.outputs));
  archive.require(is_final(m.state));
}
template <class A, Like<ResultAck> T>
void fields(A& archive, T& m) {
  archive(at_most(kMaxIds, m.tasks));
}
template <class A, Like<Cancel> T>
void fields(A& archive, T& m) {
  archive(m.task, m.reason);
}
template <class A, Like<Query> T>
void fields(A& archive, T& m) {
  archive(at_most(kMaxIds, m.tasks));
}
template <class A, Like<TaskStatus> T>
void fields(A& archive, T& m) {
  archive(m.task, m.state);
}
template <class A, Like<StatusReport> T>
void fields(A& archive, T& m) {
  archive(at_most(kMaxIds, m.tasks));
}
template <class A, Like<Plugins> T>
void fields(A& archive, T& m) {
  archive(at_most(kMaxPlugins, m.plugins));
}
template <class A, Like<ManifestGet> T>
void fields(A& archive, T& m) {
  archive(m.digest);
}
template <class A, Like<Manifest> T>
void fields(A& archive, T& m) {
  archive(m.digest, at_most(kMaxManifest, m.json));
}
template <class A, Like<Facts> T>
void fields(A& archive, T& m) {
  archive(m.digest, at_most(kMaxFacts, m.facts), appended(at_most(kMaxFacts, m.ages)));
}
template <class A, Like<Event> T>
void fields(A& archive, T& m) {
  archive(name(m.type), name(m.subject), m.time_ms, at_most(kMaxEventData, m.data), name(m.source),
          name(m.id));
  archive.require(is_event_data(m.data));
}
template <class A, Like<TaskSpec> T>
void fields(A& archive, T& m) {
  archive(m.task, m.job, m.node, name(m.operation), name(m.instance),
          at_most(kMaxTaskSpec, m.arguments), m.flags, m.attempt, m.epoch, m.issued_ms,
          m.not_after_ms, m.timeout, m.output_cap, name(m.traceparent), name(m.requested_by));
}

template <class Message>
Bytes encode(const Message& message) {
  return encode_fields(message);
}
template <class Message>
Result<Bytes> encode_checked(const Message& message) {
  return encode_fields_checked(message);
}
template <class Message>
Result<Message> decode(BytesView body) {
  return decode_fields<Message>(body);
}

Bytes encode_spec(const TaskSpec& spec) { return encode_fields(spec); }
Result<TaskSpec> decode_spec(BytesView bytes) {
  return decode_fields<TaskSpec>(bytes).map_error(with_context("task"));
}

Bytes signed_part(BytesView spec) {
  Bytes out = to_bytes(as_bytes("muster task 1"));
  append(out, spec);
  return out;
}

// Every message, both ways.
template Bytes encode(const Hello&);
template Bytes encode(const Welcome&);
template Bytes encode(const Refused&);
template Bytes encode(const Retry&);
template Bytes encode(const GoAway&);
template Bytes encode(const Heartbeat&);
template Bytes encode(const HeartbeatAck&);
template Bytes encode(const Leaving&);
template Bytes encode(const Task&);
template Bytes encode(const Accept&);
template Bytes encode(const Refuse&);
template Bytes encode(const Start&);
template Bytes encode(const Out&);
template Bytes encode(const OutAck&);
template Bytes encode(const Progress&);
template Bytes encode(const TaskResult&);
template Bytes encode(const ResultAck&);
template Bytes encode(const Cancel&);
template Bytes encode(const Query&);
template Bytes encode(const StatusReport&);
template Bytes encode(const Plugins&);
template Bytes encode(const ManifestGet&);
template Bytes encode(const Manifest&);
template Bytes encode(const Facts&);
template Bytes encode(const Event&);
template Result<Bytes> encode_checked(const Hello&);
template Result<Bytes> encode_checked(const Welcome&);
template Result<Bytes> encode_checked(const Refused&);
template Result<Bytes> encode_checked(const Retry&);
template Result<Bytes> encode_checked(const GoAway&);
template Result<Bytes> encode_checked(const Heartbeat&);
template Result<Bytes> encode_checked(const HeartbeatAck&);
template Result<Bytes> encode_checked(const Leaving&);
template Result<Bytes> encode_checked(const Task&);
template Result<Bytes> encode_checked(const Accept&);
template Result<Bytes> encode_checked(const Refuse&);
template Result<Bytes> encode_checked(const Start&);
template Result<Bytes> encode_checked(const Out&);
template Result<Bytes> encode_checked(const OutAck&);
template Result<Bytes> encode_checked(const Progress&);
template Result<Bytes> encode_checked(const TaskResult&);
template Result<Bytes> encode_checked(const ResultAck&);
template Result<Bytes> encode_checked(const Cancel&);
template Result<Bytes> encode_checked(const Query&);
template Result<Bytes> encode_checked(const StatusReport&);
template Result<Bytes> encode_checked(const Plugins&);
template Result<Bytes> encode_checked(const ManifestGet&);
template Result<Bytes> encode_checked(const Manifest&);
template Result<Bytes> encode_checked(const Facts&);
template Result<Bytes> encode_checked(const Event&);
template Result<Hello> decode(BytesView);
template Result<Welcome> decode(BytesView);
template Result<Refused> decode(BytesView);
template Result<Retry> decode(BytesView);
template Result<GoAway> decode(BytesView);
template Result<Heartbeat> decode(BytesView);
template Result<HeartbeatAck> decode(BytesView);
template Result<Leaving> decode(BytesView);
template Result<Task> decode(BytesView);
template Result<Accept> decode(BytesView);
template Result<Refuse> decode(BytesView);
template Result<Start> decode(BytesView);
template Result<Out> decode(BytesView);
template Result<OutAck> decode(BytesView);
template Result<Progress> decode(BytesView);
template Result<TaskResult> decode(BytesView);
template Result<ResultAck> decode(BytesView);
template Result<Cancel> decode(BytesView);
template Result<Query> decode(BytesView);
template Result<StatusReport> decode(BytesView);
template Result<Plugins> decode(BytesView);
template Result<ManifestGet> decode(BytesView);
template Result<Manifest> decode(BytesView);
template Result<Facts> decode(BytesView);
template Result<Event> decode(BytesView);

}  // namespace muster::wire
