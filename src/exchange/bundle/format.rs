//! The bundle format, complete: with this page alone another program can read and verify a
//! bundle.
//!
//! A bundle carries events of one shop between replicas. It may come twice, late, in any order
//! and from any hand: what it holds is proven by hashes and by its authors' signatures.
//!
//! # The file
//!
//! `NAME.zbundle` is **one zstd frame** (RFC 8878: magic `28 B5 2F FD`, no dictionary, window at
//! most 8 MiB, no skippable frame, nothing after the frame) around **one plain tar archive**.
//! `zstd -d -c NAME.zbundle | tar -tv` looks inside. The archive's entries are, in this order:
//!
//! 1. `manifest.json`
//! 2. `manifest.sig`
//! 3. `events.jsonl`
//! 4. `seals.jsonl`
//! 5. any number of `att/<64 hex>`, ascending by name, each name once
//!
//! The first four are always there, each once. After the last entry come two blocks of 512 zero
//! bytes and then the archive ends.
//!
//! **Each entry** is a header of 512 bytes, the content, and zero bytes up to the next multiple
//! of 512. The header is `ustar` with exactly these bytes: name at 0 (100 bytes, zero-padded);
//! mode `0000600` NUL at 100; uid `0000000` NUL at 108; gid `0000000` NUL at 116; size in 11
//! octal digits and NUL at 124; mtime `00000000000` NUL at 136; checksum at 148 (6 octal digits,
//! NUL, space: the sum of all header bytes with the checksum field taken as 8 spaces); type `0`
//! at 156; magic `ustar` NUL at 257 and version `00` at 263; zeros everywhere else. A reader
//! refuses any other header: no links, no folders, no sparse files, no long names, no extensions.
//!
//! # Notation
//!
//! *hex* is lower-case hexadecimal, two digits a byte. `‖` joins bytes. All integers in hashed
//! layouts are little-endian and of fixed width. `blake3(…)` is the 32-byte unkeyed hash. A
//! signature is ed25519 (RFC 8032) as 64 raw bytes R ‖ S, verified strictly: S below the group
//! order, neither key nor R of small order, canonical encodings. JSON is UTF-8 without a byte
//! order mark; numbers are integers without fraction or exponent; a key comes at most once in an
//! object; a key that does not apply is absent, never `null`.
//!
//! A *replica* is one person on one machine. Its id is the first 16 bytes of `blake3` of its
//! 32-byte ed25519 public key. Its events form a *stream* with `seq` 1, 2, 3, … without holes.
//!
//! # `manifest.json`
//!
//! One JSON object on one line, with these keys; further keys are advice and may be ignored:
//!
//! | key | value |
//! |---|---|
//! | `format` | 1. A reader refuses any other number. |
//! | `shop` | id of the shop, 32 hex |
//! | `sender` | who made the bundle: place in `replicas` |
//! | `made` | when, in milliseconds UTC |
//! | `part` | `[k, n]`: the k-th of n files, from 1; each is complete by itself |
//! | `replicas` | list of `{"id": 32 hex, "key": 64 hex}`: id and public key; no id twice |
//! | `registers` | list of register names that the lines use, 1 to 64 bytes each |
//! | `streams` | list of `{"replica": place in replicas, "from_seq": integer, "from_chain": 64 hex, "to_seq": integer, "to_chain": 64 hex}` |
//! | `heads` | list of `{"replica": place in replicas, "seq": integer, "chain": 64 hex}`: every head that the sender knows; in a text block those of its own streams only |
//! | `entries` | list of `{"name": text, "size": bytes, "blake3": 64 hex}` for each entry after `manifest.sig`, in order |
//!
//! Places count from 0. A stream holds the events after `from_seq` up to and with `to_seq`, and
//! `from_seq` ≤ `to_seq`. `from_chain` is the chain at `from_seq`; where `from_seq` is 0 it must be the
//! replica's genesis. One replica can have several streams: when its store was copied and both
//! copies went on, the branches share events up to where they part, and each is a stream.
//! The content of an entry must have the size and hash that `entries` says; the name of an
//! attachment is `att/` and the hash of its content.
//!
//! # `manifest.sig`
//!
//! 64 raw bytes: the sender's signature over
//!
//! ```text
//! "zhiban/manifest/v1\0" ‖ blake3(content of manifest.json)
//! ```
//!
//! It says who handed over exactly these bytes. It proves nothing about the authors: seals do.
//!
//! # `events.jsonl`
//!
//! One JSON object a line, each line ended by one `\n`, at most 262,144 bytes with it. No other keys than these:
//!
//! | key | value | present |
//! |---|---|---|
//! | `r` | place in `streams` | always |
//! | `q` | seq | always |
//! | `t` | stamp: place in the record's order | always |
//! | `a` | when the thing happened, milliseconds UTC | always |
//! | `z` | the author's offset from UTC, minutes | always |
//! | `e` | seq of the first event of the act | unless equal to `q` |
//! | `g` | place in `registers` | always |
//! | `i` | record, 32 hex | always |
//! | `v` | verb, 0 to 255: 1 open, 2 set, 3 move, 4 assign, 5 say, 6 attach, 7 sign, 8 link, 9 void, 10 erase; others are of a newer zhiban and are kept | always |
//! | `n` | version of the body, 0 to 65535 | always |
//! | `o` | roster, 16 hex: see *head* | unless 8 zero bytes |
//! | `f` | facts: a JSON string whose decoded UTF-8 is the exact bytes of the first body | unless the facts are the two bytes `{}` and there is no `x`, or they are not here |
//! | `s` | salt, 32 hex | with `p` |
//! | `p` | personal: a JSON string whose decoded UTF-8 is the exact bytes of the second body | where there is one and it is here |
//! | `x` | `"erased"` or `"withheld"`: why a body is not here; facts are never erased, so `"erased"` comes with `f` | where one is not |
//! | `d` | 64 hex: see *digest* | with `x` |
//!
//! The lines are in order of `r` and within a stream of `q`, one for each seq of the stream's
//! range. A body is one JSON object on one line: at most 16 levels
//! deep (the object itself is at level 0, what it holds at level 1), integers of 64 bits
//! only, no key twice; both bodies together at most 65,536 bytes.
//!
//! # What is hashed
//!
//! **Digest** of an event:
//!
//! ```text
//! part   = blake3(salt ‖ personal)            or 32 zero bytes where no personal body was written
//! digest = blake3(blake3(facts) ‖ part)
//! ```
//!
//! `facts` are the bytes in `f`, or `{}` where `f` is absent. Where `x` is present: with `f`,
//! `d` is `part`; without `f`, `d` is `digest` itself. So the digest is known in every case, and
//! stays the same when a body is taken away.
//!
//! **Head** of an event (`register` and its length in bytes, everything else fixed):
//!
//! ```text
//! "zhiban/event/v1\0"
//!  ‖ replica    16 bytes
//!  ‖ q          u64
//!  ‖ t          i64      0 ≤ t < 2^62
//!  ‖ a          i64      0 ≤ a < 2^43
//!  ‖ z          i16      -1080 ≤ z ≤ 1080
//!  ‖ e          u64      1 ≤ e ≤ q < 2^40
//!  ‖ length     u32      of the register's name
//!  ‖ register   its name, UTF-8
//!  ‖ i          16 bytes
//!  ‖ v          u8
//!  ‖ n          u16
//!  ‖ o          8 bytes: the first 8 bytes of the chain of the last roster event that the
//!               author had seen, for events that need authority; else zeros
//!  ‖ digest     32 bytes
//! ```
//!
//! **Genesis** of a replica, the chain at seq 0:
//!
//! ```text
//! blake3("zhiban/chain/v1\0" ‖ shop (16 bytes) ‖ public key (32 bytes))
//! ```
//!
//! **Chain** of an event, its identity:
//!
//! ```text
//! blake3(chain of the event before it in its stream (32 bytes) ‖ head)
//! ```
//!
//! # `seals.jsonl`
//!
//! One JSON object a line, each line ended by one `\n`, in order of `r` and within a stream of
//! `q`, each event sealed at most once. No other keys than these:
//!
//! | key | value | present |
//! |---|---|---|
//! | `r` | place in `streams` | always |
//! | `q` | seq of the sealed event, within the stream's range | always |
//! | `c` | its chain, 64 hex | always |
//! | `o` | roster, 16 hex | unless 8 zero bytes |
//! | `k` | signature, 128 hex | always |
//!
//! The signature is by the stream's replica over
//!
//! ```text
//! "zhiban/seal/v1\0" ‖ shop (16) ‖ replica (16) ‖ q (u64) ‖ c (32) ‖ o (8)
//! ```
//!
//! # To verify a bundle
//!
//! 1. Check the frame, the entries and their order, the limits below, and `format`.
//! 2. Check each replica's id against its key, `from_chain` of streams that begin at 0 against
//!    the genesis, and `manifest.sig` with the sender's key.
//! 3. Read `events.jsonl` once: for each stream begin with `from_chain`, check that `q` is the
//!    next seq, compute digest, head and chain of each line. At the end each stream must have
//!    arrived at `to_seq` and `to_chain`.
//! 4. Read `seals.jsonl`: `c` must be the chain computed at `q`, the signature must hold. Events
//!    up to a stream's last good seal are proven to be their author's; later ones are not taken.
//! 5. Check size and hash of every entry.
//!
//! # Limits
//!
//! Writers obey them and split what is larger into parts; readers enforce them before they
//! believe anything. They are the constants of this module: the file at most 1 GiB, the
//! archive at most 1 GiB, `manifest.json` 1 MiB and 16 levels deep, 1,000,000 events, 250,000 seals, lines 256 KiB,
//! 256 replicas, 1,024 streams, 1,024 heads, 1,024 registers, 10,000 entries, attachments of at
//! most 20 MiB each and 500 MiB together. A sender that knows more replicas leaves heads out of
//! which it sends nothing. Beyond its first 1 MiB the archive is at no place longer than 100 times
//! the file up to there, else a few bytes could cost hours. The same long answer sent a thousand
//! times is honest and smaller: a writer fills the file up between two blocks of the frame with
//! empty raw blocks, three zero bytes each, which every decoder passes over.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::hex::{self, Hex};
use crate::domain::body::{Absence, Body, Personal};
use crate::domain::event::{Event, Head, REGISTER_MAX, Roster, Seal};
use crate::domain::id::{Chain, Id, ReplicaId, ShopId};
use crate::domain::stamp::Stamp;

