#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <muster/core/net/http_server.hpp>
#include <optional>
#include <set>
#include <vector>

#include "net/http_exchange.hpp"
#include "net/http_socket.hpp"
#include "net/http_uri.hpp"

namespace muster::http {
namespace detail {

/// A connection, and since when it has had time to send a request; nothing while it waits for us.
struct Reading {
  int fd = -1;
  std::optional<std::chrono::steady_clock::time_point> since;
};

struct ServerState {
  ServerOptions options;
  Handler handler;
  std::uint16_t port = 0;
  MHD_Daemon* daemon = nullptr;
  std::string last_log;              // what the library said while it started
  std::atomic<bool> started{false};  // its thread asks, ours answers

  std::mutex lock;
  bool stopping = false;
  std::set<std::shared_ptr<Exchange>> live;
  std::map<MHD_Connection*, Reading> connections;
};

namespace {

/// A body that is over the limit by no more than this is read to its end before it is refused: a
/// connection that is closed with unread bytes is reset, and the client never sees our 413. Clients
/// that send more ask first, with "Expect: 100-continue".
constexpr std::size_t kDiscardBytes = std::size_t{1} << 20U;
/// The same for a request that was refused at its headers: nobody is owed more for that.
constexpr std::size_t kDiscardScreened = std::size_t{64} << 10U;

// The library keeps one pointer for each request: a shared_ptr of ours, on the heap.
std::shared_ptr<Exchange>& exchange_of(void* context) {
  return *static_cast<std::shared_ptr<Exchange>*>(context);
}

/// Called with the raw request target, before anything else of a request.
void* begin_exchange(void* context, const char* target, MHD_Connection* connection) noexcept {
  auto& server = *static_cast<ServerState*>(context);
  auto exchange = std::make_shared<Exchange>(server.options.stream_queue_bytes);
  exchange->connection = connection;
  if (!parse_target(target, exchange->request)) exchange->refusal = MHD_HTTP_BAD_REQUEST;
  const std::lock_guard guard(server.lock);
  exchange->stopping = server.stopping;
  server.live.insert(exchange);
  return new std::shared_ptr<Exchange>(std::move(exchange));
}

/// The server's lock is held.
void reads_since(ServerState& server, MHD_Connection* connection,
                 std::optional<std::chrono::steady_clock::time_point> when) {
  const auto found = server.connections.find(connection);
  if (found != server.connections.end()) found->second.since = when;
}

void end_exchange(void* context, MHD_Connection* connection, void** request_context,
                  MHD_RequestTerminationCode /*why*/) noexcept {
  if (*request_context == nullptr) return;
  auto& server = *static_cast<ServerState*>(context);
  const std::unique_ptr<std::shared_ptr<Exchange>> exchange(
      static_cast<std::shared_ptr<Exchange>*>(*request_context));
  *request_context = nullptr;
  {
    const std::lock_guard guard((*exchange)->lock);
    (*exchange)->connection = nullptr;
    (*exchange)->chunks.clear();
    (*exchange)->queued = 0;
  }
  const std::lock_guard guard(server.lock);
  server.live.erase(*exchange);
  reads_since(server, connection, std::chrono::steady_clock::now());
}

void note_connection(void* context, MHD_Connection* connection, void** /*socket_context*/,
                     MHD_ConnectionNotificationCode what) noexcept {
  auto& server = *static_cast<ServerState*>(context);
  const std::lock_guard guard(server.lock);
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) {  // told before its descriptor is closed
    server.connections.erase(connection);
    return;
  }
  const auto* fd = ::MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  server.connections[connection] = {fd == nullptr ? -1 : fd->connect_fd,
                                    std::chrono::steady_clock::now()};
}

MHD_Result collect_header(void* context, MHD_ValueKind /*kind*/, const char* name,
                          const char* value) noexcept {
  static_cast<Headers*>(context)->emplace_back(name, value == nullptr ? "" : value);
  return MHD_YES;
}

bool headers_fit(const ServerOptions& options, const Request& request) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : request.headers) bytes += name.size() + value.size();
  return request.headers.size() <= options.max_header_count && bytes <= options.max_header_bytes;
}

std::size_t body_length(const Request& request) {
  const auto length = request.header(MHD_HTTP_HEADER_CONTENT_LENGTH);
  return length ? std::strtoull(std::string(*length).c_str(), nullptr, 10) : 0;
}

