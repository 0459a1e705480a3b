//! Events that could not go into the log: kept, and tried again whenever something came in.
//!
//! An event is kept as its line, with its author's key and, where it has one, its seal; so it
//! can heal by itself. Where there is no room for more, the bundle must come again.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::fault::Code;
use super::format::{EventLine, FORMAT, Manifest, Range, Replica, SealLine};
use super::hex::Hex;
use crate::domain::body::Absence;
use crate::domain::event::{Event, Seal, genesis};
use crate::domain::id::{Chain, ReplicaId, ShopId};
use crate::domain::seal;
use crate::store::{Outside, Result, Run, Store, StreamHead};

/// The most events that are kept.
const EVENTS_MAX: usize = 20_000;
/// The most bytes of lines that are kept.
const BYTES_MAX: usize = 32 << 20;

/// What tells held events from others: the heads, and the chains below them.
pub(super) struct Held<'a> {
    store: &'a Store,
    heads: Vec<StreamHead>,
}

impl<'a> Held<'a> {
    /// Looks at the heads as they are now.
    pub fn of(store: &'a Store) -> Result<Self> {
        Ok(Self {
            store,
            heads: store.heads()?,
        })
    }

    /// Returns the local number of the stream that holds this event.
    pub fn stream(&self, replica: ReplicaId, seq: u64, chain: Chain) -> Result<Option<i64>> {
        let own =
            |head: &&StreamHead| head.replica == replica && head.from_seq < seq && seq <= head.seq;
        for head in self.heads.iter().filter(own) {
            let there = if seq == head.seq {
                Some(head.chain)
            } else {
                self.store.chain_at(head.stream, seq)?
            };
            if there == Some(chain) {
                return Ok(Some(head.stream));
            }
        }
        Ok(None)
    }

    /// Returns up to which seq a range is held, whose events have these chains; held events are
    /// always a prefix, because each chain hash names the one before.
    pub fn upto(&self, replica: ReplicaId, from_seq: u64, chains: &[Chain]) -> Result<u64> {
        // The ends first: all or nothing is what nearly every range is.
        let (mut held, mut open, mut look) = (0, chains.len(), chains.len().saturating_sub(1));
        while held < open {
            if self
                .stream(replica, from_seq + look as u64 + 1, chains[look])?
                .is_some()
            {
                held = look + 1;
            } else {
                open = look;
            }
            look = held + (open - held) / 2;
        }
        Ok(from_seq + held as u64)
    }
}

/// An event as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    key: Hex<32>,
    register: String,
    #[serde(borrow)]
    event: EventLine<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seal: Option<SealLine>,
}

/// Collects what one import leaves outside, as far as there is room.
pub(super) struct Keeping {
    now: i64,
    rows: Vec<(Outside, bool)>,
    bytes: usize,
}

impl Keeping {
    /// Begins with nothing; `now` in milliseconds UTC.
    pub fn new(now: i64) -> Self {
        Self {
            now,
            rows: Vec::new(),
            bytes: 0,
        }
    }

    /// Keeps events that follow each other behind `previous`, with their good seals.
    pub fn keep(
        &mut self,
        key: [u8; 32],
        code: Code,
        mut previous: Chain,
        events: &[Event],
        seals: &[Seal],
    ) {
        for event in events {
            let seal = seals.iter().find(|seal| seal.seq == event.head.seq);
            let line = EventLine::of(event, 0, 0).and_then(|line| {
                let register = event.head.register.clone();
                let seal = seal.map(|seal| SealLine::of(seal, 0));
                serde_json::to_vec(&Line {
                    key: Hex(key),
                    register,
                    event: line,
                    seal,
                })
                .ok()
            });
            let Some(line) = line else { return };
            if self.rows.len() >= EVENTS_MAX || self.bytes + line.len() > BYTES_MAX {
                return;
            }
            self.bytes += line.len();
            let row = Outside {
                at: self.now,
                code: code.name().to_owned(),
                replica: event.head.replica,
                seq: event.head.seq,
                chain: event.chain,
                previous,
                line,
            };
            self.rows.push((row, seal.is_some()));
            previous = event.chain;
        }
    }
}

