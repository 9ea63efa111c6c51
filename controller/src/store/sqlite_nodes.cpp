// Nodes, and the tokens that let them and operators in.
#include <optional>

#include "store/record_json.hpp"
#include "store/sql.hpp"
#include "store/sqlite_store.hpp"
#include "store/token_rules.hpp"

namespace muster::controller {
namespace {

constexpr const char* kTokenColumns =
    "SELECT id, secret, created, expires, uses, uses_left, labels, created_by, revoked "
    "FROM enrollment_tokens ";

EnrollmentToken token_from(SQLite::Statement& row) {
  return {sql::id<EnrollmentTokenId>(row.getColumn(0)),
          sql::array<32>(row.getColumn(1)),
          row.getColumn(2).getInt64(),
          row.getColumn(3).getInt64(),
          row.getColumn(4).getUInt(),
          row.getColumn(5).getUInt(),
          map_from_json(row.getColumn(6).getString()),
          row.getColumn(7).getString(),
          row.getColumn(8).getInt64()};
}

Result<EnrollmentToken> find_token(SQLite::Database& database, const Digest& secret) {
  SQLite::Statement query(database, std::string(kTokenColumns) + "WHERE secret = ?");
  sql::bind(query, secret);
  if (!query.executeStep()) return unknown_token();
  return token_from(query);
}

Status use_token(SQLite::Database& database, const EnrollmentToken& token, UnixMs now) {
  if (auto usable = check_usable(token, now); !usable) return usable;
  sql::execute(database, "UPDATE enrollment_tokens SET uses_left = uses_left - 1 WHERE id = ?",
               token.id);
  return {};
}

Status check_name_is_free(SQLite::Database& database, const std::string& name) {
  SQLite::Statement query(database, "SELECT 1 FROM nodes WHERE name = ? AND retired = 0");
  sql::bind(query, name);
  if (!query.executeStep()) return {};
  return fail(ErrorCode::Conflict,
              "a node named " + name + " is in the fleet already; join with another name (--name)",
              "/name");
}

Status insert_node(SQLite::Database& database, const NodeRecord& node) {
  const int inserted =
      sql::execute(database,
                   "INSERT OR IGNORE INTO nodes (id, name, machine_id, transport_key, session_key, "
                   "labels, enrolled, "
                   "last_seen, agent_version, facts_digest, facts, plugins) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   node.id, node.name, node.machine_id, node.transport_key, node.session_key,
                   map_to_json(node.labels), node.enrolled, node.last_seen, node.agent_version,
                   node.facts_digest, map_to_json(node.facts), plugins_to_json(node.plugins));
  if (inserted == 1) return {};
  return fail(ErrorCode::Conflict,
              "a node with this id or these keys has joined before; join again with new keys");
}

constexpr const char* kNodeColumns =
    "SELECT id, name, machine_id, transport_key, session_key, labels, enrolled, last_seen, "
    "agent_version, facts_digest, facts, plugins, drain, facts_older FROM nodes ";

NodeRecord node_from(SQLite::Statement& row) {
  NodeRecord node;
  node.id = sql::id<NodeId>(row.getColumn(0));
  node.name = row.getColumn(1).getString();
  node.machine_id = row.getColumn(2).getString();
  node.transport_key = sql::array<32>(row.getColumn(3));
  node.session_key = sql::array<32>(row.getColumn(4));
  node.labels = map_from_json(row.getColumn(5).getString());
  node.enrolled = row.getColumn(6).getInt64();
  node.last_seen = row.getColumn(7).getInt64();
  node.agent_version = row.getColumn(8).getString();
  node.facts_digest = sql::array<32>(row.getColumn(9));
  node.facts = map_from_json(row.getColumn(10).getString());
  node.plugins = plugins_from_json(row.getColumn(11).getString());
  node.drain = drain_from_json(row.getColumn(12).getString());
  node.facts_older = times_from_json(row.getColumn(13).getString());
  return node;
}

/// The living node that joined with this name and these keys.
std::optional<NodeRecord> joined_before(SQLite::Database& database, const NodeRecord& node) {
  SQLite::Statement query(database, std::string(kNodeColumns) +
                                        "WHERE retired = 0 AND name = ? AND transport_key = ? AND "
                                        "session_key = ?");
  sql::bind(query, node.name, node.transport_key, node.session_key);
  if (!query.executeStep()) return std::nullopt;
  return node_from(query);
}

Status one_row(int changed, const char* sentence) {
  if (changed == 1) return {};
  return fail(ErrorCode::NotFound, sentence);
}

constexpr std::size_t kPluginBytes = sizeof(wire::PluginInfo) + 64;  // with its names

}  // namespace

void SqliteStore::enroll_node(const Digest& secret, NodeRecord joining, Done<NodeRecord> done) {
  write<NodeRecord>(
      [secret, joining = std::move(joining)](SQLite::Database& database) -> Result<NodeRecord> {
        NodeRecord node = joining;
        auto token = find_token(database, secret);
        if (!token) return tl::unexpected(token.error());
        if (token->revoked == 0) {
          if (auto before = joined_before(database, node)) return std::move(*before);
        }
        if (auto used = use_token(database, *token, node.enrolled); !used) {
          return tl::unexpected(used.error());
        }
        node.labels = token->labels;
        if (auto is_free = check_name_is_free(database, node.name); !is_free) {
          return tl::unexpected(is_free.error());
        }
        if (auto put = insert_node(database, node); !put) return tl::unexpected(put.error());
        return node;
      },
      std::move(done));
}

void SqliteStore::update_node(NodeId node, NodeReport report, Done<void> done) {
  auto bytes = report.plugins.size() * kPluginBytes;
  for (const auto& [name, value] : report.facts) bytes += name.size() + value.size();
  for (const auto& [name, time] : report.facts_older) bytes += name.size() + sizeof time;
  write<void>(
      [node, report = std::move(report)](SQLite::Database& database) -> Status {
        return one_row(
            sql::execute(
                database,
                "UPDATE nodes SET last_seen = ?, agent_version = ?, facts_digest = ?, facts = ?, "
                "facts_older = ?, plugins = ? WHERE id = ?",
                report.last_seen, report.agent_version, report.facts_digest,
                map_to_json(report.facts), times_to_json(report.facts_older),
                plugins_to_json(report.plugins), node),
            "there is no such node");
      },
      std::move(done), bytes);
}

void SqliteStore::set_labels(NodeId node, Labels labels, Done<void> done) {
  write<void>(
      [node, labels = std::move(labels)](SQLite::Database& database) -> Status {
        return one_row(sql::execute(database, "UPDATE nodes SET labels = ? WHERE id = ?",
                                    map_to_json(labels), node),
                       "there is no such node");
      },
      std::move(done));
}

void SqliteStore::set_drain(NodeId node, std::optional<Drain> drain, Done<void> done) {
  write<void>(
      [node, drain = std::move(drain)](SQLite::Database& database) -> Status {
        return one_row(sql::execute(database, "UPDATE nodes SET drain = ? WHERE id = ?",
                                    drain_to_json(drain), node),
                       "there is no such node");
      },
      std::move(done));
}

void SqliteStore::retire_node(NodeId node, UnixMs when, Done<void> done) {
  write<void>(
      [node, when](SQLite::Database& database) -> Status {
        return one_row(
            sql::execute(database, "UPDATE nodes SET retired = ? WHERE id = ? AND retired = 0",
                         when, node),
            "there is no such node");
      },
      std::move(done));
}

Result<std::vector<NodeRecord>> SqliteStore::nodes() {
  return sql::guarded([&]() -> Result<std::vector<NodeRecord>> {
    SQLite::Statement query(*reader_,
                            std::string(kNodeColumns) + "WHERE retired = 0 ORDER BY name");
    std::vector<NodeRecord> nodes;
    while (query.executeStep()) nodes.push_back(node_from(query));
    return nodes;
  });
}

void SqliteStore::add_enrollment_token(EnrollmentToken token, Done<void> done) {
  write<void>(
      [token = std::move(token)](SQLite::Database& database) -> Status {
        sql::execute(
            database,
            "INSERT INTO enrollment_tokens (id, secret, created, expires, uses, uses_left, labels, "
            "created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            token.id, token.secret, token.created, token.expires, token.uses, token.uses_left,
            map_to_json(token.labels), token.created_by);
        return {};
      },
      std::move(done));
}

void SqliteStore::revoke_enrollment_token(EnrollmentTokenId token, UnixMs when, Done<void> done) {
  write<void>(
      [token, when](SQLite::Database& database) -> Status {
        return one_row(
            sql::execute(database,
                         "UPDATE enrollment_tokens SET revoked = ? WHERE id = ? AND revoked = 0",
                         when, token),
            "there is no such enrolment token");
      },
      std::move(done));
}

Result<std::vector<EnrollmentToken>> SqliteStore::enrollment_tokens(UnixMs now) {
  return sql::guarded([&]() -> Result<std::vector<EnrollmentToken>> {
    SQLite::Statement query(*reader_, std::string(kTokenColumns) +
                                          "WHERE revoked = 0 AND uses_left > 0 AND expires > ? "
                                          "ORDER BY created DESC, rowid DESC");
    sql::bind(query, now);
    std::vector<EnrollmentToken> tokens;
    while (query.executeStep()) tokens.push_back(token_from(query));
    return tokens;
  });
}

void SqliteStore::add_api_token(ApiToken token, Done<void> done) {
  write<void>(
      [token = std::move(token)](SQLite::Database& database) -> Status {
        const int inserted =
            sql::execute(database,
                         "INSERT OR IGNORE INTO api_tokens (id, secret, name, role, created) "
                         "VALUES (?, ?, ?, ?, ?)",
                         token.id, token.secret, token.name, token.role, token.created);
        if (inserted == 1) return {};
        return fail(ErrorCode::Conflict, "a token named " + token.name + " is in force already",
                    "/name");
      },
      std::move(done));
}

void SqliteStore::revoke_api_token(ApiTokenId token, UnixMs when, Done<void> done) {
  write<void>(
      [token, when](SQLite::Database& database) -> Status {
        return one_row(
            sql::execute(database, "UPDATE api_tokens SET revoked = ? WHERE id = ? AND revoked = 0",
                         when, token),
            "there is no such token");
      },
      std::move(done));
}

Result<std::vector<ApiToken>> SqliteStore::api_tokens() {
  return sql::guarded([&]() -> Result<std::vector<ApiToken>> {
    SQLite::Statement query(
        *reader_,
        "SELECT id, secret, name, role, created FROM api_tokens WHERE revoked = 0 "
        "ORDER BY name");
    std::vector<ApiToken> tokens;
    while (query.executeStep()) {
      tokens.push_back({sql::id<ApiTokenId>(query.getColumn(0)), sql::array<32>(query.getColumn(1)),
                        query.getColumn(2).getString(), query.getColumn(3).getString(),
                        query.getColumn(4).getInt64(), 0});
    }
    return tokens;
  });
}

}  // namespace muster::controller
