/// Ctrl-C while a job is made and followed: the program leaves with Exit::Interrupted, the job goes
/// on, and its id is told. On a terminal a second Ctrl-C soon after it cancels the job.
///
/// One per run of the program, made before the request that makes the job and before any other
/// thread starts. Its own thread never ends: it leaves with the program, which holds nothing that
/// must be put away. The other functions are for the thread that made it.
#pragma once

#include <chrono>
#include <client/api_client.hpp>
#include <memory>
#include <muster/core/base/guarded.hpp>
#include <optional>
#include <string>

#include "failure.hpp"

namespace muster::cli {

class Interrupt {
 public:
  static constexpr std::chrono::seconds kSecondPress{3};

  /// With `to_cancel` a second Ctrl-C cancels the job. Without it the job is somebody else's, or
  /// not ours to end by pressing a key once too often.
  explicit Interrupt(std::optional<client::ApiClient> to_cancel);

  /// A request that makes a job goes out: from now on it may run.
  void job_is_asked_for();
  /// It was answered, and there is no job. Does not return when Ctrl-C came meanwhile.
  void nothing_runs();
  /// The job is known. When Ctrl-C came before, that waited for this id. (A second Ctrl-C does not
  /// wait.)
  void job_is(const std::string& id);
  /// From now on Ctrl-C has nothing to tell.
  void job_is_over();
  /// Does not return once Ctrl-C was pressed: nothing is to be printed after what that says.
  void hold_when_leaving();

 private:
  enum class Stage { NothingRuns, AskedFor, Runs, Over };
  struct Seen {
    Stage stage = Stage::NothingRuns;
    std::string job_id;  // of Runs
    bool pressed = false;
  };
  struct Shared {
    Guarded<Seen> seen;
    std::optional<client::ApiClient> to_cancel;  // of the thread that waits for Ctrl-C
  };
  static void leave_when_pressed(Shared& shared);
  [[noreturn]] static void leave(Shared& shared, const std::string& job_id);
  Seen enter(Stage stage, const std::string& job_id = {});

  std::shared_ptr<Shared> shared_;
};

}  // namespace muster::cli
