import type Sqlite from 'better-sqlite3'

/** 'LRDR': marks the file as a Larder catalogue (SQLite's application_id, bytes 68 to 71 of the header). */
export const applicationId = 0x4c_52_44_52

/** One step of the schema. A published step is never edited: a change is a new step. */
export interface Migration {
  readonly version: number
  readonly update: (sqlite: Sqlite.Database) => void
}

/*
 * Times are epoch milliseconds, ids and names are text, sizes are bytes. The last columns of the list indexes are
 * those of the paging key, so that a page is read in order without sorting. The partial indexes answer "the newest
 * good one of this database" with one seek, however many backups there are.
 */
const backups = `
  CREATE TABLE backups (
    id TEXT NOT NULL PRIMARY KEY,
    database TEXT NOT NULL,
    state TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    folder TEXT NOT NULL,
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    plain_bytes INTEGER NOT NULL,
    plain_sha256 TEXT NOT NULL,
    encrypted INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
    table_count INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    server_version TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    checked_at INTEGER,
    proven_at INTEGER
  ) STRICT;
  CREATE INDEX backups_by_time ON backups (taken_at DESC, id DESC);
  CREATE INDEX backups_by_database ON backups (database, taken_at DESC, id DESC);
  CREATE INDEX backups_intact ON backups (database, taken_at DESC, id DESC)
    WHERE state IN ('intact', 'proven', 'copied');
  CREATE INDEX backups_proven ON backups (database, taken_at DESC, id DESC)
    WHERE state IN ('intact', 'proven', 'copied') AND proven_at IS NOT NULL;
  CREATE INDEX backups_by_file ON backups (folder, file);

  CREATE TABLE manifests (
    backup_id TEXT NOT NULL PRIMARY KEY REFERENCES backups (id) ON DELETE CASCADE,
    json TEXT NOT NULL
  ) STRICT;

  CREATE TABLE copies (
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    destination TEXT NOT NULL,
    state TEXT NOT NULL,
    checked_at INTEGER,
    PRIMARY KEY (backup_id, destination)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE checks (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    verdict TEXT NOT NULL,
    differences TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX checks_by_backup ON checks (backup_id, seq DESC);
`

/*
 * Jobs are numbered, because the order of starting must survive a clock that jumps. The unique index is the lease:
 * one running backup of a database, whichever process or OS user asks (INV-6).
 */
const jobs = `
  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    database TEXT NOT NULL,
    state TEXT NOT NULL,
    owner TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    ended_at INTEGER,
    phase TEXT,
    bytes INTEGER NOT NULL DEFAULT 0,
    stored_bytes INTEGER NOT NULL DEFAULT 0,
    backup_id TEXT,
    partial_paths TEXT NOT NULL DEFAULT '[]',
    child TEXT,
    fault TEXT,
    told_at INTEGER,
    cleared_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX jobs_lease ON jobs (database) WHERE kind = 'backup' AND state = 'running';
  CREATE INDEX jobs_running ON jobs (state, seq) WHERE state = 'running';
  CREATE INDEX jobs_uncleared ON jobs (state, seq) WHERE state = 'interrupted' AND cleared_at IS NULL;
  CREATE INDEX jobs_untold ON jobs (state, seq) WHERE state IN ('failed', 'interrupted') AND told_at IS NULL;
  CREATE INDEX jobs_outcome ON jobs (database, seq DESC)
    WHERE kind = 'backup' AND state IN ('done', 'failed', 'interrupted');
  CREATE INDEX jobs_by_backup ON jobs (backup_id, seq DESC) WHERE backup_id IS NOT NULL;
`

/*
 * Triggers keep the totals, because counting 100,000 rows for every look at *Today* is too slow. What is missing
 * takes no space and is not counted.
 */
const totals = `
  CREATE TABLE totals (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    rebuilt_at INTEGER
  ) STRICT;
  INSERT INTO totals (id, count, bytes) VALUES (1, 0, 0);
  CREATE TRIGGER totals_insert AFTER INSERT ON backups WHEN new.state <> 'missing' BEGIN
    UPDATE totals SET count = count + 1, bytes = bytes + new.bytes WHERE id = 1;
  END;
  CREATE TRIGGER totals_delete AFTER DELETE ON backups WHEN old.state <> 'missing' BEGIN
    UPDATE totals SET count = count - 1, bytes = bytes - old.bytes WHERE id = 1;
  END;
  CREATE TRIGGER totals_update AFTER UPDATE OF state, bytes ON backups BEGIN
    UPDATE totals SET
      count = count + (new.state <> 'missing') - (old.state <> 'missing'),
      bytes = bytes + iif(new.state <> 'missing', new.bytes, 0) - iif(old.state <> 'missing', old.bytes, 0)
    WHERE id = 1;
  END;
`

/*
 * A restore swaps databases by their names, and is told apart after a crash by their oids. What it replaced shares the
 * lease with backups: neither may begin while the other is at work in the same database.
 */
