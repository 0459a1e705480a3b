//! Who may have written what: judged at the fold by what the store knows beside the record.
//!
//! An event of authority is judged by the roster up to the roster event that it names, so no
//! stamp decides and the order of arrival does not matter. Where the roster changes later,
//! what it may touch is folded anew.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use crate::domain::authority::{Action, Role, authority, may};
use crate::domain::event::{Event, Roster, Verb};
use crate::domain::fold::fold;
use crate::domain::id::{Chain, Id, ReplicaId, ShopId};
use crate::domain::money::Money;
use crate::domain::payload::Payload;
use crate::domain::record::Record;
use crate::domain::registers::allowance::Terms;
use crate::domain::registers::person;
use crate::domain::stamp::Stamp;

use super::error::Result;
use super::{Store, read, schema};

pub(super) mod bench;

/// Unknown author.
const UNKNOWN: &str = "Q1";
/// Authority in a branched stream.
const BRANCHED: &str = "Q4";
/// Role not allowed.
const NOT_ALLOWED: &str = "Q5";
const ROSTER: &str = "person";

const ALLOWANCE: &str = "allowance";

/// A replica as the roster has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Member {
    person: Id,
    role: Role,
    /// The most that the person may approve, where the roster says so.
    limit: Option<Money>,
}

/// What everybody may do as far as a prefix of the roster says.
type Members = BTreeMap<ReplicaId, Member>;
/// Who wrote the events of a record, and their stamps.
pub(super) type Authors = BTreeMap<Chain, (Stamp, ReplicaId)>;
/// What the judge depends on: roster events, allowances, streams, and whether it is a drill.
type Tag = (i64, Option<i64>, i64, Option<i64>, i64, bool);

/// The last judge, kept while nothing that it depends on changes.
#[derive(Default)]
pub(super) struct Kept(RefCell<Option<(Tag, Arc<Judge>)>>);

impl Kept {
    /// Returns the judge of what the database holds now.
    pub(super) fn judge(&self, conn: &Connection) -> Result<Arc<Judge>> {
        let tag = tag(conn)?;
        if let Some((of, judge)) = &*self.0.borrow()
            && *of == tag
        {
            return Ok(Arc::clone(judge));
        }
        let judge = Arc::new(Judge::read(conn, tag.5)?);
        *self.0.borrow_mut() = Some((tag, Arc::clone(&judge)));
        Ok(judge)
    }
}

fn tag(conn: &Connection) -> Result<Tag> {
    let mut query = conn.prepare_cached(
        "SELECT count(*), max(key), (SELECT count(*) FROM event WHERE register = 'allowance'),
         (SELECT max(key) FROM event WHERE register = 'allowance'),
         (SELECT count(*) FROM stream), coalesce((SELECT drill FROM shop), 0)
         FROM event WHERE register = 'person'",
    )?;
    Ok(query.query_row([], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
        ))
    })?)
}

/// Judges events.
#[derive(Debug, Default)]
pub(super) struct Judge {
    drill: bool,
    /// Who began the shop, where the store has heard of that replica.
    founder: Option<ReplicaId>,
    /// Replicas with several streams, and the seq after which the earliest branched.
    branched: BTreeMap<ReplicaId, u64>,
    /// The members after each roster event, by the event's short id.
    after: BTreeMap<Roster, Arc<Members>>,
    /// The members now.
    now: Arc<Members>,
    /// Every replica that was ever named, with its persons: who left wrote what they wrote.
    known: BTreeMap<ReplicaId, BTreeSet<Id>>,
    /// What allowances grant.
    grants: BTreeMap<Id, Terms>,
    /// Retired replicas, and the last seq of each that counts.
    cuts: BTreeMap<ReplicaId, u64>,
    /// Roster events that count.
    counted: Vec<Chain>,
    /// The place of each roster event in their order, by its short id.
    places: BTreeMap<Roster, usize>,
    /// From which place on a replica has ever been one that may erase.
    erasers: BTreeMap<ReplicaId, usize>,
}