/// The number of this format.
pub const FORMAT: u32 = 1;
/// The domain tag of a manifest's signature.
pub const MANIFEST_TAG: &[u8] = b"zhiban/manifest/v1\0";
/// The first four bytes of a file.
pub const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// The logarithm of the largest zstd window: 8 MiB.
pub const WINDOW_LOG: u32 = 23;

/// Name of the first entry.
pub const MANIFEST: &str = "manifest.json";
/// Name of the second entry.
pub const SIGNATURE: &str = "manifest.sig";
/// Name of the third entry.
pub const EVENTS: &str = "events.jsonl";
/// Name of the fourth entry.
pub const SEALS: &str = "seals.jsonl";
/// What the name of an attachment begins with, before its hash.
pub const ATTACHMENT: &str = "att/";

/// The largest file, in bytes.
pub const FILE_MAX: u64 = 1 << 30;
/// The largest archive, in bytes.
pub const UNPACKED_MAX: u64 = 1 << 30;
/// The most bytes of the archive to a byte of the file.
pub const RATIO_MAX: u64 = 100;
/// Up to this many bytes of the archive the ratio does not count.
pub const RATIO_FROM: u64 = 1 << 20;
/// The largest manifest, in bytes.
pub const MANIFEST_MAX: u64 = 1 << 20;
/// The deepest that lists and objects of a manifest go, advice included.
pub const DEPTH_MAX: usize = 16;
/// The most events in a file.
pub const EVENTS_MAX: u64 = 1_000_000;
/// The most seals in a file.
pub const SEALS_MAX: u64 = 250_000;
/// The longest line, in bytes with its end: 64 KiB of bodies, escaped, and the keys.
pub const LINE_MAX: usize = 256 << 10;
/// The most replicas that a manifest names.
pub const REPLICAS_MAX: usize = 256;
/// The most streams in a file: branches too are streams.
pub const STREAMS_MAX: usize = 1_024;
/// The most heads that a manifest names.
pub const HEADS_MAX: usize = 1_024;
/// The most registers that a manifest names.
pub const REGISTERS_MAX: usize = 1_024;
/// The most entries of an archive.
pub const ENTRIES_MAX: usize = 10_000;
/// The most attachments in a file: the entries but the first four.
pub const ATTACHMENTS_MAX: usize = ENTRIES_MAX - 4;
/// The most attachments that are written into a file, so that their names fit the manifest
/// beside everything else at its largest.
pub const ATTACHMENTS_WRITTEN: usize = 2_000;
/// The largest attachment, in bytes.
pub const ATTACHMENT_MAX: u64 = 20 << 20;
/// The most bytes of all attachments of a file.
pub const ATTACHED_MAX: u64 = 500 << 20;
/// The first seq that is out of bounds.
pub const SEQ_END: u64 = 1 << 40;

