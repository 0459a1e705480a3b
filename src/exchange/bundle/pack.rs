//! Writing bundles: which events go into which file, and the files.
//!
//! Everything is read twice: once to learn sizes and hashes, which stand in front of the
//! events, and once to write; so memory stays small and nothing is laid down unencrypted aside.

use std::io::{self, Write};

use super::fault::BundleFault;
use super::format::{
    ATTACHED_MAX, ATTACHMENT, ATTACHMENTS_WRITTEN, EVENTS, EVENTS_MAX, Entry, EventLine, FORMAT,
    MANIFEST, MANIFEST_MAX, Manifest, REGISTERS_MAX, Range, Replica, SEALS, SEALS_MAX, SIGNATURE,
    STREAMS_MAX, SealLine, Tip, UNPACKED_MAX,
};
use super::frame::{self, Writer};
use super::hex::Hex;
use crate::domain::event::{Event, Seal, Verb};
use crate::domain::id::{Chain, ShopId};
use crate::domain::payload::Payload;
use crate::domain::seal::ReplicaKey;

/// How many events are read at once.
const PAGE: u64 = 512;

/// Where events come from: the store, or a list in tests.
pub(super) trait Source {
    /// What reading can end with.
    type Fault: From<PackFault>;

    /// Returns the events of a stream from one seq to another, both included.
    fn events(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<Vec<Event>, Self::Fault>;

    /// Returns the seals of a stream between two seqs, both included, ascending.
    fn seals(&self, stream: i64, from_seq: u64, to_seq: u64) -> Result<Vec<Seal>, Self::Fault>;

    /// Returns the size of an attachment, none where it is not here.
    fn attachment(&self, hash: &[u8; 32]) -> Result<Option<u64>, Self::Fault>;

    /// Writes the content of an attachment.
    fn copy_attachment(&self, hash: &[u8; 32], out: &mut dyn Write) -> Result<(), Self::Fault>;
}

/// Why events cannot be packed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PackFault {
    /// Writing failed.
    #[error(transparent)]
    File(io::Error),
    /// The log does not hold what its heads say.
    #[error("stream {stream} ends before {seq}")]
    Hole {
        /// The stream's number in its source.
        stream: i64,
        /// The seq that is missing.
        seq: u64,
    },
    /// A body was erased or a file went between the two readings: to be tried again.
    #[error("changed while it was read")]
    Changed,
    /// More streams, replicas or registers than a file may name.
    #[error(transparent)]
    Format(#[from] BundleFault),
}

impl From<io::Error> for PackFault {
    fn from(fault: io::Error) -> Self {
        // An entry that does not have the size that was measured.
        if fault.kind() == io::ErrorKind::InvalidData {
            Self::Changed
        } else {
            Self::File(fault)
        }
    }
}

/// What one file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Events.
    pub events: u64,
    /// Bytes of events, seals and attachments with their headers.
    pub bytes: u64,
    /// Seals.
    pub seals: u64,
}

impl Default for Limits {
    fn default() -> Self {
        // Beside the contents there are the manifest, its signature, headers and the end.
        Self {
            events: EVENTS_MAX,
            bytes: UNPACKED_MAX - MANIFEST_MAX - (64 << 10),
            seals: SEALS_MAX,
        }
    }
}

/// A range of a stream that is to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// The stream's number in its source.
    pub stream: i64,
    /// The range as the manifest says it.
    pub range: Range,
}

/// What is the same in all parts of one export.
pub(super) struct Frame<'a> {
    pub shop: ShopId,
    pub key: &'a ReplicaKey,
    /// The sender's place in `replicas`.
    pub sender: usize,
    pub made: i64,
    pub replicas: Vec<Replica>,
    pub heads: Vec<Tip>,
}

/// What one file will hold, measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub pieces: Vec<Piece>,
    pub events: u64,
    pub personal: u64,
    seals: u64,
    registers: Vec<String>,
    /// Size and hash of `events.jsonl`.
    lines: (u64, [u8; 32]),
    /// Size and hash of `seals.jsonl`.
    sealing: (u64, [u8; 32]),
    /// Hashes and sizes, ascending.
    attachments: Vec<([u8; 32], u64)>,
}

