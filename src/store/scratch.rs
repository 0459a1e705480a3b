//! Copies that are made to be read and go with whoever reads: of a time gone by, or of what
//! another release computed.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::error::{Result, StoreError};
use super::{Store, keys, place, schema};

/// How the folder of a copy is called, before the process and a count.
const NAME: &str = "past-";
/// How many folders are tried before it is said why there is none.
const TRIES: usize = 8;

/// The folder of a copy, which goes when nobody looks any more.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: PathBuf,
    lock: Option<place::Lock>,
}

impl Scratch {
    /// Makes a folder within the store's own, where nobody else reads and an erase looks; what a
    /// killed process left there goes first.
    pub(super) fn new(home: &Path) -> Result<Self> {
        sweep(home);
        let mut count = 0;
        loop {
            let folder = home.join(format!("{NAME}{}-{count}", std::process::id()));
            count += 1;
            if folder.exists() {
                continue;
            }
            place::make_folder(&folder)?;
            match place::lock(&folder, 0) {
                Ok(lock) => {
                    let lock = Some(lock);
                    return Ok(Self { folder, lock });
                }
                // Another process swept it away before it was locked.
                Err(_) if count < TRIES => {}
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Returns where the copy's database goes.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.join(place::DATABASE)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Windows removes no file that is open.
        self.lock = None;
        // What cannot be removed now goes when somebody looks back again.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes copies whose process is gone: nobody holds their lock. Returns whether somebody still
/// looks at another.
pub(super) fn sweep(home: &Path) -> bool {
    let Ok(entries) = fs::read_dir(home) else {
        return false;
    };
    let mut is_looked_at = false;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with(NAME) || !path.is_dir() {
            continue;
        }
        match place::lock(&path, 0) {
            Ok(lock) => drop(Scratch {
                folder: path,
                lock: Some(lock),
            }),
            Err(_) => is_looked_at = true,
        }
    }
    is_looked_at
}

impl Store {
    /// Opens for reading what a connection to a folder's store reads. Where another release
    /// computed it, that is a copy in which this one has computed it anew: the store stays as it
    /// is. `renewing` is told before it does.
    ///
    /// Such a copy needs as much room as the database has, and its time.
    pub(super) fn to_read(
        conn: Connection,
        folder: &Path,
        keys: keys::Keys,
        renewing: &mut dyn FnMut(),
    ) -> Result<Self> {
        let mut lying = Self::with(conn, folder, keys, true)?;
        if schema::is_current(&lying.conn)? {
            return Ok(lying);
        }
        let scratch = Scratch::new(folder).map_err(|fault| match fault {
            StoreError::Io { ref source, .. } if !place::is_full(source) => {
                StoreError::OtherRelease(folder.to_owned())
            }
            other => other,
        })?;
        renewing();
        let mut conn = lying.copy_into(&scratch.database())?;
        unsynced(&conn)?;
        schema::renew(&mut conn)?;
        let keys = std::mem::take(&mut lying.keys);
        let mut copy = Self::of_scratch(conn, scratch, keys, &lying.attachments)?;
        copy.fold_what_can_be()?;
        copy.folder.clone_from(&lying.folder);
        copy.original = Some(Box::new(lying));
        copy.read_only = true;
        Ok(copy)
    }

    /// Makes a store of a copy, which may be written until it is folded.
    pub(super) fn of_scratch(
        conn: Connection,
        scratch: Scratch,
        keys: keys::Keys,
        attachments: &Path,
    ) -> Result<Self> {
        let mut copy = Self::with(conn, &scratch.folder, keys, false)?;
        copy.attachments = attachments.to_owned();
        copy.scratch = Some(scratch);
        Ok(copy)
    }
}

/// Lets no write wait for the disk: nothing of a copy need survive a power cut.
pub(super) fn unsynced(conn: &Connection) -> Result<()> {
    Ok(conn.pragma_update(None, "synchronous", "OFF")?)
}
