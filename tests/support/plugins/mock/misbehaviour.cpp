#include "misbehaviour.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace muster::plugin::mock {
namespace {

void eat_all_memory() {
  constexpr std::size_t kBite = std::size_t{16} << 20U;
  for (;;) {
    void* bite = std::malloc(kBite);
    if (bite == nullptr) std::abort();  // a limit on address space: the allocator says no
    std::memset(bite, 1, kBite);
  }
}

}  // namespace

void crash(const std::string& kind) {
  if (kind == "abort") std::abort();
  if (kind == "segv") {
    ::signal(SIGSEGV, SIG_DFL);  // a sanitizer would make an exit of it
    ::raise(SIGSEGV);
  }
  if (kind == "exit") ::_exit(3);
  if (kind == "oom") eat_all_memory();
}

void hang() {
  for (;;) ::pause();
}

std::int64_t leave_a_child() {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    ::execlp("sleep", "sleep", "100000", nullptr);
    ::_exit(127);
  }
  return pid;
}

void flood(const sdk::Host& host, const sdk::Call& call) {
  static constexpr std::array<std::uint8_t, 65536> kNoise{};
  const muster_bytes chunk{kNoise.data(), kNoise.size()};
  while (!call.cancelled().stop_requested()) {
    host.table()->call_emit(host.table(), call.id(), MUSTER_STREAM_STDOUT, chunk);
  }
}

void finish_unknown_call(const sdk::Host& host) {
  constexpr muster_call kNoCall = 0xdead'beef'dead'beefULL;
  host.table()->call_finish(host.table(), kNoCall, MUSTER_OUTCOME_OK, {nullptr, 0}, nullptr);
}

void finish_behind(const sdk::Host& host, const sdk::Call& call) {
  host.table()->call_finish(host.table(), call.id(), MUSTER_OUTCOME_CHANGED, {nullptr, 0}, nullptr);
}

void append_line(const std::string& path, const std::string& line) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  const std::string text = line + "\n";
  [[maybe_unused]] const auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
}

}  // namespace muster::plugin::mock
