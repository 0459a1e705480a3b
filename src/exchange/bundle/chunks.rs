//! A bundle's events on their way from reading to appending: kept since they were checked, or
//! read a second time; and folded before they are appended.

use std::sync::mpsc::SyncSender;

use super::check::Checked;
use super::fault::BundleFault;
use super::format::{EVENTS, MANIFEST, Range};
use super::lines::Turn;
use super::read::Bundle;
use crate::domain::body::Body;
use crate::domain::event::{Event, Head};
use crate::domain::id::Chain;
use crate::exchange::envelope::Opened;
use crate::store::{Ahead, Foreseen};

/// How many events are handed over at once: as many as a transaction takes in its tenth of a
/// second with what they fold to, since each one writes anew the pages of the indexes by record.
const CHUNK: usize = 8_192;
/// And how many bytes of bodies.
const CHUNK_BYTES: usize = 4 << 20;

/// Events of one stream on their way from reading to appending.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The place of the stream.
    pub stream: usize,
    /// The seq before the first event.
    pub from_seq: u64,
    /// The chain at `from_seq`.
    pub from_chain: Chain,
    /// The events.
    pub events: Vec<Event>,
    bytes: usize,
}

/// A chunk that is ready to be appended.
pub(super) struct Ready {
    /// What of it is proven.
    pub chunk: Chunk,
    /// What lies beyond.
    pub rest: Vec<Event>,
    /// What the records of what is proven come to.
    pub foreseen: Foreseen,
}

impl Chunk {
    /// Cuts the chunk where its proof ends, and folds it by these rules, or else when it is
    /// appended.
    pub fn ready(mut self, checked: &Checked, ahead: Option<&Ahead>) -> Ready {
        let proven = checked
            .proofs
            .get(self.stream)
            .map_or(0, |proof| proof.proven);
        let is_proven = |event: &Event| event.head.seq <= proven;
        let rest = self
            .events
            .split_off(self.events.partition_point(is_proven));
        let foreseen = ahead.map_or_else(Foreseen::later, |ahead| ahead.fold(&self.events));
        Ready {
            chunk: self,
            rest,
            foreseen,
        }
    }
}

/// Puts events together into chunks.
#[derive(Default)]
struct Gathering {
    open: Option<Chunk>,
}

impl Gathering {
    /// Adds an event of a stream of this range behind a chain, and returns the chunk that was full
    /// before it.
    fn add(
        &mut self,
        (stream, range): (usize, &Range),
        previous: Chain,
        event: Event,
    ) -> Option<Chunk> {
        let is_full = |open: &mut Chunk| {
            open.stream != stream || open.events.len() >= CHUNK || open.bytes > CHUNK_BYTES
        };
        let full = self.open.take_if(is_full);
        let open = self.open.get_or_insert_with(|| {
            let from_seq = event.head.seq - 1;
            let left = range.to_seq.saturating_sub(from_seq);
            Chunk {
                stream,
                from_seq,
                from_chain: previous,
                events: Vec::with_capacity(CHUNK.min(left as usize)),
                bytes: 0,
            }
        });
        open.bytes += event.body.len();
        open.events.push(event);
        full
    }
}

/// Chunks that are kept between checking and appending.
#[derive(Default)]
pub(super) struct Kept {
    gathering: Gathering,
    full: Vec<Chunk>,
}

impl Kept {
    /// Adds an event of a stream behind a chain.
    pub fn add(&mut self, stream: (usize, &Range), previous: Chain, event: Event) {
        self.full
            .extend(self.gathering.add(stream, previous, event));
    }

    /// Returns all of them, in the order of the bundle.
    pub fn finish(mut self) -> Vec<Chunk> {
        self.full.extend(self.gathering.open);
        self.full
    }
}

/// The second reading: events in chunks, of the same lines as the first reading and with the
/// chains that it found.
pub(super) struct Reading<'a> {
    checked: &'a Checked,
    chunks: SyncSender<Chunk>,
    gathering: Gathering,
}

impl<'a> Reading<'a> {
    /// Begins a second reading of what was checked, into these chunks.
    pub fn new(checked: &'a Checked, chunks: SyncSender<Chunk>) -> Self {
        Self {
            checked,
            chunks,
            gathering: Gathering::default(),
        }
    }

    /// Reads all events; fails where they are not those that were checked.
    pub fn read(mut self, mut bundle: Bundle<Opened>) -> Result<(), BundleFault> {
        if bundle.name != self.checked.name {
            return Err(BundleFault::Altered(MANIFEST.into()));
        }
        let whole = |_: &Head, body: Body| body;
        let turn = Turn::Again(&self.checked.marks);
        bundle.events(turn, whole, |stream, head, body| {
            self.event(stream, head, body)
        })?;
        let rest = self.gathering.open.take();
        self.send(rest)
    }

    fn event(&mut self, stream: usize, head: Head, body: Body) -> Result<(), BundleFault> {
        let altered = || BundleFault::Altered(EVENTS.into());
        let range = self
            .checked
            .manifest
            .streams
            .get(stream)
            .ok_or_else(altered)?;
        let chains = &self.checked.proofs.get(stream).ok_or_else(altered)?.chains;
        let place = (head.seq - range.from_seq - 1) as usize;
        let chain = *chains.get(place).ok_or_else(altered)?;
        let previous = place
            .checked_sub(1)
            .map_or(range.from_chain, |before| chains[before]);
        let event = Event { head, chain, body };
        let full = self.gathering.add((stream, range), previous, event);
        self.send(full)
    }

    fn send(&self, chunk: Option<Chunk>) -> Result<(), BundleFault> {
        match chunk {
            Some(chunk) => self.chunks.send(chunk).map_err(|_| BundleFault::Stopped),
            None => Ok(()),
        }
    }
}
