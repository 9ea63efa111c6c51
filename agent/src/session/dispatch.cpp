#include <muster/core/wire/messages.hpp>

#include "session/connection.hpp"

namespace muster::agent {

template <class Message, class Use>
void Connection::decode_and(BytesView body, Use&& use) {
  auto message = wire::decode<Message>(body);
  if (message) {
    use(std::move(*message));
  } else {
    violation(message.error().code == ErrorCode::ResourceExhausted ? wire::Violation::Limit
                                                                   : wire::Violation::Body);
  }
}

void Connection::dispatch(const net::Opened& message) {
  using wire::MessageType;
  switch (message.type) {
    case MessageType::HeartbeatAck:
      return decode_and<wire::HeartbeatAck>(message.body, [this](const auto& ack) {
        unanswered_ = 0;
        backoff_.reset();  // this session works
        handler_->on_time(ack.controller_time_ms);
      });
    case MessageType::Task:
      return decode_and<wire::Task>(message.body,
                                    [this](auto&& task) { handler_->on_task(std::move(task)); });
    case MessageType::OutAck:
      return decode_and<wire::OutAck>(message.body,
                                      [this](const auto& ack) { handler_->on_out_ack(ack); });
    case MessageType::ResultAck:
      return decode_and<wire::ResultAck>(message.body,
                                         [this](const auto& ack) { handler_->on_result_ack(ack); });
    case MessageType::Cancel:
      return decode_and<wire::Cancel>(message.body,
                                      [this](const auto& cancel) { handler_->on_cancel(cancel); });
    case MessageType::Query:
      return decode_and<wire::Query>(message.body,
                                     [this](const auto& query) { handler_->on_query(query); });
    case MessageType::ManifestGet:
      return decode_and<wire::ManifestGet>(
          message.body, [this](const auto& get) { handler_->on_manifest_get(get); });
    case MessageType::GoAway:
      return decode_and<wire::GoAway>(message.body,
                                      [this](const auto& message_) { on_go_away(message_); });
    default:
      return violation(wire::Violation::Type);  // of the set, and not now
  }
}

}  // namespace muster::agent
