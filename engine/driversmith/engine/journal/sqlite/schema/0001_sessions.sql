-- Sessions with their claim, and everything that is recorded about them.
-- Times are UTC, ISO 8601 with milliseconds and Z, so that text order is time order; leases are Unix seconds.

CREATE TABLE sessions (
  number           INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id       TEXT NOT NULL UNIQUE,
  key              TEXT NOT NULL,
  api_name         TEXT NOT NULL,
  engine           TEXT NOT NULL,
  request          TEXT NOT NULL,
  project_path     TEXT NOT NULL,
  status           TEXT NOT NULL CHECK (status IN
    ('queued', 'running', 'waiting_for_host', 'interrupted', 'succeeded', 'failed', 'cancelled')),
  created_at       TEXT NOT NULL,
  updated_at       TEXT NOT NULL,
  finished_at      TEXT,
  delivered        INTEGER NOT NULL DEFAULT 0,
  resumed          INTEGER NOT NULL DEFAULT 0,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  epoch            INTEGER NOT NULL DEFAULT 0,
  owner_boot_id    TEXT,
  owner_pid        INTEGER,
  owner_started    TEXT,
  lease_until      REAL,
  result           TEXT
) STRICT;
CREATE INDEX sessions_by_key ON sessions (key, number);
CREATE INDEX sessions_by_status ON sessions (status, number);
CREATE INDEX sessions_by_api_name ON sessions (api_name, number);
CREATE INDEX sessions_unfinished_by_path ON sessions (project_path)
  WHERE status NOT IN ('succeeded', 'failed', 'cancelled');

CREATE TABLE steps (
  session_id TEXT NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  at         TEXT NOT NULL,
  result     TEXT NOT NULL,
  PRIMARY KEY (session_id, name)
) STRICT;

-- `token` is made by the writer of a row: a write that is sent twice is stored once.
CREATE TABLE events (
  session_id TEXT NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
  seq        INTEGER NOT NULL,
  token      TEXT NOT NULL UNIQUE,
  at         TEXT NOT NULL,
  kind       TEXT NOT NULL,
  level      TEXT NOT NULL,
  message    TEXT NOT NULL,
  progress   REAL,
  data       TEXT NOT NULL,
  PRIMARY KEY (session_id, seq)
) STRICT;

CREATE TABLE attempts (
  session_id      TEXT NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
  attempt         INTEGER NOT NULL,
  at              TEXT NOT NULL,
  engine          TEXT NOT NULL,
  outcome         TEXT NOT NULL,
  elapsed_seconds REAL NOT NULL,
  data            TEXT NOT NULL,
  PRIMARY KEY (session_id, attempt)
) STRICT;

CREATE TABLE diagnostics (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  token           TEXT NOT NULL UNIQUE,
  session_id      TEXT REFERENCES sessions (session_id) ON DELETE CASCADE,
  api_name        TEXT NOT NULL,
  attempt         INTEGER NOT NULL,
  at              TEXT NOT NULL,
  fingerprint     TEXT NOT NULL,
  error_type      TEXT NOT NULL,
  fix_strategy    TEXT NOT NULL,
  source          TEXT NOT NULL,
  diagnosis       TEXT NOT NULL,
  latency_seconds REAL NOT NULL,
  cost_usd        REAL,
  helped          INTEGER
) STRICT;
CREATE INDEX diagnostics_by_session ON diagnostics (session_id, id);
CREATE INDEX diagnostics_by_fingerprint ON diagnostics (fingerprint, id);

CREATE TABLE files (
  session_id TEXT NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
  path       TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  author     TEXT NOT NULL,
  size       INTEGER NOT NULL,
  text       TEXT NOT NULL,
  PRIMARY KEY (session_id, path)
) STRICT;

CREATE TABLE usage (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  token           TEXT NOT NULL UNIQUE,
  session_id      TEXT NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
  at              TEXT NOT NULL,
  role            TEXT NOT NULL,
  model           TEXT NOT NULL,
  input_tokens    INTEGER NOT NULL,
  cached_tokens   INTEGER NOT NULL,
  output_tokens   INTEGER NOT NULL,
  cost_usd        REAL,
  latency_seconds REAL NOT NULL,
  data            TEXT NOT NULL
) STRICT;
CREATE INDEX usage_by_session ON usage (session_id, id);

CREATE TABLE counts (
  token  TEXT PRIMARY KEY,
  name   TEXT NOT NULL,
  at     TEXT NOT NULL,
  amount INTEGER NOT NULL
) STRICT;
CREATE INDEX counts_by_name ON counts (name, at);
