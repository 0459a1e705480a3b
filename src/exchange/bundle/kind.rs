//! What kinds of files may be attached, on writing and on reading alike: those that their first
//! bytes prove, and plain text.

/// How files of a kind begin: from which byte on, with what, and their media type.
///
/// The list is closed: zhiban never opens these files, and a person who does should know what
/// to expect.
pub const KINDS: [(usize, &[u8], &str); 8] = [
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
];

/// How much of a file tells its kind.
pub const HEAD: usize = 32;

/// Returns the media type that a file's first bytes say, none for what may not be attached.
pub fn media_of(bytes: &[u8]) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|(at, magic, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
        .map(|(_, _, media)| *media)
}

/// Looks at a file that comes in pieces.
#[derive(Debug)]
pub(super) struct Look {
    head: Vec<u8>,
    /// Whether everything so far is text.
    is_text: bool,
    /// The begin of a character whose end is still to come.
    open: Vec<u8>,
}

impl Look {
    pub fn new() -> Self {
        Self {
            head: Vec::with_capacity(HEAD),
            is_text: true,
            open: Vec::new(),
        }
    }

    /// Looks at the next piece.
    pub fn at(&mut self, piece: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend(piece.iter().take(room));
        if !self.is_text {
            return;
        }
        self.is_text = !piece.contains(&0);
        self.open.extend(piece);
        let done = match std::str::from_utf8(&self.open) {
            Ok(text) => text.len(),
            Err(fault) => {
                self.is_text &= fault.error_len().is_none();
                fault.valid_up_to()
            }
        };
        self.open.drain(..done);
    }

    /// Returns whether the file, seen to its end, is of a kind that may be attached.
    pub fn is_allowed(&self) -> bool {
        media_of(&self.head).is_some() || self.is_text && self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(bytes: &[u8], size: usize) -> bool {
        let mut look = Look::new();
        bytes.chunks(size).for_each(|piece| look.at(piece));
        look.is_allowed()
    }

    #[test]
    fn pictures_and_texts_are_allowed_in_whatever_pieces_they_come() {
        for size in [1, 2, 3, 7, 100] {
            for right in [
                &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff"[..],
                "亲，我的摆件碎了 \u{1F600}\n".as_bytes(),
                b"",
            ] {
                assert!(is_allowed(right, size));
            }
            for wrong in [
                &b"\x7fELF\x02\x01\x01\0"[..],
                b"MZ\x90\0",
                b"PK\x03\x04\x14\0",
                b"\xe4\xba",
                b"text\xfftext",
            ] {
                assert!(!is_allowed(wrong, size), "{wrong:?}");
            }
        }
    }
}
