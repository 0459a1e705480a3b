//! Copies of a store, coming back from one, and how the database is.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::anchor::Watch;
use super::error::{Result, StoreError};
use super::verify::{Checking, Verified};
use super::{Store, keys, look, place, schema};

/// The folder of attachments beside a database.
pub(super) const ATTACHMENTS: &str = "att";

/// How a store's database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The kind of file system that the store lies on, where the system tells it.
    pub file_system: Option<String>,
    /// The version of SQLite.
    pub sqlite: &'static str,
    /// Whether SQLite finds its own structures in order.
    pub is_sound: bool,
    /// How many events the search index is behind.
    pub index_behind: u64,
    /// Whether other accounts of the machine may read the database.
    pub is_open_to_others: bool,
}

impl Store {
    /// Writes a complete copy of the database into a new file, also while others write, and the
    /// attachments into a folder beside it, `FILE.att`, where there are any. The file appears
    /// whole or not at all, readable by its owner alone.
    pub fn backup(&self, to: &Path) -> Result<()> {
        if to.exists() {
            return Err(StoreError::Exists(to.to_owned()));
        }
        copy_attachments(&self.attachments, &attachments_of(to))?;
        let aside = Aside(beside(to, ".part"));
        let copy = self.copy_into(&aside.0)?;
        copy.close().map_err(|(_, error)| error)?;
        fs::File::open(&aside.0)
            .and_then(|file| file.sync_all())
            .map_err(StoreError::io(&aside.0))?;
        fs::rename(&aside.0, to).map_err(StoreError::io(to))?;
        to.parent().map_or(Ok(()), place::sync_folder)
    }

    /// Writes the database into a new file that only its owner can read, and opens it.
    pub(super) fn copy_into(&self, file: &Path) -> Result<Connection> {
        let name = file.to_str().ok_or_else(|| {
            let source = std::io::ErrorKind::InvalidFilename.into();
            StoreError::io(file)(source)
        })?;
        drop(place::private_file(file)?);
        self.conn.execute("VACUUM INTO ?1", [name])?;
        let copy = schema::connect(file, false)?;
        // A copy begins without the write-ahead log that a store must have.
        schema::demand_wal(&copy)?;
        Ok(copy)
    }

    /// Verifies a copy that [`Store::backup`] made, as it lies there.
    pub fn verify_copy(file: &Path) -> Result<Verified> {
        Self::of_copy(file)?.verify()
    }

    /// Verifies a copy as [`Self::verify_copy`] does, telling how far it is; none where
    /// `going_on` says that nobody waits for it any more.
    pub fn verify_copy_by(
        file: &Path,
        going_on: &mut dyn FnMut(Checking) -> bool,
    ) -> Result<Option<Verified>> {
        Self::of_copy(file)?.verify_by(going_on)
    }

    fn of_copy(file: &Path) -> Result<Self> {
        if !file.is_file() {
            return Err(StoreError::NoStore(file.to_owned()));
        }
        let looking = look::to_read_copy(file)?;
        // The copy lies alone: no key beside it is its own.
        let mut copy = Self::with(looking, &beside(file, ".folder"), keys::Keys::new(), true)?;
        copy.attachments = attachments_of(file);
        Ok(copy)
    }

    /// Lays a copy down as the store of a folder that has none, to go on as another: without
    /// keys, and with an incarnation of its own. Returns what verifying it found, before it
    /// became the folder's store.
    pub fn restore(file: &Path, folder: &Path, watch: &Watch) -> Result<Verified> {
        if Self::exists(folder) {
            return Err(StoreError::Exists(folder.to_owned()));
        }
        let copy = Self::of_copy(file)?;
        place::make_folder(folder)?;
        place::refuse_network(folder)?;
        let aside = folder.join("zhiban.restoring");
        clear(&aside)?;
        copy.backup(&aside)?;
        Self::renew_copy(&aside, folder)?;
        let verified = Self::verify_copy(&aside)?;
        let brought = attachments_of(&aside);
        if brought.is_dir() {
            let home = folder.join(ATTACHMENTS);
            fs::rename(&brought, &home).map_err(StoreError::io(&home))?;
        }
        let path = folder.join(place::DATABASE);
        fs::rename(&aside, &path).map_err(StoreError::io(&path))?;
        place::sync_folder(folder)?;
        Self::open_as_new(folder, watch)?;
        Ok(verified)
    }

    /// Computes anew in a copy, which lies in this folder, what another release computed there: this
    /// one reads only its own.
    fn renew_copy(file: &Path, folder: &Path) -> Result<()> {
        let mut conn = schema::connect(file, false)?;
        schema::renew(&mut conn)?;
        let mut copy = Self::with(conn, folder, keys::Keys::new(), false)?;
        copy.attachments = attachments_of(file);
        copy.fold_what_can_be()?;
        // The file alone is moved on: nothing may be left in a log beside it.
        copy.laid()
    }

    /// Returns how the database is, by SQLite's own word and the system's.
    pub fn health(&self) -> Result<Health> {
        let conn = self
            .original
            .as_ref()
            .map_or(&self.conn, |store| &store.conn);
        let answer: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        Ok(Health {
            file_system: place::file_system(&self.folder),
            sqlite: rusqlite::version(),
            is_sound: answer == "ok",
            index_behind: self.index_behind()?,
            is_open_to_others: place::is_open_to_others(&self.folder),
        })
    }
}

/// A file that goes again unless it was renamed.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        // Renamed, it is not there any more; else it is litter, and its absence loses nothing.
        let _ = fs::remove_file(&self.0);
    }
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Takes away what a restore that was killed left.
fn clear(aside: &Path) -> Result<()> {
    place::remove_database(aside)?;
    place::remove_database(&beside(aside, ".part"))?;
    let attachments = attachments_of(aside);
    if attachments.exists() {
        fs::remove_dir_all(&attachments).map_err(StoreError::io(&attachments))?;
    }
    Ok(())
}

fn attachments_of(copy: &Path) -> PathBuf {
    beside(copy, ".att")
}

/// Copies attachments that are what their names say.
fn copy_attachments(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    place::make_folder(to)?;
    for entry in fs::read_dir(from).map_err(StoreError::io(from))? {
        let path = entry.map_err(StoreError::io(from))?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        if path.is_dir() {
            copy_attachments(&path, &to.join(&name))?;
            continue;
        }
        let bytes = fs::read(&path).map_err(StoreError::io(&path))?;
        // What an import has not finished is named otherwise, and comes again with it.
        if name.to_str() == Some(blake3::hash(&bytes).to_hex().as_str()) {
            place::write_private(&to.join(&name), &bytes)?;
        }
    }
    Ok(())
}
