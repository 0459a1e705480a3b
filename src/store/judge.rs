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

use super::error::Result;
use super::{Store, read, schema};
use cuts::{Claim, Cut, Cuts};
use forks::{Forks, Path};

pub(super) mod bench;
mod cuts;
mod forks;

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

    /// Holds whom these cuts retire to them.
    fn held_to(self, cuts: &Cuts) -> Self {
        let path = |(replica, cut): (&ReplicaId, &Cut)| {
            self.forks.path(*replica, cut).map(|path| (*replica, path))
        };
        Self {
            paths: cuts.iter().filter_map(path).collect(),
            cuts: cuts.clone(),
            ..self
        }
    }

    fn has_counted(&self, claim: &Claim) -> bool {
        self.counted.contains(&claim.event)
    }

    /// Returns the order of replicas by age, the founder's first.
    fn age(&self, replica: ReplicaId) -> (bool, usize, ReplicaId) {
        let age = self.ages.get(&replica).copied();
        (
            self.founder != Some(replica),
            age.unwrap_or(usize::MAX),
            replica,
        )
    }

    /// Walks over the roster events in order and keeps the members after each.
    fn walk(mut self, events: &[Event]) -> Self {
        let mut of_record: BTreeMap<Id, Vec<Event>> = BTreeMap::new();
        let mut rows: BTreeMap<Id, Members> = BTreeMap::new();
        let mut last = 0;
        for event in events {
            if self.roster_verdict(event).is_none() {
                let depth = self.depth(event);
                last = depth;
                self.counted.insert(event.chain);
                let known = of_record.entry(event.head.record).or_default();
                known.push(event.clone());
                let record = fold(Some(&person::REGISTER), known).record;
                self.note_replicas(event, record.as_ref(), depth);
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
            // Whoever names what does not count has seen what counted until then.
            self.depths.insert(event.chain.short().0, last);
            self.after
                .insert(event.chain.short().0, Arc::clone(&self.now));
        }
        self
    }

    /// Returns how far from the founding an event is: behind what it names, and behind its author.
    fn depth(&self, event: &Event) -> usize {
        let named = self.depths.get(&event.head.roster);
        let author = self.ages.get(&event.head.replica);
        named.max(author).map_or(0, |depth| depth + 1)
    }

    /// Notes who is known, how old they are, and whom this event retires. A cut stays where it is
    /// lowest: who is retired cannot take it back.
    fn note_replicas(&mut self, event: &Event, record: Option<&Record>, depth: usize) {
        let Some(record) = record else { return };
        for replica in record.keys(person::REPLICAS.name()) {
            let cut = cut_of(record, replica);
            let Ok(replica) = replica.parse() else {
                continue;
            };
            self.known.entry(replica).or_default().insert(record.id);
            let age = self.ages.entry(replica).or_insert(depth);
            *age = depth.min(*age);
            let mut said = self.claims.iter().filter(|claim| claim.target == replica);
            if let Some(cut) = cut
                && said.all(|claim| cut.is_before(&claim.cut))
            {
                self.claims.push(Claim {
                    event: event.chain,
                    author: event.head.replica,
                    target: replica,
                    cut,
                });
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

/// Returns where a record of the roster ends a replica, none where it does not.
fn cut_of(record: &Record, replica: &str) -> Option<Cut> {
    let replicas = person::REPLICAS.name();
    let seq = record.cell::<i64>(replicas, replica, person::CUT_SEQ.name())?;
    let chain = record.cell::<String>(replicas, replica, person::CUT_CHAIN.name());
    Some(Cut {
        seq: u64::try_from(seq).unwrap_or(0),
        chain: chain.and_then(|chain| chain.parse().ok()),
    })
}

/// Returns whether an event says something of its record and changes nothing in it, see
/// [`authority`].
fn is_remark(event: &Event) -> bool {
    let verb = Verb::of(event.head.verb);
    matches!(verb, Some(Verb::Say | Verb::Attach | Verb::Sign))
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
