#include <sys/epoll.h>
#include <zmq.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <muster/core/net/zmq_socket.hpp>
#include <utility>

namespace muster::net {
namespace {

static_assert(sizeof(zmq_msg_t) == 64 && alignof(zmq_msg_t) <= alignof(void*));

zmq_msg_t* message_of(void* raw) { return static_cast<zmq_msg_t*>(raw); }

tl::unexpected<Error> fail_zmq(const std::string& what) {
  const int number = zmq_errno();
  if (number == EADDRINUSE)
    return fail(ErrorCode::Conflict,
                what + ": the port is in use; stop the other program or choose another port");
  if (number == EACCES) return fail(ErrorCode::PermissionDenied, what + ": permission denied");
  if (number == EMFILE) return fail(ErrorCode::ResourceExhausted, what + ": out of sockets");
  if (number == EINVAL || number == ENODEV || number == EADDRNOTAVAIL) {
    return fail(ErrorCode::InvalidArgument, what + ": no such address");
  }
  return fail(ErrorCode::Internal, what + ": " + zmq_strerror(number));
}

int number_of(ZmqKind kind) {
  switch (kind) {
    case ZmqKind::Dealer:
      return ZMQ_DEALER;
    case ZmqKind::Router:
      return ZMQ_ROUTER;
    case ZmqKind::Reply:
      return ZMQ_REP;
    case ZmqKind::Pair:
      break;
  }
  return ZMQ_PAIR;
}

/// Puts an option; only a wrong name, type or closed socket fails, and those are ours.
void put_option(void* socket, int option, const void* value, std::size_t size) {
  [[maybe_unused]] const int result = zmq_setsockopt(socket, option, value, size);
  assert(result == 0);
}

}  // namespace

Result<ZmqContext> ZmqContext::create(int max_sockets, int io_threads) {
  int major = 0;
  int minor = 0;
  int patch = 0;
  zmq_version(&major, &minor, &patch);
  if (major * 10'000 + minor * 100 + patch < 40'303) {
    return fail(ErrorCode::Unsupported, "libzmq is older than 4.3.3; install a newer one");
  }
  if (zmq_has("curve") == 0) {
    return fail(ErrorCode::Unsupported,
                "this libzmq cannot encrypt (CURVE); install another build");
  }
  void* context = zmq_ctx_new();
  if (context == nullptr) return fail_zmq("start ZeroMQ");
  ZmqContext owner(context);
  if (zmq_ctx_set(context, ZMQ_MAX_SOCKETS, max_sockets) != 0 ||
      zmq_ctx_set(context, ZMQ_IO_THREADS, io_threads) != 0) {
    return fail_zmq("size ZeroMQ for " + std::to_string(max_sockets) + " sockets");
  }
  zmq_ctx_set(context, ZMQ_BLOCKY, 0);
  return owner;
}

ZmqContext::ZmqContext(ZmqContext&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)) {}

ZmqContext::~ZmqContext() {
  if (context_ != nullptr) zmq_ctx_term(context_);
}

ZmqMessage::ZmqMessage() { zmq_msg_init(message_of(raw())); }

ZmqMessage::ZmqMessage(BytesView copied) {
  // Fails only without memory, as an allocation of ours would.
  if (zmq_msg_init_size(message_of(raw()), copied.size()) != 0) std::abort();
  if (!copied.empty()) std::memcpy(zmq_msg_data(message_of(raw())), copied.data(), copied.size());
}

ZmqMessage::ZmqMessage(Bytes&& bytes) {
  auto* owned = new Bytes(std::move(bytes));
  const auto release = [](void*, void* hint) { delete static_cast<Bytes*>(hint); };
  if (zmq_msg_init_data(message_of(raw()), owned->data(), owned->size(), release, owned) != 0) {
    std::abort();
  }
}

ZmqMessage::ZmqMessage(ZmqMessage&& other) noexcept {
  zmq_msg_init(message_of(raw()));
  zmq_msg_move(message_of(raw()), message_of(other.raw()));
}

ZmqMessage& ZmqMessage::operator=(ZmqMessage&& other) noexcept {
  if (this != &other) zmq_msg_move(message_of(raw()), message_of(other.raw()));
  return *this;
}

ZmqMessage::~ZmqMessage() { zmq_msg_close(message_of(raw())); }

BytesView ZmqMessage::view() const {
  return {static_cast<const std::uint8_t*>(zmq_msg_data(message_of(raw()))),
          zmq_msg_size(message_of(raw()))};
}

bool ZmqMessage::more() const { return zmq_msg_more(message_of(raw())) != 0; }

const char* ZmqMessage::metadata(const char* name) const {
  return zmq_msg_gets(message_of(raw()), name);
}

Result<ZmqSocket> ZmqSocket::open(const ZmqContext& context, ZmqKind kind) {
  void* socket = zmq_socket(context.handle(), number_of(kind));
  if (socket == nullptr) return fail_zmq("open a ZeroMQ socket");
  ZmqSocket owner(socket);
  owner.set(ZMQ_LINGER, 0);
  return owner;
}

ZmqSocket::ZmqSocket(ZmqSocket&& other) noexcept : socket_(std::exchange(other.socket_, nullptr)) {}