const restores = `
  CREATE TABLE restores (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    server TEXT NOT NULL,
    database TEXT NOT NULL,
    backup_id TEXT,
    undoes TEXT,
    started_at INTEGER NOT NULL,
    beside TEXT,
    beside_oid INTEGER,
    kept_as TEXT,
    kept_until INTEGER,
    warned_at INTEGER,
    result TEXT,
    report TEXT
  ) STRICT;
  CREATE INDEX restores_open ON restores (state, seq DESC) WHERE state IN ('running', 'kept');

  DROP INDEX jobs_lease;
  CREATE UNIQUE INDEX jobs_lease ON jobs (database)
    WHERE kind IN ('backup', 'restore', 'undo', 'release') AND state = 'running';
`

/*
 * Every moment at which the plan wants something has a row here, once it has come (INV-29). A row with `since` stands
 * for all slots after that moment and up to its own. The one row of `schedule` says up to when that has been done, and
 * by which plan.
 */
const slots = `
  CREATE TABLE schedule (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    plan TEXT NOT NULL,
    settled_to INTEGER NOT NULL,
    paused_at INTEGER,
    paused_until INTEGER,
    jumped_at INTEGER,
    jumped_ms INTEGER
  ) STRICT;
  CREATE TABLE slots (
    task TEXT NOT NULL,
    at INTEGER NOT NULL,
    since INTEGER,
    state TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    fault TEXT,
    owner TEXT,
    beat_at INTEGER,
    jobs TEXT NOT NULL DEFAULT '[]',
    decided_at INTEGER,
    PRIMARY KEY (task, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX slots_open ON slots (state, task, at) WHERE state IN ('due', 'running');
`

/*
 * The journal of deletions: a row before the first file of a backup goes, and its end in the transaction that takes the
 * backup off the list. What is open belongs to a process, or to nobody any more. It has no reference to the backup,
 * because it outlives it.
 */
const deletions = `
  ALTER TABLE backups ADD COLUMN pinned_at INTEGER;
  CREATE TABLE deletions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    plan TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    destination TEXT NOT NULL,
    database TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    folder TEXT NOT NULL,
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    reason TEXT NOT NULL,
    owner TEXT,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT
  ) STRICT;
  CREATE UNIQUE INDEX deletions_open ON deletions (backup_id, destination) WHERE ended_at IS NULL;
`

/*
 * One row for each time that a condition held; the index keeps it to one at a time. What was told of it, and where,
 * stands apart. `about` is the id of an alert, or what a ping was for. Only the process that has the lease of a channel
 * (busy_until) speaks there.
 */
const alerts = `
  CREATE TABLE alerts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL,
    subject TEXT NOT NULL,
    level TEXT NOT NULL,
    origin TEXT NOT NULL,
    text TEXT NOT NULL,
    since INTEGER NOT NULL,
    acknowledged_at INTEGER,
    resolved_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX alerts_live ON alerts (code, subject) WHERE resolved_at IS NULL;
  CREATE INDEX alerts_resolved ON alerts (resolved_at DESC) WHERE resolved_at IS NOT NULL;
  CREATE TABLE told (
    about TEXT NOT NULL,
    channel TEXT NOT NULL,
    count INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    solved_at INTEGER,
    PRIMARY KEY (about, channel)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE channels (
    channel TEXT NOT NULL PRIMARY KEY,
    busy_until INTEGER,
    failing_since INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    tried_at INTEGER,
    problem TEXT,
    worked_at INTEGER
  ) STRICT, WITHOUT ROWID;
`

export const migrations: readonly Migration[] = [
  { version: 1, update: (sqlite) => sqlite.exec(backups + jobs + totals) },
  { version: 2, update: (sqlite) => sqlite.exec(restores) },
  { version: 3, update: (sqlite) => sqlite.exec(slots) },
  { version: 4, update: (sqlite) => sqlite.exec(deletions) },
  { version: 5, update: (sqlite) => sqlite.exec(alerts) },
  { version: 6, update: (sqlite) => sqlite.exec('ALTER TABLE alerts ADD COLUMN opened_at INTEGER') },
]

export const newestVersion = (steps: readonly Migration[] = migrations): number => steps.at(-1)?.version ?? 0

/**
 * Brings the schema to the newest version, all steps or none. The version is read inside the transaction, because
 * another process may have been faster.
 */
export function migrate(sqlite: Sqlite.Database, steps: readonly Migration[] = migrations): void {
  const upgrade = sqlite.transaction(() => {
    const version = Number(sqlite.pragma('user_version', { simple: true }))
    for (const step of steps.filter((one) => one.version > version)) {
      step.update(sqlite)
      sqlite.pragma(`user_version = ${step.version}`)
    }
    sqlite.pragma(`application_id = ${applicationId}`)
  })
  upgrade.immediate()
}