/// What came in after all.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Healed {
    /// Events.
    pub events: u64,
    /// Whether a stream branched by it.
    pub branched: bool,
}

/// Keeps what is new outside and takes into the log what can go there by now: what is sealed
/// and whose predecessors are all there.
pub(super) fn settle(store: &mut Store, shop: ShopId, fresh: Keeping) -> Result<Healed> {
    let mut rows = store.outside()?;
    if rows.is_empty() && fresh.rows.is_empty() {
        return Ok(Healed::default());
    }
    let now = fresh.now;
    let fresh = worth_keeping(&rows, fresh);
    if !fresh.is_empty() {
        store.keep_outside(&fresh)?;
        rows = store.outside()?;
    }
    let held = Held::of(store)?;
    let mut gone = Vec::new();
    let mut waiting = HashMap::new();
    for row in &rows {
        if held.stream(row.replica, row.seq, row.chain)?.is_some() {
            gone.push(row.chain);
        } else if let Some(one) = Waiting::read(row, shop) {
            waiting.insert(row.chain, one);
        }
    }
    let healed = heal(store, now, &mut waiting, &mut gone)?;
    if !gone.is_empty() {
        store.drop_outside(&gone)?;
    }
    Ok(healed)
}

/// Takes the personal part from every kept event that an `erase` in force names: what is outside
/// is no safe place from it. Returns whether there was any.
pub(super) fn purge(store: &mut Store, shop: ShopId) -> Result<bool> {
    let rows = store.outside()?;
    if rows.is_empty() {
        return Ok(false);
    }
    let erased = store.erased()?;
    let purged: Vec<Outside> = rows
        .into_iter()
        .filter(|row| erased.contains(&row.chain))
        .filter_map(|row| without_personal(row, shop))
        .collect();
    store.keep_outside(&purged)?;
    Ok(!purged.is_empty())
}

/// Returns a row without its personal part, none where it has none.
fn without_personal(row: Outside, shop: ShopId) -> Option<Outside> {
    let Line {
        key,
        register,
        seal,
        ..
    } = serde_json::from_slice(&row.line).ok()?;
    let mut event = Waiting::read(&row, shop)?.event;
    event.body.personal()?;
    event.body = event.body.without_personal(Absence::Erased);
    let line = serde_json::to_vec(&Line {
        key,
        register,
        event: EventLine::of(&event, 0, 0)?,
        seal,
    })
    .ok()?;
    Some(Outside { line, ..row })
}

/// Returns what is not kept yet, or was kept without its seal, as far as there is room.
fn worth_keeping(rows: &[Outside], fresh: Keeping) -> Vec<Outside> {
    let sealed = |line: &[u8]| {
        serde_json::from_slice::<Line<'_>>(line).is_ok_and(|line| line.seal.is_some())
    };
    let known: HashMap<Chain, &Outside> = rows.iter().map(|row| (row.chain, row)).collect();
    let mut bytes: usize = rows.iter().map(|row| row.line.len()).sum();
    let mut count = rows.len();
    let mut kept = Vec::new();
    for (row, is_sealed) in fresh.rows {
        match known.get(&row.chain) {
            Some(old) if !is_sealed || sealed(&old.line) => continue,
            Some(old) => bytes -= old.line.len(),
            None => count += 1,
        }
        bytes += row.line.len();
        if count > EVENTS_MAX || bytes > BYTES_MAX {
            break;
        }
        kept.push(row);
    }
    kept
}

/// An event that waits for earlier ones, or for a seal.
struct Waiting {
    event: Event,
    previous: Chain,
    key: [u8; 32],
    seal: Option<Seal>,
}

