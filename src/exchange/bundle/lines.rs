//! Lines of events on their way from the archive to who looks at them: read and handed on in
//! their order by one thread, understood by that one and a second.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use super::fault::BundleFault;
use super::format::{EVENTS, EventLine, Manifest};
use super::frame::Reader;
use crate::domain::body::Body;
use crate::domain::event::Head;

/// How many lines are understood at once.
const BATCH: usize = 256;
/// And how many bytes of them.
const BATCH_BYTES: usize = 128 << 10;
/// How many batches wait for the second thread; what finds no place the first one does.
const WAITING: usize = 2;
/// How many batches are between reading and handing on.
const OPEN: usize = 6;
/// Fewer events are not worth a thread.
const MANY: u64 = 2_000;

/// An event as its line says it.
pub(super) struct Line<T> {
    /// The line's number, from 1.
    pub number: u64,
    /// The place of the stream.
    pub stream: usize,
    /// The head.
    pub head: Head,
    /// What was made of the body.
    pub seen: T,
}

type Lines<T> = Vec<Result<Line<T>, BundleFault>>;

/// Reads all lines of the open entry and hands them on in their order, each with what `look`
/// makes of its body; the first fault, in the order of the lines, ends it.
pub(super) fn each<R: Read, T: Send>(
    reader: &mut Reader<R>,
    manifest: &Manifest,
    look: &(impl Fn(&Head, Body) -> T + Sync),
    hand_on: &mut impl FnMut(Line<T>) -> Result<(), BundleFault>,
) -> Result<(), BundleFault> {
    let see = |mut head: Head, body: Body| {
        head.digest = body.digest();
        let seen = look(&head, body);
        (head, seen)
    };
    let understand = |batch: Batch| batch.understand(manifest, &see);
    if manifest.events() < MANY {
        return Work {
            second: None,
            open: VecDeque::new(),
        }
        .run(reader, &understand, hand_on);
    }
    thread::scope(|scope| {
        let (sender, batches) = sync_channel::<Batch>(WAITING);
        let (understood, receiver) = sync_channel(OPEN);
        let understand = &understand;
        scope.spawn(move || {
            for batch in batches {
                if understood.send(understand(batch)).is_err() {
                    return;
                }
            }
        });
        // Both ends go with this call: then the second thread ends.
        Work {
            second: Some((sender, receiver)),
            open: VecDeque::new(),
        }
        .run(reader, understand, hand_on)
    })
}

/// A batch between reading and handing on.
enum Open<T> {
    Here(Lines<T>),
    /// With the second thread, which keeps the order.
    There,
}

struct Work<T> {
    second: Option<(SyncSender<Batch>, Receiver<Lines<T>>)>,
    open: VecDeque<Open<T>>,
}

impl<T> Work<T> {
    fn run<R: Read>(
        mut self,
        reader: &mut Reader<R>,
        understand: &impl Fn(Batch) -> Lines<T>,
        hand_on: &mut impl FnMut(Line<T>) -> Result<(), BundleFault>,
    ) -> Result<(), BundleFault> {
        let (mut number, mut line) = (0, Vec::new());
        let end = loop {
            let mut batch = Batch::new(number + 1);
            let read = batch.read(reader, &mut line);
            number += batch.ends.len() as u64;
            let is_last = batch.ends.is_empty();
            if !is_last {
                self.begin(batch, understand);
            }
            if read.is_err() || is_last {
                break read;
            }
            while self.open.len() > OPEN {
                self.finish(hand_on)?;
            }
        };
        // What stands before a fault of reading comes first.
        while !self.open.is_empty() {
            self.finish(hand_on)?;
        }
        end
    }

    /// Gives a batch to the second thread, or understands it where that has enough to do.
    fn begin(&mut self, batch: Batch, understand: &impl Fn(Batch) -> Lines<T>) {
        let own = match &self.second {
            None => Some(batch),
            Some((sender, _)) => match sender.try_send(batch) {
                Ok(()) => None,
                Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) => Some(batch),
            },
        };
        self.open.push_back(match own {
            Some(batch) => Open::Here(understand(batch)),
            None => Open::There,
        });
    }

    /// Hands on the oldest batch.
    fn finish(
        &mut self,
        hand_on: &mut impl FnMut(Line<T>) -> Result<(), BundleFault>,
    ) -> Result<(), BundleFault> {
        let gone = || BundleFault::Archive("reader".into());
        let lines = match (self.open.pop_front(), &self.second) {
            (Some(Open::Here(lines)), _) => lines,
            (Some(Open::There), Some((_, receiver))) => receiver.recv().map_err(|_| gone())?,
            (Some(Open::There), None) => return Err(gone()),
            (None, _) => return Ok(()),
        };
        lines.into_iter().try_for_each(|line| hand_on(line?))
    }
}

/// Lines that follow each other.
struct Batch {
    /// The number of the first, from 1.
    first: u64,
    bytes: Vec<u8>,
    /// Where each ends in `bytes`.
    ends: Vec<usize>,
}

impl Batch {
    fn new(first: u64) -> Self {
        Self {
            first,
            bytes: Vec::with_capacity(BATCH_BYTES),
            ends: Vec::with_capacity(BATCH),
        }
    }

    /// Reads until it is full, or the entry or what can be read of it ends.
    fn read<R: Read>(
        &mut self,
        reader: &mut Reader<R>,
        line: &mut Vec<u8>,
    ) -> Result<(), BundleFault> {
        while self.ends.len() < BATCH && self.bytes.len() < BATCH_BYTES && reader.line(line)? {
            self.bytes.extend_from_slice(line);
            // White space to who understands the line, and to the hash where it ends.
            self.bytes.push(b'\n');
            self.ends.push(self.bytes.len());
        }
        Ok(())
    }

    /// Understands the lines up to the first that is none of the format.
    fn understand<T>(
        self,
        manifest: &Manifest,
        see: &impl Fn(Head, Body) -> (Head, T),
    ) -> Lines<T> {
        let (mut from, mut lines) = (0, Vec::with_capacity(self.ends.len()));
        for (number, end) in (self.first..).zip(&self.ends) {
            let line = understand(&self.bytes[from..*end], number, manifest, see);
            from = *end;
            let is_fault = line.is_err();
            lines.push(line);
            if is_fault {
                break;
            }
        }
        lines
    }
}

fn understand<T>(
    bytes: &[u8],
    number: u64,
    manifest: &Manifest,
    see: &impl Fn(Head, Body) -> (Head, T),
) -> Result<Line<T>, BundleFault> {
    let fault = |cause: String| BundleFault::line(EVENTS, number, &cause);
    let line: EventLine<'_> =
        serde_json::from_slice(bytes).map_err(|cause| fault(cause.to_string()))?;
    let stream = line.stream;
    let (head, body) = line
        .parts(manifest)
        .map_err(|cause| fault(cause.to_string()))?;
    let (head, seen) = see(head, body);
    Ok(Line {
        number,
        stream,
        head,
        seen,
    })
}
