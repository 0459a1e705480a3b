//! The files of attachments beside the database: `att/<2 hex>/<hash>`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::fault::BundleFault;
use super::format::{ATTACHMENT, Manifest};
use super::hex::Hex;
use super::kind::Look;
use super::read::Bundle;
use crate::domain::id::Chain;
use crate::exchange::envelope::Opened;
use crate::problem::Problem;
use crate::store::{Result, Store, StoreError, make_folder, private_file, sync_folder};

/// Returns where an attachment lies in a store's folder.
pub(super) fn path(folder: &Path, hash: &[u8; 32]) -> PathBuf {
    let name = Hex(*hash).to_string();
    folder.join("att").join(&name[..2]).join(name)
}

/// An attachment while it is written, aside until it is whole.
pub(super) struct Incoming {
    file: File,
    aside: PathBuf,
    path: PathBuf,
    look: Look,
}

impl Incoming {
    /// Begins one; none where it is here already.
    pub fn begin(folder: &Path, hash: &[u8; 32]) -> Result<Option<Self>> {
        let path = path(folder, hash);
        if path.exists() {
            return Ok(None);
        }
        path.parent().map_or(Ok(()), make_folder)?;
        let aside = path.with_extension("new");
        Ok(Some(Self {
            file: private_file(&aside)?,
            aside,
            path,
            look: Look::new(),
        }))
    }

    /// Writes a piece.
    pub fn write(&mut self, piece: &[u8]) -> Result<()> {
        self.look.at(piece);
        self.file.write_all(piece).map_err(self.fault())
    }

    /// Gives the whole attachment, whose hash was checked, its name; what is of no kind that may
    /// be attached is not kept. Returns whether it is.
    pub fn finish(self) -> Result<bool> {
        if !self.look.is_allowed() {
            fs::remove_file(&self.aside).map_err(self.fault())?;
            return Ok(false);
        }
        self.file.sync_all().map_err(self.fault())?;
        fs::rename(&self.aside, &self.path).map_err(self.fault())?;
        self.path.parent().map_or(Ok(()), sync_folder)?;
        Ok(true)
    }

    fn fault(&self) -> impl FnOnce(std::io::Error) -> StoreError + use<> {
        let path = self.aside.clone();
        move |source| StoreError::Io { path, source }
    }
}

/// Returns whether a bundle, all of whose events are here, has a file that one of the log's
/// attaches, that is not here and was not erased.
pub(super) fn brings_files(store: &Store, manifest: &Manifest) -> Result<bool> {
    let hash = |name: &str| Some(name.strip_prefix(ATTACHMENT)?.parse::<Chain>().ok()?.0);
    let mut lacking = manifest
        .entries
        .iter()
        .filter_map(|entry| hash(&entry.name))
        .filter(|hash| !store.has_file(hash))
        .peekable();
    if lacking.peek().is_none() {
        return Ok(false);
    }
    let (attached, erased) = (store.attached_files()?, store.erased_files()?);
    Ok(lacking.any(|hash| attached.contains(&hash) && !erased.contains(&hash)))
}

/// Writes the attachments that are not here, before any event names them: those that a proven
/// event of the bundle or one of the log attaches. What was erased stays away. Returns how many
/// are of no kind that may be attached.
pub(super) fn take_attachments(
    store: &Store,
    mut bundle: Bundle<Opened>,
    attached: &BTreeSet<[u8; 32]>,
    file: &str,
) -> std::result::Result<u64, Problem> {
    let erased = store.erased_files()?;
    let here = store.attached_files()?;
    let is_wanted = |hash: &[u8; 32]| {
        !erased.contains(hash) && (attached.contains(hash) || here.contains(hash))
    };
    let mut problem: Option<StoreError> = None;
    let (mut current, mut refused) = (None, 0);
    let mut incoming: Option<Incoming> = None;
    let mut take = |hash: &[u8; 32], piece: Option<&[u8]>| -> Result<()> {
        if current != Some(*hash) {
            current = Some(*hash);
            incoming = if is_wanted(hash) {
                Incoming::begin(store.folder(), hash)?
            } else {
                None
            };
        }
        match (&mut incoming, piece) {
            (Some(one), Some(piece)) => one.write(piece),
            (Some(_), None) => {
                let is_kept = incoming.take().map_or(Ok(true), Incoming::finish)?;
                refused += u64::from(!is_kept);
                Ok(())
            }
            (None, _) => Ok(()),
        }
    };
    let read = bundle
        .skip_events()
        .and_then(|()| bundle.skip_seals())
        .and_then(|()| {
            bundle.attachments(|hash, piece| {
                take(hash, piece).map_err(|error| {
                    problem = Some(error);
                    BundleFault::Stopped
                })
            })
        });
    match problem {
        Some(error) => Err(error.into()),
        None => read.map(|()| refused).map_err(|fault| fault.problem(file)),
    }
}
