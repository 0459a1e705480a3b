//! The first step of an import, and all of `verify`: one streaming pass that writes nothing and
//! finds out which events of a bundle are proven.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use super::chunks::{Keeper, Kept};
use super::fault::{BundleFault, Code};
use super::format::{EVENTS, Manifest};
use super::read::Bundle;
use super::spill::Spill;
use crate::domain::body::{Absence, Body};
use crate::domain::event::{Event, Head, Seal, Verb, genesis};
use crate::domain::id::{Chain, ReplicaId};
use crate::domain::payload::Payload;
use crate::domain::seal::Signer;

/// What a bundle holds, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Events.
    pub events: u64,
    /// Events with a personal body.
    pub personal: u64,
    /// Events of which a body was erased.
    pub erased: u64,
    /// Events of which a body was withheld.
    pub withheld: u64,
    /// Seals.
    pub seals: u64,
    /// Attachments.
    pub attachments: u64,
}

/// What is wrong with a stream in a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The stream's replica.
    pub replica: ReplicaId,
    /// The first seq concerned.
    pub seq: u64,
    /// The code under which its events stay outside, none where none does.
    pub code: Option<Code>,
    /// What it is.
    pub what: Wrong,
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The chain does not begin where the replica's key says.
    Genesis,
    /// The chain does not arrive where the manifest says.
    Chain,
    /// A seal names another chain, or its signature does not hold.
    Seal,
    /// An event over a limit.
    Limit,
    /// Events beyond the last seal.
    Unsealed,
}

impl Wrong {
    /// Returns the name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::Chain => "chain",
            Self::Seal => "seal",
            Self::Limit => "limit",
            Self::Unsealed => "unsealed",
        }
    }

    /// Returns the message id of the sentence, with the arguments `replica` and `seq`.
    pub fn message(self) -> &'static str {
        match self {
            Self::Genesis => "bundle-finding-genesis",
            Self::Chain => "bundle-finding-chain",
            Self::Seal => "bundle-finding-seal",
            Self::Limit => "bundle-finding-limit",
            Self::Unsealed => "bundle-finding-unsealed",
        }
    }
}

/// What is known of one stream after the pass.
#[derive(Debug, Clone, Default)]
pub(super) struct Proof {
    /// The chains of the events, from the first after `from_seq`: 32 bytes an event, at most
    /// 32 MB.
    pub chains: Vec<Chain>,
    /// The last seq that is proven to be the author's and within limits; `from_seq` for none.
    pub proven: u64,
    /// Why what lies beyond is not taken.
    pub code: Option<Code>,
}

/// A bundle after the pass.
#[derive(Debug)]
pub(super) struct Checked {
    /// The manifest.
    pub manifest: Manifest,
    /// What it holds.
    pub counts: Counts,
    /// One for each of the manifest's streams.
    pub proofs: Vec<Proof>,
    /// The good seals, each with the place of its stream, in the order of the file.
    pub seals: Vec<(usize, Seal)>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// The files that proven events attach.
    pub attached: BTreeSet<[u8; 32]>,
    /// The events, where they were to be kept.
    pub kept: Option<Kept>,
}

/// The most bytes of lines and the most events that wait in memory between checking and
/// appending: those of a larger bundle wait in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keep<'a> {
    /// Bytes.
    pub bytes: u64,
    /// Events.
    pub events: u64,
    /// Where the file is.
    pub folder: &'a Path,
}

impl Keep<'_> {
    fn keeper(self, manifest: &Manifest) -> Result<Keeper, BundleFault> {
        let lines = manifest.entries.iter().find(|entry| entry.name == EVENTS);
        let holds = lines.is_some_and(|entry| entry.size <= self.bytes);
        if holds && manifest.events() <= self.events {
            Ok(Keeper::Here(Vec::new(), 0))
        } else {
            Spill::new(self.folder).map(Keeper::Aside)
        }
    }
}

