//! The database: settings, tables, versions.
//!
//! `event` and `body` never change their shape. Everything below `PROJECTIONS` is computed
//! from them and may be dropped and built anew by any release.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use crate::domain::registers;

use super::error::{Result, StoreError};
use super::look::Looked;
use super::{insert, place, words};

/// `application_id`: the letters `zhbn`.
pub(super) const APPLICATION: i64 = 0x7a68_626e;
/// `user_version`: the shape of the log.
pub const VERSION: i64 = 1;
/// The oldest SQLite without the WAL-reset bug, which loses commits.
pub(super) const SQLITE: i32 = 3_051_003;

/// The longest text or row, in bytes: a body has at most 64 KiB, a register's fields may be many
/// bodies together.
pub const LENGTH_MAX: i32 = 256 << 20;
/// The longest statement, in bytes.
pub const SQL_LENGTH_MAX: i32 = 100_000;
/// The deepest that triggers go.
pub const TRIGGER_DEPTH_MAX: i32 = 10;

/// The memory for pages, negative KiB as SQLite reads it.
pub(super) const CACHE: i64 = -16_384;
/// After how many pages the write-ahead log is copied into the database: as many as the cache
/// has, since what is written again and again is then copied less often.
pub(super) const CHECKPOINT_PAGES: i64 = 4_096;

/// What is never dropped.
const LOG: &str = "
CREATE TABLE shop(one INTEGER PRIMARY KEY CHECK(one = 1), id BLOB NOT NULL, secret BLOB, name TEXT NOT NULL, drill INTEGER NOT NULL) STRICT;
CREATE TABLE replica(no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, key BLOB NOT NULL) STRICT;
CREATE TABLE stream(no INTEGER PRIMARY KEY, replica INTEGER NOT NULL REFERENCES replica(no), from_seq INTEGER NOT NULL,
  from_chain BLOB NOT NULL, seq INTEGER NOT NULL, chain BLOB NOT NULL, indexed INTEGER NOT NULL) STRICT;
