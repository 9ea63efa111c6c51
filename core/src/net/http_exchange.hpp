/// One request and its answer, shared by the server's thread and whoever answers.
///
/// `lock` guards everything below it. The server's thread calls the library while it holds the lock
/// only to suspend and resume, which never call back.
#pragma once

#include <microhttpd.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <muster/core/net/http_message.hpp>
#include <muster/core/net/http_server.hpp>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace muster::http::detail {

struct ServerState;

struct Answer {
  int status = 500;
  Headers headers;
  std::string body;
  bool streams = false;
};

struct Exchange : std::enable_shared_from_this<Exchange> {
  explicit Exchange(std::size_t stream_limit) : stream_queue_bytes(stream_limit) {}

  // The server's thread alone.
  Request request;
  std::size_t body_seen = 0;
  bool begun = false;   // the headers were looked at
  bool handed = false;  // the handler has had it
  int refusal = 0;      // a status decided before the handler: 400, 413, 431
  std::size_t max_body = 0;
  std::optional<Answer> screened;  // the answer of ServerOptions::screen

  const std::size_t stream_queue_bytes;

  std::mutex lock;
  MHD_Connection* connection = nullptr;  // null once the peer is gone
  bool suspended = false;
  bool stopping = false;
  bool answered = false;
  Answer answer;
  // A streamed body.
  std::deque<std::string> chunks;
  std::size_t front_sent = 0;  // of chunks.front()
  std::size_t queued = 0;
  bool closed = false;

  /// Sets the answer and wakes the connection; false when there is one or the peer is gone. [any]
  bool give(Answer given);
  /// [any]
  bool push(std::string chunk);
  void close();
  /// Suspends the connection unless something happened meanwhile; true when suspended. `lock` is
  /// held.
  bool suspend_unless(bool something_to_do);
  /// `lock` is held.
  void wake();
  /// The library's content reader: copies what is queued, or suspends. [server thread]
  ssize_t read(char* out, std::size_t capacity);
};

/// Hands the answer to the library. False when it will not take it. [server thread]
[[nodiscard]] bool queue_answer(const std::shared_ptr<Exchange>& exchange,
                                MHD_Connection* connection, Answer answer);
/// A short text answer that ends the connection, for requests that never reach the handler.
[[nodiscard]] bool queue_refusal(MHD_Connection* connection, int status);

}  // namespace muster::http::detail