void screen(const ServerState& server, Exchange& exchange) {
  exchange.max_body = server.options.max_body_bytes;
  if (!server.options.screen) return;
  auto verdict = server.options.screen(exchange.request);
  exchange.max_body = std::min(exchange.max_body, verdict.max_body_bytes);
  if (!verdict.refusal) return;
  auto& refusal = *verdict.refusal;
  exchange.screened =
      Answer{refusal.status, std::move(refusal.headers), std::move(refusal.body), false};
}

/// The first look at a request: its headers are here, its body is not.
void begin_request(const ServerState& server, Exchange& exchange, MHD_Connection* connection,
                   const char* method) {
  exchange.begun = true;
  Request& request = exchange.request;
  request.method = method;
  (void)::MHD_get_connection_values(connection, MHD_HEADER_KIND, &collect_header, &request.headers);
  const auto* peer = ::MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (peer != nullptr) request.peer = address_text(peer->client_addr);
  if (exchange.refusal == 0 && !headers_fit(server.options, request)) {
    exchange.refusal = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
  }
  if (exchange.refusal == 0) screen(server, exchange);
  if (exchange.refusal == 0 && !exchange.screened &&
      body_length(request) > exchange.max_body + kDiscardBytes) {
    exchange.refusal = MHD_HTTP_CONTENT_TOO_LARGE;
  }
}

/// The answer that needs no more of the request than its headers, if there is one.
std::optional<MHD_Result> answer_at_once(const std::shared_ptr<Exchange>& exchange,
                                         MHD_Connection* connection) {
  if (exchange->refusal != 0) {
    return queue_refusal(connection, exchange->refusal) ? MHD_YES : MHD_NO;
  }
  // A client that asks first, or means to send a lot, is told before it sends.
  const bool now = exchange->request.header(MHD_HTTP_HEADER_EXPECT) ||
                   body_length(exchange->request) > kDiscardScreened;
  if (!exchange->screened || !now) return std::nullopt;
  return queue_answer(exchange, connection, std::move(*exchange->screened)) ? MHD_YES : MHD_NO;
}

bool take_body(Exchange& exchange, std::string_view part) {
  exchange.body_seen += part.size();
  if (exchange.screened) return exchange.body_seen <= kDiscardScreened;
  if (exchange.body_seen > exchange.max_body) {
    exchange.refusal = MHD_HTTP_CONTENT_TOO_LARGE;
    exchange.request.body = {};
    return exchange.body_seen <= exchange.max_body + kDiscardBytes;
  }
  exchange.request.body += part;
  return true;
}

void call_handler(const ServerState& server, const std::shared_ptr<Exchange>& exchange) {
  exchange->handed = true;
  try {
    server.handler(std::move(exchange->request), std::make_shared<Responder>(exchange));
  } catch (...) {
    // A handler must not throw; one that does has dropped its Responder and so answered 500. One
    // request's failure must not end everybody's server.
  }
}

/// The request is whole: let the handler have it, then pass its answer on or wait for it.
MHD_Result answer_or_wait(ServerState& server, const std::shared_ptr<Exchange>& exchange,
                          MHD_Connection* connection) {
  {
    const std::lock_guard guard(server.lock);
    reads_since(server, connection, std::nullopt);
  }
  if (exchange->screened) {
    return queue_answer(exchange, connection, std::move(*exchange->screened)) ? MHD_YES : MHD_NO;
  }
  if (!exchange->handed) call_handler(server, exchange);
  std::unique_lock guard(exchange->lock);
  if (!exchange->answered) return exchange->suspend_unless(false) ? MHD_YES : MHD_NO;
  Answer answer = std::move(exchange->answer);
  guard.unlock();
  return queue_answer(exchange, connection, std::move(answer)) ? MHD_YES : MHD_NO;
}

MHD_Result on_request(void* context, MHD_Connection* connection, const char* /*url*/,
                      const char* method, const char* /*version*/, const char* body,
                      std::size_t* body_size, void** request_context) noexcept {
  auto& server = *static_cast<ServerState*>(context);
  const std::shared_ptr<Exchange> exchange = exchange_of(*request_context);
  if (!exchange->begun) {
    begin_request(server, *exchange, connection, method);
    return answer_at_once(exchange, connection).value_or(MHD_YES);
  }
  if (*body_size != 0) {
    const bool goes_on = take_body(*exchange, {body, *body_size});
    *body_size = 0;
    return goes_on ? MHD_YES : MHD_NO;
  }
  if (exchange->refusal != 0)
    return queue_refusal(connection, exchange->refusal) ? MHD_YES : MHD_NO;
  return answer_or_wait(server, exchange, connection);
}

/// We decode the target ourselves, so the library is told to leave text alone.
std::size_t keep_escapes(void* /*context*/, MHD_Connection* /*connection*/, char* text) noexcept {
  return std::char_traits<char>::length(text);
}

