//! What can go wrong in a store, and what people are told of it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::domain::body::{BodyFault, MAX_BYTES};
use crate::domain::event::EventFault;
use crate::domain::id::ReplicaId;
use crate::problem::{Kind, Problem};

use super::anchor::Doubt;
use super::place::{self, Holder};

/// Everything that a store can answer instead of what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said no.
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// A file beside the database could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no store in this folder.
    #[error("no store in {}", .0.display())]
    NoStore(PathBuf),
    /// There is a store in this folder already.
    #[error("a store is in {} already", .0.display())]
    Exists(PathBuf),
    /// The file is a SQLite database, or something else, and not ours.
    #[error("{} is no zhiban store", .0.display())]
    NotAStore(PathBuf),
    /// A newer zhiban made the store; it was left untouched.
    #[error("store of version {found}, this zhiban knows {known}")]
    Newer {
        /// The version of the file.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// What another release computed cannot be computed anew where the store lies.
    #[error("computed by another release in {}", .0.display())]
    OtherRelease(PathBuf),
    /// The SQLite library has a bug that loses commits.
    #[error("SQLite {0} loses commits")]
    OldSqlite(String),
    /// The file system does not let SQLite keep a write-ahead log.
    #[error("journal mode is {0}")]
    NoWal(String),
    /// The folder is on a network file system.
    #[error("{} is on a network file system ({kind})", path.display())]
    Network {
        /// The folder.
        path: PathBuf,
        /// The kind of file system.
        kind: String,
    },
    /// Another workstation writes to this store.
    #[error("held by process {} on {}", .0.pid, .0.host)]
    Locked(Holder),
    /// What another release computed must be made anew, and somebody else has the store open.
    #[error("of another release, and held by process {} on {}", .0.pid, .0.host)]
    LockedByOther(Holder),
    /// Another release has made what is computed its own since the store was opened here.
    #[error("taken over by another release")]
    TakenOver,
    /// The store belongs to no shop yet, so nothing of its own can be written.
    #[error("no shop yet")]
    NoShop,
    /// The store belongs to another shop.
    #[error("another shop's")]
    OtherShop,
    /// The replica's key is not on this machine.
    #[error("no key of {0}")]
    NoKey(ReplicaId),
    /// The replica's stream branched, so somebody else writes with its key.
    #[error("{0} branched")]
    Branched(ReplicaId),
    /// Somebody has seen more of an own stream, or another history of it: this store was put
    /// back to an older state.
    #[error("{replica} put back: {here} here, {there} seen by {witness}")]
    PutBack {
        /// The replica.
        replica: ReplicaId,
        /// Its head here: seq and the beginning of the chain.
        here: String,
        /// The head that was seen.
        there: String,
        /// Whose bundle named it.
        witness: String,
    },
    /// The act to go on with is not the last of its stream.
    #[error("act {0} is over")]
    ActOver(u64),
    /// An event breaks a limit that readers enforce.
    #[error(transparent)]
    Event(#[from] EventFault),
    /// A value does not fit its declared field, or there is no such field.
    #[error("{register}.{field} cannot hold this value")]
    Field {
        /// The register's name.
        register: String,
        /// The field's path.
        field: String,
    },
    /// A run of foreign events does not hang together; nothing of it was written.
    #[error("broken chain of {0}")]
    BrokenChain(ReplicaId),
    /// The commit failed, and after opening anew the events are not there.
    #[error("not saved: {0}")]
    NotSaved(String),
    /// The commit failed, and whether the events are there cannot be told for certain.
    #[error("perhaps not saved: {0}")]
    Unsure(String),
    /// The disk is full, or holds no larger file; nothing was written.
    #[error("no room: {0}")]
    Full(String),
    /// The disk reported an error before, so nothing is written any more.
    #[error("writing has stopped")]
    Halted,
    /// SQLite does not hold a setting that zhiban relies on.
    #[error("SQLite does not hold {0}")]
    Setting(&'static str),
    /// The store may not be the one that was closed here; nothing was written.
    #[error("in doubt: {0:?}")]
    Doubtful(Doubt),
    /// The store was opened for reading.
    #[error("read-only")]
    ReadOnly,
    /// The store shows a time gone by, in which nothing can be changed.
    #[error("gone by")]
    GoneBy,
    /// The database holds something that zhiban never wrote.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// What a store answers.
pub type Result<T> = std::result::Result<T, StoreError>;

impl StoreError {
    /// Returns the error of a file.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// Returns the error of a database that others use at this moment.
    pub(super) fn busy() -> Self {
        let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        Self::Sql(rusqlite::Error::SqliteFailure(busy, None))
    }

    /// Returns whether waiting a little and trying again may help.
    pub fn is_busy(&self) -> bool {
        matches!(
            self.code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
    }

    /// Returns whether the folder or its file system lets nothing be written at the moment.
    pub fn is_unwritable(&self) -> bool {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        match self {
            Self::Io { source, .. }
                if matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem) =>
            {
                true
            }
            _ => {
                let code = self.code();
                matches!(code, Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)) || self.is_full()
            }
        }
    }

    /// Returns whether there is no room to write.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Full(_) => true,
            Self::Io { source, .. } => place::is_full(source),
            _ => self.code() == Some(ErrorCode::DiskFull),
        }
    }

    /// Returns whether a column holds what it never can.
    pub(super) fn is_unreadable(&self) -> bool {
        use rusqlite::Error::{
            FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
        };
        let Self::Sql(error) = self else { return false };
        matches!(
            error,
            FromSqlConversionFailure(..)
                | IntegralValueOutOfRange(..)
                | InvalidColumnType(..)
                | Utf8Error(..)
        )
    }

    /// Returns whether the disk itself reported an error.
    pub(super) fn is_disk_failure(&self) -> bool {
        self.code() == Some(ErrorCode::SystemIoFailure)
    }

    /// Tells an error of a disk that is only full from others: SQLite says the same of a file
    /// over its limit, a quota that is used up, and a disk that breaks.
    pub(super) fn on(self, folder: &Path) -> Self {
        let is_unclear = self.code() == Some(ErrorCode::SystemIoFailure);
        if is_unclear && place::refuses_more(folder) {
            Self::Full(self.to_string())
        } else {
            self
        }
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sql(error) => error.sqlite_error_code(),
            _ => None,
        }
    }

    fn of_sql(&self) -> Problem {
        match self.code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Problem::new(Kind::Busy, "problem-store-busy").hint("problem-store-busy-hint")
            }
            Some(ErrorCode::DiskFull) => full(),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
                Problem::new(Kind::ReadOnly, "problem-store-unwritable")
                    .hint("problem-store-unwritable-hint")
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(),
            _ => Problem::new(Kind::NotSaved, "problem-store-sql").hint("problem-store-sql-hint"),
        }
    }
}

