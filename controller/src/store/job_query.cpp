#include "store/job_query.hpp"

namespace muster::controller {

bool wanted(const JobFilter& filter, const JobFacts& job) {
  if (!filter.operation.empty() && filter.operation != job.operation) return false;
  if (filter.operations && !filter.operations->matches(job.operation)) return false;
  if (!filter.requested_by.empty() && filter.requested_by != job.requested_by) return false;
  if (filter.state && *filter.state != job.state) return false;
  if (filter.outcome && *filter.outcome != job.outcome) return false;
  if (filter.ended && job.state == JobState::Running) return false;
  return job.created >= filter.since && job.created <= filter.until;
}

}  // namespace muster::controller
