#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <muster/core/net/link_stream.hpp>
#include <muster/core/wire/gateway_link.hpp>
#include <utility>

namespace muster::net {
namespace {

constexpr std::size_t kPiecesPerWrite = 64;
constexpr int kReadsPerTurn = 4;  // before others on the loop have their turn
constexpr std::size_t kWriteAtOnce = std::size_t{256} << 10U;  // queued bytes that wait no longer

}  // namespace

struct LinkStream::State : std::enable_shared_from_this<LinkStream::State> {
  State(run::EventLoop& the_loop, UniqueFd the_socket, std::size_t low, LinkStreamEvents the_events)
      : loop(the_loop),
        socket(std::move(the_socket)),
        low_water(low),
        events(std::move(the_events)) {}

  run::EventLoop& loop;
  UniqueFd socket;
  std::size_t low_water;
  LinkStreamEvents events;
  run::Watch watch;
  wire::FrameReader reader;
  std::deque<ZmqMessage> queue;
  std::size_t written_of_first = 0;
  std::size_t queued_bytes = 0;
  bool was_above = false;
  bool alive = true;
  bool paused = false;
  bool wants_write = false;
  bool flush_posted = false;

  void set_events() {
    std::uint32_t wanted = paused ? 0 : static_cast<std::uint32_t>(EPOLLIN);
    if (wants_write) wanted |= EPOLLOUT;
    watch.set_events(wanted);
  }
  void end(const std::string& why, bool broken) {
    if (!alive) return;
    alive = false;
    watch.reset();
    socket.reset();
    if (events.on_closed) events.on_closed(why, broken);
  }
  void add(ZmqMessage&& piece) {
    if (!alive) return;
    queued_bytes += piece.view().size();
    was_above = was_above || queued_bytes > low_water;
    queue.push_back(std::move(piece));
  }
  void flush_soon();
  void flush();
  bool write_some();
  void drop_written(std::size_t count);
  void on_events(std::uint32_t ready);
  void read_some();
  void give_frames();
};

void LinkStream::State::flush_soon() {
  if (!alive || wants_write) return;
  if (queued_bytes >= kWriteAtOnce) return flush();
  if (flush_posted) return;
  flush_posted = true;
  loop.post([self = shared_from_this()] {
    self->flush_posted = false;
    self->flush();
  });
}

void LinkStream::State::flush() {
  while (alive && !queue.empty() && write_some()) {
  }
  if (!alive) return;
  if (wants_write == queue.empty()) {
    wants_write = !queue.empty();
    set_events();
  }
  if (was_above && queued_bytes <= low_water) {
    was_above = false;
    // From the loop: a caller in the middle of sending is not called back.
    loop.post([self = shared_from_this()] {
      if (self->alive && self->events.on_drained) self->events.on_drained();
    });
  }
}

bool LinkStream::State::write_some() {
  std::array<iovec, kPiecesPerWrite> pieces{};
  std::size_t count = 0;
  for (auto it = queue.begin(); it != queue.end() && count < pieces.size(); ++it, ++count) {
    const auto rest = it->view().subspan(count == 0 ? written_of_first : 0);
    pieces[count] = {const_cast<std::uint8_t*>(rest.data()), rest.size()};
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  const auto written = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (written >= 0) {
    drop_written(static_cast<std::size_t>(written));
    return true;
  }
  if (errno == EINTR) return true;
  // A peer that is gone is told of by the read side, from the loop and not from inside a send().
  return false;
}

void LinkStream::State::drop_written(std::size_t count) {
  queued_bytes -= count;
  while (!queue.empty()) {
    const auto left = queue.front().view().size() - written_of_first;
    if (count < left) {
      written_of_first += count;
      return;
    }
    count -= left;
    written_of_first = 0;
    queue.pop_front();
  }
}

void LinkStream::State::on_events(std::uint32_t ready) {
  if ((ready & EPOLLOUT) != 0) flush();
  if (!alive) return;
  if ((ready & EPOLLIN) != 0) return read_some();
  if ((ready & (EPOLLHUP | EPOLLERR)) != 0) end("the other side closed the link", false);
}

void LinkStream::State::read_some() {
  for (int i = 0; i < kReadsPerTurn && alive && !paused; ++i) {
    const auto room = reader.prepare();
    const auto got = ::recv(socket.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (got == 0) return end("the other side closed the link", false);
    if (got < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      return end(std::string("reading from the link failed: ") + std::strerror(errno), false);
    }
    reader.commit(static_cast<std::size_t>(got));
    const bool emptied = static_cast<std::size_t>(got) < room.size();
    give_frames();
    if (emptied) return;  // what comes now is another event
  }
}

void LinkStream::State::give_frames() {
  while (alive && !paused) {
    const auto frame = reader.next();
    if (!frame) return end(frame.error().message, true);
    if (!*frame) return;
    if (!events.on_frame(**frame)) return end("the other side broke the rules of the link", true);
  }
}

LinkStream::LinkStream(run::EventLoop& loop, UniqueFd socket, std::size_t low_water,
                       LinkStreamEvents events)
    : state_(std::make_shared<State>(loop, std::move(socket), low_water, std::move(events))) {
  state_->watch =
      loop.watch(state_->socket.get(), EPOLLIN, [state = state_.get()](std::uint32_t e) {
        const auto keep = state->shared_from_this();
        keep->on_events(e);
      });
}

LinkStream::~LinkStream() {
  state_->alive = false;
  state_->watch.reset();
}

void LinkStream::send(Bytes frame) {
  state_->add(ZmqMessage(std::move(frame)));
  state_->flush_soon();
}

void LinkStream::send(Bytes head, ZmqMessage&& payload) {
  state_->add(ZmqMessage(std::move(head)));
  state_->add(std::move(payload));
  state_->flush_soon();
}

void LinkStream::flush() { state_->flush(); }

std::size_t LinkStream::buffered() const { return state_->queued_bytes; }

void LinkStream::pause_reading(bool paused) {
  if (!state_->alive || state_->paused == paused) return;
  state_->paused = paused;
  state_->set_events();
  if (paused) return;
  state_->loop.post([self = state_->shared_from_this()] { self->give_frames(); });
}

}  // namespace muster::net
