//! A bundle's events on their way from reading to appending: kept since they were checked, or
//! read a second time.

use std::sync::mpsc::SyncSender;

use super::check::Checked;
use super::fault::BundleFault;
use super::format::{EVENTS, MANIFEST};
use super::read::Bundle;
use crate::domain::body::Body;
use crate::domain::event::{Event, Head};
use crate::domain::id::Chain;
use crate::exchange::envelope::Opened;

/// How many events are handed over at once.
const CHUNK: usize = 4_096;
/// And how many bytes of bodies.
const CHUNK_BYTES: usize = 2 << 20;

/// Events of one stream on their way from reading to appending.
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

/// Puts events together into chunks.
#[derive(Default)]
struct Gathering {
    open: Option<Chunk>,
}

impl Gathering {
    /// Adds an event behind a chain, and returns the chunk that was full before it.
    fn add(&mut self, stream: usize, previous: Chain, event: Event) -> Option<Chunk> {
        let is_full = |open: &mut Chunk| {
            open.stream != stream || open.events.len() >= CHUNK || open.bytes > CHUNK_BYTES
        };
        let full = self.open.take_if(is_full);
        let open = self.open.get_or_insert_with(|| Chunk {
            stream,
            from_seq: event.head.seq - 1,
            from_chain: previous,
            events: Vec::new(),
            bytes: 0,
        });
        open.bytes += event.body.len();
        open.events.push(event);
        full
    }
}

/// Returns the chunks of events that were kept while they were checked, stream by stream.
pub(super) fn of_kept(checked: &Checked, kept: Vec<Vec<Event>>) -> impl Iterator<Item = Chunk> {
    kept.into_iter().enumerate().flat_map(|(stream, events)| {
        let range = checked.manifest.streams.get(stream);
        let mut previous = range.map(|range| range.from_chain).unwrap_or_default();
        let (mut gathering, mut events) = (Gathering::default(), events.into_iter());
        std::iter::from_fn(move || {
            for event in events.by_ref() {
                let before = std::mem::replace(&mut previous, event.chain);
                if let Some(full) = gathering.add(stream, before, event) {
                    return Some(full);
                }
            }
            gathering.open.take()
        })
    })
}

/// The second reading: events in chunks, each held against its chain of the first reading.
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
        let nothing = |_: &Head, _: &Body| ();
        bundle.events(nothing, |stream, head, body, ()| {
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
        let previous = place
            .checked_sub(1)
            .map_or(range.from_chain, |before| chains[before]);
        let chain = head.chain(&previous);
        if chains.get(place) != Some(&chain) {
            return Err(altered());
        }
        let event = Event { head, chain, body };
        let full = self.gathering.add(stream, previous, event);
        self.send(full)
    }

    fn send(&self, chunk: Option<Chunk>) -> Result<(), BundleFault> {
        match chunk {
            Some(chunk) => self.chunks.send(chunk).map_err(|_| BundleFault::Stopped),
            None => Ok(()),
        }
    }
}
