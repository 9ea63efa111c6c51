/// Ctrl-C while a job is made and followed: the program leaves with Exit::Interrupted, the job goes
/// on, and its id is told.
///
/// One per run of the program, made before the request that makes the job and before any other
/// thread starts. Its own thread never ends: it leaves with the program, which holds nothing that
/// must be put away.
#pragma once

#include <memory>
#include <muster/core/base/guarded.hpp>
#include <string>

namespace muster::cli {

class Interrupt {
 public:
  Interrupt();

  /// The job is known. Does not return when Ctrl-C came before: that waited for this id. (A second
  /// Ctrl-C does not wait.)
  void job_is(const std::string& id);

 private:
  struct Seen {
    std::string job_id;  // empty as long as the controller has not answered
    bool asked = false;
  };
  static void leave_when_asked(Guarded<Seen>& shared);

  std::shared_ptr<Guarded<Seen>> shared_;
};

}  // namespace muster::cli