void keep_log(void* context, const char* format, va_list arguments) noexcept {
  // What goes wrong with a peer later on is that peer's affair; only the start is ours to explain.
  auto& server = *static_cast<ServerState*>(context);
  if (server.started) return;
  std::array<char, 512> text{};
  (void)std::vsnprintf(text.data(), text.size(), format, arguments);
  server.last_log = text.data();
}

std::vector<MHD_OptionItem> daemon_options(ServerState& server, int listen_fd) {
  ServerOptions& options = server.options;
  // The library keeps the headers and both directions' buffers in this pool.
  const std::size_t pool = options.max_header_bytes + (std::size_t{32} << 10U);
  std::vector<MHD_OptionItem> items{
      {MHD_OPTION_LISTEN_SOCKET, listen_fd, nullptr},
      {MHD_OPTION_CONNECTION_LIMIT, static_cast<std::intptr_t>(options.max_connections), nullptr},
      {MHD_OPTION_PER_IP_CONNECTION_LIMIT,
       static_cast<std::intptr_t>(options.max_connections_per_ip), nullptr},
      {MHD_OPTION_CONNECTION_TIMEOUT, static_cast<std::intptr_t>(options.idle_timeout.count()),
       nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, static_cast<std::intptr_t>(pool), nullptr},
      {MHD_OPTION_URI_LOG_CALLBACK, reinterpret_cast<std::intptr_t>(&begin_exchange), &server},
      {MHD_OPTION_NOTIFY_COMPLETED, reinterpret_cast<std::intptr_t>(&end_exchange), &server},
      {MHD_OPTION_NOTIFY_CONNECTION, reinterpret_cast<std::intptr_t>(&note_connection), &server},
      {MHD_OPTION_UNESCAPE_CALLBACK, reinterpret_cast<std::intptr_t>(&keep_escapes), nullptr}};
  if (!options.key_pem.empty()) {
    items.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, options.key_pem.data()});
    items.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, options.certificate_pem.data()});
    items.push_back(
        {MHD_OPTION_HTTPS_PRIORITIES, 0,
         const_cast<char*>("SECURE128:+SECURE192:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2")});
  }
  items.push_back({MHD_OPTION_END, 0, nullptr});
  return items;
}

Status start_daemon(ServerState& server, Listener listener) {
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  if (!server.options.key_pem.empty()) flags |= MHD_USE_TLS;
  // The library closes the socket, also when it fails to start.
  const auto items = daemon_options(server, listener.fd.release());
  server.daemon = ::MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, &server,
                                     MHD_OPTION_EXTERNAL_LOGGER, &keep_log, &server,
                                     MHD_OPTION_ARRAY, items.data(), MHD_OPTION_END);
  if (server.daemon == nullptr) {
    return fail(ErrorCode::InvalidArgument,
                "cannot start the HTTP server; do its certificate and key belong together? " +
                    server.last_log);
  }
  server.started = true;
  return {};
}

}  // namespace
}  // namespace detail

Server::Server(std::unique_ptr<detail::ServerState> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler handler) {
  if (options.key_pem.empty() != options.certificate_pem.empty()) {
    return fail(ErrorCode::InvalidArgument, "TLS needs both a certificate and its key");
  }
  auto listener = listen_on(options.address, options.port);
  if (!listener) return tl::unexpected(listener.error());
  auto state = std::make_unique<detail::ServerState>();
  state->options = options;
  state->handler = std::move(handler);
  state->port = listener->port;
  if (auto started = detail::start_daemon(*state, std::move(*listener)); !started) {
    return tl::unexpected(started.error());
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  // The library forbids stopping with suspended connections, so all are woken first; each exchange
  // that was made or would suspend later sees `stopping` under its lock and does not.
  std::set<std::shared_ptr<detail::Exchange>> live;
  {
    const std::lock_guard guard(state_->lock);
    state_->stopping = true;
    live = state_->live;
  }
  for (const auto& exchange : live) {
    const std::lock_guard guard(exchange->lock);
    exchange->stopping = true;
    exchange->wake();
  }
  ::MHD_stop_daemon(state_->daemon);
}

std::uint16_t Server::port() const { return state_->port; }

void Server::end_slow_requests() {
  const auto latest = std::chrono::steady_clock::now() - state_->options.request_timeout;
  const std::lock_guard guard(state_->lock);
  for (const auto& [connection, reading] : state_->connections) {
    // The library sees the end of the connection, and closes it.
    if (reading.since && *reading.since < latest) (void)::shutdown(reading.fd, SHUT_RDWR);
  }
}

}  // namespace muster::http
