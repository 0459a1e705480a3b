//! A bundle opened for reading: entry after entry, line after line, in the order of the format.

use std::io::Read;

use super::fault::BundleFault;
use super::format::{
    ATTACHMENT_MAX, DEPTH_MAX, EVENTS, MANIFEST, MANIFEST_MAX, Manifest, SEALS, SEALS_MAX,
    SIGNATURE, SealLine, UNPACKED_MAX,
};
use super::frame::Reader;
use super::lines::{self, Line};
use crate::domain::body::Body;
use crate::domain::event::{Head, Seal};
use crate::domain::seal;

/// A bundle whose manifest is read and whose sender has signed it.
pub(super) struct Bundle<R: Read> {
    reader: Reader<R>,
    /// The manifest, checked.
    pub manifest: Manifest,
    /// The next of the manifest's entries.
    next: usize,
}

impl<R: Read> Bundle<R> {
    /// Reads manifest and signature.
    pub fn open(input: R) -> Result<Self, BundleFault> {
        let mut reader = Reader::new(input)?;
        reader.entry(MANIFEST, MANIFEST_MAX)?;
        let bytes = reader.whole()?;
        reader.entry(SIGNATURE, 64)?;
        let signature: [u8; 64] = reader
            .whole()?
            .try_into()
            .map_err(|_| BundleFault::Signature)?;
        let manifest = parse(&bytes)?;
        let sender = manifest
            .replicas
            .get(manifest.sender)
            .ok_or(BundleFault::Signature)?;
        if !seal::verify(&sender.key.0, &Manifest::message(&bytes), &signature) {
            return Err(BundleFault::Signature);
        }
        Ok(Self {
            reader,
            manifest,
            next: 0,
        })
    }

    /// Reads all events; `visit` gets the place of the stream beside head and what `look` makes
    /// of the body, which may do so in another thread. Each stream's seqs are complete and in
    /// order, or the bundle is refused.
    pub fn events<T: Send>(
        &mut self,
        look: impl Fn(&Head, Body) -> T + Sync,
        mut visit: impl FnMut(usize, Head, T) -> Result<(), BundleFault>,
    ) -> Result<(), BundleFault> {
        self.begin(EVENTS, UNPACKED_MAX)?;
        let mut next = Next::of(&self.manifest);
        let mut hand_on = |line: Line<T>| {
            if !next.is(line.stream, line.head.seq) {
                return Err(BundleFault::line(EVENTS, line.number, &"r, q"));
            }
            visit(line.stream, line.head, line.seen)
        };
        lines::each(&mut self.reader, &self.manifest, &look, &mut hand_on)?;
        if next.stream < self.manifest.streams.len() {
            return Err(BundleFault::Altered(EVENTS.into()));
        }
        self.end()
    }

    /// Reads all seals, unverified; `visit` gets the place of the stream beside each.
    pub fn seals(
        &mut self,
        mut visit: impl FnMut(usize, Seal) -> Result<(), BundleFault>,
    ) -> Result<(), BundleFault> {
        self.begin(SEALS, UNPACKED_MAX)?;
        let (mut line, mut number, mut last) = (Vec::new(), 0, None);
        while self.reader.line(&mut line)? {
            number += 1;
            if number > SEALS_MAX {
                return Err(BundleFault::Limit {
                    what: "seals",
                    limit: SEALS_MAX,
                });
            }
            let parsed: SealLine = serde_json::from_slice(&line)
                .map_err(|cause| BundleFault::line(SEALS, number, &cause))?;
            let seal = parsed
                .read(&self.manifest)
                .map_err(|cause| BundleFault::line(SEALS, number, &cause))?;
            if last >= Some((parsed.stream, seal.seq)) {
                return Err(BundleFault::line(SEALS, number, &"r, q"));
            }
            last = Some((parsed.stream, seal.seq));
            visit(parsed.stream, seal)?;
        }
        self.end()
    }