impl Judge {
    fn read(conn: &Connection, drill: bool) -> Result<Self> {
        let mut query = conn.prepare_cached(
            "SELECT r.id, min(s.from_seq) FROM stream s JOIN replica r ON r.no = s.replica
             WHERE s.no > (SELECT min(no) FROM stream f WHERE f.replica = s.replica) GROUP BY r.id",
        )?;
        let rows = query.query_map([], |row| {
            Ok((ReplicaId(row.get(0)?), row.get::<_, i64>(1)? as u64))
        })?;
        let branched = rows.collect::<rusqlite::Result<_>>()?;
        let stored = read::read(
            conn,
            "WHERE e.register = 'person' ORDER BY e.stamp, e.chain",
            [],
        )?;
        let events: Vec<Event> = stored.into_iter().filter_map(|one| one.event).collect();
        let founder = founder(conn)?;
        // Twice: cuts are for good, and the second walk holds the roster itself to them.
        let first = Self {
            drill,
            founder,
            branched,
            ..Self::default()
        }
        .walk(&events);
        let mut judge = Self {
            drill,
            founder,
            branched: first.branched,
            cuts: first.cuts,
            ..Self::default()
        }
        .walk(&events)
        .note_erasers(&events);
        judge.grants = judge.read_grants(conn)?;
        Ok(judge)
    }

    /// Notes who was ever one that may erase, whatever was found out about them later: cuts,
    /// branches and demotions left aside. Roster events that come later only ever add to it.
    fn note_erasers(mut self, events: &[Event]) -> Self {
        let mut of_record: BTreeMap<Id, Vec<Event>> = BTreeMap::new();
        let (mut counted, mut persons) = (false, BTreeSet::new());
        for (place, event) in events.iter().enumerate() {
            self.places.insert(event.chain.short().0, place);
            let begins = self.drill || self.founder == Some(event.head.replica) && !counted;
            if !(event.head.roster == [0; 8] && begins || self.was_eraser(event)) {
                continue;
            }
            counted = true;
            let known = of_record.entry(event.head.record).or_default();
            known.push(event.clone());
            let Some(record) = fold(Some(&person::REGISTER), known).record else {
                continue;
            };
            let role = role_of(&record);
            // Who may erase is who may change the roster. Whoever ever could gets no device later
            // that could not: its admission and a demotion may come in any order.
            if may(role, Action::Erase).allows() {
                persons.insert(event.head.record);
            }
            if persons.contains(&event.head.record) {
                for replica in replicas_of(&record) {
                    self.erasers.entry(replica).or_insert(place);
                }
            }
        }
        self
    }

    /// Returns whether the author had the right to erase at some time up to the roster event
    /// that the event names.
    fn was_eraser(&self, event: &Event) -> bool {
        let named = self.places.get(&event.head.roster);
        let since = self.erasers.get(&event.head.replica);
        named
            .zip(since)
            .is_some_and(|(named, since)| since <= named)
    }

    /// Walks over the roster events in order and keeps the members after each.
    fn walk(mut self, events: &[Event]) -> Self {
        let mut of_record: BTreeMap<Id, Vec<Event>> = BTreeMap::new();
        let mut rows: BTreeMap<Id, Members> = BTreeMap::new();
        for event in events {
            if self.roster_verdict(event).is_none() {
                self.counted.push(event.chain);
                let known = of_record.entry(event.head.record).or_default();
                known.push(event.clone());
                let record = fold(Some(&person::REGISTER), known).record;
                self.note_replicas(record.as_ref());
                rows.insert(
                    event.head.record,
                    record.as_ref().map(members).unwrap_or_default(),
                );
                self.now = Arc::new(
                    rows.values()
                        .flatten()
                        .map(|(replica, member)| (*replica, *member))
                        .collect(),
                );
            }
            self.after
                .insert(event.chain.short().0, Arc::clone(&self.now));
        }
        self
    }

    /// Notes who is known. A cut stays where it is lowest: who is retired cannot take it back.
    fn note_replicas(&mut self, record: Option<&Record>) {
        let Some(record) = record else { return };
        for replica in record.keys(person::REPLICAS.name()) {
            let cut = record.cell::<i64>(person::REPLICAS.name(), replica, person::CUT_SEQ.name());
            let Ok(replica) = replica.parse() else {
                continue;
            };
            self.known.entry(replica).or_default().insert(record.id);
            if let Some(cut) = cut {
                let cut = u64::try_from(cut).unwrap_or(0);
                let known = self.cuts.entry(replica).or_insert(cut);
                *known = cut.min(*known);
            }
        }
    }

