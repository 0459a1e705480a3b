//! A bundle's events on their way from checking to appending: kept in memory or aside, and folded
//! before they are appended.

use super::check::Checked;
use super::fault::BundleFault;
use super::format::Range;
use super::spill::Spill;
use crate::domain::event::Event;
use crate::domain::id::Chain;
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
    /// Begins a chunk of a stream of this range with an event behind a chain.
    fn of(stream: usize, range: &Range, previous: Chain, event: Event) -> Self {
        let from_seq = event.head.seq - 1;
        let left = range.to_seq.saturating_sub(from_seq);
        let mut events = Vec::with_capacity(CHUNK.min(left as usize));
        events.push(event);
        Self {
            stream,
            from_seq,
            from_chain: previous,
            events,
        }
    }

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

/// Returns whether a chunk of so many events with so many bytes of bodies is full.
pub(super) fn is_full(events: usize, bytes: usize) -> bool {
    events >= CHUNK || bytes > CHUNK_BYTES
}

/// Keeps events between checking and appending.
pub(super) enum Keeper {
    /// In memory, with the bytes of bodies of the last chunk.
    Here(Vec<Chunk>, usize),
    /// In a file.
    Aside(Spill),
}

/// Events as they are kept, in the order of the bundle.
#[derive(Debug)]
pub(super) enum Kept {
    /// In memory.
    Here(Vec<Chunk>),
    /// In a file.
    Aside(Spill),
}

impl Keeper {
    /// Adds an event of a stream of this range behind a chain.
    pub fn add(
        &mut self,
        (stream, range): (usize, &Range),
        previous: Chain,
        event: Event,
    ) -> Result<(), BundleFault> {
        let (chunks, bytes) = match self {
            Self::Aside(spill) => return spill.add(stream, previous, &event),
            Self::Here(chunks, bytes) => (chunks, bytes),
        };
        let last = chunks.last_mut().filter(|last| last.stream == stream);
        if let Some(last) = last.filter(|last| !is_full(last.events.len(), *bytes)) {
            *bytes += event.body.len();
            last.events.push(event);
        } else {
            *bytes = event.body.len();
            chunks.push(Chunk::of(stream, range, previous, event));
        }
        Ok(())
    }

    /// Returns all of them.
    pub fn finish(self) -> Kept {
        match self {
            Self::Here(chunks, _) => Kept::Here(chunks),
            Self::Aside(spill) => Kept::Aside(spill),
        }
    }
}