/// The first entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The shop whose events these are.
    #[serde(with = "hex::text")]
    pub shop: ShopId,
    /// Who made the bundle: a place in `replicas`.
    pub sender: usize,
    /// When it was made, in milliseconds UTC.
    pub made: i64,
    /// The k-th of n files, from 1.
    pub part: (u32, u32),
    /// The replicas that the rest of the manifest names by their places.
    pub replicas: Vec<Replica>,
    /// The registers that the lines name by their places.
    pub registers: Vec<String>,
    /// What the file holds.
    pub streams: Vec<Range>,
    /// What the sender knows.
    pub heads: Vec<Tip>,
    /// The entries after the signature.
    pub entries: Vec<Entry>,
}

/// A replica in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// The first half of blake3 of the key.
    #[serde(with = "hex::text")]
    pub id: ReplicaId,
    /// The ed25519 public key.
    pub key: Hex<32>,
}

/// A range of one stream: the events after `from_seq` up to and with `to_seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// A place in `replicas`.
    pub replica: usize,
    /// The seq before the first event.
    pub from_seq: u64,
    /// The chain at `from_seq`; the genesis at 0.
    #[serde(with = "hex::text")]
    pub from_chain: Chain,
    /// The seq of the last event.
    pub to_seq: u64,
    /// The chain at `to_seq`.
    #[serde(with = "hex::text")]
    pub to_chain: Chain,
}