impl Waiting {
    /// Reads a row; none where it is not what it was kept as, or may not go into a log.
    fn read(row: &Outside, shop: ShopId) -> Option<Self> {
        let Line {
            key,
            register,
            event,
            seal,
        } = serde_json::from_slice(&row.line).ok()?;
        let id = ReplicaId::of_key(&key.0);
        let manifest = alone(shop, Replica { id, key }, register, event.seq);
        let (head, body) = event.read(&manifest).ok()?;
        head.check().ok()?;
        body.check().ok()?;
        let chain = head.chain(&row.previous);
        let seal = seal.and_then(|line| line.read(&manifest).ok());
        let seal = seal.filter(|seal| seal.chain == chain && seal::verify_seal(shop, &key.0, seal));
        let begins = head.seq > 1 || row.previous == genesis(shop, &key.0);
        (chain == row.chain && id == row.replica && begins).then_some(Self {
            event: Event { head, chain, body },
            previous: row.previous,
            key: key.0,
            seal,
        })
    }
}

/// Returns the manifest by which the line of a single event is read.
fn alone(shop: ShopId, replica: Replica, register: String, seq: u64) -> Manifest {
    let none = Chain([0; 32]);
    let range = Range {
        replica: 0,
        from_seq: seq.saturating_sub(1),
        from_chain: none,
        to_seq: seq,
        to_chain: none,
    };
    Manifest {
        format: FORMAT,
        shop,
        sender: 0,
        made: 0,
        part: (1, 1),
        replicas: vec![replica],
        registers: vec![register],
        streams: vec![range],
        heads: Vec::new(),
        entries: Vec::new(),
    }
}

/// Appends, from each seal backwards, what hangs together and whose beginning is held. A seal
/// proves all before it, for whatever reason each was kept.
fn heal(
    store: &mut Store,
    now: i64,
    waiting: &mut HashMap<Chain, Waiting>,
    gone: &mut Vec<Chain>,
) -> Result<Healed> {
    let mut sealed: Vec<(u64, Chain)> = waiting
        .iter()
        .filter(|(_, one)| one.seal.is_some())
        .map(|(chain, one)| (one.event.head.seq, *chain))
        .collect();
    sealed.sort_unstable();
    let mut healed = Healed::default();
    let mut missing = HashSet::new();
    for (_, tip) in sealed {
        let path = path_to(waiting, tip);
        let Some((from_seq, from_chain)) = path.first().and_then(|first| {
            let first = waiting.get(first)?;
            Some((first.event.head.seq - 1, first.previous))
        }) else {
            continue;
        };
        if missing.contains(&from_chain) {
            continue;
        }
        let Some(run) = run_of(waiting, &path, from_seq, from_chain) else {
            continue;
        };
        let taken = store.append_foreign(&run, now)?;
        if taken.missing {
            missing.insert(from_chain);
            continue;
        }
        healed.events += taken.new;
        healed.branched |= taken.branched;
        for chain in path {
            waiting.remove(&chain);
            gone.push(chain);
        }
    }
    Ok(healed)
}

/// Returns the chains of the waiting events up to and with `tip`, oldest first.
fn path_to(waiting: &HashMap<Chain, Waiting>, tip: Chain) -> Vec<Chain> {
    let mut path = Vec::new();
    let mut next = tip;
    while let Some(one) = waiting.get(&next) {
        path.push(next);
        next = one.previous;
    }
    path.reverse();
    path
}

fn run_of(
    waiting: &HashMap<Chain, Waiting>,
    path: &[Chain],
    from_seq: u64,
    from_chain: Chain,
) -> Option<Run> {
    let ones: Vec<&Waiting> = path.iter().filter_map(|chain| waiting.get(chain)).collect();
    let first = ones.first()?;
    Some(Run {
        replica: first.event.head.replica,
        key: first.key,
        from_seq,
        from_chain,
        events: ones.iter().map(|one| one.event.clone()).collect(),
        seals: ones.iter().filter_map(|one| one.seal.clone()).collect(),
    })
}
