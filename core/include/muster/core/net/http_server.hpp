/// An HTTP/1.1 server on one thread of its own, with or without TLS. It knows no routes and no
/// JSON.
///
/// A program builds one in app.cpp. The handler runs on the server's thread once a request has come
/// in whole, and must not block; the Responder it is given may be answered at once or later, from
/// any thread. Connections that wait for an answer cost no thread. Everything a peer can send has a
/// limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <muster/core/base/error.hpp>
#include <muster/core/net/http_message.hpp>
#include <optional>
#include <string>

namespace muster::http {

namespace detail {
struct Exchange;
struct ServerState;
}  // namespace detail

/// The body of an answer that is not over yet, for example server-sent events. All methods are
/// [any]. Going away closes it.
class Stream {
 public:
  explicit Stream(std::shared_ptr<detail::Exchange> exchange);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Queues `chunk`. False, and nothing queued, when the peer is gone, the stream was closed, or
  /// the queue is full because the peer reads slowly. A chunk of any size fits an empty queue.
  [[nodiscard]] bool push(std::string chunk);
  /// Ends the answer after what is queued. A peer that went away is noticed when something is
  /// pushed, so send a comment now and then.
  void close();
  /// True when no push can ever succeed again.
  [[nodiscard]] bool finished() const;
  /// Bytes that were pushed and not yet handed to the network.
  [[nodiscard]] std::size_t queued() const;

 private:
  std::shared_ptr<detail::Exchange> exchange_;
};

/// The one answer to one request. All methods are [any]. Dropped unanswered, it answers 500.
class Responder {
 public:
  explicit Responder(std::shared_ptr<detail::Exchange> exchange);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  /// Answers whole. False when there was an answer already or the peer is gone. Content-Length,
  /// Date and Connection are set by the server.
  bool respond(int status, Headers headers, std::string body);
  /// Answers 200 with a body of unknown length; null when respond() would have said false.
  [[nodiscard]] std::shared_ptr<Stream> start_stream(Headers headers);

 private:
  std::shared_ptr<detail::Exchange> exchange_;
};

using Handler = std::function<void(Request, std::shared_ptr<Responder>)>;

struct Refusal {
  int status = 403;
  Headers headers;
  std::string body;
};

/// What a look at a request's headers says of the rest of it.
struct Verdict {
  std::size_t max_body_bytes = 0;  ///< but never more than ServerOptions::max_body_bytes
  /// The answer, in the handler's place. Of the body little is read then, and nothing kept.
  std::optional<Refusal> refusal;
};
/// Runs on the server's thread before a body is read, and must not block.
using Screen = std::function<Verdict(const Request&)>;

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< an IP address; "::" takes IPv4 too
  std::uint16_t port = 0;             ///< 0 lets the system choose; ask port()
  std::string certificate_pem;        ///< chain, leaf first; empty together with key_pem: no TLS
  std::string key_pem;
  unsigned max_connections = 1000;
  unsigned max_connections_per_ip = 0;    ///< 0: no limit of its own
  std::chrono::seconds idle_timeout{60};  ///< not for connections that wait for our answer
  /// A connection that has not sent a request whole after this is ended by end_slow_requests().
  std::chrono::milliseconds request_timeout{75'000};
  std::size_t max_body_bytes = std::size_t{1} << 20U;  ///< more is answered 413
  Screen screen;                                       ///< none: every request is read whole
  std::size_t max_header_bytes = std::size_t{32}
                                 << 10U;  ///< request line and headers; more is 431 or 414
  std::size_t max_header_count = 100;     ///< more is answered 431
  std::size_t stream_queue_bytes = std::size_t{256} << 10U;
};

class Server {
 public:
  /// Listens and serves until destroyed. Errors: Conflict when the port is taken, InvalidArgument
  /// for an address that is none or a certificate and key that do not fit, PermissionDenied for a
  /// port that needs root.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const ServerOptions& options,
                                                             Handler handler);
  /// Ends every connection, waiting or not, and joins the thread. Responders and Streams may live
  /// on; they say that the peer is gone. Must not be called from the handler.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// Ends the connections that are past the request timeout, however busy they seem: a byte now and
  /// then is not idle. To be called every few seconds. [any]
  void end_slow_requests();

 private:
  explicit Server(std::unique_ptr<detail::ServerState> state);
  std::unique_ptr<detail::ServerState> state_;
};

}  // namespace muster::http
