#include "host_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iomanip>
#include <muster/core/base/files.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace muster::test {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr int kHostSocket = 3;
constexpr int kHostLibrary = 4;

int above(int fd) { return ::fcntl(fd, F_DUPFD_CLOEXEC, 10); }

bool is_gone(pid_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!stat) return true;
  return stat->find(") Z") != std::string::npos || stat->find(") X") != std::string::npos;
}

}  // namespace

HostProcess::HostProcess(const std::filesystem::path& file) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::runtime_error("no socket pair");
  }
  socket_.reset(ends[0]);
  const UniqueFd far(ends[1]);
  const UniqueFd library(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!library) throw std::runtime_error("cannot open " + file.string());
  const UniqueFd far_up(above(far.get()));
  const UniqueFd library_up(above(library.get()));
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, far_up.get(), kHostSocket);
  ::posix_spawn_file_actions_adddup2(&actions, library_up.get(), kHostLibrary);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::string program = HOST_PROGRAM;
  std::string name = "test";
  const std::array<char*, 3> argv{program.data(), name.data(), nullptr};
  const int failed =
      ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) throw std::runtime_error("cannot start " + program);
}

HostProcess::~HostProcess() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void HostProcess::send(const plugins::ToHost& frame) { send_raw(plugins::encode(frame)); }

void HostProcess::send_raw(BytesView bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error("the host does not listen any more");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

Received HostProcess::receive() {
  for (;;) {
    const auto frame = reader_.next();
    if (!frame) throw std::runtime_error(frame.error().message);
    if (*frame) {
      auto decoded = plugins::decode_to_agent(**frame);
      if (!decoded) throw std::runtime_error(decoded.error().message);
      Received received{std::move(*decoded), {}};
      if (auto* output = std::get_if<plugins::Output>(&received.frame)) {
        received.output = to_bytes(output->bytes);
      }
      return received;
    }
    pollfd readable{socket_.get(), POLLIN, 0};
    if (::poll(&readable, 1, std::chrono::milliseconds(kPatience).count()) != 1) {
      throw std::runtime_error("the host says nothing");
    }
    const auto space = reader_.prepare();
    const auto count = ::recv(socket_.get(), space.data(), space.size(), 0);
    if (count <= 0) throw std::runtime_error("the host has gone");
    reader_.commit(static_cast<std::size_t>(count));
  }
}

void HostProcess::start(const std::string& plugin_id, const nlohmann::json& config) {
  send(plugins::Start{plugin_id,
                      {},
                      nlohmann::json::to_msgpack(config),
                      {"muster.log/1", "muster.metrics/1", "muster.kv/1", "muster.events/1"},
                      {"counter mock_calls_total finish", "histogram mock_delay_seconds"},
                      {"mock.happened"}});
}

void HostProcess::call(plugins::CallNumber number, const nlohmann::json& orders,
                       std::uint64_t credit) {
  plugins::Call call;
  call.call = number;
  call.operation = "mock.run";
  call.arguments = nlohmann::json::to_msgpack(mock_orders(orders));
  call.idempotency_key = "key";
  call.credit = credit;
  send(call);
}

plugins::Pong HostProcess::ping() {
  send(plugins::Ping{1});
  return receive_until<plugins::Pong>();
}

int HostProcess::wait() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("the host stays");
    std::this_thread::yield();
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

nlohmann::json mock_orders(const nlohmann::json& changes) {
  auto orders = nlohmann::json::parse(R"({"finish": "changed", "delay_ms": 0, "output_bytes": 0,
    "chunk_bytes": 65536, "crash": "", "hang_on_strand": false, "reply_twice": false,
    "reply_unknown_call": false, "flood": false, "ignore_cancel": false, "spawn_child": false,
    "log_lines": 0, "refuse": false, "append_to": ""})");
  if (!changes.is_null()) orders.update(changes);
  return orders;
}

nlohmann::json mock_config(const nlohmann::json& changes) {
  auto config = nlohmann::json::parse(R"({"fail_init": "", "fail_activate": "",
    "crash_init": false, "crash_activate": false, "collect": "none", "health": ""})");
  if (!changes.is_null()) config.update(changes);
  return config;
}

std::filesystem::path rude_host(const std::filesystem::path& directory,
                                const std::vector<plugins::ToAgent>& frames) {
  std::ostringstream script;
  script << "#!/bin/sh\nprintf '";
  for (const auto& frame : frames) {
    for (const auto byte : plugins::encode(frame))
      script << '\\' << std::oct << std::setw(3) << std::setfill('0') << int{byte};
  }
  script << "' >&3\nexec sleep 1000\n";
  auto path = directory / "host";
  std::ofstream(path) << script.str();
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

void wait_until_gone(pid_t pid) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!is_gone(pid)) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("it is still there");
    std::this_thread::yield();
  }
}

}  // namespace muster::test
