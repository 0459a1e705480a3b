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
use crate::domain::id::{Chain, Id, ReplicaId, ShopId};
use crate::domain::money::Money;
use crate::domain::payload::Payload;
use crate::domain::registers::allowance::Terms;

use super::error::Result;
use super::{Store, read, schema};
use cuts::{Claim, Cuts};
use forks::{Forks, Path};

pub(super) mod bench;
mod cuts;
mod forks;
mod roster;

/// Unknown author.
const UNKNOWN: &str = "Q1";
/// Authority in a branched stream.
const BRANCHED: &str = "Q4";
/// Role not allowed.
const NOT_ALLOWED: &str = "Q5";
const ROSTER: &str = "person";
const SETTING: &str = "setting";

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
/// Who wrote the events of a record, and at which seq.
pub(super) type Authors = BTreeMap<Chain, (u64, ReplicaId)>;
/// What the judge depends on: roster events, allowances, streams, how far those are that branched,
/// how many of those events lack their facts, which may come, and whether it is a drill.
type Tag = (i64, Option<i64>, i64, Option<i64>, i64, i64, i64, bool);

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
        let judge = Arc::new(Judge::read(conn, tag.7)?);
        *self.0.borrow_mut() = Some((tag, Arc::clone(&judge)));
        Ok(judge)
    }
}

/// Asked at every act, and words of authority are many: each part goes by an index of its own.
fn tag(conn: &Connection) -> Result<Tag> {
    let mut query = conn.prepare_cached(
        "SELECT count(*), max(key),
           (SELECT count(*) FROM event WHERE register = 'allowance'),
           (SELECT max(key) FROM event WHERE register = 'allowance'),
           (SELECT count(*) FROM stream),
           (SELECT coalesce(sum(seq), 0) FROM stream WHERE replica IN
             (SELECT replica FROM stream GROUP BY replica HAVING count(*) > 1)),
           (SELECT count(*) FROM event e CROSS JOIN body b ON b.key = e.key
             WHERE e.register = 'allowance' AND b.facts IS NULL)
             + coalesce(sum((SELECT b.facts IS NULL FROM body b WHERE b.key = event.key)), 0),
           coalesce((SELECT drill FROM shop), 0)
         FROM event INDEXED BY event_roster WHERE register = 'person'",
    )?;
    Ok(query.query_row([], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
            row.get(6)?,
            row.get(7)?,
        ))
    })?)
}

/// Judges events.
#[derive(Debug, Clone, Default)]
pub(super) struct Judge {
    drill: bool,
    /// Who began the shop, where the store has heard of that replica.
    founder: Option<ReplicaId>,
    /// Replicas with several streams.
    forks: Arc<Forks>,
    /// Of those that were retired: the branch that their retirement means.
    paths: BTreeMap<ReplicaId, Path>,
    /// The members after each roster event, by the event's short id.
    after: BTreeMap<Roster, Arc<Members>>,
    /// The members now.
    now: Arc<Members>,
    /// Every replica that was ever named, with its persons: who left wrote what they wrote.
    known: BTreeMap<ReplicaId, BTreeSet<Id>>,
    /// What allowances grant.
    grants: BTreeMap<Id, Terms>,
    /// Retired replicas, and the last seq of each that counts.
    cuts: Cuts,
    /// The words that retire somebody, of those that count.
    claims: Vec<Claim>,
    /// How far from the founding each roster event is, by its short id, and each replica.
    depths: BTreeMap<Roster, usize>,
    ages: BTreeMap<ReplicaId, usize>,
    /// Roster events that count.
    counted: BTreeSet<Chain>,
    /// The place of each roster event in their order, by its short id.
    places: BTreeMap<Roster, usize>,
    /// From which place on a replica has ever been one that may erase.
    erasers: BTreeMap<ReplicaId, usize>,
}

impl Judge {
    fn read(conn: &Connection, drill: bool) -> Result<Self> {
        let stored = read::read(
            conn,
            "WHERE e.register = 'person' ORDER BY e.stamp, e.chain",
            [],
        )?;
        let events: Vec<Event> = stored.into_iter().filter_map(|one| one.event).collect();
        let founder = founder(conn)?;
        let begin = Self {
            drill,
            founder,
            forks: Arc::new(Forks::read(conn)?),
            ..Self::default()
        };
        let mut judge = cuts::walk(&begin, &events).note_erasers(&events);
        judge.grants = judge.read_grants(conn)?;
        Ok(judge)
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
        if self.sets_unasked(event) {
            return Some(NOT_ALLOWED);
        }
        let action = self.action(event, all)?;
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

    /// Returns what an event does by authority. Ordinary verbs of ordinary registers are not
    /// read for it.
    fn action(&self, event: &Event, all: &Authors) -> Option<Action> {
        if !may_decide(event) {
            return None;
        }
        let head = &event.head;
        let payload = Payload::read(event)?;
        let by_author = |(_, author): (&Chain, &(u64, ReplicaId))| author.1 == head.replica;
        let own = match &payload {
            Payload::Void {
                events: Some(events),
                ..
            } => events
                .iter()
                .filter_map(|chain| all.get_key_value(chain))
                .all(by_author),
            // A whole record is taken back with all that others did in it, whenever they did.
            _ => all
                .iter()
                .filter(|(chain, (seq, author))| {
                    !self.is_stranger(*author) && !self.is_beyond(*author, *seq, chain)
                })
                .all(by_author),
        };
        authority(&head.register, &payload, own)
    }

    /// Returns whether an event changes a setting of the whole shop though its author never could
    /// (design section 6). It names no roster, so whoever ever could may; in a practice shop each
    /// device introduces itself by one.
    fn sets_unasked(&self, event: &Event) -> bool {
        let head = &event.head;
        let is_change = !is_remark(event);
        head.register == SETTING
            && is_change
            && !self.drill
            && !self.known.is_empty()
            && !self.erasers.contains_key(&head.replica)
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

    /// Who was retired is held to the branch that the retirement means, and has no other.
    fn is_branched(&self, event: &Event) -> bool {
        let head = &event.head;
        let shared = self.forks.shared(head.replica);
        shared.is_some_and(|shared| head.seq > shared) && !self.paths.contains_key(&head.replica)
    }

    fn is_cut(&self, event: &Event) -> bool {
        self.is_beyond(event.head.replica, event.head.seq, &event.chain)
    }

    fn is_beyond(&self, replica: ReplicaId, seq: u64, event: &Chain) -> bool {
        let path = self.paths.get(&replica);
        self.cuts.get(&replica).is_some_and(|cut| seq > cut.seq)
            || path.is_some_and(|path| self.forks.is_beside(path, replica, event))
    }

    /// Returns whether every event counts: a drill without roster and branches.
    pub(super) fn is_idle(&self) -> bool {
        self.drill && self.after.is_empty() && self.forks.is_empty()
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
        let judge = self.judge.judge(&self.conn)?;
        Ok(judge.cuts.get(&replica).map(|cut| cut.seq))
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
        let shared = judge.forks.shared(head.replica).unwrap_or(u64::MAX);
        let cut = judge.cuts.get(&head.replica);
        let from = if judge.is_stranger(head.replica) {
            Some(0)
        } else {
            cut.map(|cut| cut.seq.min(shared))
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
