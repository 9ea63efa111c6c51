#include <algorithm>
#include <array>
#include <muster/core/wire/message_type.hpp>
#include <muster/core/wire/task_state.hpp>
#include <muster/core/wire/violation.hpp>

namespace muster::wire {
namespace {

struct TypeRow {
  MessageType type;
  Side sender;
  std::string_view name;
};

constexpr std::array kTypes{
    TypeRow{MessageType::Hello, Side::Agent, "HELLO"},
    TypeRow{MessageType::Welcome, Side::Controller, "WELCOME"},
    TypeRow{MessageType::Refused, Side::Controller, "REFUSED"},
    TypeRow{MessageType::Retry, Side::Controller, "RETRY"},
    TypeRow{MessageType::GoAway, Side::Controller, "GOAWAY"},
    TypeRow{MessageType::Heartbeat, Side::Agent, "HEARTBEAT"},
    TypeRow{MessageType::HeartbeatAck, Side::Controller, "HEARTBEAT_ACK"},
    TypeRow{MessageType::Leaving, Side::Agent, "LEAVING"},
    TypeRow{MessageType::Task, Side::Controller, "TASK"},
    TypeRow{MessageType::Accept, Side::Agent, "ACCEPT"},
    TypeRow{MessageType::Refuse, Side::Agent, "REFUSE"},
    TypeRow{MessageType::Start, Side::Agent, "START"},
    TypeRow{MessageType::Out, Side::Agent, "OUT"},
    TypeRow{MessageType::OutAck, Side::Controller, "OUT_ACK"},
    TypeRow{MessageType::Progress, Side::Agent, "PROGRESS"},
    TypeRow{MessageType::Result, Side::Agent, "RESULT"},
    TypeRow{MessageType::ResultAck, Side::Controller, "RESULT_ACK"},
    TypeRow{MessageType::Cancel, Side::Controller, "CANCEL"},
    TypeRow{MessageType::Query, Side::Controller, "QUERY"},
    TypeRow{MessageType::Status, Side::Agent, "STATUS"},
    TypeRow{MessageType::Plugins, Side::Agent, "PLUGINS"},
    TypeRow{MessageType::ManifestGet, Side::Controller, "MANIFEST_GET"},
    TypeRow{MessageType::Manifest, Side::Agent, "MANIFEST"},
    TypeRow{MessageType::Facts, Side::Agent, "FACTS"},
    TypeRow{MessageType::Event, Side::Agent, "EVENT"},
};

const TypeRow* find_type(std::uint64_t number) {
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& row) {
    return static_cast<std::uint64_t>(row.type) == number;
  });
  return found == kTypes.end() ? nullptr : &*found;
}

struct StateRow {
  TaskState state;
  std::string_view name;
};

constexpr std::array kStates{
    StateRow{TaskState::AwaitingMandate, "awaiting_mandate"},
    StateRow{TaskState::Queued, "queued"},
    StateRow{TaskState::Delivered, "delivered"},
    StateRow{TaskState::Accepted, "accepted"},
    StateRow{TaskState::Running, "running"},
    StateRow{TaskState::Ok, "ok"},
    StateRow{TaskState::Changed, "changed"},
    StateRow{TaskState::Failed, "failed"},
    StateRow{TaskState::TimedOut, "timed_out"},
    StateRow{TaskState::Cancelled, "cancelled"},
    StateRow{TaskState::Refused, "refused"},
    StateRow{TaskState::Indeterminate, "indeterminate"},
    StateRow{TaskState::Expired, "expired"},
    StateRow{TaskState::Skipped, "skipped"},
    StateRow{TaskState::Unreachable, "unreachable"},
};

constexpr std::array<std::string_view, kViolations> kViolationNames{
    "shape", "version", "type", "session", "sequence", "seal", "body", "limit"};

}  // namespace

std::optional<MessageType> message_type_from(std::uint64_t number) {
  const auto* row = find_type(number);
  return row == nullptr ? std::nullopt : std::optional(row->type);
}

std::string_view to_string(MessageType type) {
  const auto* row = find_type(static_cast<std::uint64_t>(type));
  return row == nullptr ? "?" : row->name;
}

Side sender_of(MessageType type) {
  const auto* row = find_type(static_cast<std::uint64_t>(type));
  return row == nullptr ? Side::Agent : row->sender;
}

bool is_outside_session(MessageType type) {
  return type == MessageType::Hello || type == MessageType::Welcome ||
         type == MessageType::Refused || type == MessageType::Retry;
}

std::string_view to_string(TaskState state) {
  for (const auto& row : kStates) {
    if (row.state == state) return row.name;
  }
  return "unknown";
}

std::optional<TaskState> task_state_from(std::string_view name) {
  for (const auto& row : kStates) {
    if (row.name == name) return row.state;
  }
  return std::nullopt;
}

std::optional<TaskState> task_state_from(std::uint64_t number) {
  if (number == 0) return TaskState::Unknown;
  for (const auto& row : kStates) {
    if (static_cast<std::uint64_t>(row.state) == number) return row.state;
  }
  return std::nullopt;
}

std::string_view to_string(Violation violation) {
  return kViolationNames[static_cast<std::size_t>(violation)];
}

}  // namespace muster::wire
