/// The tables of the SQLite store as this version makes them. Private to sqlite_schema.cpp, which
/// also brings those of older versions to the same shape.
#pragma once

namespace muster::controller {

// Also what version 7 brought, beyond columns: how jobs are found, and by retention the oldest that
// ended. The first four hold all that is asked of a job, so that a search reads no row that it does
// not give back. A node's tasks are found range by range of their numbers:
// an index by the name alone would have every job over a large fleet write as many pages as it has
// nodes.
inline constexpr const char* kHistoryIndexes = R"(
CREATE INDEX jobs_in_short ON jobs (number, operation, requested_by, created, state, outcome);
CREATE INDEX jobs_of_operation ON jobs
  (operation, number, requested_by, created, state, outcome);
CREATE INDEX jobs_of_requester ON jobs
  (requested_by, number, operation, created, state, outcome);
CREATE INDEX jobs_by_outcome ON jobs (outcome, number, operation, requested_by, created, state);
CREATE INDEX jobs_by_time ON jobs (created);
CREATE INDEX ended_jobs ON jobs (ended) WHERE ended <> 0;
CREATE INDEX tasks_of_node ON tasks (number >> 16, node_name, number, job);
)";

// Also what version 9 brought, beyond columns: files of outputs that no task has any more.
inline constexpr const char* kRetentionTables = R"(
CREATE TABLE unused_outputs (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32)) WITHOUT ROWID, STRICT;
)";

// Also what version 6 brought.
inline constexpr const char* kWebhookTables = R"(
CREATE TABLE webhooks (
  name TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  filter TEXT NOT NULL,
  allow_private INTEGER NOT NULL,
  secret BLOB NOT NULL,
  updated INTEGER NOT NULL,
  updated_by TEXT NOT NULL,
  cursor INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER NOT NULL DEFAULT 0,
  next_attempt INTEGER NOT NULL DEFAULT 0,
  last_success INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL,
  gone INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0,
  missed INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook TEXT NOT NULL,
  event INTEGER NOT NULL,
  time INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  size INTEGER NOT NULL,
  died INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  reason TEXT NOT NULL) STRICT;
CREATE INDEX letters_of_webhook ON dead_letters (webhook, id, size);
)";

inline constexpr const char* kTables = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, number INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;

CREATE TABLE nodes (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  name TEXT NOT NULL,
  machine_id TEXT NOT NULL,
  transport_key BLOB NOT NULL UNIQUE CHECK (length(transport_key) = 32),
  session_key BLOB NOT NULL UNIQUE CHECK (length(session_key) = 32),
  labels TEXT NOT NULL,
  enrolled INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0,
  drain TEXT NOT NULL DEFAULT '',
  agent_version TEXT NOT NULL,
  facts_digest BLOB NOT NULL CHECK (length(facts_digest) = 32),
  facts TEXT NOT NULL,
  facts_older TEXT NOT NULL DEFAULT '{}',
  plugins TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX living_names ON nodes (name) WHERE retired = 0;

CREATE TABLE enrollment_tokens (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  secret BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
  labels TEXT NOT NULL,
  created_by TEXT NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE api_tokens (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  secret BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX api_token_names ON api_tokens (name) WHERE revoked = 0;

CREATE TABLE jobs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  operation TEXT NOT NULL,
  instance TEXT NOT NULL,
  selector TEXT NOT NULL,
  arguments TEXT NOT NULL,
  timeout_ms INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  offline INTEGER NOT NULL,
  check_mode INTEGER NOT NULL,
  output_cap INTEGER NOT NULL,
  requested_by TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_digest BLOB NOT NULL,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  targets INTEGER NOT NULL DEFAULT 0,
  counts TEXT NOT NULL DEFAULT '',
  drained INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0,
  sample TEXT NOT NULL DEFAULT '',
  seed TEXT NOT NULL DEFAULT '',
  at_once INTEGER NOT NULL DEFAULT 0,
  max_failed INTEGER NOT NULL DEFAULT 0,
  stopped INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 0,
  outcome INTEGER NOT NULL DEFAULT 0,
  secrets INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX job_keys ON jobs (requested_by, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX open_jobs ON jobs (number) WHERE ended = 0;

CREATE TABLE tasks (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  job INTEGER NOT NULL REFERENCES jobs (number),
  node BLOB NOT NULL CHECK (length(node) = 16),
  node_name TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  result BLOB NOT NULL,
  error TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  outputs TEXT NOT NULL) STRICT;
CREATE INDEX tasks_of_job ON tasks (job, node_name, state);

CREATE TABLE last_tasks (
  operation TEXT NOT NULL,
  node BLOB NOT NULL,
  task INTEGER NOT NULL,
  PRIMARY KEY (operation, node)) WITHOUT ROWID, STRICT;

CREATE TABLE groups (
  name TEXT PRIMARY KEY,
  selector TEXT NOT NULL,
  doc TEXT NOT NULL,
  updated INTEGER NOT NULL,
  updated_by TEXT NOT NULL) STRICT;

CREATE TABLE outputs (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
  size INTEGER NOT NULL,
  body BLOB,
  uses INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE manifests (
  digest BLOB PRIMARY KEY CHECK (length(digest) = 32), json TEXT NOT NULL) STRICT;

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL) STRICT;
)";

}  // namespace muster::controller