impl Range {
    /// Returns the number of events in the range.
    pub fn len(&self) -> u64 {
        self.to_seq.saturating_sub(self.from_seq)
    }

    /// Returns whether the range holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The tip of a stream that the sender knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// A place in `replicas`.
    pub replica: usize,
    /// The last seq.
    pub seq: u64,
    /// The chain there.
    #[serde(with = "hex::text")]
    pub chain: Chain,
}

/// An entry of the archive as the manifest announces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The name in the archive.
    pub name: String,
    /// The content's length in bytes.
    pub size: u64,
    /// The content's hash.
    pub blake3: Hex<32>,
}

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestFault {
    /// Made by a newer zhiban.
    #[error("format {0}")]
    Format(u32),
    /// A list or a number beyond its limit.
    #[error("{what} over the limit of {limit}")]
    Limit {
        /// The list or number.
        what: &'static str,
        /// The most that is allowed.
        limit: u64,
    },
    /// Something that contradicts itself.
    #[error("{0}")]
    Wrong(&'static str),
}

impl Manifest {
    /// Checks limits, places, ids against keys, ranges, names and announced sizes; everything
    /// that the manifest alone can show.
    pub fn check(&self) -> Result<(), ManifestFault> {
        if self.format != FORMAT {
            return Err(ManifestFault::Format(self.format));
        }
        self.check_lengths()?;
        self.check_replicas()?;
        let replicas = self.replicas.len();
        let (part, parts) = self.part;
        let rules = [
            ("part", part >= 1 && part <= parts),
            (
                "made",
                (0..crate::domain::event::AT_END).contains(&self.made),
            ),
            ("sender", self.sender < replicas),
            (
                "registers",
                self.registers
                    .iter()
                    .all(|name| !name.is_empty() && name.len() <= REGISTER_MAX),
            ),
            (
                "streams",
                self.streams.iter().all(|range| {
                    range.replica < replicas
                        && range.from_seq <= range.to_seq
                        && range.to_seq < SEQ_END
                }),
            ),
            (
                "heads",
                self.heads
                    .iter()
                    .all(|tip| tip.replica < replicas && tip.seq < SEQ_END),
            ),
        ];
        if let Some((what, _)) = rules.into_iter().find(|(_, holds)| !holds) {
            return Err(ManifestFault::Wrong(what));
        }
        if self.events() > EVENTS_MAX {
            return Err(ManifestFault::Limit {
                what: "events",
                limit: EVENTS_MAX,
            });
        }
        self.check_entries()
    }

    /// Returns how many events the file holds.
    pub fn events(&self) -> u64 {
        self.streams
            .iter()
            .fold(0, |sum, range| sum.saturating_add(range.len()))
    }

    /// Returns the replica of a stream, by its place.
    pub fn author(&self, stream: usize) -> Option<Replica> {
        self.replicas
            .get(self.streams.get(stream)?.replica)
            .copied()
    }

    /// Returns the bytes that the sender signs for a manifest of these bytes.
    pub fn message(bytes: &[u8]) -> Vec<u8> {
        [MANIFEST_TAG, blake3::hash(bytes).as_bytes().as_slice()].concat()
    }

    fn check_lengths(&self) -> Result<(), ManifestFault> {
        let lengths = [
            ("replicas", self.replicas.len(), REPLICAS_MAX),
            ("registers", self.registers.len(), REGISTERS_MAX),
            ("streams", self.streams.len(), STREAMS_MAX),
            ("heads", self.heads.len(), HEADS_MAX),
            ("entries", self.entries.len(), ATTACHMENTS_MAX + 2),
        ];
        match lengths
            .into_iter()
            .find(|(_, length, limit)| length > limit)
        {
            Some((what, _, limit)) => Err(ManifestFault::Limit {
                what,
                limit: limit as u64,
            }),
            None => Ok(()),
        }
    }

    fn check_replicas(&self) -> Result<(), ManifestFault> {
        let mut ids: Vec<_> = self.replicas.iter().map(|replica| replica.id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() != self.replicas.len() {
            return Err(ManifestFault::Wrong("a replica twice"));
        }
        if self
            .replicas
            .iter()
            .any(|replica| ReplicaId::of_key(&replica.key.0) != replica.id)
        {
            return Err(ManifestFault::Wrong(
                "a replica whose id is not that of its key",
            ));
        }
        Ok(())
    }

    fn check_entries(&self) -> Result<(), ManifestFault> {
        let names: Vec<_> = self
            .entries
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        let Some((&[EVENTS, SEALS], attachments)) = names.split_first_chunk() else {
            return Err(ManifestFault::Wrong("entries"));
        };
        if !attachments.is_sorted_by(|one, next| one < next) {
            return Err(ManifestFault::Wrong("order of attachments"));
        }
        for entry in &self.entries[2..] {
            if entry.name.strip_prefix(ATTACHMENT) != Some(entry.blake3.to_string().as_str()) {
                return Err(ManifestFault::Wrong("name of an attachment"));
            }
            if entry.size > ATTACHMENT_MAX {
                return Err(ManifestFault::Limit {
                    what: "attachment",
                    limit: ATTACHMENT_MAX,
                });
            }
        }
        let total = |entries: &[Entry]| {
            let sizes = entries.iter().map(|entry| entry.size);
            sizes.fold(0, u64::saturating_add)
        };
        for (what, size, limit) in [
            ("attachments", total(&self.entries[2..]), ATTACHED_MAX),
            ("size", total(&self.entries), UNPACKED_MAX),
        ] {
            if size > limit {
                return Err(ManifestFault::Limit { what, limit });
            }
        }
        Ok(())
    }
}

/// A line of `events.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine<'a> {
    /// Place in `streams`.
    #[serde(rename = "r")]
    pub stream: usize,
    /// Seq.
    #[serde(rename = "q")]
    pub seq: u64,
    /// Stamp.
    #[serde(rename = "t")]
    pub stamp: i64,
    /// Milliseconds UTC at which the thing happened.
    #[serde(rename = "a")]
    pub at: i64,
    /// Minutes of the author's offset.
    #[serde(rename = "z")]
    pub zone: i16,
    /// First seq of the act, absent where equal to seq.
    #[serde(
        rename = "e",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "hex::present"
    )]
    pub act: Option<u64>,
    /// Place in `registers`.
    #[serde(rename = "g")]
    pub register: usize,
    /// Record.
    #[serde(rename = "i")]
    pub record: Hex<16>,
    /// Verb, known here or not.
    #[serde(rename = "v")]
    pub verb: u8,
    /// Version of the body.
    #[serde(rename = "n")]
    pub version: u16,
    /// Roster, absent where zero.
    #[serde(
        rename = "o",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "hex::present"
    )]
    pub roster: Option<Hex<8>>,
    /// Salt, beside a personal body.
    #[serde(
        rename = "s",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "hex::present"
    )]
    pub salt: Option<Hex<16>>,
    /// Facts, absent where `{}` or not here.
    #[serde(
        rename = "f",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "hex::present"
    )]
    pub facts: Option<Cow<'a, str>>,
    /// Personal body.
    #[serde(
        rename = "p",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "hex::present"
    )]
    pub personal: Option<Cow<'a, str>>,
    /// Why a body is not here.
    #[serde(
        rename = "x",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "hex::present"
    )]
    pub absence: Option<Gone>,
    /// What is left of the digest.
    #[serde(
        rename = "d",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "hex::present"
    )]
    pub digest: Option<Hex<32>>,
}

