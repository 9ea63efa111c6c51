#include "baselines.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <csignal>
#include <string>

namespace muster::bench {
namespace {

constexpr std::size_t kMost = std::size_t{64} << 10U;

void check(bool good, const char* what) {
  if (!good) give_up(std::string(what) + " failed");
}

/// Runs `work` in a process of its own that ends with ours.
template <class Work>
pid_t in_child(Work&& work) {
  const pid_t pid = ::fork();
  check(pid >= 0, "fork");
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    work();
    ::_exit(0);
  }
  return pid;
}

struct CurveKeys {
  std::array<char, 41> public_key{};
  std::array<char, 41> secret_key{};
  CurveKeys() { check(zmq_curve_keypair(public_key.data(), secret_key.data()) == 0, "a key pair"); }
};

void echo_zeromq(const CurveKeys& keys, int tell) {
  void* router = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
  const int server = 1;
  zmq_setsockopt(router, ZMQ_CURVE_SERVER, &server, sizeof server);
  zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, keys.secret_key.data(), keys.secret_key.size());
  check(zmq_bind(router, "tcp://127.0.0.1:*") == 0, "bind");
  std::array<char, 128> endpoint{};
  std::size_t size = endpoint.size();
  zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint.data(), &size);
  check(::write(tell, endpoint.data(), endpoint.size()) > 0, "write");
  std::array<char, 256> route{};
  Bytes message(kMost);
  for (;;) {
    const int route_size = zmq_recv(router, route.data(), route.size(), 0);
    const int got = zmq_recv(router, message.data(), message.size(), 0);
    if (route_size < 0 || got < 0) return;
    zmq_send(router, route.data(), static_cast<std::size_t>(route_size), ZMQ_SNDMORE);
    zmq_send(router, message.data(), static_cast<std::size_t>(got), 0);
  }
}

void read_all(int fd, Bytes& into) {
  std::size_t got = 0;
  while (got < into.size()) {
    const auto n = ::read(fd, into.data() + got, into.size() - got);
    check(n > 0, "read");
    got += static_cast<std::size_t>(n);
  }
}

void append_synced(int fd, const Bytes& bytes) {
  check(::write(fd, bytes.data(), bytes.size()) > 0, "write");
  check(::fdatasync(fd) == 0, "fdatasync");
}

void end_child(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

}  // namespace

Baselines::Baselines(const std::filesystem::path& directory) {
  start_socketpair();
  start_zeromq();
  const auto path = directory / "bench-fdatasync";
  file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  check(static_cast<bool>(file_), "making a file");
  ::unlink(path.c_str());
}

Baselines::~Baselines() {
  end_child(zeromq_peer_);
  end_child(socketpair_peer_);
  const int linger = 0;
  zmq_setsockopt(dealer_, ZMQ_LINGER, &linger, sizeof linger);
  zmq_close(dealer_);
  zmq_ctx_term(context_);
}

void Baselines::start_socketpair() {
  std::array<int, 2> ends{};
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "socketpair");
  socket_.reset(ends[0]);
  UniqueFd theirs(ends[1]);
  socketpair_peer_ = in_child([&] {
    Bytes message(kMost);
    for (;;) {
      const auto n = ::read(theirs.get(), message.data(), message.size());
      if (n <= 0 || ::write(theirs.get(), message.data(), static_cast<std::size_t>(n)) != n) return;
    }
  });
}

void Baselines::start_zeromq() {
  std::array<int, 2> pipe{};
  check(::pipe2(pipe.data(), O_CLOEXEC) == 0, "pipe");
  const UniqueFd hear(pipe[0]);
  const UniqueFd tell(pipe[1]);
  const CurveKeys server;
  const CurveKeys client;
  zeromq_peer_ = in_child([&] { echo_zeromq(server, tell.get()); });
  std::array<char, 128> endpoint{};
  check(::read(hear.get(), endpoint.data(), endpoint.size()) > 0, "the ZeroMQ peer");
  context_ = zmq_ctx_new();
  dealer_ = zmq_socket(context_, ZMQ_DEALER);
  zmq_setsockopt(dealer_, ZMQ_CURVE_SERVERKEY, server.public_key.data(), 41);
  zmq_setsockopt(dealer_, ZMQ_CURVE_PUBLICKEY, client.public_key.data(), 41);
  zmq_setsockopt(dealer_, ZMQ_CURVE_SECRETKEY, client.secret_key.data(), 41);
  check(zmq_connect(dealer_, endpoint.data()) == 0, "connect");
  std::array<char, 8> greeting{};  // the handshake is not part of any figure
  zmq_send(dealer_, "hello", 5, 0);
  check(zmq_recv(dealer_, greeting.data(), greeting.size(), 0) == 5, "the ZeroMQ handshake");
}

void Baselines::measure(std::size_t message_bytes) {
  message_.resize(std::min(message_bytes, kMost));
  zeromq.add(time_of([&] {
    zmq_send(dealer_, message_.data(), message_.size(), 0);
    zmq_recv(dealer_, message_.data(), message_.size(), 0);
  }));
  socketpair.add(time_of([&] {
    check(::write(socket_.get(), message_.data(), message_.size()) > 0, "write");
    read_all(socket_.get(), message_);
  }));
  fdatasync.add(time_of([&] { append_synced(file_.get(), message_); }));
  fdatasync_commit.add(time_of([&] { append_synced(file_.get(), commit_); }));
}

}  // namespace muster::bench
