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
        let mut number = 0;
        let end = loop {
            let mut batch = Batch::new(number + 1);
            let read = batch.read(reader);
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
    /// Where each ends in `bytes`, with the break behind it.
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
    fn read<R: Read>(&mut self, reader: &mut Reader<R>) -> Result<(), BundleFault> {
        while self.ends.len() < BATCH
            && self.bytes.len() < BATCH_BYTES
            && reader.line_onto(&mut self.bytes)?
        {
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
        // One reader for all lines: each would take memory of its own for what it unescapes.
        let mut reader = serde_json::Deserializer::from_slice(&self.bytes).into_iter();
        for (number, end) in (self.first..).zip(&self.ends) {
            let read = reader.next();
            let bytes = &self.bytes[from..*end - 1];
            let line = match (read, self.bytes.get(reader.byte_offset()..*end)) {
                (Some(Ok(line)), Some(b"\n")) => Ok(line),
                // Not one object on one line: what it is instead is said of the line alone.
                _ => serde_json::from_slice(bytes),
            };
            from = *end;
            let line = line
                .map_err(|cause| cause.to_string())
                .and_then(|line| understand(line, number, manifest, see))
                .map_err(|cause| BundleFault::line(EVENTS, number, &cause));
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
    line: EventLine<'_>,
    number: u64,
    manifest: &Manifest,
    see: &impl Fn(Head, Body) -> (Head, T),
) -> Result<Line<T>, String> {
    let stream = line.stream;
    let (head, body) = line.parts(manifest).map_err(|cause| cause.to_string())?;
    let (head, seen) = see(head, body);
    Ok(Line {
        number,
        stream,
        head,
        seen,
    })
}

#[cfg(test)]
mod tests {
    use super::super::format::{FORMAT, Range, Replica};
    use super::super::hex::Hex;
    use super::*;
    use crate::domain::id::{Chain, ReplicaId, ShopId};
    use proptest::prelude::*;

    const LINE: &str = "{\"r\":0,\"q\":7,\"t\":1,\"a\":2,\"z\":480,\"g\":0,\"i\":\"00112233445566778899aabbccddeeff\",\"v\":5,\"n\":1,\"f\":\"{\\\"a\\\":\\\"好\\\\n\\\"}\"}";

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            shop: ShopId([0; 16]),
            sender: 0,
            made: 0,
            part: (1, 1),
            replicas: vec![Replica {
                id: ReplicaId([1; 16]),
                key: Hex([2; 32]),
            }],
            registers: vec!["order".into()],
            streams: vec![Range {
                replica: 0,
                from_seq: 0,
                from_chain: Chain([0; 32]),
                to_seq: 9,
                to_chain: Chain([0; 32]),
            }],
            heads: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// What the lines say when they are understood together: each event's head and body, up to the
    /// fault.
    fn together(lines: &[String]) -> (Vec<(u64, Head, Body)>, Option<String>) {
        let mut batch = Batch::new(1);
        for line in lines {
            batch.bytes.extend_from_slice(line.as_bytes());
            batch.bytes.push(b'\n');
            batch.ends.push(batch.bytes.len());
        }
        let (mut good, mut fault) = (Vec::new(), None);
        for line in batch.understand(&manifest(), &|head, body| (head, body)) {
            assert!(fault.is_none(), "nothing is read behind a fault");
            match line {
                Ok(line) => good.push((line.number, line.head, line.seen)),
                Err(found) => fault = Some(found.to_string()),
            }
        }
        (good, fault)
    }

    /// And when each is understood alone.
    fn alone(lines: &[String]) -> (Vec<(u64, Head, Body)>, Option<String>) {
        let manifest = manifest();
        let mut good = Vec::new();
        for (number, line) in (1..).zip(lines) {
            let read = serde_json::from_str::<EventLine<'_>>(line)
                .map_err(|cause| cause.to_string())
                .and_then(|line| line.parts(&manifest).map_err(|cause| cause.to_string()));
            match read {
                Ok((head, body)) => good.push((number, head, body)),
                Err(cause) => {
                    let fault = BundleFault::line(EVENTS, number, &cause);
                    return (good, Some(fault.to_string()));
                }
            }
        }
        (good, None)
    }

    #[test]
    fn a_value_over_two_lines_and_two_in_one_are_faults_of_their_line() {
        let (begin, end) = LINE.split_at(LINE.find(",\"z\"").unwrap());
        for (lines, faulty) in [
            (vec![LINE, LINE], None),
            (vec![LINE, begin, end], Some(2)),
            (vec![LINE, &format!("{LINE}{LINE}")], Some(2)),
            (vec![LINE, &format!("{LINE} {LINE}"), LINE], Some(2)),
            (vec![LINE, "", LINE], Some(2)),
            (vec![LINE, &format!("{LINE}\u{c}"), LINE], Some(2)),
            (vec![&format!(" {LINE}\t"), LINE], None),
            (vec![LINE, LINE, "nonsense"], Some(3)),
        ] {
            let lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
            let (good, fault) = together(&lines);
            assert_eq!(fault.is_some(), faulty.is_some(), "{lines:?}");
            assert_eq!(good.len() + 1, faulty.unwrap_or(lines.len() + 1));
            assert_eq!((good, fault), alone(&lines));
        }
    }

    proptest! {
        #[test]
        fn lines_say_together_what_each_says_alone(
            lines in prop::collection::vec((0..8_usize, any::<prop::sample::Index>(), "[{}\",:0a\\\\ \t]{0,3}"), 1..9)
        ) {
            // Mostly good lines, some with something put into them.
            let lines: Vec<String> = lines
                .into_iter()
                .map(|(kind, place, noise)| {
                    let places: Vec<usize> = LINE.char_indices().map(|(at, _)| at).collect();
                    let mut line = LINE.to_owned();
                    match kind {
                        0 => line.insert_str(*place.get(&places), &noise),
                        1 => line.truncate(*place.get(&places)),
                        2 => line.push_str(&noise),
                        _ => {}
                    }
                    line
                })
                .collect();
            prop_assert_eq!(together(&lines), alone(&lines));
        }
    }
}