/// Why a body is not here, as lines say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gone {
    /// Taken away for good.
    Erased,
    /// Kept from this receiver.
    Withheld,
}

impl From<Gone> for Absence {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Erased => Self::Erased,
            Gone::Withheld => Self::Withheld,
        }
    }
}

impl From<Absence> for Gone {
    fn from(absence: Absence) -> Self {
        match absence {
            Absence::Erased => Self::Erased,
            Absence::Withheld => Self::Withheld,
        }
    }
}

/// What is wrong with a line that is JSON of the right shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LineFault(pub &'static str);

/// The facts that a line leaves out.
const NOTHING: &[u8] = b"{}";

impl<'a> EventLine<'a> {
    /// Returns the line of an event, none where a body is no UTF-8, which none that was ever
    /// checked is.
    pub fn of(event: &'a Event, stream: usize, register: usize) -> Option<Self> {
        let Event { head, body, .. } = event;
        // Facts are never erased: who has none of them can only say that they were kept back.
        let absence = match body {
            Body::Hidden { .. } => Some(Absence::Withheld),
            _ => body.absence(),
        };
        let facts = body
            .facts()
            .filter(|facts| absence.is_some() || *facts != NOTHING);
        let text = |bytes: &'a [u8]| std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
        let personal = body.personal();
        let digest = match (body, absence) {
            (_, None) => None,
            (Body::Hidden { digest, .. }, _) => Some(Hex(*digest)),
            (_, Some(_)) => body.part().map(Hex),
        };
        Some(Self {
            stream,
            seq: head.seq,
            stamp: head.stamp.0,
            at: head.at,
            zone: head.zone,
            act: (head.act != head.seq).then_some(head.act),
            register,
            record: Hex(head.record.0),
            verb: head.verb,
            version: head.version,
            roster: roster_of(head.roster),
            salt: personal.map(|part| Hex(part.salt)),
            facts: facts.map_or(Some(None), |facts| text(facts).map(Some))?,
            personal: personal.map_or(Some(None), |part| text(&part.bytes).map(Some))?,
            absence: absence.map(Gone::from),
            digest,
        })
    }

