//! What can be wrong with a bundle as a whole, and the codes of what a bundle's events meet.

use std::io;

use super::format::{LineFault, ManifestFault};
use crate::exchange::envelope::EnvelopeFault;
use crate::problem::{Kind, Problem};
use crate::store::StoreError;

/// Why a file is no bundle that this store can take; nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub enum BundleFault {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
    /// Not a zstd frame at all.
    #[error("not a bundle")]
    NotABundle,
    /// The frame or the archive around the entries is damaged, cut short or not as the format
    /// says.
    #[error("archive: {0}")]
    Archive(String),
    /// It is a folder, a pipe or a device.
    #[error("no file")]
    NotAFile,
    /// Something is over its limit.
    #[error("{what} over the limit of {limit}")]
    Limit {
        /// What is too large or too many.
        what: &'static str,
        /// The most that is allowed.
        limit: u64,
    },
    /// The manifest is not one.
    #[error("manifest: {0}")]
    Manifest(String),
    /// A newer zhiban made it.
    #[error("format {0}")]
    Newer(u32),
    /// The manifest's signature does not hold.
    #[error("signature of the manifest")]
    Signature,
    /// An entry is not what the manifest announced.
    #[error("{0} is not as announced")]
    Altered(String),
    /// A line is not what the format says.
    #[error("{entry}, line {line}: {cause}")]
    Line {
        /// The entry.
        entry: &'static str,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        cause: String,
    },
    /// The envelope around it does not open.
    #[error(transparent)]
    Envelope(EnvelopeFault),
    /// What waits to be appended could not be written beside the database, or not read back.
    #[error(transparent)]
    Store(StoreError),
    /// The caller stopped it.
    #[error("stopped")]
    Stopped,
}

impl From<ManifestFault> for BundleFault {
    fn from(fault: ManifestFault) -> Self {
        match fault {
            ManifestFault::Format(format) => Self::Newer(format),
            ManifestFault::Limit { what, limit } => Self::Limit { what, limit },
            ManifestFault::Wrong(what) => Self::Manifest(what.into()),
        }
    }
}

impl From<EnvelopeFault> for BundleFault {
    fn from(fault: EnvelopeFault) -> Self {
        match fault {
            EnvelopeFault::File(cause) => Self::File(cause),
            other => Self::Envelope(other),
        }
    }
}

impl BundleFault {
    /// Returns the fault of a line.
    pub(super) fn line(entry: &'static str, line: u64, cause: &impl ToString) -> Self {
        Self::Line {
            entry,
            line,
            cause: cause.to_string(),
        }
    }

    /// Returns what a person is told about this file.
    pub fn problem(self, file: &str) -> Problem {
        let problem = match &self {
            Self::File(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return Problem::new(Kind::Unreadable, "problem-file-missing")
                    .hint("problem-file-missing-hint")
                    .arg("file", file);
            }
            // What decrypts and decompresses reports damage in this way.
            Self::File(cause) if cause.kind() == io::ErrorKind::InvalidData => damaged(cause),
            Self::Envelope(fault) => fault.problem(),
            Self::File(cause) => Problem::new(Kind::Unreadable, "problem-file-unreadable")
                .hint("problem-file-unreadable-hint")
                .arg("cause", cause),
            Self::NotAFile => {
                Problem::new(Kind::Unreadable, "problem-file-other").hint("problem-file-other-hint")
            }
            Self::NotABundle => {
                Problem::new(Kind::Unreadable, "problem-bundle-not").hint("problem-bundle-not-hint")
            }
            Self::Limit { what, limit } => Problem::new(Kind::Unreadable, "problem-bundle-limit")
                .hint("problem-bundle-damaged-hint")
                .arg("what", what)
                .arg("limit", limit),
            Self::Newer(format) => Problem::new(Kind::Refused, "problem-bundle-newer")
                .hint("problem-bundle-newer-hint")
                .arg("format", format),
            Self::Signature => Problem::new(Kind::Unreadable, "problem-bundle-signature")
                .hint("problem-bundle-damaged-hint"),
            Self::Archive(_) | Self::Manifest(_) | Self::Altered(_) | Self::Line { .. } => {
                damaged(&self)
            }
            // It names its own file.
            Self::Store(cause) => return cause.told().caused_by(self),
            Self::Stopped => Problem::new(Kind::Refused, "problem-cancelled"),
        };
        problem.arg("file", file).caused_by(self)
    }
}

fn damaged(cause: &impl ToString) -> Problem {
    Problem::new(Kind::Unreadable, "problem-bundle-damaged")
        .hint("problem-bundle-damaged-hint")
        .arg("cause", cause.to_string())
}

impl From<LineFault> for String {
    fn from(fault: LineFault) -> Self {
        fault.0.to_owned()
    }
}

/// Why events are outside or unfolded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Chain or seal wrong.
    Q2,
    /// Earlier events missing.
    Q3,
    /// Over a limit.
    Q9,
    /// Beyond the last seal.
    Q11,
}

impl Code {
    /// Returns the code as tables and machine-readable output have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Q2 => "Q2",
            Self::Q3 => "Q3",
            Self::Q9 => "Q9",
            Self::Q11 => "Q11",
        }
    }
}
