#include "interrupt.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "failure.hpp"

namespace muster::cli {
namespace {

sigset_t only_interrupt() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  return signals;
}

void say(const std::string& text) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

[[noreturn]] void leave(const std::string& job_id) {
  say("\ndetached; the job goes on.\n  muster job watch " + job_id + "\n  muster job cancel " +
      job_id + "\n");
  std::_Exit(static_cast<int>(Exit::Interrupted));
}

}  // namespace

Interrupt::Interrupt() : shared_(std::make_shared<Guarded<Seen>>()) {
  const auto signals = only_interrupt();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([shared = shared_] { leave_when_asked(*shared); }).detach();
}

void Interrupt::job_is(const std::string& id) {
  const bool asked = shared_->with([&](Seen& seen) {
    seen.job_id = id;
    return seen.asked;
  });
  if (asked) leave(id);
}

void Interrupt::leave_when_asked(Guarded<Seen>& shared) {
  const auto signals = only_interrupt();
  for (bool again = false;; again = true) {
    int signal = 0;
    sigwait(&signals, &signal);
    const auto job_id = shared.with([](Seen& seen) {
      seen.asked = true;
      return seen.job_id;
    });
    if (!job_id.empty()) leave(job_id);
    if (again) {
      say("\nleft before the controller answered: the job may run; muster job ls tells.\n");
      std::_Exit(static_cast<int>(Exit::Interrupted));
    }
    say("\nwaiting for the job's id; Ctrl-C once more leaves without it.\n");
  }
}

}  // namespace muster::cli
