//! A bundle's events on their way from checking to appending: kept in memory or aside, and folded
//! before they are appended.

use std::path::Path;

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
    /// How many bytes of bodies they have, or more.
    pub bytes: usize,
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

/// Keeps chunks between checking and appending.
pub(super) struct Keeper {
    gathering: Gathering,
    here: Vec<Chunk>,
    aside: Option<Spill>,
}

/// Chunks as they are kept, in the order of the bundle.
#[derive(Debug)]
pub(super) enum Kept {
    /// In memory.
    Here(Vec<Chunk>),
    /// In a file.
    Aside(Spill),
}

impl Keeper {
    /// Keeps them in memory.
    pub fn here() -> Self {
        Self {
            gathering: Gathering::default(),
            here: Vec::new(),
            aside: None,
        }
    }

    /// Keeps them in a file in this folder.
    pub fn aside(folder: &Path) -> Result<Self, BundleFault> {
        Ok(Self {
            aside: Some(Spill::new(folder)?),
            ..Self::here()
        })
    }

    /// Adds an event of a stream behind a chain.
    pub fn add(
        &mut self,
        stream: (usize, &Range),
        previous: Chain,
        event: Event,
    ) -> Result<(), BundleFault> {
        match self.gathering.add(stream, previous, event) {
            Some(full) => self.keep(full),
            None => Ok(()),
        }
    }

    /// Returns all of them.
    pub fn finish(mut self) -> Result<Kept, BundleFault> {
        if let Some(last) = self.gathering.open.take() {
            self.keep(last)?;
        }
        Ok(match self.aside {
            Some(spill) => Kept::Aside(spill),
            None => Kept::Here(self.here),
        })
    }

    fn keep(&mut self, chunk: Chunk) -> Result<(), BundleFault> {
        match &mut self.aside {
            Some(spill) => spill.put(&chunk),
            None => {
                self.here.push(chunk);
                Ok(())
            }
        }
    }
}