/// Divides what is to go out into files, each complete and within the limits; always at least
/// one, so that an export without news still carries the sender's heads.
pub(super) fn plan<S: Source>(
    source: &S,
    pieces: &[Piece],
    limits: Limits,
) -> Result<Vec<Part>, S::Fault> {
    let mut rest = pieces.to_vec();
    let mut parts = Vec::new();
    loop {
        let (taken, left) = fill(source, rest, limits)?;
        parts.push(taken);
        if left.is_empty() {
            return Ok(parts);
        }
        rest = left;
    }
}

/// Takes from the front of `rest` what fits into one file.
fn fill<S: Source>(
    source: &S,
    rest: Vec<Piece>,
    limits: Limits,
) -> Result<(Part, Vec<Piece>), S::Fault> {
    let mut tally = Tally::default();
    for (place, piece) in rest.iter().enumerate() {
        if place == STREAMS_MAX {
            return split(
                source,
                &rest,
                place,
                piece.range.from_seq,
                piece.range.from_chain,
            );
        }
        let seals = source.seals(piece.stream, piece.range.from_seq + 1, piece.range.to_seq)?;
        // Where the file can end within this stream: at its last seal that fits.
        let mut cut = None;
        let mut last = (piece.range.from_seq, piece.range.from_chain);
        let mut next_seal = seals.iter().peekable();
        let over = each(source, piece, |event| {
            tally.event(source, place, event)?;
            if let Some(seal) = next_seal.next_if(|seal| seal.seq == event.head.seq) {
                tally.seal(place, seal)?;
            }
            if tally.is_over(limits) {
                return Ok(false);
            }
            last = (event.head.seq, event.chain);
            if seals.binary_search_by_key(&last.0, |seal| seal.seq).is_ok() {
                cut = Some(last);
            }
            Ok(true)
        })?;
        if over {
            let (seq, chain) = match cut {
                Some(cut) => cut,
                None if place > 0 => (piece.range.from_seq, piece.range.from_chain),
                // No seal within a whole file: cut anywhere rather than not at all.
                None if last.0 > piece.range.from_seq => last,
                None => {
                    return Err(PackFault::Format(BundleFault::Limit {
                        what: "event",
                        limit: limits.bytes,
                    })
                    .into());
                }
            };
            return split(source, &rest, place, seq, chain);
        }
    }
    Ok((tally.part(rest), Vec::new()))
}

/// Ends a file within (or before) the piece at `place`, at this seq and chain.
fn split<S: Source>(
    source: &S,
    rest: &[Piece],
    place: usize,
    seq: u64,
    chain: Chain,
) -> Result<(Part, Vec<Piece>), S::Fault> {
    let mut taken = rest[..place].to_vec();
    let mut left = rest[place..].to_vec();
    if let Some(first) = left.first_mut() {
        if seq > first.range.from_seq {
            let mut head = *first;
            (head.range.to_seq, head.range.to_chain) = (seq, chain);
            taken.push(head);
        }
        (first.range.from_seq, first.range.from_chain) = (seq, chain);
    }
    left.retain(|piece| !piece.range.is_empty());
    Ok((measure(source, taken)?, left))
}

/// Measures a file of exactly these pieces.
fn measure<S: Source>(source: &S, pieces: Vec<Piece>) -> Result<Part, S::Fault> {
    let mut tally = Tally::default();
    for (place, piece) in pieces.iter().enumerate() {
        each(source, piece, |event| {
            tally.event(source, place, event).map(|()| true)
        })?;
        for seal in source.seals(piece.stream, piece.range.from_seq + 1, piece.range.to_seq)? {
            tally.seal(place, &seal)?;
        }
    }
    Ok(tally.part(pieces))
}

/// Reads the events of a piece in pages until `visit` says no; returns whether it did.
fn each<S: Source>(
    source: &S,
    piece: &Piece,
    mut visit: impl FnMut(&Event) -> Result<bool, S::Fault>,
) -> Result<bool, S::Fault> {
    let mut next = piece.range.from_seq + 1;
    while next <= piece.range.to_seq {
        let to = piece.range.to_seq.min(next + PAGE - 1);
        for event in source.events(piece.stream, next, to)? {
            if event.head.seq != next {
                break;
            }
            if !visit(&event)? {
                return Ok(true);
            }
            next += 1;
        }
        if next <= to {
            return Err(PackFault::Hole {
                stream: piece.stream,
                seq: next,
            }
            .into());
        }
    }
    Ok(false)
}

