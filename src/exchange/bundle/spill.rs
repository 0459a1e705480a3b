//! Where the events of a large bundle wait between checking and appending: in a file without a
//! name beside the database, which goes with who opened it, killed or not.
//!
//! They are read back as they were understood, without digests: to read the bundle itself a second
//! time costs four times as much.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::chunks::Chunk;
use super::fault::BundleFault;
use crate::domain::body::{Absence, Body, Personal};
use crate::domain::event::{Event, Head, Roster};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::stamp::Stamp;
use crate::store::StoreError;

/// How much is written and read at once.
const BUFFER: usize = 1 << 20;
/// What a body is told by.
const WHOLE: u8 = 0;
const PERSONAL: u8 = 1;
const FACELESS: u8 = 2;
const HIDDEN: u8 = 3;

/// Chunks in a file, written one after the other and then read in the same order.
#[derive(Debug)]
pub(super) struct Spill {
    file: BufWriter<File>,
    folder: PathBuf,
    /// The length and the hash of each chunk, by which the disk is known to give what it got.
    chunks: Vec<(usize, blake3::Hash)>,
    bytes: Vec<u8>,
}

impl Spill {
    /// Begins in a folder.
    pub fn new(folder: &Path) -> Result<Self, BundleFault> {
        let file = tempfile::tempfile_in(folder).map_err(|cause| fault(folder, cause))?;
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, file),
            folder: folder.to_owned(),
            chunks: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// Writes a chunk.
    pub fn put(&mut self, chunk: &Chunk) -> Result<(), BundleFault> {
        self.bytes.clear();
        write_chunk(&mut self.bytes, chunk);
        let hash = blake3::hash(&self.bytes);
        self.chunks.push((self.bytes.len(), hash));
        let written = self.file.write_all(&self.bytes);
        written.map_err(|cause| fault(&self.folder, cause))
    }

    /// Ends the writing and begins to read; each chunk comes as it was put.
    pub fn read(
        self,
    ) -> Result<impl Iterator<Item = Result<Chunk, BundleFault>> + Send, BundleFault> {
        let Self {
            file,
            folder,
            chunks,
            mut bytes,
        } = self;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error);
        let rewound = file.and_then(|mut file| file.rewind().map(|()| file));
        let file = rewound.map_err(|cause| fault(&folder, cause))?;
        let mut file = BufReader::with_capacity(BUFFER, file);
        Ok(chunks.into_iter().map(move |(length, hash)| {
            bytes.resize(length, 0);
            let read = file.read_exact(&mut bytes);
            read.map_err(|cause| fault(&folder, cause))?;
            let chunk = if blake3::hash(&bytes) == hash {
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

fn write_chunk(to: &mut Vec<u8>, chunk: &Chunk) {
    to.extend_from_slice(&(chunk.stream as u64).to_le_bytes());
    to.extend_from_slice(&chunk.from_seq.to_le_bytes());
    to.extend_from_slice(&chunk.from_chain.0);
    let replica = chunk.events.first().map(|event| event.head.replica);
    to.extend_from_slice(&replica.unwrap_or_default().0);
    to.extend_from_slice(&(chunk.events.len() as u64).to_le_bytes());
    for event in &chunk.events {
        write_event(to, event);
    }
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

/// Writes bytes behind their length; a line holds fewer than four of them can count.
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
    rest.0.is_empty().then(|| Chunk {
        stream,
        from_seq,
        from_chain,
        events,
        bytes: bytes.len(),
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

    fn chunk(bodies: Vec<Body>, number: i64, register: String) -> Chunk {
        let event = |(nth, body): (u64, Body)| Event {
            head: Head {
                replica: ReplicaId([3; 16]),
                seq: 7 + nth,
                stamp: Stamp(number),
                at: number / 2,
                zone: number as i16,
                act: number.unsigned_abs(),
                register: register.clone(),
                record: Id([nth as u8; 16]),
                verb: number as u8,
                version: number as u16,
                roster: [5; 8],
                digest: [0; 32],
            },
            chain: Chain([nth as u8; 32]),
            body,
        };
        Chunk {
            stream: 2,
            from_seq: 7,
            from_chain: Chain([9; 32]),
            bytes: 0,
            events: (1..).zip(bodies).map(event).collect(),
        }
    }

    proptest! {
        #[test]
        fn what_is_put_comes_back(
            all in proptest::collection::vec(proptest::collection::vec(bodies(), 0..5), 0..4),
            number: i64,
            register in "\\PC{0,9}",
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut spill = Spill::new(folder.path()).unwrap();
            let chunks: Vec<Chunk> = all
                .into_iter()
                .map(|bodies| chunk(bodies, number, register.clone()))
                .collect();
            for one in &chunks {
                spill.put(one).unwrap();
            }
            let back: Vec<Chunk> = spill.read().unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(back.len(), chunks.len());
            for (back, chunk) in back.iter().zip(&chunks) {
                prop_assert_eq!(&back.events, &chunk.events);
                prop_assert_eq!(back.stream, chunk.stream);
                prop_assert_eq!(back.from_seq, chunk.from_seq);
                prop_assert_eq!(back.from_chain, chunk.from_chain);
            }
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }

        #[test]
        fn any_bytes_are_a_chunk_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(chunk) = read_chunk(&bytes) {
                let mut again = Vec::new();
                write_chunk(&mut again, &chunk);
                prop_assert_eq!(again.len(), bytes.len());
            }
        }
    }

    #[test]
    fn what_a_disk_alters_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let body = Body::Whole {
            facts: b"{\"a\":1}".to_vec(),
            personal: None,
        };
        let mut spill = Spill::new(folder.path()).unwrap();
        spill.put(&chunk(vec![body], 1, "note".into())).unwrap();
        spill.chunks[0].1 = blake3::hash(b"other bytes");
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
