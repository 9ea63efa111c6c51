/// muster-plugin-host: one plugin, one process. Started by the agent; core/docs/host-frames.md.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <muster/core/base/fd.hpp>

#include "call_table.hpp"
#include "connection.hpp"
#include "instance.hpp"
#include "strand.hpp"
#include "watcher.hpp"

namespace muster::plugins {
namespace {

constexpr int kSocket = 3;
constexpr int kLibrary = 4;

/// Takes the agent's frames one by one and hands what concerns the plugin to the strand.
class HostProcess {
 public:
  HostProcess() : connection_(UniqueFd(kSocket)), instance_(connection_, calls_, kLibrary) {}

  [[noreturn]] void run() {
    for (;;) {
      auto frame = connection_.receive();
      std::visit([this](auto& one) { take(std::move(one)); }, frame);
    }
  }

 private:
  void take(Start start) {
    strand_.post([this, start = std::move(start)] {
      if (!instance_.start(start)) ::_exit(0);
    });
  }
  void take(Call call) {
    calls_.add(call.call, call.credit);
    strand_.post([this, call = std::move(call)] { instance_.start_call(call); });
  }
  void take(Credit credit) {
    if (!calls_.add_credit(credit.call, credit.bytes)) return;
    strand_.post([this, credit] { instance_.resume_call(credit.call, credit.bytes); });
  }
  void take(Cancel cancel) {
    if (!calls_.cancel(cancel.call, cancel.reason)) return;
    strand_.post([this, cancel] { instance_.cancel_call(cancel.call, cancel.reason); });
  }
  void take(Collect collect) {
    strand_.post([this, collect] { instance_.collect(collect); });
  }
  void take(Health health) {
    strand_.post([this, health] { instance_.report_health(health); });
  }
  void take(Quiesce quiesce) {
    strand_.post([this, quiesce] { instance_.quiesce(quiesce); });
  }
  void take(Stop /*stop*/) {
    strand_.post([this] {
      instance_.stop();
      ::_exit(0);
    });
  }
  void take(KvAnswer answer) { instance_.take(std::move(answer)); }
  void take(Ping ping) { connection_.send(Pong{ping.number, strand_.busy(), calls_.counters()}); }

  Connection connection_;
  CallTable calls_;
  Strand strand_;
  Instance instance_;
};

/// What must hold before any code of the plugin is mapped.
void prepare_process() {
  // An agent that died before this line shows as the end of the socket.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_IGN);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::close_range(kLibrary + 1, ~0U, 0);
  // Programs that the plugin starts must hold neither the socket nor the library.
  ::fcntl(kSocket, F_SETFD, FD_CLOEXEC);
  ::fcntl(kLibrary, F_SETFD, FD_CLOEXEC);
  start_watcher();
}

}  // namespace
}  // namespace muster::plugins

int main(int argc, char** /*argv*/) {
  if (argc != 2 || ::fcntl(muster::plugins::kSocket, F_GETFD) < 0) {
    std::fputs("muster-plugin-host is started by muster-agent, not by hand\n", stderr);
    return 2;
  }
  muster::plugins::prepare_process();
  // Lives until the process ends: threads of the plugin may call the host to the very last.
  auto* host = new muster::plugins::HostProcess();
  host->run();
}
