//! The database: settings, tables, versions.
//!
//! `event` and `body` never change their shape. Everything below `PROJECTIONS` is computed
//! from them and may be dropped and built anew by any release.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::domain::registers;

use super::error::{Result, StoreError};
use super::{place, words};

/// `application_id`: the letters `zhbn`.
const APPLICATION: i64 = 0x7a68_626e;
/// `user_version`: the shape of the log.
pub const VERSION: i64 = 1;
/// The oldest SQLite without the WAL-reset bug, which loses commits.
const SQLITE: i32 = 3_051_003;

/// The end of a name under which SQLite reads a file that cannot change.
const IMMUTABLE: &[u8] = b"?immutable=1";

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
CREATE INDEX event_record ON event(record, stamp, key);
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

/// Computed from the log; dropped and built anew when the declarations change.
///
/// The condition of `event_authority` is spelled without IN, for which SQLite would build two
/// tables at every event that is written.
const PROJECTIONS: &str = "
DROP INDEX IF EXISTS event_authority;
CREATE INDEX event_authority ON event(key) WHERE verb = 7 OR verb = 9 OR verb = 10
  OR register = 'person' OR register = 'account' OR register = 'allowance';
DROP INDEX IF EXISTS event_files;
CREATE INDEX event_files ON event(verb, record, key) WHERE verb = 6 OR verb = 10;
DROP INDEX IF EXISTS body_withheld;
CREATE INDEX body_withheld ON body(key) WHERE substr(digest, 1, 1) = x'02';
CREATE TABLE record(no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, register TEXT NOT NULL, state TEXT NOT NULL,
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
CREATE TABLE watch_key(record BLOB NOT NULL, watch TEXT NOT NULL, key TEXT NOT NULL,
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
";

const DROPPED: [&str; 8] = [
    "record",
    "word",
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

/// Returns the name under which SQLite reads a file that cannot change.
fn immutable(path: &Path) -> PathBuf {
    let spelled = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
            char::from(*byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    let bytes = path.as_os_str().as_encoded_bytes();
    let name: String = bytes.iter().map(spelled).collect();
    PathBuf::from(format!("file:{name}{}", String::from_utf8_lossy(IMMUTABLE)))
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

fn connect_with(path: &Path, access: OpenFlags) -> Result<Connection> {
    if rusqlite::version_number() < SQLITE {
        return Err(StoreError::OldSqlite(rusqlite::version().to_owned()));
    }
    let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    settle(conn)
}

fn settle(conn: Connection) -> Result<Connection> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Else partial indexes make SQLite look at bound values, and compile a statement anew for
    // each of them.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // A body has at most 64 KiB; a register's fields may be many bodies together.
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, 256 << 20)?;
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
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    tx.execute_batch(LOG)?;
    tx.execute_batch(LOCAL)?;
    tx.execute_batch(PROJECTIONS)?;
    tx.execute(
        "INSERT INTO setting_local(key, value) VALUES('declared', ?1)",
        [declared()],
    )?;
    tx.pragma_update(None, "application_id", APPLICATION)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()?;
    Ok(())
}

/// The beginning of a database's file, as far as it is looked at before SQLite opens it.
struct Header([u8; 72]);

impl Header {
    fn of(path: &Path) -> Option<Self> {
        let mut header = [0; 72];
        let mut file = File::open(path).ok()?;
        file.read_exact(&mut header).ok().map(|()| Self(header))
    }

    fn word(&self, at: usize) -> i64 {
        let bytes = &self.0;
        let bytes = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        i64::from(u32::from_be_bytes(bytes))
    }

    fn is_ours(&self) -> bool {
        self.word(68) == APPLICATION
    }

    fn version(&self) -> i64 {
        self.word(60)
    }

    /// Returns whether it is read and written by a write-ahead log.
    fn has_log(&self) -> bool {
        self.0[18..20] == [2, 2]
    }
}

/// Refuses the file of a newer release before SQLite opens it, which would lay files of its own
/// beside it: version and owner stand in the header.
pub fn refuse_newer(path: &Path) -> Result<()> {
    // What is no database is said in the right words by the next step.
    match Header::of(path) {
        Some(header) if header.is_ours() && header.version() > VERSION => Err(StoreError::Newer {
            found: header.version(),
            known: VERSION,
        }),
        _ => Ok(()),
    }
}

/// Checks that a file is a store that this program may touch; reads only.
pub fn check(conn: &Connection, path: &Path) -> Result<()> {
    let pragma = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    match pragma("application_id").map_err(StoreError::from) {
        Ok(APPLICATION) => {}
        Err(fault) if fault.is_unwritable() || fault.is_disk_failure() => return Err(fault),
        _ => return Err(StoreError::NotAStore(path.to_owned())),
    }
    let found = pragma("user_version")?;
    if found > VERSION {
        return Err(StoreError::Newer {
            found,
            known: VERSION,
        });
    }
    let mode: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    // Of a file that cannot change SQLite keeps no journal.
    if mode == "wal" || path.as_os_str().as_encoded_bytes().ends_with(IMMUTABLE) {
        Ok(())
    } else {
        Err(StoreError::NoWal(mode))
    }
}

/// Opens a store's database without the right to write, and checks that it is one.
pub fn look(folder: &Path) -> Result<Connection> {
    let path = folder.join(place::DATABASE);
    if !path.is_file() {
        return Err(StoreError::NoStore(folder.to_owned()));
    }
    refuse_newer(&path)?;
    let open = |path: &Path, flags: OpenFlags| -> Result<Connection> {
        let looking = connect_with(path, flags)?;
        check(&looking, path)?;
        Ok(looking)
    };
    let read = OpenFlags::SQLITE_OPEN_READ_ONLY;
    match open(&path, read) {
        // Where nobody may write, or there is no room, SQLite cannot lay the files that readers
        // of a write-ahead log share; where there is no log, nobody can change what is read either.
        Err(fault) => match fault.on(folder) {
            fault if fault.is_unwritable() && !has_log(&path) => {
                open(&immutable(&path), read | OpenFlags::SQLITE_OPEN_URI)
            }
            fault if fault.is_full() => look_alone(&path),
            fault => Err(fault),
        },
        opened => opened,
    }
}

/// Opens a database whose write-ahead log holds commits, where there is no room for the file
/// that its readers share: nobody else may have it open, and nothing is written.
fn look_alone(path: &Path) -> Result<Connection> {
    let alone = connect_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    alone.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    alone.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
    check(&alone, path)?;
    alone.pragma_update(None, "query_only", "ON")?;
    Ok(alone)
}

/// A store's database that was looked at and not written to.
pub struct Looked {
    /// For reading.
    pub conn: Connection,
    /// Whether the same connection may write from now on.
    goes_on: bool,
}

/// Looks at a store's database that is to be written to: with the connection that then writes,
/// where the file is what it should be, else as [`look`] does, which says what it is.
pub fn look_to_write(folder: &Path) -> Result<Looked> {
    Ok(match look_and_go_on(&folder.join(place::DATABASE)) {
        Some(conn) => Looked {
            conn,
            goes_on: true,
        },
        None => Looked {
            conn: look(folder)?,
            goes_on: false,
        },
    })
}

fn look_and_go_on(path: &Path) -> Option<Connection> {
    let header = Header::of(path)?;
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    // With a journal of the other kind SQLite would write before anybody has looked.
    let is_plain = header.is_ours() && header.has_log() && !Path::new(&journal).exists();
    if !is_plain || header.version() > VERSION || rusqlite::version_number() < SQLITE {
        return None;
    }
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, access).ok()?;
    // Nothing of the log goes into the file, neither by a write nor at the end.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .ok()?;
    let conn = settle(conn).ok()?;
    conn.pragma_update(None, "query_only", "ON").ok()?;
    // Where the file is write-protected it was opened for reading without a word.
    let may_write = !conn.is_readonly("main").ok()?;
    (may_write && check(&conn, path).is_ok()).then_some(conn)
}

/// Opens a store's database to write, after it was looked at.
pub fn open(looked: Looked, folder: &Path) -> Result<Connection> {
    let mut conn = if looked.goes_on {
        let conn = looked.conn;
        conn.pragma_update(None, "query_only", "OFF")?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        conn
    } else {
        drop(looked.conn);
        connect(&folder.join(place::DATABASE), false)?
    };
    renew(&mut conn)?;
    Ok(conn)
}

/// Builds the projections anew where another release, with other declarations, made them.
fn renew(conn: &mut Connection) -> Result<()> {
    let of_file: Option<String> = rusqlite::OptionalExtension::optional(conn.query_row(
        "SELECT value FROM setting_local WHERE key = 'declared'",
        [],
        |row| row.get(0),
    ))?;
    if of_file.as_deref() == Some(declared().as_str()) {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    tx.execute_batch(LOCAL)?;
    drop_projections(&tx)?;
    tx.execute(
        "INSERT OR REPLACE INTO setting_local(key, value) VALUES('declared', ?1)",
        [declared()],
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
    conn.execute_batch(
        "UPDATE stream SET indexed = from_seq;
         DELETE FROM dirty_key;
         INSERT OR IGNORE INTO dirty SELECT DISTINCT record FROM event;",
    )?;
    Ok(())
}

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