/// Reads a bundle to its end and finds what is proven; keeps the events where `keep` says so.
/// `progress` gets the number of events read and answers whether to go on.
pub(super) fn check<R: Read>(
    mut bundle: Bundle<R>,
    keep: Option<Keep<'_>>,
    progress: &mut dyn FnMut(u64) -> bool,
) -> Result<Checked, BundleFault> {
    let manifest = bundle.manifest.clone();
    let keeper = keep.map(|keep| keep.keeper(&manifest)).transpose()?;
    let keeps = keeper.is_some();
    let mut pass = Pass::new(&manifest, keeper);
    let look = |head: &Head, body| Seen::of(head, body, keeps);
    bundle.events(look, |stream, head, seen| {
        pass.event(stream, head, seen)?;
        if pass.counts.events.is_multiple_of(EVERY) && !progress(pass.counts.events) {
            return Err(BundleFault::Stopped);
        }
        Ok(())
    })?;
    bundle.seals(|stream, seal| {
        pass.seal(stream, seal);
        Ok(())
    })?;
    pass.counts.attachments = (manifest.entries.len() as u64).saturating_sub(2);
    bundle.attachments(|_, _| Ok(()))?;
    let Pass {
        counts,
        streams,
        seals,
        attaching,
        keeper,
        ..
    } = pass;
    let mut findings = Vec::new();
    let judged = streams
        .into_iter()
        .enumerate()
        .map(|(stream, reading)| judge(&manifest, stream, reading, &mut findings));
    let proofs: Vec<Proof> = judged.collect();
    let is_proven = |(stream, seq, _): &(usize, u64, _)| {
        proofs
            .get(*stream)
            .is_some_and(|proof| *seq <= proof.proven)
    };
    let proven = attaching.into_iter().filter(is_proven);
    let attached = proven.map(|(.., hash)| hash).collect();
    Ok(Checked {
        manifest,
        counts,
        proofs,
        seals,
        findings,
        attached,
        kept: keeper.map(Keeper::finish),
    })
}

/// After how many events progress is told.
const EVERY: u64 = 4_096;

/// What is to be known of an event beside its head.
struct Seen {
    /// Whether it is within all limits.
    is_within: bool,
    is_personal: bool,
    absence: Option<Absence>,
    /// The file that the event attaches.
    attached: Option<[u8; 32]>,
    /// The body, where it is kept: else it ends with the thread that read it.
    body: Option<Body>,
}

impl Seen {
    fn of(head: &Head, body: Body, keeps: bool) -> Self {
        Self {
            is_within: head.check().is_ok() && body.check().is_ok(),
            is_personal: body.personal().is_some(),
            absence: body.absence(),
            attached: attached(head, &body),
            body: keeps.then_some(body),
        }
    }
}

/// Returns the hash of the file that an event of this head and body attaches.
fn attached(head: &Head, body: &Body) -> Option<[u8; 32]> {
    if head.verb != Verb::Attach as u8 {
        return None;
    }
    let event = Event {
        head: head.clone(),
        chain: Chain([0; 32]),
        body: body.clone(),
    };
    match Payload::read(&event) {
        Some(Payload::Attach { hash, .. }) => Some(hash),
        _ => None,
    }
}

struct Pass<'a> {
    manifest: &'a Manifest,
    counts: Counts,
    /// Stream, seq and file of each event that attaches one.
    attaching: Vec<(usize, u64, [u8; 32])>,
    streams: Vec<Reading>,
    seals: Vec<(usize, Seal)>,
    keeper: Option<Keeper>,
}

/// A stream while it is read.
struct Reading {
    chains: Vec<Chain>,
    /// Who seals it, once a seal is read.
    signer: Option<Signer>,
    /// The first seq over a limit.
    over: Option<u64>,
    /// The last seq with a good seal.
    sealed: Option<u64>,
    /// The first bad seal.
    bad: Option<u64>,
}

impl<'a> Pass<'a> {
    fn new(manifest: &'a Manifest, keeper: Option<Keeper>) -> Self {
        let reading = |_| Reading {
            chains: Vec::new(),
            signer: None,
            over: None,
            sealed: None,
            bad: None,
        };
        Self {
            manifest,
            counts: Counts::default(),
            attaching: Vec::new(),
            streams: manifest.streams.iter().map(reading).collect(),
            seals: Vec::new(),
            keeper,
        }
    }