    /// Returns head and body; the head's digest is computed. Fails where keys do not go together
    /// or a place is outside its list. Bounds of the values are [`Head::check`]'s and
    /// [`Body::check`]'s.
    pub fn read(self, manifest: &Manifest) -> Result<(Head, Body), LineFault> {
        let (mut head, body) = self.parts(manifest)?;
        head.digest = body.digest();
        Ok((head, body))
    }

    /// Returns head and body as [`EventLine::read`] does, the head without its digest.
    pub fn parts(self, manifest: &Manifest) -> Result<(Head, Body), LineFault> {
        let author = manifest.author(self.stream).ok_or(LineFault("r"))?;
        let register = manifest
            .registers
            .get(self.register)
            .ok_or(LineFault("g"))?;
        let (seq, act) = (self.seq, self.act.unwrap_or(self.seq));
        let head = Head {
            replica: author.id,
            seq,
            stamp: Stamp(self.stamp),
            at: self.at,
            zone: self.zone,
            act,
            register: register.clone(),
            record: Id(self.record.0),
            verb: self.verb,
            version: self.version,
            roster: self.roster.map_or([0; 8], |roster| roster.0),
            digest: [0; 32],
        };
        Ok((head, self.body()?))
    }

    fn body(self) -> Result<Body, LineFault> {
        let facts = self.facts.map(|text| text.into_owned().into_bytes());
        match (self.absence, self.digest, self.salt, self.personal) {
            (None, None, None, None) => Ok(Body::Whole {
                facts: facts.unwrap_or_else(|| NOTHING.into()),
                personal: None,
            }),
            (None, None, Some(salt), Some(text)) => Ok(Body::Whole {
                facts: facts.unwrap_or_else(|| NOTHING.into()),
                personal: Some(Personal {
                    salt: salt.0,
                    bytes: text.into_owned().into_bytes(),
                }),
            }),
            (Some(gone), Some(rest), None, None) => match (facts, gone) {
                (Some(facts), _) => Ok(Body::Faceless {
                    facts,
                    part: rest.0,
                    absence: gone.into(),
                }),
                (None, Gone::Withheld) => Ok(Body::Hidden {
                    digest: rest.0,
                    absence: Absence::Withheld,
                }),
                (None, Gone::Erased) => Err(LineFault("facts are never erased")),
            },
            _ => Err(LineFault("s, p, x, d")),
        }
    }
}

