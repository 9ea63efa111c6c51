// Which task each node had last, and how it stands.
#include "store/sql.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {
namespace {

LastStates states_from(SQLite::Statement& rows) {
  LastStates states;
  while (rows.executeStep()) {
    states[sql::id<NodeId>(rows.getColumn(0))] = static_cast<TaskState>(rows.getColumn(1).getInt());
  }
  return states;
}

}  // namespace

Result<LastStates> SqliteStore::last_states(const std::string& operation) {
  return sql::guarded([&]() -> Result<LastStates> {
    SQLite::Statement query(*reader_,
                            "SELECT last_tasks.node, state FROM last_tasks "
                            "JOIN tasks ON tasks.number = last_tasks.task WHERE operation = ?");
    sql::bind(query, operation);
    return states_from(query);
  });
}

Result<LastStates> SqliteStore::last_states(JobId job) {
  return sql::guarded([&]() -> Result<LastStates> {
    SQLite::Statement number(*reader_, "SELECT number FROM jobs WHERE id = ?");
    sql::bind(number, job);
    if (!number.executeStep()) return fail(ErrorCode::NotFound, "there is no job " + job.text());
    SQLite::Statement query(*reader_, "SELECT node, state FROM tasks WHERE job = ?");
    sql::bind(query, number.getColumn(0).getInt64());
    return states_from(query);
  });
}

}  // namespace muster::controller