    /// A roster event counts where its author could change the roster; the first of all has
    /// no roster to name, and is the founder's: else whoever backdates would own the shop.
    fn roster_verdict(&self, event: &Event) -> Option<&'static str> {
        if self.is_branched(event) {
            return Some(BRANCHED);
        }
        if self.is_cut(event) {
            return Some(UNKNOWN);
        }
        let is_founder = self.founder == Some(event.head.replica);
        if event.head.roster == [0; 8] && (self.drill || is_founder && self.counted.is_empty()) {
            return None;
        }
        self.role_verdict(event, Action::ChangeRoster)
    }

    /// Returns the code of an event that does not count, none for one that does. `all` are the
    /// events of its record.
    pub(super) fn verdict(&self, event: &Event, all: &Authors) -> Option<&'static str> {
        let head = &event.head;
        // What is only said of a person changes no roster: it is judged as ordinary work.
        if head.register == ROSTER && !is_remark(event) {
            let counts = self.counted.contains(&event.chain);
            return if counts {
                None
            } else {
                Some(self.roster_verdict(event).unwrap_or(UNKNOWN))
            };
        }
        if self.is_cut(event) || self.is_stranger(head.replica) {
            return Some(UNKNOWN);
        }
        let action = action(event, all)?;
        if self.is_branched(event) {
            return Some(BRANCHED);
        }
        self.role_verdict(event, action)
            .or_else(|| self.gives_oneself(event).then_some(NOT_ALLOWED))
    }

    /// Returns whether an event takes the personal parts that it names. What is erased cannot
    /// come back, so an `erase` that its author had the right to by what the author had seen
    /// stays in force whatever is found out later: a branch of the stream, a cut before it, a
    /// demotion beside it. Else stores would differ by which of the two came first.
    pub(super) fn erases(&self, event: &Event, verdict: Option<&'static str>) -> bool {
        let head = &event.head;
        head.verb == Verb::Erase as u8
            && (verdict.is_none()
                || head.register != ROSTER
                    && (self.drill && head.roster == [0; 8] || self.was_eraser(event)))
    }

    /// Returns the members by the roster that an event names, none where it is not here.
    fn members(&self, event: &Event) -> Option<Arc<Members>> {
        match self.after.get(&event.head.roster) {
            Some(members) => Some(Arc::clone(members)),
            None => (event.head.roster == [0; 8]).then(Arc::default),
        }
    }

    /// Judges by the roster that the event names.
    fn role_verdict(&self, event: &Event, action: Action) -> Option<&'static str> {
        // A drill shop without a roster knows nobody less than anybody else.
        if self.drill && self.after.is_empty() {
            return None;
        }
        let Some(members) = self.members(event) else {
            return Some(UNKNOWN);
        };
        // Who had seen no roster of a drill shop was a supervisor.
        if self.drill && members.is_empty() {
            return None;
        }
        match members.get(&event.head.replica) {
            None => Some(UNKNOWN),
            Some(member) if may(member.role, action).allows() => None,
            Some(_) => Some(NOT_ALLOWED),
        }
    }

    fn is_branched(&self, event: &Event) -> bool {
        self.branched
            .get(&event.head.replica)
            .is_some_and(|branch| event.head.seq > *branch)
    }

    fn is_cut(&self, event: &Event) -> bool {
        self.cuts
            .get(&event.head.replica)
            .is_some_and(|cut| event.head.seq > *cut)
    }

    /// Returns whether every event counts: a drill without roster and branches.
    pub(super) fn is_idle(&self) -> bool {
        self.drill && self.after.is_empty() && self.branched.is_empty()
    }

    /// Without a roster everybody of a drill shop is known; elsewhere nobody is, but a store
    /// that has no roster yet shows what it has.
    fn is_stranger(&self, replica: ReplicaId) -> bool {
        !self.known.is_empty() && !self.known.contains_key(&replica)
    }
}

impl Store {
    /// Returns whether there is a roster here and it never named this replica.
    pub fn is_stranger(&self, replica: ReplicaId) -> Result<bool> {
        Ok(self.judge.judge(&self.conn)?.is_stranger(replica))
    }

