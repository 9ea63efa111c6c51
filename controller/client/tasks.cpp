#include "client/tasks.hpp"

#include "client/job_place.hpp"

namespace muster::client {

static void read(const Place& place, ListedTask& task) {
  place.must("task", task.id);
  place.must("job", task.job);
  place.must("operation", task.operation);
  place.must("selector", task.selector);
  place.must("check", task.check);
  place.must("requested_by", task.requested_by);
  place.must("created", task.created);
  place.must("node", task.node);
  place.must("node_id", task.node_id);
  place.must("state", task.state);
  place.must("attempt", task.attempt);
  place.must_or_null("started", task.started);
  place.must_or_null("ended", task.ended);
  place.must_or_null("exit_code", task.exit_code);
  place.must_or_null("error", task.error);
  place.must("outputs", task.outputs);
  task.told = place.told();
}

static void read(const Place& place, Page<ListedTask>& page) {
  place.must("tasks", page.items);
  place.may("next", page.next);
  page.told = place.told();
}

Result<Page<ListedTask>> list_tasks(ApiClient& api, const TaskQuery& asked) {
  return read_answer<Page<ListedTask>>(
      api.get("/v1/tasks" + query({{"operation", asked.jobs.operation},
                                   {"by", asked.jobs.by},
                                   {"node", asked.jobs.node},
                                   {"state", asked.jobs.state},
                                   {"since", asked.jobs.since},
                                   {"until", asked.jobs.until},
                                   {"job", asked.job},
                                   {"task_state", asked.task_state},
                                   {"after", asked.cursor},
                                   {"limit", std::to_string(asked.limit)}})));
}

}  // namespace muster::client
