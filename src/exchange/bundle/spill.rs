//! Where the events of a large bundle wait between checking and appending: in a file without a
//! name beside the database, which goes with who opened it, killed or not.
//!
//! They are read back as they were understood, without digests: to read the bundle itself a second
//! time costs four times as much.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::chunks::{Chunk, is_full};
use super::fault::BundleFault;
use crate::domain::body::{Absence, Body, Personal};
use crate::domain::event::{Event, Head, Roster};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::stamp::Stamp;
use crate::store::StoreError;

/// Where the number of events stands in the bytes of a chunk, behind stream, seq, chain and author.
const COUNT: usize = 8 + 8 + 32 + 16;
/// What a body is told by.
const WHOLE: u8 = 0;
const PERSONAL: u8 = 1;
const FACELESS: u8 = 2;
const HIDDEN: u8 = 3;

/// Chunks in a file, written one after the other and then read in the same order.
#[derive(Debug)]
pub(super) struct Spill {
    file: File,
    folder: PathBuf,
    /// The length and the check sum of each chunk, by which the disk is known to give what it got:
    /// nobody else can name the file.
    chunks: Vec<(usize, u32)>,
    /// The chunk that is begun: its stream, and how many events it has with how many bytes of
    /// bodies.
    open: Option<(usize, usize, usize)>,
    bytes: Vec<u8>,
}

impl Spill {
    /// Begins in a folder.
    pub fn new(folder: &Path) -> Result<Self, BundleFault> {
        let file = tempfile::tempfile_in(folder).map_err(|cause| fault(folder, cause))?;
        Ok(Self {
            file,
            folder: folder.to_owned(),
            chunks: Vec::new(),
            open: None,
            bytes: Vec::new(),
        })
    }

    /// Adds an event of a stream behind a chain.
    pub fn add(
        &mut self,
        stream: usize,
        previous: Chain,
        event: &Event,
    ) -> Result<(), BundleFault> {
        if let Some((of, events, bytes)) = self.open
            && (of != stream || is_full(events, bytes))
        {
            self.flush()?;
        }
        let (_, events, bytes) = self.open.get_or_insert_with(|| {
            begin(&mut self.bytes, stream, previous, &event.head);
            (stream, 0, 0)
        });
        *events += 1;
        *bytes += event.body.len();
        write_event(&mut self.bytes, event);
        Ok(())
    }

    /// Writes the chunk that is begun.
    fn flush(&mut self) -> Result<(), BundleFault> {
        if let Some((_, events, _)) = self.open.take() {
            self.bytes[COUNT..COUNT + 8].copy_from_slice(&(events as u64).to_le_bytes());
            let sum = crc32fast::hash(&self.bytes);
            self.chunks.push((self.bytes.len(), sum));
            let written = self.file.write_all(&self.bytes);
            written.map_err(|cause| fault(&self.folder, cause))?;
            self.bytes.clear();
        }
        Ok(())
    }

    /// Ends the writing and begins to read; the events come in chunks, as they were added.
    pub fn read(
        mut self,
    ) -> Result<impl Iterator<Item = Result<Chunk, BundleFault>> + Send, BundleFault> {
        self.flush()?;
        let Self {
            mut file,
            folder,
            chunks,
            mut bytes,
            ..
        } = self;
        let rewound = file.rewind();
        rewound.map_err(|cause| fault(&folder, cause))?;
        Ok(chunks.into_iter().map(move |(length, sum)| {
            bytes.resize(length, 0);
            let read = file.read_exact(&mut bytes);
            read.map_err(|cause| fault(&folder, cause))?;
            let chunk = if crc32fast::hash(&bytes) == sum {
                read_chunk(&bytes)
            } else {
                None
            };
            let altered = || fault(&folder, io::ErrorKind::InvalidData.into());
            chunk.ok_or_else(altered)
        }))
    }
}

/// The file is of the store's folder, not of the bundle.
fn fault(folder: &Path, source: io::Error) -> BundleFault {
    BundleFault::Store(StoreError::Io {
        path: folder.to_owned(),
        source,
    })
}

/// Begins a chunk with what all its events have in common, without their number.
fn begin(to: &mut Vec<u8>, stream: usize, previous: Chain, first: &Head) {
    to.extend_from_slice(&(stream as u64).to_le_bytes());
    to.extend_from_slice(&(first.seq - 1).to_le_bytes());
    to.extend_from_slice(&previous.0);
    to.extend_from_slice(&first.replica.0);
    to.extend_from_slice(&[0; 8]);
}

