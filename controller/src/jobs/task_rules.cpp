#include "jobs/task_rules.hpp"

namespace muster::controller {

using wire::TaskState;

Step step_for(TaskState now, Said said) {
  if (now == TaskState::Queued || now == TaskState::AwaitingMandate || now == TaskState::Unknown) {
    return Step::Violate;
  }
  if (now == TaskState::Indeterminate) {
    const bool settles = said == Said::Result || said == Said::Refuse || said == Said::Out;
    return settles ? Step::Take : Step::Ignore;
  }
  if (wire::is_final(now)) return said == Said::Result ? Step::AckAgain : Step::Ignore;
  switch (said) {
    case Said::Accept:
      return now == TaskState::Delivered ? Step::Take : Step::Ignore;
    case Said::Start:
      return Step::Take;  // while running: a further attempt
    case Said::Refuse:
      return now == TaskState::Running ? Step::Violate : Step::Take;
    case Said::Out:
    case Said::Progress:
    case Said::Result:
      return Step::Take;
  }
  return Step::Violate;
}

TaskState state_after(Said said) {
  return said == Said::Start ? TaskState::Running : TaskState::Accepted;
}

Reconcile reconcile(TaskState ours, TaskState theirs, bool read_only) {
  if (wire::is_final(ours) || ours == TaskState::Queued || ours == TaskState::AwaitingMandate) {
    return Reconcile::Nothing;
  }
  if (theirs == TaskState::Unknown) {
    return ours == TaskState::Delivered || read_only ? Reconcile::SendAgain : Reconcile::GiveUp;
  }
  const bool further =
      (theirs == TaskState::Accepted || theirs == TaskState::Running) && theirs > ours;
  return further ? Reconcile::MoveOn : Reconcile::Nothing;
}

}  // namespace muster::controller
