//! Evidence: a file is laid beside the store under its hash, then an event names it.

use std::io::Read as _;
use std::path::Path;

use super::Desk;
use super::act::{Done, refused};
use crate::domain::id::Id;
use crate::domain::payload::Payload;
use crate::exchange::bundle::format::ATTACHMENT_MAX;
use crate::exchange::bundle::kind::HEAD;
use crate::exchange::intake::file::read_file;
use crate::problem::{Kind, Problem};

pub use crate::exchange::bundle::kind::media_of;

/// The media type of a text that was pasted.
const TEXT: &str = "text/plain";

/// Returns whether a file may be attached, as far as its first bytes tell.
pub fn is_evidence(path: &Path) -> bool {
    let mut head = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    read.is_ok() && media_of(&head).is_some()
}

impl Desk {
    /// Attaches a text to a record as evidence, as it is; what it says becomes no talk.
    pub fn attach_text(&mut self, id: Id, text: &str, name: &str) -> Result<Done, Problem> {
        small_enough(text.len() as u64, name)?;
        self.attach_as(id, TEXT, name, text.as_bytes())
    }

    /// Attaches a file to a record as evidence, at most 20 MiB, of a kind that its first bytes
    /// prove: a picture, a PDF, a video or sound. The file is copied and synced before the event
    /// that names it; its name is personal, its content goes with the record's bundles.
    pub fn attach(&mut self, id: Id, path: &Path) -> Result<Done, Problem> {
        let name = path.display().to_string();
        let size = std::fs::metadata(path).map_or(0, |found| found.len());
        small_enough(size, &name)?;
        let bytes = read_file(path)?;
        self.attach_named(id, path, &bytes)
    }

    /// Attaches what a file of this name would hold, as [`Self::attach`] does a file.
    pub fn attach_bytes(&mut self, id: Id, name: &str, bytes: &[u8]) -> Result<Done, Problem> {
        small_enough(bytes.len() as u64, name)?;
        self.attach_named(id, Path::new(name), bytes)
    }

    fn attach_named(&mut self, id: Id, path: &Path, bytes: &[u8]) -> Result<Done, Problem> {
        let media = media_of(bytes).ok_or_else(|| {
            Problem::new(Kind::Refused, "problem-attach-kind")
                .arg("file", path.display())
                .hint("problem-attach-kind-hint")
        })?;
        let name = path.file_name().unwrap_or_default();
        self.attach_as(id, media, &name.to_string_lossy(), bytes)
    }

    fn attach_as(
        &mut self,
        id: Id,
        media: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let me = self.me()?.id;
        let hash = self.store_mut().keep_file(bytes)?;
        let mut act = self.act();
        act.claim(register, &record, me);
        let attach = Payload::Attach {
            hash,
            media: media.to_owned(),
            size: bytes.len() as u64,
            name: Some(name.to_owned()),
        };
        act.add(register, id, attach);
        self.write(act)
    }
}

fn small_enough(size: u64, name: &str) -> Result<(), Problem> {
    if size <= ATTACHMENT_MAX {
        return Ok(());
    }
    Err(refused("problem-attach-large")
        .arg("file", name)
        .arg("most", ATTACHMENT_MAX >> 20)
        .hint("problem-attach-large-hint"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_first_bytes() {
        assert_eq!(media_of(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        assert_eq!(media_of(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_of(b"\0\0\0\x18ftypheic"), Some("image/heic"));
        assert_eq!(media_of(b"\0\0\0\x18ftypisom"), Some("video/mp4"));
        for wrong in [&b"#!/bin/sh"[..], b"MZ\x90", b"", b"PK\x03\x04", b"\x7fELF"] {
            assert_eq!(media_of(wrong), None);
        }
    }
}
