// Tasks over all jobs, in memory.
#include "store/memory_store.hpp"

namespace muster::controller {
namespace {

bool task_is_wanted(const TaskQuery& query, const TaskRecord& task) {
  if (!query.jobs.node.empty() && task.node_name != query.jobs.node) return false;
  const bool open = !wire::is_final(task.state);
  const auto state = open && query.now ? query.now(task.id, task.state) : task.state;
  return !query.state || state == *query.state;
}

/// False when the page is over.
bool take_tasks(const TaskQuery& query, std::uint64_t place, const JobWithTasks& job,
                std::string node, TaskPage& page) {
  const auto record = std::make_shared<const JobRecord>(job.job);
  for (auto task : job.tasks) {
    if (task.node_name <= node) continue;
    const bool wanted = task_is_wanted(query, task);
    if (wanted && page.tasks.size() == query.limit) {
      page.next = TaskPlace{place, node};
      return false;
    }
    node = task.node_name;
    if (task.result.size() > kMostListedResult) task.result.clear();
    if (wanted) page.tasks.push_back({record, std::move(task)});
    if (++page.looked == query.most_looked) {
      page.next = TaskPlace{place, node};
      return false;
    }
  }
  return true;
}

}  // namespace

Result<TaskPage> MemoryStore::tasks(const TaskQuery& query) {
  TaskPage page;
  std::size_t looked = 0;
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) {
    const auto place = places_.at(job->job.id);
    if (query.after && place > query.after->job) continue;
    if (looked++ == query.most_looked) {
      page.next = TaskPlace{place, {}};
      break;
    }
    if (!is_wanted(query.jobs, *job)) continue;
    const bool goes_on = query.after && query.after->job == place;
    if (!take_tasks(query, place, *job, goes_on ? query.after->node : std::string(), page)) break;
  }
  return page;
}

}  // namespace muster::controller
