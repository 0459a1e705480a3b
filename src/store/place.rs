//! Where a store lies: folder, permissions, the workstation's lock, file systems that cannot
//! carry it. One of the three files with code for one operating system alone.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{Result, StoreError};

/// The database's name within the folder.
pub const DATABASE: &str = "zhiban.db";
const PROBE: &str = "zhiban.probe";
const LOCK: &str = "desk.lock";
const HOLDER: &str = "desk.json";

/// Who holds the workstation's lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine.
    pub host: String,
    /// Since when, milliseconds UTC.
    pub since: i64,
}

/// The workstation's lock: held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    // The system's lock on the open file counts, not the file's existence.
    _file: File,
}

/// Takes the lock of the one workstation that may write to the store; `now` in milliseconds UTC.
///
/// Fails with who holds it.
pub fn lock(folder: &Path, now: i64) -> Result<Lock> {
    let path = folder.join(LOCK);
    let file = open_private(&path).map_err(StoreError::io(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StoreError::Locked(holder(folder))),
        Err(TryLockError::Error(source)) => return Err(StoreError::Io { path, source }),
    }
    let me = Holder {
        pid: std::process::id(),
        host: host(),
        since: now,
    };
    // Beside the lock, because Windows lets nobody read a file that is locked. After a power cut
    // nobody holds it, whatever stands there: a start need not wait for the disk.
    let json = serde_json::to_vec(&me).map_err(|fault| StoreError::Damaged(fault.to_string()))?;
    write_unsynced(&folder.join(HOLDER), &json)?;
    Ok(Lock { _file: file })
}

/// Returns who wrote down last that the lock is theirs.
pub fn holder(folder: &Path) -> Holder {
    fs::read(folder.join(HOLDER))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or(Holder {
            pid: 0,
            host: String::new(),
            since: 0,
        })
}

/// Returns the machine's name, empty where it has none.
pub fn host() -> String {
    ["COMPUTERNAME", "HOSTNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .or_else(|| fs::read_to_string("/etc/hostname").ok())
        .map(|name| name.trim().to_owned())
        .unwrap_or_default()
}

/// Makes a folder that only its owner can enter, and its name durable.
pub fn make_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent).map_err(StoreError::io(parent))?;
    }
    private_folder(path).map_err(StoreError::io(path))?;
    sync_folder(path.parent().unwrap_or(path))
}

/// The database, and what SQLite lays beside it.
#[cfg(unix)]
const FILES: [&str; 3] = [DATABASE, "zhiban.db-wal", "zhiban.db-shm"];

/// Takes a database away that was begun and not finished, with what SQLite lays beside it: the log
/// of one would be read as the next one's.
pub fn remove_database(file: &Path) -> Result<()> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let path = PathBuf::from(name);
        if path.exists() {
            fs::remove_file(&path).map_err(StoreError::io(&path))?;
        }
    }
    Ok(())
}

/// Returns whether other accounts of the machine may read the database or what lies beside it.
#[cfg(unix)]
pub fn is_open_to_others(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let rights = |path: &Path| fs::metadata(path).map_or(0, |file| file.permissions().mode());
    let file = |name: &&str| rights(&folder.join(name)) & 0o077 != 0;
    rights(folder) & 0o011 != 0 && FILES.iter().any(file)
}

/// The user's profile folder gives nobody else access.
#[cfg(not(unix))]
pub fn is_open_to_others(_: &Path) -> bool {
    false
}

/// Takes the right to read the database from everybody but its owner. Where that is refused, the
/// store is as it was, and [`is_open_to_others`] tells it.
#[cfg(unix)]
pub fn shut(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for path in FILES.map(|name| folder.join(name)) {
        let Ok(file) = fs::metadata(&path) else {
            continue;
        };
        let mode = file.permissions().mode();
        if mode & 0o077 != 0 {
            let _ = fs::set_permissions(&path, PermissionsExt::from_mode(mode & 0o700));
        }
    }
}

/// The user's profile folder gives nobody else access.
#[cfg(not(unix))]
pub fn shut(_: &Path) {}

/// Writes a small file that only its owner can read: aside, synced, then renamed.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let aside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut file = open_private(&aside)?;
        file.set_len(0)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&aside, path)
    };
    write().map_err(StoreError::io(path))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Writes a small file as [`write_private`] does, but not synced: for what may be old after a
/// power cut, and is never half.
pub fn write_unsynced(path: &Path, bytes: &[u8]) -> Result<()> {
    // A name of this process: another may write the same file now.
    let aside = path.with_extension(format!("{}.new", std::process::id()));
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
            fs::create_dir_all(folder)?;
        }
        let mut file = open_private(&aside)?;
        file.set_len(0)?;
        file.write_all(bytes)?;
        fs::rename(&aside, path)
    };
    write().map_err(StoreError::io(path))
}