    /// Reads all attachments; `visit` gets each one's hash with a piece of it, and with nothing
    /// once it is whole and has that hash. Ends the bundle.
    pub fn attachments(
        mut self,
        mut visit: impl FnMut(&[u8; 32], Option<&[u8]>) -> Result<(), BundleFault>,
    ) -> Result<(), BundleFault> {
        while let Some(entry) = self.manifest.entries.get(self.next) {
            let (name, hash) = (entry.name.clone(), entry.blake3.0);
            self.begin(&name, ATTACHMENT_MAX)?;
            self.reader.content(|piece| visit(&hash, Some(piece)))?;
            self.end()?;
            visit(&hash, None)?;
        }
        self.reader.finish()
    }

    /// Skips the events.
    pub fn skip_events(&mut self) -> Result<(), BundleFault> {
        self.skip(EVENTS)
    }

    /// Skips the seals.
    pub fn skip_seals(&mut self) -> Result<(), BundleFault> {
        self.skip(SEALS)
    }

    fn skip(&mut self, name: &str) -> Result<(), BundleFault> {
        self.begin(name, UNPACKED_MAX)?;
        self.reader.content(|_| Ok(()))?;
        self.end()
    }

    fn begin(&mut self, name: &str, limit: u64) -> Result<(), BundleFault> {
        let size = self.reader.entry(name, limit)?;
        if self
            .manifest
            .entries
            .get(self.next)
            .is_none_or(|entry| entry.size != size)
        {
            return Err(BundleFault::Altered(name.to_owned()));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), BundleFault> {
        match self.manifest.entries.get(self.next) {
            Some(entry) if entry.blake3.0 == self.reader.hash() => {
                self.next += 1;
                Ok(())
            }
            entry => Err(BundleFault::Altered(
                entry.map(|entry| entry.name.clone()).unwrap_or_default(),
            )),
        }
    }
}

/// The place of the line that must come next.
struct Next {
    ranges: Vec<(u64, u64)>,
    stream: usize,
    seq: u64,
}

impl Next {
    fn of(manifest: &Manifest) -> Self {
        let ranges: Vec<_> = manifest
            .streams
            .iter()
            .map(|range| (range.from_seq, range.to_seq))
            .collect();
        let mut next = Self {
            ranges,
            stream: 0,
            seq: 0,
        };
        next.skip_empty();
        next
    }

    /// Returns whether this is the place, and goes on to the next.
    fn is(&mut self, stream: usize, seq: u64) -> bool {
        let is = stream == self.stream && seq == self.seq;
        if is && self.ranges.get(stream).is_some_and(|(_, to)| seq < *to) {
            self.seq += 1;
        } else if is {
            self.stream += 1;
            self.skip_empty();
        }
        is
    }

    fn skip_empty(&mut self) {
        while let Some((from, to)) = self.ranges.get(self.stream) {
            self.seq = from + 1;
            if from < to {
                return;
            }
            self.stream += 1;
        }
    }
}

/// Only the number, so that a newer format is told from a damaged manifest.
#[derive(serde::Deserialize)]
struct Number {
    format: u32,
}

fn parse(bytes: &[u8]) -> Result<Manifest, BundleFault> {
    if depth(bytes) > DEPTH_MAX {
        return Err(BundleFault::Limit {
            what: "depth",
            limit: DEPTH_MAX as u64,
        });
    }
    // What is skipped is not looked at otherwise.
    let text =
        std::str::from_utf8(bytes).map_err(|cause| BundleFault::Manifest(cause.to_string()))?;
    let broken = |cause: serde_json::Error| BundleFault::Manifest(cause.to_string());
    let number: Number = serde_json::from_str(text).map_err(broken)?;
    if number.format != super::format::FORMAT {
        return Err(BundleFault::Newer(number.format));
    }
    let manifest: Manifest = serde_json::from_str(text).map_err(broken)?;
    manifest.check()?;
    Ok(manifest)
}

/// Returns how deep the lists and objects of a JSON text go, advice that nobody reads included.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_of_texts() {
        assert_eq!(depth(br#"{"a":[1,{"b":"[[[\"[["}],"c":{}}"#), 3);
        assert_eq!(depth(b"[[]][[[]]]"), 3);
        assert_eq!(depth(br#""\\"[["#), 2);
    }
}
