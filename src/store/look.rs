//! Looking at a store's database before anything is written to it: whether it is one that this
//! program may touch, and by which connection it can be read.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::{Result, StoreError};
use super::place;
use super::schema::{APPLICATION, SQLITE, VERSION, connect_with, settle};

/// The end of a name under which SQLite reads a file that cannot change.
const IMMUTABLE: &[u8] = b"?immutable=1";

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
pub fn to_read(folder: &Path) -> Result<Connection> {
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

/// Opens a copy that lies by itself, without the right to write. Nobody else has it open, so that
/// nothing is laid beside it: it may lie where nothing can be written.
pub fn to_read_copy(file: &Path) -> Result<Connection> {
    refuse_newer(file)?;
    let read = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let (path, access) = if has_log(file) {
        (file.to_owned(), read)
    } else {
        (immutable(file), read | OpenFlags::SQLITE_OPEN_URI)
    };
    let looking = connect_with(&path, access)?;
    match check(&looking, &path) {
        Err(StoreError::NotAStore(_)) => Err(StoreError::NotAStore(file.to_owned())),
        checked => checked.map(|()| looking),
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
    pub(super) goes_on: bool,
}

/// Looks at a store's database that is to be written to: with the connection that then writes,
/// where the file is what it should be, else as [`to_read`] does, which says what it is.
pub fn to_write(folder: &Path) -> Result<Looked> {
    Ok(match look_and_go_on(&folder.join(place::DATABASE)) {
        Some(conn) => Looked {
            conn,
            goes_on: true,
        },
        None => Looked {
            conn: to_read(folder)?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Shop, Store, schema};

    #[test]
    fn the_connection_that_looks_writes_on_unless_something_is_not_as_it_should_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(place::DATABASE);
        drop(Store::create(folder.path(), Shop::drill("practice")).unwrap());
        let looked = to_write(folder.path()).unwrap();
        assert!(looked.goes_on);
        let write = "INSERT INTO setting_local(key, value) VALUES('a', 'b')";
        assert!(looked.conn.execute(write, []).is_err(), "it only looks");
        drop(looked);
        // A journal of the other kind would be rolled back into the file.
        let journal = folder.path().join("zhiban.db-journal");
        std::fs::write(&journal, b"").unwrap();
        assert!(!to_write(folder.path()).unwrap().goes_on);
        std::fs::remove_file(&journal).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for (at, byte) in [(63, 9), (71, 9), (19, 1)] {
            let mut other = whole.clone();
            other[at] = byte;
            std::fs::write(&path, &other).unwrap();
            assert!(to_write(folder.path()).is_err(), "{at}");
            assert!(std::fs::read(&path).unwrap() == other, "{at}");
        }
        std::fs::write(&path, &whole).unwrap();
        let mut conn = schema::open(to_write(folder.path()).unwrap(), folder.path(), &mut || ());
        assert_eq!(conn.as_mut().unwrap().execute(write, []).unwrap(), 1);
    }
}
