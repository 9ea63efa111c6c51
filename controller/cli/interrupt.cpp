#include "interrupt.hpp"

#include <pthread.h>
#include <unistd.h>

#include <client/jobs.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <utility>

#include "failure.hpp"
#include "terminal.hpp"

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

[[noreturn]] void exit_with(Exit exit) { std::_Exit(static_cast<int>(exit)); }

/// For the thread that waits for Ctrl-C to end the program.
[[noreturn]] void hold() {
  for (;;) ::pause();
}

bool pressed_within(std::chrono::seconds time) {
  const auto signals = only_interrupt();
  const timespec limit{time.count(), 0};
  return ::sigtimedwait(&signals, nullptr, &limit) == SIGINT;
}

[[noreturn]] void cancel(client::ApiClient& api, const std::string& job_id) {
  say("\ncancelling the job.\n");
  // Should the controller take its time, a further Ctrl-C ends the program at once.
  const auto signals = only_interrupt();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  const auto answer = client::cancel_job(api, job_id);
  if (!answer) {
    const Failure why(answer.error());
    say("muster: it was not cancelled: " + why.message + "\n");
    exit_with(why.exit);
  }
  say("every task that is not over was asked to end.\n");
  exit_with(Exit::Interrupted);
}

}  // namespace

Interrupt::Interrupt(std::optional<client::ApiClient> to_cancel)
    : shared_(std::make_shared<Shared>()) {
  shared_->to_cancel = std::move(to_cancel);
  const auto signals = only_interrupt();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([shared = shared_] { leave_when_pressed(*shared); }).detach();
}

void Interrupt::job_is_asked_for() { (void)enter(Stage::AskedFor); }

void Interrupt::nothing_runs() {
  if (!enter(Stage::NothingRuns).pressed) return;
  say("nothing was run.\n");
  exit_with(Exit::Interrupted);
}

void Interrupt::job_is(const std::string& id) {
  if (!enter(Stage::Runs, id).pressed) return;
  ::kill(::getpid(), SIGINT);  // as if it came now
  hold();
}

void Interrupt::job_is_over() {
  if (enter(Stage::Over).pressed) hold();
}

void Interrupt::hold_when_leaving() {
  if (shared_->seen.with([](const Seen& seen) { return seen.pressed; })) hold();
}

Interrupt::Seen Interrupt::enter(Stage stage, const std::string& job_id) {
  return shared_->seen.with([&](Seen& seen) {
    seen.stage = stage;
    seen.job_id = job_id;
    return seen;
  });
}

void Interrupt::leave_when_pressed(Shared& shared) {
  const auto signals = only_interrupt();
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    const auto seen = shared.seen.with([](Seen& now) {
      return std::exchange(now, {now.stage, now.job_id, true});
    });
    switch (seen.stage) {
      case Stage::NothingRuns:
        say("\nnothing was run.\n");
        exit_with(Exit::Interrupted);
      case Stage::AskedFor:
        if (seen.pressed) {
          say("\nleft before the controller answered: the job may run; muster job ls tells.\n");
          exit_with(Exit::Interrupted);
        }
        say("\nwaiting for the job's id; Ctrl-C once more leaves without it.\n");
        break;
      case Stage::Runs:
        leave(shared, seen.job_id);
      case Stage::Over:
        exit_with(Exit::Interrupted);
    }
  }
}

void Interrupt::leave(Shared& shared, const std::string& job_id) {
  const bool may_cancel = shared.to_cancel && on_terminal(STDERR_FILENO);
  say("\ndetached; the job goes on.\n  muster job watch " + job_id + "\n  muster job cancel " +
      job_id + "\n");
  if (may_cancel) {
    say("Ctrl-C again within " + std::to_string(kSecondPress.count()) + " s cancels it.\n");
    if (pressed_within(kSecondPress)) cancel(*shared.to_cancel, job_id);
  }
  exit_with(Exit::Interrupted);
}

}  // namespace muster::cli