/// Counts what would be written.
#[derive(Default)]
struct Tally {
    events: u64,
    personal: u64,
    seals: u64,
    registers: Vec<String>,
    lines: Measured,
    sealing: Measured,
    attachments: Vec<([u8; 32], u64)>,
}

#[derive(Default)]
struct Measured {
    size: u64,
    hash: blake3::Hasher,
}

impl Measured {
    fn line(&mut self, line: &impl serde::Serialize) -> Result<(), PackFault> {
        let bytes = spell(line)?;
        self.size += bytes.len() as u64;
        self.hash.update(&bytes);
        Ok(())
    }

    fn done(&self) -> (u64, [u8; 32]) {
        (self.size, *self.hash.finalize().as_bytes())
    }
}

impl Tally {
    fn event<S: Source>(
        &mut self,
        source: &S,
        place: usize,
        event: &Event,
    ) -> Result<(), S::Fault> {
        let register = self.register(&event.head.register)?;
        self.lines.line(&line_of(event, place, register)?)?;
        self.events += 1;
        self.personal += u64::from(event.body.personal().is_some());
        // A file whose name stays away stays away itself.
        if event.head.verb == Verb::Attach as u8
            && event.body.absence().is_none()
            && let Some(hash) = attached(event)
            && let Err(place) = self
                .attachments
                .binary_search_by_key(&hash, |(hash, _)| *hash)
            && let Some(size) = source.attachment(&hash)?
        {
            self.attachments.insert(place, (hash, size));
        }
        Ok(())
    }

    fn seal(&mut self, place: usize, seal: &Seal) -> Result<(), PackFault> {
        self.seals += 1;
        self.sealing.line(&SealLine::of(seal, place))
    }

    fn register(&mut self, name: &str) -> Result<usize, PackFault> {
        if let Some(place) = self.registers.iter().position(|known| known == name) {
            return Ok(place);
        }
        if self.registers.len() == REGISTERS_MAX {
            return Err(BundleFault::Limit {
                what: "registers",
                limit: REGISTERS_MAX as u64,
            }
            .into());
        }
        self.registers.push(name.to_owned());
        Ok(self.registers.len() - 1)
    }

    fn is_over(&self, limits: Limits) -> bool {
        let attachments: u64 = self
            .attachments
            .iter()
            .map(|(_, size)| frame::entry_size(*size))
            .sum();
        self.events > limits.events
            || self.seals > limits.seals
            || self.attachments.len() > ATTACHMENTS_WRITTEN
            || self.attachments.iter().map(|(_, size)| size).sum::<u64>() > ATTACHED_MAX
            || frame::entry_size(self.lines.size)
                + frame::entry_size(self.sealing.size)
                + attachments
                > limits.bytes
    }

    fn part(self, pieces: Vec<Piece>) -> Part {
        Part {
            pieces,
            events: self.events,
            personal: self.personal,
            seals: self.seals,
            registers: self.registers,
            lines: self.lines.done(),
            sealing: self.sealing.done(),
            attachments: self.attachments,
        }
    }
}

/// Returns the hash of the file that an event attaches.
fn attached(event: &Event) -> Option<[u8; 32]> {
    match Payload::read(event) {
        Some(Payload::Attach { hash, .. }) => Some(hash),
        _ => None,
    }
}

fn line_of(event: &Event, place: usize, register: usize) -> Result<EventLine<'_>, PackFault> {
    EventLine::of(event, place, register).ok_or(PackFault::Hole {
        stream: place as i64,
        seq: event.head.seq,
    })
}