fn write_event(to: &mut Vec<u8>, event: &Event) {
    let head = &event.head;
    to.extend_from_slice(&head.stamp.0.to_le_bytes());
    to.extend_from_slice(&head.at.to_le_bytes());
    to.extend_from_slice(&head.zone.to_le_bytes());
    to.extend_from_slice(&head.act.to_le_bytes());
    to.extend_from_slice(&head.record.0);
    to.push(head.verb);
    to.extend_from_slice(&head.version.to_le_bytes());
    to.extend_from_slice(&head.roster);
    to.extend_from_slice(&event.chain.0);
    write_bytes(to, head.register.as_bytes());
    match &event.body {
        Body::Whole { facts, personal } => {
            to.push(if personal.is_some() { PERSONAL } else { WHOLE });
            write_bytes(to, facts);
            if let Some(Personal { salt, bytes }) = personal {
                to.extend_from_slice(salt);
                write_bytes(to, bytes);
            }
        }
        Body::Faceless {
            facts,
            part,
            absence,
        } => {
            to.extend_from_slice(&[FACELESS, u8::from(*absence == Absence::Erased)]);
            to.extend_from_slice(part);
            write_bytes(to, facts);
        }
        Body::Hidden { digest, absence } => {
            to.extend_from_slice(&[HIDDEN, u8::from(*absence == Absence::Erased)]);
            to.extend_from_slice(digest);
        }
    }
}

/// Writes bytes behind their length, of which a line's limit leaves three bytes at most.
fn write_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    to.extend_from_slice(bytes);
}

/// Bytes of a chunk that are not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.array().map(u32::from_le_bytes)?;
        self.take(length as usize)
    }

    fn absence(&mut self) -> Option<Absence> {
        match self.array()? {
            [0] => Some(Absence::Withheld),
            [1] => Some(Absence::Erased),
            _ => None,
        }
    }
}

/// Reads a chunk, none where the bytes are not those of one.
fn read_chunk(bytes: &[u8]) -> Option<Chunk> {
    let mut rest = Rest(bytes);
    let stream = usize::try_from(rest.number()?).ok()?;
    let from_seq = rest.number()?;
    let from_chain = Chain(rest.array()?);
    let replica = ReplicaId(rest.array()?);
    let count = rest.number()?;
    let mut events = Vec::with_capacity(usize::try_from(count).ok()?.min(bytes.len()));
    for nth in 1..=count {
        events.push(read_event(&mut rest, replica, from_seq + nth)?);
    }
    rest.0.is_empty().then_some(Chunk {
        stream,
        from_seq,
        from_chain,
        events,
    })
}

fn read_event(rest: &mut Rest<'_>, replica: ReplicaId, seq: u64) -> Option<Event> {
    let stamp = Stamp(rest.array().map(i64::from_le_bytes)?);
    let at = rest.array().map(i64::from_le_bytes)?;
    let zone = rest.array().map(i16::from_le_bytes)?;
    let act = rest.number()?;
    let record = Id(rest.array()?);
    let [verb] = rest.array()?;
    let version = rest.array().map(u16::from_le_bytes)?;
    let roster: Roster = rest.array()?;
    let chain = Chain(rest.array()?);
    let register = std::str::from_utf8(rest.bytes()?).ok()?.to_owned();
    let head = Head {
        replica,
        seq,
        stamp,
        at,
        zone,
        act,
        register,
        record,
        verb,
        version,
        roster,
        digest: [0; 32],
    };
    Some(Event {
        head,
        chain,
        body: read_body(rest)?,
    })
}