CREATE INDEX stream_replica ON stream(replica);
CREATE TABLE event(key INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, at INTEGER NOT NULL, zone INTEGER NOT NULL,
  act INTEGER NOT NULL, register TEXT NOT NULL, record BLOB NOT NULL, verb INTEGER NOT NULL, version INTEGER NOT NULL,
  roster BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
CREATE INDEX event_roster ON event(stamp, chain) WHERE register = 'person';
CREATE TABLE body(key INTEGER PRIMARY KEY, salt BLOB, facts BLOB, personal BLOB, digest BLOB) STRICT;
CREATE TABLE seal(stream INTEGER NOT NULL, seq INTEGER NOT NULL, chain BLOB NOT NULL, roster BLOB NOT NULL,
  signature BLOB NOT NULL, PRIMARY KEY(stream, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE outside(no INTEGER PRIMARY KEY, at INTEGER NOT NULL, code TEXT NOT NULL, replica BLOB NOT NULL,
  seq INTEGER NOT NULL, chain BLOB NOT NULL, previous BLOB NOT NULL, line BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX outside_chain ON outside(chain);
CREATE TABLE arrival(stream INTEGER NOT NULL, to_seq INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(stream, to_seq)) STRICT, WITHOUT ROWID;
CREATE TABLE seen(person TEXT NOT NULL, record BLOB NOT NULL, upto INTEGER NOT NULL,
  PRIMARY KEY(person, record)) STRICT, WITHOUT ROWID;
CREATE TABLE draft(person TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(person, key)) STRICT, WITHOUT ROWID;
CREATE TABLE setting_local(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE number(letters TEXT NOT NULL, letter TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(letters, letter)) STRICT, WITHOUT ROWID;
CREATE TABLE dirty(record BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE dirty_key(watch TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY(watch, key)) STRICT, WITHOUT ROWID;
";

/// What is local and came with a later release than the first: laid where it is missing, never
/// dropped.
///
/// `given` is what left this store as a file, and to whom; `kept_back` which events went to a
/// replica without their bodies.
const LOCAL: &str = "
CREATE TABLE IF NOT EXISTS given(no INTEGER PRIMARY KEY, at INTEGER NOT NULL, replica BLOB NOT NULL, kind TEXT NOT NULL,
  file TEXT NOT NULL, receivers TEXT NOT NULL, reason TEXT, holds TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS kept_back(replica BLOB NOT NULL, key INTEGER NOT NULL,
  PRIMARY KEY(replica, key)) STRICT, WITHOUT ROWID;
";

/// Which events may be ones of authority: what `event_authority` holds, word for word, else SQLite
/// does not go by it. Spelled without IN, for which it would build two tables at every event that
/// is written.
macro_rules! authority {
    () => {
        "verb = 7 OR verb = 9 OR verb = 10
  OR register = 'person' OR register = 'account' OR register = 'allowance' OR register = 'setting'"
    };
}
pub(super) use authority;

/// Computed from the log; dropped and built anew when the declarations change.
///
/// `record_no` gives each record a number in the order in which they appear: `event_of` says by it
/// which events are a record's, its row in `record` has it and its keys in `watch_key`, since ids
/// are random and would scatter over the whole index what comes in together.
const PROJECTIONS: &str = concat!(
    "
CREATE TABLE record_no(no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE event_of(record INTEGER NOT NULL, stamp INTEGER NOT NULL, key INTEGER NOT NULL,
  PRIMARY KEY(record, stamp, key)) STRICT, WITHOUT ROWID;
DROP INDEX IF EXISTS event_record;
DROP INDEX IF EXISTS event_authority;
CREATE INDEX event_authority ON event(key) WHERE ",
    authority!(),
    ";
DROP INDEX IF EXISTS event_grants;
CREATE INDEX event_grants ON event(register) WHERE register = 'allowance';
DROP INDEX IF EXISTS event_files;
CREATE INDEX event_files ON event(verb, record, key) WHERE verb = 6 OR verb = 10;
DROP INDEX IF EXISTS body_hidden;
DROP INDEX IF EXISTS body_withheld;
CREATE INDEX body_withheld ON body(key) WHERE digest >= x'02' AND digest < x'03';
CREATE TABLE record(no INTEGER PRIMARY KEY, id BLOB NOT NULL, register TEXT NOT NULL, state TEXT NOT NULL,
  owner TEXT, first_owner TEXT, due INTEGER, due_source TEXT, rank INTEGER NOT NULL, opened INTEGER NOT NULL,
  closed INTEGER, title TEXT, subject TEXT, customer BLOB, order_id BLOB, order_number TEXT, number TEXT, amount INTEGER, currency TEXT,
  ours INTEGER NOT NULL, post TEXT NOT NULL, step TEXT, since INTEGER NOT NULL, snoozed INTEGER, void INTEGER NOT NULL,
  work INTEGER NOT NULL, last INTEGER NOT NULL, fields TEXT NOT NULL) STRICT;
CREATE INDEX open_rank ON record(rank, no, register, state, owner, post, step, ours, snoozed, work) WHERE closed IS NULL;
CREATE INDEX open_since ON record(since, no, register, state, owner, post, step, ours, snoozed, work) WHERE closed IS NULL;
CREATE INDEX open_opened ON record(opened, no, register, state, owner, post, step, ours, snoozed, work) WHERE closed IS NULL;
CREATE INDEX open_register ON record(register, rank, no, state, owner, post, step, ours, snoozed, work) WHERE closed IS NULL;
CREATE INDEX by_register ON record(register, opened, no);
CREATE INDEX by_customer ON record(customer, opened) WHERE customer IS NOT NULL;
CREATE INDEX by_order ON record(order_id, opened) WHERE order_id IS NOT NULL;
CREATE TABLE word(slot INTEGER NOT NULL, word TEXT NOT NULL, no INTEGER NOT NULL,
  PRIMARY KEY(slot, word, no)) STRICT, WITHOUT ROWID;
CREATE TABLE late_words(first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
CREATE TABLE watch_key(record INTEGER NOT NULL, watch TEXT NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY(record, watch, key)) STRICT, WITHOUT ROWID;
CREATE INDEX watch_records ON watch_key(watch, key, record);
CREATE TABLE contradiction(id BLOB PRIMARY KEY, source TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
  about TEXT NOT NULL, evidence TEXT NOT NULL, closed INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX contradiction_source ON contradiction(source, key);
CREATE TABLE contradiction_of(record BLOB NOT NULL, id BLOB NOT NULL, closed INTEGER NOT NULL,
  PRIMARY KEY(record, id)) STRICT, WITHOUT ROWID;
CREATE INDEX contradiction_records ON contradiction_of(id);
CREATE TABLE unfolded(key INTEGER PRIMARY KEY, code TEXT NOT NULL) STRICT;
CREATE TABLE search_row(row INTEGER PRIMARY KEY, key INTEGER NOT NULL) STRICT;
CREATE INDEX search_key ON search_row(key);
CREATE VIRTUAL TABLE search USING fts5(words, content = '', detail = none, prefix = '1', tokenize = 'ascii');
INSERT INTO search(search, rank) VALUES('secure-delete', 1);
"
);

const DROPPED: [&str; 11] = [
    "record_no",
    "event_of",
    "record",
    "word",
    "late_words",
    "watch_key",
    "contradiction",
    "contradiction_of",
    "unfolded",
    "search_row",
    "search",
];

/// Opens a database file with every setting that zhiban relies on.
pub fn connect(path: &Path, read_only: bool) -> Result<Connection> {
    let access = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    connect_with(path, access)
}

pub(super) fn connect_with(path: &Path, access: OpenFlags) -> Result<Connection> {
    if rusqlite::version_number() < SQLITE {
        return Err(StoreError::OldSqlite(rusqlite::version().to_owned()));
    }
    let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    settle(conn)
}

pub(super) fn settle(conn: Connection) -> Result<Connection> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Else partial indexes make SQLite look at bound values, and compile a statement anew for
    // each of them.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, LENGTH_MAX)?;
    conn.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, SQL_LENGTH_MAX)?;
    conn.set_limit(Limit::SQLITE_LIMIT_TRIGGER_DEPTH, TRIGGER_DEPTH_MAX)?;
    // VACUUM attaches its own file.
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
    for (name, value) in [
        ("synchronous", "FULL"),
        // On macOS a sync leaves the bytes in the drive's own memory without this.
        ("fullfsync", "ON"),
        ("checkpoint_fullfsync", "ON"),
        ("mmap_size", "0"),
        ("cell_size_check", "ON"),
        ("foreign_keys", "ON"),
        ("temp_store", "MEMORY"),
    ] {
        conn.pragma_update(None, name, value)?;
    }
    conn.pragma_update(None, "cache_size", CACHE)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    // Its answer is a row, which pragma_update does not take.
    conn.pragma_query_value(None, "secure_delete", |_| Ok(()))?;
    conn.query_row("PRAGMA secure_delete = FAST", [], |_| Ok(()))?;
    conn.set_prepared_statement_cache_capacity(64);
    demand_settings(&conn)?;
    Ok(conn)
}

/// Reads back the settings on which nothing less than somebody's work depends: SQLite passes
/// over what it does not know without a word.
fn demand_settings(conn: &Connection) -> Result<()> {
    for (name, wanted) in [
        // FULL: each commit waits for the disk.
        ("synchronous", 2),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("foreign_keys", 1),
        ("secure_delete", 2),
    ] {
        let answer: i64 = conn.pragma_query_value(None, name, |row| row.get(0))?;
        if answer != wanted {
            return Err(StoreError::Setting(name));
        }
    }
    Ok(())
}

/// Switches the write-ahead log on; its answer counts, not that it was asked for.
pub fn demand_wal(conn: &Connection) -> Result<()> {
    let answer: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if answer == "wal" {
        Ok(())
    } else {
        Err(StoreError::NoWal(answer))
    }
}

/// Lays an empty store down.
pub fn lay(conn: &mut Connection) -> Result<()> {
    demand_wal(conn)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(LOG)?;
    tx.execute_batch(LOCAL)?;
    tx.execute_batch(PROJECTIONS)?;
    tx.execute(
        "INSERT INTO setting_local(key, value) VALUES('declared', ?1)",
        [DECLARED.as_str()],
    )?;
    tx.pragma_update(None, "application_id", APPLICATION)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()?;
    Ok(())
}

/// Opens a store's database to write, after it was looked at; `renewing` is told before the
/// projections are made anew.
///
/// Fails where they must be and a workstation, which then is of another release, has the store.
pub fn open(looked: Looked, folder: &Path, renewing: &mut dyn FnMut()) -> Result<Connection> {
    let mut conn = if looked.goes_on {
        let conn = looked.conn;
        conn.pragma_update(None, "query_only", "OFF")?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        conn
    } else {
        drop(looked.conn);
        connect(&folder.join(place::DATABASE), false)?
    };
    if !is_current(&conn)? {
        // Else that workstation would go on to write rows by its own rules.
        let _alone = place::lock(folder, 0).map_err(|fault| match fault {
            StoreError::Locked(holder) => StoreError::LockedByOther(holder),
            other => other,
        })?;
        renewing();
        renew(&mut conn)?;
    }
    Ok(conn)
}

/// Returns whether the projections are of this release and its declarations.
pub(super) fn is_current(conn: &Connection) -> Result<bool> {
    let mut query =
        conn.prepare_cached("SELECT value = ?1 FROM setting_local WHERE key = 'declared'")?;
    Ok(query
        .query_row([DECLARED.as_str()], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// Begins a transaction that writes.
///
/// Fails where another release has made the projections its own since the store was opened: rows
/// by the rules of this one would be wrong there, and nobody would notice.
pub(super) fn begin(conn: &mut Connection) -> Result<Transaction<'_>> {
    begin_beside(conn)
}

/// Begins one as [`begin`] does, on a connection that something is read from meanwhile.
pub(super) fn begin_beside(conn: &Connection) -> Result<Transaction<'_>> {
    let begun = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    if is_current(&begun)? {
        Ok(begun)
    } else {
        Err(StoreError::TakenOver)
    }
}

/// Lays the projections anew, to be folded, where another release made them.
pub(super) fn renew(conn: &mut Connection) -> Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it meanwhile, and begun to fold.
    if is_current(&tx)? {
        return Ok(());
    }
    tx.execute_batch(LOCAL)?;
    drop_projections(&tx)?;
    tx.execute(
        "INSERT OR REPLACE INTO setting_local(key, value) VALUES('declared', ?1)",
        [DECLARED.as_str()],
    )?;
    tx.commit()?;
    Ok(())
}

/// Drops everything computed and marks every record as to be folded.
pub fn drop_projections(conn: &Connection) -> Result<()> {
    for table in DROPPED {
        conn.execute_batch(&format!("DROP TABLE IF EXISTS {table};"))?;
    }
    conn.execute_batch(PROJECTIONS)?;
    insert::number(conn)?;
    conn.execute_batch(
        "UPDATE stream SET indexed = from_seq;
         DELETE FROM dirty_key;
         INSERT OR IGNORE INTO dirty SELECT id FROM record_no ORDER BY id;",
    )?;
    Ok(())
}

/// What says whose the projections are.
static DECLARED: LazyLock<String> = LazyLock::new(declared);

/// Returns a hash of all that projections depend on beside the events.
fn declared() -> String {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(LOCAL.as_bytes())
        .update(PROJECTIONS.as_bytes())
        .update(words::RULES.as_bytes())
        .update(env!("CARGO_PKG_VERSION").as_bytes());
    for register in registers::ALL {
        hasher.update(
            format!(
                "{} {} {:?}",
                register.name, register.version, register.fields
            )
            .as_bytes(),
        );
        hasher.update(
            format!(
                "{:?} {:?} {:?}",
                register.lifecycle, register.title, register.subject
            )
            .as_bytes(),
        );
        for watch in register.watches {
            hasher.update(watch.name.as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}
