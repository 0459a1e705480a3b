//! The files of attachments beside the database: `att/<2 hex>/<hash>`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::hex::Hex;
use super::kind::Look;
use crate::store::{Result, StoreError, make_folder, private_file, sync_folder};

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
    /// be attached is not kept.
    pub fn finish(self) -> Result<()> {
        if !self.look.is_allowed() {
            return fs::remove_file(&self.aside).map_err(self.fault());
        }
        self.file.sync_all().map_err(self.fault())?;
        fs::rename(&self.aside, &self.path).map_err(self.fault())?;
        self.path.parent().map_or(Ok(()), sync_folder)
    }

    fn fault(&self) -> impl FnOnce(std::io::Error) -> StoreError + use<> {
        let path = self.aside.clone();
        move |source| StoreError::Io { path, source }
    }
}