/// A line of `seals.jsonl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealLine {
    /// Place in `streams`.
    #[serde(rename = "r")]
    pub stream: usize,
    /// Seq of the sealed event.
    #[serde(rename = "q")]
    pub seq: u64,
    /// Its chain.
    #[serde(rename = "c")]
    pub chain: Hex<32>,
    /// Roster, absent where zero.
    #[serde(
        rename = "o",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "hex::present"
    )]
    pub roster: Option<Hex<8>>,
    /// Signature.
    #[serde(rename = "k")]
    pub signature: Hex<64>,
}

impl SealLine {
    /// Returns the line of a seal.
    pub fn of(seal: &Seal, stream: usize) -> Self {
        Self {
            stream,
            seq: seal.seq,
            chain: Hex(seal.chain.0),
            roster: roster_of(seal.roster),
            signature: Hex(seal.signature),
        }
    }

    /// Returns the seal; fails where the stream is none or does not hold the seq.
    pub fn read(self, manifest: &Manifest) -> Result<Seal, LineFault> {
        let author = manifest.author(self.stream).ok_or(LineFault("r"))?;
        let range = manifest.streams.get(self.stream).ok_or(LineFault("r"))?;
        if self.seq <= range.from_seq || self.seq > range.to_seq {
            return Err(LineFault("q"));
        }
        Ok(Seal {
            replica: author.id,
            seq: self.seq,
            chain: Chain(self.chain.0),
            roster: self.roster.map_or([0; 8], |roster| roster.0),
            signature: self.signature.0,
        })
    }
}

fn roster_of(roster: Roster) -> Option<Hex<8>> {
    (roster != [0; 8]).then_some(Hex(roster))
}
