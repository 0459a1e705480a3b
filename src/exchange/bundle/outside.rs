//! Events that could not go into the log: kept, and tried again whenever something came in.
//!
//! An event is kept as its line, with its author's key and, where it has one, its seal; so it
//! can heal by itself. What a seal of the shop's people proves goes before everything else, which
//! anybody can make. Where there is no room for more, the bundle must come again.

use std::cmp::Reverse;
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

/// How much is kept: events, and bytes of their lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    /// For everything.
    const ALL: Self = Self {
        events: 20_000,
        bytes: 32 << 20,
    };
    /// For what no seal of the shop's people proves: of it anybody can make as much as they like.
    const OTHERS: Self = Self {
        events: 2_000,
        bytes: 4 << 20,
    };

    fn plus(self, line: &[u8]) -> Self {
        Self {
            events: self.events + 1,
            bytes: self.bytes + line.len(),
        }
    }

    fn minus(self, line: &[u8]) -> Self {
        Self {
            events: self.events.saturating_sub(1),
            bytes: self.bytes.saturating_sub(line.len()),
        }
    }

    fn is_within(self, limit: Self) -> bool {
        self.events <= limit.events && self.bytes <= limit.bytes
    }
}

/// Events for which there was no room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unkept {
    /// Those that a seal of the shop's people proves.
    pub members: u64,
    /// All others.
    pub others: u64,
}

impl Unkept {
    fn add(&mut self, is_members: bool, count: usize) {
        let of = if is_members {
            &mut self.members
        } else {
            &mut self.others
        };
        *of += count as u64;
    }
}

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

    /// Returns where the events behind `from_seq` up to one of this chain lie, none where that one
    /// is not held: each piece is a stream's local number with its first and last seq there. What
    /// came as one stream lies in several where its branches came in another order.
    pub fn pieces(
        &self,
        replica: ReplicaId,
        from_seq: u64,
        (mut seq, mut chain): (u64, Chain),
    ) -> Result<Option<Vec<(i64, u64, u64)>>> {
        let mut pieces = Vec::new();
        while seq > from_seq {
            let stream = self.stream(replica, seq, chain)?;
            let Some(head) = self.heads.iter().find(|head| Some(head.stream) == stream) else {
                return Ok(None);
            };
            pieces.push((head.stream, head.from_seq.max(from_seq) + 1, seq));
            (seq, chain) = (head.from_seq, head.from_chain);
        }
        Ok(Some(pieces))
    }

    /// Returns whether any event is held in this place.
    pub fn is_taken(&self, replica: ReplicaId, seq: u64) -> bool {
        let holds =
            |head: &StreamHead| head.replica == replica && head.from_seq < seq && seq <= head.seq;
        self.heads.iter().any(holds)
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

/// An event that is to be kept, and whether it comes with its seal.
struct Fresh {
    row: Outside,
    is_sealed: bool,
}

/// Collects what one import leaves outside, as far as there is room.
pub(super) struct Keeping {
    now: i64,
    rows: Vec<Fresh>,
    /// What is collected: of others, of the shop's people.
    used: [Room; 2],
    unkept: Unkept,
}

impl Keeping {
    /// Begins with nothing; `now` in milliseconds UTC.
    pub fn new(now: i64) -> Self {
        Self {
            now,
            rows: Vec::new(),
            used: [Room::default(); 2],
            unkept: Unkept::default(),
        }
    }

    /// Keeps events that follow each other behind `previous`, with their good seals;
    /// `is_members` where a seal of the shop's people proves them.
    pub fn keep(
        &mut self,
        (key, is_members): ([u8; 32], bool),
        code: Code,
        mut previous: Chain,
        events: &[Event],
        seals: &[Seal],
    ) {
        let limit = if is_members { Room::ALL } else { Room::OTHERS };
        for (place, event) in events.iter().enumerate() {
            let seal = seals.iter().find(|seal| seal.seq == event.head.seq);
            let used = &mut self.used[usize::from(is_members)];
            let fitting = |line: Vec<u8>| {
                let after = used.plus(&line);
                after.is_within(limit).then_some((line, after))
            };
            let Some((line, after)) = spell(key, event, seal).and_then(fitting) else {
                self.unkept.add(is_members, events.len() - place);
                return;
            };
            *used = after;
            let row = Outside {
                at: self.now,
                code: code.name().to_owned(),
                replica: event.head.replica,
                seq: event.head.seq,
                chain: event.chain,
                previous,
                line,
            };
            self.rows.push(Fresh {
                row,
                is_sealed: seal.is_some(),
            });
            previous = event.chain;
        }
    }
}

/// Returns the line under which an event is kept.
fn spell(key: [u8; 32], event: &Event, seal: Option<&Seal>) -> Option<Vec<u8>> {
    let line = Line {
        key: Hex(key),
        register: event.head.register.clone(),
        event: EventLine::of(event, 0, 0)?,
        seal: seal.map(|seal| SealLine::of(seal, 0)),
    };
    serde_json::to_vec(&line).ok()
}

/// What came in after all.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Healed {
    /// Events.
    pub events: u64,
    /// Whether a stream branched by it.
    pub branched: bool,
    /// What could not be kept.
    pub unkept: Unkept,
}