fn spell(line: &impl serde::Serialize) -> Result<Vec<u8>, PackFault> {
    let mut bytes = serde_json::to_vec(line).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes one file: the part that is `number` of `parts`.
pub(super) fn write<S: Source, W: Write>(
    source: &S,
    frame: &Frame<'_>,
    part: &Part,
    (number, parts): (u32, u32),
    out: W,
) -> Result<W, S::Fault> {
    let manifest = manifest(frame, part, (number, parts));
    manifest
        .check()
        .map_err(|fault| PackFault::from(BundleFault::from(fault)))?;
    let bytes = spell(&manifest)?;
    if bytes.len() as u64 > MANIFEST_MAX {
        let fault = BundleFault::Limit {
            what: "manifest",
            limit: MANIFEST_MAX,
        };
        return Err(PackFault::from(fault).into());
    }
    let file = |fault: io::Error| S::Fault::from(PackFault::from(fault));
    let mut writer = Writer::new(out).map_err(file)?;
    writer.entry(MANIFEST, &bytes).map_err(file)?;
    writer
        .entry(SIGNATURE, &frame.key.sign(&Manifest::message(&bytes)))
        .map_err(file)?;
    writer
        .stream(EVENTS, part.lines.0, |out| write_events(source, part, out))
        .map_err(Fault::into_source)?;
    writer
        .stream(SEALS, part.sealing.0, |out| write_seals(source, part, out))
        .map_err(Fault::into_source)?;
    for (hash, size) in &part.attachments {
        writer
            .stream(&attachment_name(hash), *size, |out| {
                let mut checked = Checked {
                    out,
                    hash: blake3::Hasher::new(),
                };
                source
                    .copy_attachment(hash, &mut checked)
                    .map_err(Fault::Source)?;
                checked.must_be(hash)
            })
            .map_err(Fault::into_source)?;
    }
    writer.finish().map_err(file)
}

fn write_events<S: Source>(
    source: &S,
    part: &Part,
    out: &mut dyn Write,
) -> Result<(), Fault<S::Fault>> {
    let mut checked = Checked {
        out,
        hash: blake3::Hasher::new(),
    };
    for (place, piece) in part.pieces.iter().enumerate() {
        each(source, piece, |event| {
            let register = part
                .registers
                .iter()
                .position(|name| *name == event.head.register)
                .ok_or(PackFault::Changed)?;
            let line = spell(&line_of(event, place, register)?)?;
            checked.write_all(&line).map_err(PackFault::from)?;
            Ok(true)
        })
        .map_err(Fault::Source)?;
    }
    checked.must_be(&part.lines.1)
}

fn write_seals<S: Source>(
    source: &S,
    part: &Part,
    out: &mut dyn Write,
) -> Result<(), Fault<S::Fault>> {
    let mut checked = Checked {
        out,
        hash: blake3::Hasher::new(),
    };
    for (place, piece) in part.pieces.iter().enumerate() {
        let seals = source
            .seals(piece.stream, piece.range.from_seq + 1, piece.range.to_seq)
            .map_err(Fault::Source)?;
        for seal in seals {
            let line =
                spell(&SealLine::of(&seal, place)).map_err(|fault| Fault::Source(fault.into()))?;
            checked.write_all(&line).map_err(Fault::File)?;
        }
    }
    checked.must_be(&part.sealing.1)
}

/// What writing an entry can end with; keeps the source's own fault apart from the file's.
enum Fault<F> {
    File(io::Error),
    Source(F),
}

impl<F> From<io::Error> for Fault<F> {
    fn from(fault: io::Error) -> Self {
        Self::File(fault)
    }
}

impl<F: From<PackFault>> Fault<F> {
    fn into_source(self) -> F {
        match self {
            Self::File(fault) => PackFault::from(fault).into(),
            Self::Source(fault) => fault,
        }
    }
}

/// Compares what is written with what was measured.
struct Checked<'a> {
    out: &'a mut dyn Write,
    hash: blake3::Hasher,
}

impl Checked<'_> {
    fn must_be<F: From<PackFault>>(&self, hash: &[u8; 32]) -> Result<(), Fault<F>> {
        if self.hash.finalize().as_bytes() == hash {
            Ok(())
        } else {
            Err(Fault::Source(PackFault::Changed.into()))
        }
    }
}

impl Write for Checked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn attachment_name(hash: &[u8; 32]) -> String {
    format!("{ATTACHMENT}{}", Hex(*hash))
}

fn manifest(frame: &Frame<'_>, part: &Part, number: (u32, u32)) -> Manifest {
    let entry = |name: String, (size, hash): (u64, [u8; 32])| Entry {
        name,
        size,
        blake3: Hex(hash),
    };
    let mut entries = vec![
        entry(EVENTS.into(), part.lines),
        entry(SEALS.into(), part.sealing),
    ];
    entries.extend(
        part.attachments
            .iter()
            .map(|(hash, size)| entry(attachment_name(hash), (*size, *hash))),
    );
    Manifest {
        format: FORMAT,
        shop: frame.shop,
        sender: frame.sender,
        made: frame.made,
        part: number,
        replicas: frame.replicas.clone(),
        registers: part.registers.clone(),
        streams: part.pieces.iter().map(|piece| piece.range).collect(),
        heads: frame.heads.clone(),
        entries,
    }
}