fn read_only() -> Problem {
    Problem::new(Kind::ReadOnly, "problem-read-only").hint("problem-read-only-hint")
}

fn full() -> Problem {
    Problem::new(Kind::NotSaved, "problem-store-full").hint("problem-store-full-hint")
}

fn damaged() -> Problem {
    Problem::new(Kind::Unreadable, "problem-store-damaged").hint("problem-store-damaged-hint")
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        error.told().caused_by(error)
    }
}

impl StoreError {
    /// Returns what a person is told, without the error itself.
    pub fn told(&self) -> Problem {
        let problem = match self {
            StoreError::Sql(_) => self.of_sql(),
            StoreError::Io { path, source } if place::is_full(source) => {
                Problem::new(Kind::NotSaved, "problem-store-file-full")
                    .arg("file", path.display())
                    .hint("problem-store-full-hint")
            }
            StoreError::Io { path, .. } => Problem::new(Kind::Unreadable, "problem-store-file")
                .arg("file", path.display())
                .hint("problem-store-file-hint"),
            StoreError::NoStore(path) => Problem::new(Kind::NotFound, "problem-store-none")
                .arg("folder", path.display())
                .hint("problem-store-none-hint"),
            StoreError::Exists(path) => Problem::new(Kind::Refused, "problem-store-exists")
                .arg("folder", path.display())
                .hint("problem-store-exists-hint"),
            StoreError::NotAStore(path) => Problem::new(Kind::Unreadable, "problem-store-not-ours")
                .arg("file", path.display())
                .hint("problem-store-not-ours-hint"),
            StoreError::Newer { .. } => {
                Problem::new(Kind::ReadOnly, "problem-store-newer").hint("problem-store-newer-hint")
            }
            StoreError::OtherRelease(folder) => {
                Problem::new(Kind::ReadOnly, "problem-store-other-release")
                    .arg("folder", folder.display())
                    .hint("problem-store-other-release-hint")
            }
            StoreError::OldSqlite(version) => {
                Problem::new(Kind::Defect, "problem-store-sqlite").arg("version", version)
            }
            StoreError::NoWal(_) => {
                Problem::new(Kind::Refused, "problem-store-wal").hint("problem-store-place-hint")
            }
            StoreError::Network { path, kind } => {
                Problem::new(Kind::Refused, "problem-store-network")
                    .arg("folder", path.display())
                    .arg("kind", kind)
                    .hint("problem-store-place-hint")
            }
            StoreError::Locked(holder) => Problem::new(Kind::Busy, "problem-store-locked")
                .arg("pid", holder.pid)
                .arg("host", &holder.host)
                .hint("problem-store-locked-hint"),
            StoreError::LockedByOther(holder) => {
                Problem::new(Kind::Busy, "problem-store-locked-other")
                    .arg("pid", holder.pid)
                    .arg("host", &holder.host)
                    .hint("problem-store-locked-other-hint")
            }
            StoreError::TakenOver => Problem::new(Kind::NotSaved, "problem-store-taken-over")
                .hint("problem-store-taken-over-hint"),
            StoreError::NoShop => Problem::new(Kind::Refused, "problem-store-no-shop")
                .hint("problem-store-no-shop-hint"),
            StoreError::OtherShop => Problem::new(Kind::Refused, "problem-store-other-shop"),
            StoreError::NoKey(replica) => Problem::new(Kind::Refused, "problem-store-no-key")
                .arg("replica", replica)
                .hint("problem-store-no-key-hint"),
            StoreError::Branched(replica) => Problem::new(Kind::Refused, "problem-store-branched")
                .arg("replica", replica)
                .hint("problem-store-branched-hint"),
            StoreError::PutBack {
                replica,
                here,
                there,
                witness,
            } => Problem::new(Kind::Refused, "problem-store-put-back")
                .arg("replica", replica)
                .arg("here", here)
                .arg("there", there)
                .arg("witness", witness)
                .hint("problem-store-put-back-hint"),
            StoreError::Event(EventFault::Body(BodyFault::TooLong(bytes))) => {
                Problem::new(Kind::Refused, "problem-store-too-long")
                    .arg("size", bytes.div_ceil(1024))
                    .arg("most", MAX_BYTES / 1024)
                    .hint("problem-store-limit-hint")
            }
            StoreError::Event(_) => {
                Problem::new(Kind::Refused, "problem-store-limit").hint("problem-store-limit-hint")
            }
            StoreError::Field { register, field } => {
                Problem::new(Kind::Refused, "problem-store-field")
                    .arg("register", register)
                    .arg("field", field)
            }
            StoreError::ActOver(_) => Problem::new(Kind::Defect, "problem-store-act"),
            StoreError::BrokenChain(replica) => {
                Problem::new(Kind::Unreadable, "problem-store-chain").arg("replica", replica)
            }
            StoreError::NotSaved(cause) => Problem::new(Kind::NotSaved, "problem-not-saved")
                .arg("cause", cause)
                .hint("problem-store-halted-hint"),
            StoreError::Unsure(cause) => Problem::new(Kind::NotSaved, "problem-unsure")
                .arg("cause", cause)
                .hint("problem-unsure-hint"),
            StoreError::Full(_) => full(),
            StoreError::Halted => Problem::new(Kind::NotSaved, "problem-store-halted")
                .hint("problem-store-halted-hint"),
            StoreError::Setting(name) => {
                Problem::new(Kind::Defect, "problem-store-setting").arg("name", name)
            }
            StoreError::Doubtful(doubt) => {
                Problem::new(Kind::Refused, doubt.message()).hint(if doubt.is_whole() {
                    "problem-anchor-hint"
                } else {
                    "problem-anchor-new-hint"
                })
            }
            StoreError::ReadOnly => read_only(),
            StoreError::GoneBy => Problem::new(Kind::ReadOnly, "problem-past-read-only")
                .hint("problem-past-read-only-hint"),
            StoreError::Damaged(_) => damaged(),
        };
        problem.arg("cause", self)
    }
}