    /// Returns the last seq of a retired replica that counts, none while it is not retired.
    pub fn cut_of(&self, replica: ReplicaId) -> Result<Option<u64>> {
        Ok(self.judge.judge(&self.conn)?.cuts.get(&replica).copied())
    }
}

/// Returns the replica from whose key the shop's id follows.
fn founder(conn: &Connection) -> Result<Option<ReplicaId>> {
    let shop: Option<[u8; 16]> = conn
        .query_row("SELECT id FROM shop", [], |row| row.get(0))
        .optional()?;
    let mut query = conn.prepare_cached("SELECT id, key FROM replica")?;
    let rows = query.query_map([], |row| Ok((ReplicaId(row.get(0)?), row.get(1)?)))?;
    for row in rows {
        let (replica, key) = row?;
        if shop == Some(ShopId::of_founder(&key).0) {
            return Ok(Some(replica));
        }
    }
    Ok(None)
}

/// Returns whether an event may be one of authority: whether it matters who wrote the others of
/// its record.
pub(super) fn may_decide(event: &Event) -> bool {
    let verb = Verb::of(event.head.verb);
    matches!(verb, Some(Verb::Void | Verb::Sign | Verb::Erase))
        || verb.is_some() && matches!(event.head.register.as_str(), "account" | "allowance")
}

/// Returns whether an event says something of its record and changes nothing in it, see
/// [`authority`].
fn is_remark(event: &Event) -> bool {
    let verb = Verb::of(event.head.verb);
    matches!(verb, Some(Verb::Say | Verb::Attach | Verb::Sign))
}

/// Returns what an event does by authority. Ordinary verbs of ordinary registers are not
/// read for it.
fn action(event: &Event, all: &Authors) -> Option<Action> {
    if !may_decide(event) {
        return None;
    }
    let head = &event.head;
    let payload = Payload::read(event)?;
    let by_author = |(_, author): (&Chain, &(Stamp, ReplicaId))| author.1 == head.replica;
    let own = match &payload {
        Payload::Void {
            events: Some(events),
            ..
        } => events
            .iter()
            .filter_map(|chain| all.get_key_value(chain))
            .all(by_author),
        // A whole record is taken back with all that was in it then.
        _ => all
            .iter()
            .filter(|(_, (stamp, _))| *stamp < head.stamp)
            .all(by_author),
    };
    authority(&head.register, &payload, own)
}

fn members(record: &Record) -> Members {
    if record.void || record.closed.is_some() {
        return Members::new();
    }
    let member = Member {
        person: record.id,
        role: role_of(record),
        limit: record.get(person::LIMIT_CASE),
    };
    replicas_of(record)
        .map(|replica| (replica, member))
        .collect()
}

fn role_of(record: &Record) -> Role {
    record
        .get(person::ROLE_OF)
        .and_then(|role| Role::of(&role))
        .unwrap_or(Role::Agent)
}

fn replicas_of(record: &Record) -> impl Iterator<Item = ReplicaId> {
    record
        .keys(person::REPLICAS.name())
        .into_iter()
        .filter_map(|replica| replica.parse().ok())
}

/// Returns whether a change of a register changes how others' events are judged.
pub(super) fn is_judged_by(register: &str) -> bool {
    matches!(register, ROSTER | ALLOWANCE)
}

/// Marks what a change of roster, allowances or branches may judge otherwise.
pub(super) fn mark(conn: &Connection, judge: &Judge) -> Result<()> {
    conn.execute_batch(concat!(
        "INSERT OR IGNORE INTO dirty SELECT e.record FROM unfolded u JOIN event e ON e.key = u.key WHERE u.code IN ('Q1', 'Q4', 'Q5', 'Q6');
         INSERT OR IGNORE INTO dirty SELECT record FROM event INDEXED BY event_authority WHERE ",
        schema::authority!()
    ))?;
    for head in read::heads(conn)? {
        let counts = judge.cuts.get(&head.replica).copied();
        let from = if judge.is_stranger(head.replica) {
            Some(0)
        } else {
            counts
        };
        if let Some(from) = from {
            let range = (read::key(head.stream, from), read::key(head.stream + 1, 0));
            conn.execute(
                "INSERT OR IGNORE INTO dirty SELECT record FROM event WHERE key > ?1 AND key < ?2",
                range,
            )?;
        }
    }
    Ok(())
}