ZmqSocket& ZmqSocket::operator=(ZmqSocket&& other) noexcept {
  if (this != &other) {
    if (socket_ != nullptr) zmq_close(socket_);
    socket_ = std::exchange(other.socket_, nullptr);
  }
  return *this;
}

ZmqSocket::~ZmqSocket() {
  if (socket_ != nullptr) zmq_close(socket_);
}

void ZmqSocket::set(int option, int value) { put_option(socket_, option, &value, sizeof value); }
void ZmqSocket::set(int option, std::int64_t value) {
  put_option(socket_, option, &value, sizeof value);
}
void ZmqSocket::set(int option, BytesView value) {
  put_option(socket_, option, value.data(), value.size());
}

Status ZmqSocket::bind(const std::string& endpoint) {
  if (zmq_bind(socket_, endpoint.c_str()) != 0) return fail_zmq("listen on " + endpoint);
  return {};
}

Status ZmqSocket::connect(const std::string& endpoint) {
  if (zmq_connect(socket_, endpoint.c_str()) != 0) return fail_zmq("connect to " + endpoint);
  return {};
}

std::string ZmqSocket::last_endpoint() const {
  std::array<char, 256> text{};
  std::size_t size = text.size();
  if (zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, text.data(), &size) != 0) return {};
  return text.data();
}

Status ZmqSocket::monitor(const std::string& endpoint, int events) {
  if (zmq_socket_monitor(socket_, endpoint.c_str(), events) != 0) return fail_zmq("watch a socket");
  return {};
}

void ZmqSocket::stop_monitor() { zmq_socket_monitor(socket_, nullptr, 0); }

std::optional<ZmqMessage> ZmqSocket::receive() {
  ZmqMessage part;
  while (zmq_msg_recv(message_of(part.raw()), socket_, ZMQ_DONTWAIT) < 0) {
    if (zmq_errno() != EINTR) return std::nullopt;
  }
  return part;
}

std::optional<ZmqEvent> ZmqSocket::receive_event() {
  const auto part = receive();
  if (!part) return std::nullopt;
  if (part->more()) static_cast<void>(receive());  // the endpoint's name
  std::uint16_t number = 0;
  ZmqEvent event;
  if (part->view().size() != sizeof number + sizeof event.value) return event;
  std::memcpy(&number, part->view().data(), sizeof number);
  std::memcpy(&event.value, part->view().data() + sizeof number, sizeof event.value);
  event.number = number;
  return event;
}

Status ZmqSocket::send(ZmqMessage&& part, bool more) {
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  while (zmq_msg_send(message_of(part.raw()), socket_, flags) < 0) {
    const int number = zmq_errno();
    if (number == EINTR) continue;
    if (number == EAGAIN) return fail(ErrorCode::Unavailable, "the peer takes no more for now");
    if (number == EHOSTUNREACH) return fail(ErrorCode::NotFound, "the route is gone");
    return fail_zmq("send");
  }
  return {};
}

int ZmqSocket::fd() const {
  int fd = -1;
  std::size_t size = sizeof fd;
  zmq_getsockopt(socket_, ZMQ_FD, &fd, &size);
  return fd;
}

bool ZmqSocket::readable() const {
  int events = 0;
  std::size_t size = sizeof events;
  return zmq_getsockopt(socket_, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
}

struct ZmqWatch::State : std::enable_shared_from_this<ZmqWatch::State> {
  run::EventLoop& loop;
  const ZmqSocket* socket;
  std::function<Left()> on_readable;
  run::Watch watch;
  bool alive = true;
  bool paused = false;
  bool posted = false;
  bool reading = false;

  State(run::EventLoop& the_loop, const ZmqSocket& the_socket, std::function<Left()> call)
      : loop(the_loop), socket(&the_socket), on_readable(std::move(call)) {}

  /// No question before or after: a receive() that finds nothing has asked libzmq itself.
  void look() {
    if (!alive || paused) return;
    reading = true;
    const auto left = on_readable();
    reading = false;
    if (left == Left::Perhaps && alive && !paused) look_soon();
  }
  void look_soon() {
    if (posted) return;
    posted = true;
    loop.post([self = shared_from_this()] {
      self->posted = false;
      self->look();
    });
  }
};

ZmqWatch::ZmqWatch(run::EventLoop& loop, const ZmqSocket& socket, std::function<Left()> on_readable)
    : state_(std::make_shared<State>(loop, socket, std::move(on_readable))) {
  // While paused the descriptor is still read (readable() does it), or it would spin the loop.
  state_->watch = loop.watch(socket.fd(), EPOLLIN, [state = state_.get()](std::uint32_t) {
    const auto keep = state->shared_from_this();
    if (keep->paused) {
      static_cast<void>(keep->socket->readable());
    } else {
      keep->look();
    }
  });
  recheck();  // what came before the watch began
}

ZmqWatch::~ZmqWatch() {
  state_->alive = false;
  state_->watch.reset();
}

void ZmqWatch::recheck() {
  // Whoever sends while it reads goes on to read until nothing is left.
  if (!state_->reading) state_->look_soon();
}

void ZmqWatch::pause(bool paused) {
  state_->paused = paused;
  if (!paused) state_->look_soon();
}

}  // namespace muster::net