    fn event(&mut self, stream: usize, head: Head, seen: Seen) -> Result<(), BundleFault> {
        let (Some(reading), Some(range)) = (
            self.streams.get_mut(stream),
            self.manifest.streams.get(stream),
        ) else {
            return Err(BundleFault::Manifest("streams".into()));
        };
        let previous = *reading.chains.last().unwrap_or(&range.from_chain);
        let chain = head.chain(&previous);
        reading.chains.push(chain);
        if reading.over.is_none() && !seen.is_within {
            reading.over = Some(head.seq);
        }
        self.attaching
            .extend(seen.attached.map(|hash| (stream, head.seq, hash)));
        self.counts.events += 1;
        self.counts.personal += u64::from(seen.is_personal);
        match seen.absence {
            Some(Absence::Erased) => self.counts.erased += 1,
            Some(Absence::Withheld) => self.counts.withheld += 1,
            None => {}
        }
        if let Some((keeper, body)) = self.keeper.as_mut().zip(seen.body) {
            keeper.add((stream, range), previous, Event { head, chain, body })?;
        }
        Ok(())
    }

    fn seal(&mut self, stream: usize, seal: Seal) {
        self.counts.seals += 1;
        let (Some(reading), Some(range), Some(author)) = (
            self.streams.get_mut(stream),
            self.manifest.streams.get(stream),
            self.manifest.author(stream),
        ) else {
            return;
        };
        let place =
            usize::try_from(seal.seq.saturating_sub(range.from_seq + 1)).unwrap_or(usize::MAX);
        let signer = reading
            .signer
            .get_or_insert_with(|| Signer::of(&author.key.0));
        let holds = reading.chains.get(place) == Some(&seal.chain)
            && signer.has_sealed(self.manifest.shop, &seal);
        if holds {
            reading.sealed = reading.sealed.max(Some(seal.seq));
            self.seals.push((stream, seal));
        } else {
            reading.bad = Some(reading.bad.map_or(seal.seq, |seq| seq.min(seal.seq)));
        }
    }
}

/// Says how far a stream is proven: up to its last good seal, at most to before the first event
/// over a limit, and not at all where its chain contradicts the key or the manifest.
fn judge(
    manifest: &Manifest,
    stream: usize,
    reading: Reading,
    findings: &mut Vec<Finding>,
) -> Proof {
    let (Some(range), Some(author)) = (manifest.streams.get(stream), manifest.author(stream))
    else {
        return Proof::default();
    };
    let replica = author.id;
    let mut find = |seq, code, what| {
        findings.push(Finding {
            replica,
            seq,
            code,
            what,
        });
    };
    let from = range.from_seq;
    let arrived = *reading.chains.last().unwrap_or(&range.from_chain) == range.to_chain;
    let begins = from > 0 || range.from_chain == genesis(manifest.shop, &author.key.0);
    if !arrived || !begins {
        let what = if begins { Wrong::Chain } else { Wrong::Genesis };
        find(from + 1, Some(Code::Q2), what);
        return Proof {
            chains: reading.chains,
            proven: from,
            code: Some(Code::Q2),
        };
    }
    let sealed = reading.sealed.unwrap_or(from);
    let bad = reading.bad.filter(|seq| *seq > sealed);
    let limit = reading.over.map_or(range.to_seq, |seq| seq - 1);
    if let Some(seq) = reading.bad {
        find(seq, bad.map(|_| Code::Q2), Wrong::Seal);
    } else if sealed < range.to_seq {
        find(sealed + 1, Some(Code::Q11), Wrong::Unsealed);
    }
    if let Some(seq) = reading.over {
        find(seq, Some(Code::Q9), Wrong::Limit);
    }
    let code = match (limit < sealed, bad, sealed < range.to_seq) {
        (true, ..) => Some(Code::Q9),
        (_, Some(_), _) => Some(Code::Q2),
        (_, None, true) => Some(Code::Q11),
        (_, None, false) => None,
    };
    Proof {
        chains: reading.chains,
        proven: sealed.min(limit),
        code,
    }
}