fn read_body(rest: &mut Rest<'_>) -> Option<Body> {
    let [kind] = rest.array()?;
    Some(match kind {
        WHOLE => Body::Whole {
            facts: rest.bytes()?.to_vec(),
            personal: None,
        },
        PERSONAL => Body::Whole {
            facts: rest.bytes()?.to_vec(),
            personal: Some(Personal {
                salt: rest.array()?,
                bytes: rest.bytes()?.to_vec(),
            }),
        },
        FACELESS => {
            let (absence, part) = (rest.absence()?, rest.array()?);
            Body::Faceless {
                facts: rest.bytes()?.to_vec(),
                part,
                absence,
            }
        }
        HIDDEN => {
            let (absence, digest) = (rest.absence()?, rest.array()?);
            Body::Hidden { digest, absence }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bodies() -> impl Strategy<Value = Body> {
        let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
        let absence = || prop_oneof![Just(Absence::Erased), Just(Absence::Withheld)];
        let personal = (any::<[u8; 16]>(), bytes());
        let personal = personal.prop_map(|(salt, bytes)| Personal { salt, bytes });
        prop_oneof![
            (bytes(), proptest::option::of(personal))
                .prop_map(|(facts, personal)| Body::Whole { facts, personal }),
            (bytes(), any::<[u8; 32]>(), absence()).prop_map(|(facts, part, absence)| {
                Body::Faceless {
                    facts,
                    part,
                    absence,
                }
            }),
            (any::<[u8; 32]>(), absence())
                .prop_map(|(digest, absence)| Body::Hidden { digest, absence }),
        ]
    }

    fn events(bodies: Vec<Body>, number: i64, register: &str) -> Vec<Event> {
        let event = |(nth, body): (u64, Body)| Event {
            head: Head {
                replica: ReplicaId([3; 16]),
                seq: 7 + nth,
                stamp: Stamp(number),
                at: number / 2,
                zone: number as i16,
                act: number.unsigned_abs(),
                register: register.to_owned(),
                record: Id([nth as u8; 16]),
                verb: number as u8,
                version: number as u16,
                roster: [5; 8],
                digest: [0; 32],
            },
            chain: Chain([nth as u8; 32]),
            body,
        };
        (1..).zip(bodies).map(event).collect()
    }

    fn spilled(folder: &Path, streams: &[Vec<Event>]) -> Spill {
        let mut spill = Spill::new(folder).unwrap();
        for (stream, events) in streams.iter().enumerate() {
            let mut previous = Chain([9; 32]);
            for event in events {
                spill.add(stream, previous, event).unwrap();
                previous = event.chain;
            }
        }
        spill
    }

    proptest! {
        #[test]
        fn what_is_added_comes_back(
            all in proptest::collection::vec(proptest::collection::vec(bodies(), 0..5), 0..4),
            number: i64,
            register in "\\PC{0,9}",
        ) {
            let folder = tempfile::tempdir().unwrap();
            let streams: Vec<_> = all
                .into_iter()
                .map(|bodies| events(bodies, number, &register))
                .collect();
            let spill = spilled(folder.path(), &streams);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
            let back: Vec<Chunk> = spill.read().unwrap().map(Result::unwrap).collect();
            let streams: Vec<_> = streams.iter().enumerate().filter(|(_, events)| !events.is_empty()).collect();
            prop_assert_eq!(back.len(), streams.len());
            for (back, (stream, events)) in back.iter().zip(streams) {
                prop_assert_eq!(&back.events, events);
                prop_assert_eq!((back.stream, back.from_seq, back.from_chain), (stream, 7, Chain([9; 32])));
            }
        }

        #[test]
        fn any_bytes_are_a_chunk_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let events = read_chunk(&bytes).map_or(0, |chunk| chunk.events.len());
            prop_assert!(events <= bytes.len());
        }
    }

    #[test]
    fn a_long_stream_comes_in_several_chunks() {
        let folder = tempfile::tempdir().unwrap();
        let body = Body::Hidden {
            digest: [1; 32],
            absence: Absence::Erased,
        };
        let stream = events(vec![body; 20_000], 1, "note");
        let spill = spilled(folder.path(), std::slice::from_ref(&stream));
        let back: Vec<Chunk> = spill.read().unwrap().map(Result::unwrap).collect();
        assert!(back.len() > 1);
        let (mut seq, mut chain, mut all) = (7, Chain([9; 32]), Vec::new());
        for chunk in back {
            assert_eq!((chunk.from_seq, chunk.from_chain), (seq, chain));
            seq += chunk.events.len() as u64;
            chain = chunk.events.last().unwrap().chain;
            all.extend(chunk.events);
        }
        assert_eq!(all, stream);
    }

    #[test]
    fn what_a_disk_alters_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let body = Body::Whole {
            facts: b"{\"a\":1}".to_vec(),
            personal: None,
        };
        let mut spill = spilled(folder.path(), &[events(vec![body], 1, "note")]);
        spill.flush().unwrap();
        spill.chunks[0].1 = crc32fast::hash(b"other bytes");
        let read: Vec<_> = spill.read().unwrap().collect();
        assert!(matches!(read[..], [Err(BundleFault::Store(_))]), "{read:?}");
    }

    #[test]
    fn without_a_folder_the_store_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let fault = Spill::new(&folder.path().join("none")).unwrap_err();
        assert!(matches!(fault, BundleFault::Store(_)), "{fault}");
    }
}
