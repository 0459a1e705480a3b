//! Evidence: a file is laid beside the store under its hash, then an event names it.

use std::path::Path;

use super::Desk;
use super::act::{Done, refused};
use crate::domain::id::Id;
use crate::domain::payload::Payload;
use crate::exchange::bundle::format::ATTACHMENT_MAX;
use crate::exchange::intake::file::read_file;
use crate::problem::{Kind, Problem};

/// How files of a kind begin: from which byte on, with what, and their media type.
///
/// The list is closed: zhiban never opens these files, and a person who does should know what
/// to expect.
const KINDS: [(usize, &[u8], &str); 8] = [
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
];

/// The media type of a text that was pasted.
const TEXT: &str = "text/plain";

/// Returns the media type that a file's first bytes say, none for what may not be attached.
pub fn media_of(bytes: &[u8]) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|(at, magic, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
        .map(|(_, _, media)| *media)
}

impl Desk {
    /// Attaches a text to a record as evidence, as it is; what it says becomes no talk.
    pub fn attach_text(&mut self, id: Id, text: &str, name: &str) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let me = self.me()?.id;
        if text.len() as u64 > ATTACHMENT_MAX {
            return Err(refused("problem-attach-large")
                .arg("file", name)
                .arg("most", ATTACHMENT_MAX >> 20)
                .hint("problem-attach-large-hint"));
        }
        let hash = self.store_mut().keep_file(text.as_bytes())?;
        let mut act = self.act();
        act.claim(register, &record, me);
        let attach = Payload::Attach {
            hash,
            media: TEXT.to_owned(),
            size: text.len() as u64,
            name: Some(name.to_owned()),
        };
        act.add(register, id, attach);
        self.write(act)
    }

    /// Attaches a file to a record as evidence, at most 20 MiB, of a kind that its first bytes
    /// prove: a picture, a PDF, a video or sound. The file is copied and synced before the event
    /// that names it; its name is personal, its content goes with the record's bundles.
    pub fn attach(&mut self, id: Id, path: &Path) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        let me = self.me()?.id;
        let of_file = |problem: Problem| problem.arg("file", path.display());
        let size = std::fs::metadata(path).map_or(0, |found| found.len());
        if size > ATTACHMENT_MAX {
            return Err(of_file(refused("problem-attach-large"))
                .arg("most", ATTACHMENT_MAX >> 20)
                .hint("problem-attach-large-hint"));
        }
        let bytes = read_file(path)?;
        let media = media_of(&bytes).ok_or_else(|| {
            of_file(Problem::new(Kind::Refused, "problem-attach-kind"))
                .hint("problem-attach-kind-hint")
        })?;
        let name = path.file_name().unwrap_or_default();
        let hash = self.store_mut().keep_file(&bytes)?;
        let mut act = self.act();
        act.claim(register, &record, me);
        let attach = Payload::Attach {
            hash,
            media: media.to_owned(),
            size: bytes.len() as u64,
            name: Some(name.to_string_lossy().into_owned()),
        };
        act.add(register, id, attach);
        self.write(act)
    }
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
