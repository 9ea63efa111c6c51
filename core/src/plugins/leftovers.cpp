#include <dirent.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <functional>
#include <memory>
#include <muster/core/base/files.hpp>
#include <muster/core/plugins/leftovers.hpp>
#include <string>

namespace muster::plugins {
namespace {

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  bool ended = false;  // a zombie: only its parent can make it go
};

constexpr int kMostRounds = 50;

/// Fields 4 (parent) and 6 (session) of /proc/PID/stat; the name before them may hold anything, so
/// they are counted from its last parenthesis. See proc(5).
bool read_process(pid_t pid, Process& process) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!stat) return false;
  const auto end_of_name = stat->rfind(')');
  if (end_of_name == std::string::npos) return false;
  char state = 0;
  int parent = 0;
  int group = 0;
  int session = 0;
  if (std::sscanf(stat->c_str() + end_of_name + 1, " %c %d %d %d", &state, &parent, &group,
                  &session) != 4) {
    return false;
  }
  process = {pid, parent, session, state == 'Z' || state == 'X'};
  return true;
}

void each_process(const std::function<void(const Process&)>& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
  if (!proc) return;
  while (const auto* entry =
             ::readdir(proc.get())) {  // NOLINT(concurrency-mt-unsafe): our own stream
    pid_t pid = 0;
    const auto* end = entry->d_name + std::strlen(entry->d_name);
    const auto [stop, error] = std::from_chars(entry->d_name, end, pid);
    Process process;
    if (error == std::errc{} && stop == end && read_process(pid, process)) visit(process);
  }
}

}  // namespace

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

int kill_session(pid_t session) {
  const auto self = ::getpid();
  int killed = 0;
  // Again and again, because what is killed may have started another meanwhile.
  for (int round = 0; round < kMostRounds; ++round) {
    int alive = 0;
    each_process([&](const Process& process) {
      if (process.session != session || process.pid == session || process.pid == self) return;
      if (process.ended || ::kill(process.pid, SIGKILL) != 0) return;
      ++alive;
    });
    if (alive == 0) break;
    killed += alive;
  }
  return killed;
}

void reap_orphans(const std::function<bool(pid_t)>& is_host) {
  // To ask whether any child has ended costs far less than to look through /proc.
  siginfo_t ended{};
  if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) return;
  const auto self = ::getpid();
  each_process([&](const Process& process) {
    if (process.parent == self && !is_host(process.pid)) ::waitpid(process.pid, nullptr, WNOHANG);
  });
}

}  // namespace muster::plugins