/// Returns what tells this machine from others: its installation's id, else its name.
pub fn machine() -> String {
    fs::read_to_string("/etc/machine-id")
        .map(|id| id.trim().to_owned())
        .ok()
        .filter(|id| !id.is_empty())
        .unwrap_or_else(host)
}

/// Returns device and number of a file, where the system tells them.
#[cfg(unix)]
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

/// Windows tells them by no stable call yet: a folder copied there is noticed by what it lacks.
#[cfg(not(unix))]
pub fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

/// Returns whether an error says that there is no room: disk full, quota used up, file at its
/// limit.
pub fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | FileTooLarge | QuotaExceeded)
}

/// Returns whether a store's folder has no room for the next pages of its write-ahead log, by
/// writing as many at the same place of a file that goes again.
pub fn refuses_more(folder: &Path) -> bool {
    let log = folder.join(DATABASE.to_owned() + "-wal");
    let end = fs::metadata(&log).map_or(0, |log| log.len());
    let path = folder.join(PROBE);
    let write = || -> std::io::Result<()> {
        let mut file = open_private(&path)?;
        file.seek(SeekFrom::Start(end))?;
        // More than a page, and as much as the memory that readers of the log share.
        file.write_all(&vec![1; 48 << 10])?;
        file.sync_all()
    };
    let refused = write().is_err_and(|error| is_full(&error));
    // Nothing depends on it, and the next probe writes over it.
    let _ = fs::remove_file(&path);
    refused
}

/// Opens an empty file, a new one for its owner alone; one left over from before is emptied, and a
/// pipe or a device taken as it is.
pub fn private_file(path: &Path) -> Result<File> {
    let open = || {
        let file = open_private(path)?;
        if file.metadata()?.is_file() {
            file.set_len(0)?;
        }
        Ok(file)
    };
    open().map_err(StoreError::io(path))
}

/// Refuses a folder on a network file system: SQLite's locks do not hold there.
pub fn refuse_network(folder: &Path) -> Result<()> {
    match network_kind(folder) {
        Some(kind) => Err(StoreError::Network {
            path: folder.to_owned(),
            kind,
        }),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn open_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn open_private(path: &Path) -> std::io::Result<File> {
    // The user's profile folder gives nobody else access.
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

#[cfg(unix)]
fn private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir(path)
}

/// Makes new names in a folder durable: SQLite ignores a failure of this, zhiban does not.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(StoreError::io(folder))
}

/// Windows keeps names durable with their files.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn network_kind(folder: &Path) -> Option<String> {
    const NETWORK: [&str; 10] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "fuse.sshfs",
        "ceph",
        "afs",
        "fuse.glusterfs",
    ];
    file_system(folder).filter(|kind| NETWORK.contains(&kind.as_str()))
}

/// Returns the kind of file system that a folder is on, where the system tells it.
#[cfg(target_os = "linux")]
pub fn file_system(folder: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ').skip(1);
            Some((
                PathBuf::from(words.next()?.replace("\\040", " ")),
                words.next()?,
            ))
        })
        .filter(|(mount, _)| folder.starts_with(mount))
        // The last and longest mount over a folder is the one that it is on.
        .max_by_key(|(mount, _)| mount.components().count())
        .map(|(_, kind)| kind.to_owned())
}

/// Other systems are asked only whether a folder is on a network.
#[cfg(not(target_os = "linux"))]
pub fn file_system(folder: &Path) -> Option<String> {
    network_kind(folder)
}

#[cfg(windows)]
fn network_kind(folder: &Path) -> Option<String> {
    use std::path::{Component, Prefix};
    let folder: PathBuf = fs::canonicalize(folder).ok()?;
    match folder.components().next()? {
        Component::Prefix(prefix)
            if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)) =>
        {
            Some("smb".to_owned())
        }
        _ => None,
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
fn network_kind(_: &Path) -> Option<String> {
    let _: Option<PathBuf> = None;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_workstation_holds_the_lock_and_the_next_hears_who() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path(), 77).unwrap();
        let Err(StoreError::Locked(who)) = lock(folder.path(), 78) else {
            panic!("taken twice")
        };
        assert_eq!((who.pid, who.since), (std::process::id(), 77));
        drop(held);
        assert!(lock(folder.path(), 79).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("a/b");
        make_folder(&folder).unwrap();
        write_private(&folder.join("key"), b"x").unwrap();
        assert_eq!(
            fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
            0o700
        );
        assert_eq!(
            fs::metadata(folder.join("key"))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600
        );
        assert!(refuse_network(&folder).is_ok());
    }
}
