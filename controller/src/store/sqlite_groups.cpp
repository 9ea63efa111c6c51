// Selectors that have a name.
#include "store/sql.hpp"
#include "store/sqlite_store.hpp"

namespace muster::controller {

void SqliteStore::put_group(GroupRecord group, Done<void> done) {
  const auto bytes = group.selector.size() + group.doc.size();
  write<void>(
      [group = std::move(group)](SQLite::Database& database) -> Status {
        sql::execute(database,
                     "INSERT OR REPLACE INTO groups (name, selector, doc, updated, updated_by) "
                     "VALUES (?, ?, ?, ?, ?)",
                     group.name, group.selector, group.doc, group.updated, group.updated_by);
        return {};
      },
      std::move(done), bytes);
}

void SqliteStore::remove_group(std::string name, Done<void> done) {
  write<void>(
      [name = std::move(name)](SQLite::Database& database) -> Status {
        if (sql::execute(database, "DELETE FROM groups WHERE name = ?", name) == 1) return {};
        return fail(ErrorCode::NotFound, "there is no group " + name);
      },
      std::move(done));
}

Result<std::vector<GroupRecord>> SqliteStore::groups() {
  return sql::guarded([&]() -> Result<std::vector<GroupRecord>> {
    SQLite::Statement query(
        *reader_, "SELECT name, selector, doc, updated, updated_by FROM groups ORDER BY name");
    std::vector<GroupRecord> groups;
    while (query.executeStep()) {
      groups.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                        query.getColumn(2).getString(), query.getColumn(3).getInt64(),
                        query.getColumn(4).getString()});
    }
    return groups;
  });
}

}  // namespace muster::controller