/// Keeps what is new outside and takes into the log what can go there by now: what is sealed
/// and whose predecessors are all there.
pub(super) fn settle(store: &mut Store, shop: ShopId, fresh: Keeping) -> Result<Healed> {
    let mut rows = store.outside()?;
    if rows.is_empty() && fresh.rows.is_empty() {
        return Ok(Healed {
            unkept: fresh.unkept,
            ..Healed::default()
        });
    }
    let now = fresh.now;
    let strangers = strangers(store, &rows, &fresh)?;
    let is_members =
        |row: &Outside| row.code == Code::Q3.name() && !strangers.contains(&row.replica);
    let choice = choose(&rows, fresh, (Room::ALL, Room::OTHERS), &is_members);
    if !choice.kept.is_empty() || !choice.evicted.is_empty() {
        store.drop_outside(&choice.evicted)?;
        store.keep_outside(&choice.kept)?;
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
    let mut healed = heal(store, now, &mut waiting, &mut gone)?;
    healed.unkept = choice.unkept;
    gone.extend(displaced(&Held::of(store)?, &rows, &waiting));
    if !gone.is_empty() {
        store.drop_outside(&gone)?;
    }
    Ok(healed)
}

/// Returns the authors among these that the roster does not name.
fn strangers(store: &Store, rows: &[Outside], fresh: &Keeping) -> Result<HashSet<ReplicaId>> {
    let fresh = fresh.rows.iter().map(|one| one.row.replica);
    let all: HashSet<ReplicaId> = rows.iter().map(|row| row.replica).chain(fresh).collect();
    let mut strangers = HashSet::new();
    for replica in all {
        if store.is_stranger(replica)? {
            strangers.insert(replica);
        }
    }
    Ok(strangers)
}

/// Returns what nothing proves and whose place in the log another event has taken by now: what
/// was altered on the way, after the true one came.
fn displaced(held: &Held<'_>, rows: &[Outside], waiting: &HashMap<Chain, Waiting>) -> Vec<Chain> {
    let mut proven = HashSet::new();
    for (tip, _) in waiting.iter().filter(|(_, one)| one.seal.is_some()) {
        let mut next = *tip;
        while let Some(one) = waiting.get(&next)
            && proven.insert(next)
        {
            next = one.previous;
        }
    }
    rows.iter()
        .filter(|row| row.code != Code::Q3.name() && !proven.contains(&row.chain))
        .filter(|row| held.is_taken(row.replica, row.seq))
        .map(|row| row.chain)
        .collect()
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

/// What is to be kept and what goes for it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Choice {
    kept: Vec<Outside>,
    evicted: Vec<Chain>,
    unkept: Unkept,
}

/// Chooses what is not kept yet, or was kept with less, as far as there is room: for all, and of
/// that for others than the shop's people. For these the oldest of the others go.
fn choose(
    rows: &[Outside],
    fresh: Keeping,
    (all, others): (Room, Room),
    is_members: &dyn Fn(&Outside) -> bool,
) -> Choice {
    let known: HashMap<Chain, &Outside> = rows.iter().map(|row| (row.chain, row)).collect();
    let mut evictable: Vec<&Outside> = rows.iter().filter(|row| !is_members(row)).collect();
    evictable.sort_by_key(|row| Reverse((row.at, row.seq)));
    let sum = |room: Room, row: &&Outside| room.plus(&row.line);
    let mut of_others = evictable.iter().fold(Room::default(), sum);
    let mut used = rows
        .iter()
        .fold(Room::default(), |room, row| sum(room, &row));
    let mut choice = Choice {
        unkept: fresh.unkept,
        ..Choice::default()
    };
    let (first, last): (Vec<Fresh>, Vec<Fresh>) =
        fresh.rows.into_iter().partition(|one| is_members(&one.row));
    for one in first.into_iter().chain(last) {
        if let Some(old) = known.get(&one.row.chain) {
            choice.kept.extend(better(old, one));
            continue;
        }
        let is_ours = is_members(&one.row);
        let line = &one.row.line;
        while is_ours
            && !used.plus(line).is_within(all)
            && let Some(oldest) = evictable.pop()
        {
            used = used.minus(&oldest.line);
            of_others = of_others.minus(&oldest.line);
            choice.evicted.push(oldest.chain);
        }
        let is_room =
            used.plus(line).is_within(all) && (is_ours || of_others.plus(line).is_within(others));
        if !is_room {
            choice.unkept.add(is_ours, 1);
            continue;
        }
        used = used.plus(line);
        if !is_ours {
            of_others = of_others.plus(line);
        }
        choice.kept.push(one.row);
    }
    choice
}

/// Returns a kept event with what it now comes with: a seal, or the proof of a later one.
fn better(old: &Outside, fresh: Fresh) -> Option<Outside> {
    let is_sealed = |line: &[u8]| {
        serde_json::from_slice::<Line<'_>>(line).is_ok_and(|line| line.seal.is_some())
    };
    let is_proven_now = fresh.row.code == Code::Q3.name() && old.code != fresh.row.code;
    if !is_proven_now && (!fresh.is_sealed || is_sealed(&old.line)) {
        return None;
    }
    let code = if is_proven_now {
        fresh.row.code
    } else {
        old.code.clone()
    };
    let line = if fresh.is_sealed {
        fresh.row.line
    } else {
        old.line.clone()
    };
    Some(Outside {
        code,
        line,
        ..old.clone()
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u8, at: i64, code: Code) -> Outside {
        Outside {
            at,
            code: code.name().to_owned(),
            replica: ReplicaId([number; 16]),
            seq: u64::from(number),
            chain: Chain([number; 32]),
            previous: Chain([0; 32]),
            line: vec![b' '; 10],
        }
    }

    fn fresh(rows: Vec<Outside>) -> Keeping {
        let row = |row| Fresh {
            row,
            is_sealed: false,
        };
        Keeping {
            rows: rows.into_iter().map(row).collect(),
            ..Keeping::new(9)
        }
    }

    fn numbers(rows: &[Outside]) -> Vec<u64> {
        rows.iter().map(|row| row.seq).collect()
    }

    const ROOMS: (Room, Room) = (
        Room {
            events: 4,
            bytes: 1_000,
        },
        Room {
            events: 2,
            bytes: 1_000,
        },
    );

    fn chosen(rows: &[Outside], new: Vec<Outside>) -> Choice {
        choose(rows, fresh(new), ROOMS, &|row| row.code == "Q3")
    }

    #[test]
    fn others_have_a_share_that_they_do_not_leave() {
        let new: Vec<Outside> = (1..=4).map(|number| row(number, 9, Code::Q2)).collect();
        let choice = chosen(&[], new);
        assert_eq!(numbers(&choice.kept), [1, 2]);
        assert_eq!((choice.unkept.members, choice.unkept.others), (0, 2));
        assert!(choice.evicted.is_empty());
    }

    #[test]
    fn the_oldest_of_others_go_for_what_a_member_sealed() {
        let rows = [
            row(1, 5, Code::Q2),
            row(2, 3, Code::Q11),
            row(3, 1, Code::Q3),
        ];
        let new = vec![
            row(7, 9, Code::Q2),
            row(4, 9, Code::Q3),
            row(5, 9, Code::Q3),
            row(6, 9, Code::Q3),
            row(8, 9, Code::Q3),
        ];
        let choice = chosen(&rows, new);
        assert_eq!(numbers(&choice.kept), [4, 5, 6]);
        assert_eq!(choice.evicted, [Chain([2; 32]), Chain([1; 32])]);
        assert_eq!((choice.unkept.members, choice.unkept.others), (1, 1));
    }

    #[test]
    fn bytes_count_as_events_do() {
        let mut long = row(1, 9, Code::Q3);
        long.line = vec![b' '; 1_001];
        let choice = chosen(&[], vec![long, row(2, 9, Code::Q3)]);
        assert_eq!(numbers(&choice.kept), [2]);
        assert_eq!((choice.unkept.members, choice.unkept.others), (1, 0));
    }

    #[test]
    fn what_is_proven_by_now_is_no_more_one_of_the_others() {
        let rows = [row(1, 5, Code::Q2), row(2, 5, Code::Q3)];
        let choice = chosen(&rows, vec![row(1, 9, Code::Q3), row(2, 9, Code::Q2)]);
        assert_eq!(choice.kept, [row(1, 5, Code::Q3)]);
        assert_eq!(choice.unkept, Unkept::default());
    }
}
