//! The fold: a record is what its events add up to, in one total order. It is written once
//! and serves every register; it reads no clock.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::body::{Absence, Body};
use super::event::{Event, Verb};
use super::id::{Chain, ReplicaId, ShortId};
use super::payload::{Change, Meaning, Payload};
use super::record::{Attachment, Conflict, Link, Record, Signature, Step, Trace, Write};
use super::register::{Owner, Reach, Register};
use super::timeline;

/// Why an event of a record does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfolded {
    /// A verb, register, version or shape of a newer zhiban.
    Newer,
    /// The body is not here, without an erase or a withholding that says why.
    BodyMissing,
}

impl Unfolded {
    /// Returns the code of design section 5.
    pub fn code(self) -> &'static str {
        match self {
            Self::Newer => "Q8",
            Self::BodyMissing => "Q12",
        }
    }
}

/// What folding a record's events gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    /// The record, none where no event of it counts.
    pub record: Option<Record>,
    /// Events that do not count, in order.
    pub unfolded: Vec<(Chain, Unfolded)>,
}

/// An event that counts, with what it says.
pub(super) struct Told {
    pub(super) trace: Trace,
    pub(super) payload: Payload,
}

/// Folds all events of one record, in whatever order and however often they are given.
///
/// `register` is the declaration of the events' register, none where this zhiban does not
/// know it: then nothing counts and everything is kept.
pub fn fold<E: Borrow<Event>>(register: Option<&Register>, events: &[E]) -> Folded {
    let ordered = ordered(events);
    let mut unfolded = Vec::new();
    let mut told = Vec::new();
    for event in &ordered {
        match understand(register, event) {
            Ok(Some(payload)) => told.push(Told {
                trace: trace(event),
                payload,
            }),
            Ok(None) => {}
            Err(why) => unfolded.push((event.chain, why)),
        }
    }
    let last = ordered
        .last()
        .map(|event| event.head.stamp)
        .unwrap_or_default();
    let record = register.zip(ordered.first()).and_then(|(register, first)| {
        let mut record = Folder {
            register,
            void: voided(register, &told),
            told: &told,
        }
        .record(first)?;
        record.last = last;
        Some(record)
    });
    Folded { record, unfolded }
}

/// Returns the word of an event that says that money went out, as a record's signature.
pub fn execution(event: &Event) -> Option<Signature> {
    match Payload::read(event)? {
        Payload::Sign {
            meaning: Meaning::Execute,
            of,
            saw,
            note,
        } => Some(Signature {
            trace: trace(event),
            meaning: Meaning::Execute,
            of,
            saw,
            note,
        }),
        _ => None,
    }
}

/// Returns events in their total order, each once; they mostly come in it.
fn ordered<E: Borrow<Event>>(events: &[E]) -> Vec<&Event> {
    let mut ordered: Vec<&Event> = events.iter().map(Borrow::borrow).collect();
    ordered.sort_by_key(|event| event.order());
    ordered.dedup_by(|next, kept| {
        let is_same = next.chain == kept.chain && next.head.stamp == kept.head.stamp;
        if is_same {
            *kept = *next;
        }
        is_same
    });
    ordered
}

fn trace(event: &Event) -> Trace {
    let head = &event.head;
    Trace {
        chain: event.chain,
        stamp: head.stamp,
        at: head.at,
        replica: head.replica,
        act: head.act,
    }
}

/// Returns whether a part of an event's body is not here without a reason that this zhiban knows:
/// facts are never erased, a personal part only where an `erase` in force names the event
/// (`is_erased`), and nothing is withheld that the register's reach gives to everybody.
pub fn lacks(register: &Register, event: &Event, is_erased: bool) -> bool {
    let is_for_all = event.head.verb == Verb::Erase as u8;
    match (&event.body, event.body.absence()) {
        (_, None) => false,
        (Body::Hidden { .. }, Some(Absence::Erased)) => true,
        (_, Some(Absence::Erased)) => !is_erased,
        (Body::Hidden { .. }, Some(Absence::Withheld)) => {
            is_for_all || matches!(register.reach, Reach::All | Reach::Post)
        }
        (_, Some(Absence::Withheld)) => is_for_all || register.reach == Reach::All,
    }
}

/// Returns what an event says, nothing where its body was withheld for good reason.
fn understand(register: Option<&Register>, event: &Event) -> Result<Option<Payload>, Unfolded> {
    let register = register.ok_or(Unfolded::Newer)?;
    let head = &event.head;
    if head.register != register.name
        || head.version > register.version
        || Verb::of(head.verb).is_none()
    {
        return Err(Unfolded::Newer);
    }
    if event.body.facts().is_none() {
        return if lacks(register, event, false) {
            Err(Unfolded::BodyMissing)
        } else {
            Ok(None)
        };
    }
    Payload::read(event).map(Some).ok_or(Unfolded::Newer)
}

/// Returns the events that are taken back: named by a `void` that is not itself taken back.
///
/// An event can only name hashes that existed before it, so the naming has no circles and
/// one walk from the newest word back decides. A word about money stands for good (design section
/// 3): whoever could take back that money went out could let it go out twice.
fn voided(register: &Register, told: &[Told]) -> BTreeSet<Chain> {
    let stands: HashSet<Chain> = told
        .iter()
        .filter(|one| register.name == "case" && is_about_money(&one.payload))
        .map(|one| one.trace.chain)
        .collect();
    let mut voiders: HashMap<Chain, Vec<Chain>> = HashMap::new();
    for one in told {
        if let Payload::Void {
            events: Some(events),
            ..
        } = &one.payload
        {
            for event in events.iter().filter(|event| !stands.contains(*event)) {
                voiders.entry(*event).or_default().push(one.trace.chain);
            }
        }
    }
    let mut known = HashMap::new();
    voiders
        .keys()
        .copied()
        .filter(|chain| is_void(*chain, &voiders, &mut known))
        .collect()
}

fn is_about_money(payload: &Payload) -> bool {
    matches!(
        payload,
        Payload::Sign {
            meaning: Meaning::Approve | Meaning::Refuse | Meaning::Execute | Meaning::Witness,
            ..
        }
    )
}

fn is_void(
    chain: Chain,
    voiders: &HashMap<Chain, Vec<Chain>>,
    known: &mut HashMap<Chain, bool>,
) -> bool {
    // A stack of its own: a hostile chain of voids must not exhaust the thread's.
    let mut stack = vec![chain];
    // What is entered and not yet known lies on the way from `chain` to the top.
    let mut entered = HashSet::new();
    while let Some(&top) = stack.last() {
        if known.contains_key(&top) {
            stack.pop();
            continue;
        }
        let by = voiders.get(&top).map_or(&[][..], Vec::as_slice);
        if entered.insert(top) {
            // A circle cannot be made with real hashes; if one appears, its closing link is ignored.
            stack.extend(by.iter().filter(|voider| !entered.contains(*voider)));
        } else {
            let void = by.iter().any(|voider| known.get(voider) == Some(&false));
            known.insert(top, void);
            stack.pop();
        }
    }
    known.get(&chain).copied().unwrap_or(false)
}

struct Folder<'a> {
    register: &'a Register,
    told: &'a [Told],
    void: BTreeSet<Chain>,
}

impl<'a> Folder<'a> {
    fn counting(&self) -> impl Iterator<Item = &'a Told> + '_ {
        self.told
            .iter()
            .filter(|one| !self.void.contains(&one.trace.chain))
    }

    fn record(&self, first: &Event) -> Option<Record> {
        let begun = self
            .counting()
            .find(|one| !matches!(one.payload, Payload::Void { .. } | Payload::Erase { .. }));
        let opened = begun.or(self.told.first())?.trace.at;
        let mut conflicts = Vec::new();
        let values = self.values(&mut conflicts);
        let (state, closed, moves) = self.moves(opened, &mut conflicts);
        let (owners, assigned_by, assigns) = self.assigns(&mut conflicts);
        let mut steps: Vec<Step> = moves.into_iter().chain(assigns).collect();
        steps.sort_by_key(|step| (step.trace.stamp, step.trace.chain));
        conflicts.sort();
        let (signatures, links, attachments) = self.words();
        Some(Record {
            id: first.head.record,
            register: self.register.name.to_owned(),
            state,
            owner: owners.1,
            first_owner: owners.0,
            opened,
            closed,
            values,
            entries: timeline::entries(self.told, &self.void),
            steps,
            signatures,
            links,
            attachments,
            conflicts,
            void: begun.is_none()
                || self
                    .counting()
                    .any(|one| matches!(one.payload, Payload::Void { events: None, .. })),
            last: first.head.stamp,
            assigned_by,
            voided: self
                .told
                .iter()
                .map(|one| one.trace.chain)
                .filter(|chain| self.void.contains(chain))
                .collect(),
            unproven: Vec::new(),
        })
    }

    /// Live values: own fields by `was`, mirror fields by the newest export.
    fn values(&self, conflicts: &mut Vec<Conflict>) -> BTreeMap<String, Vec<Write>> {
        let changes: Vec<(&Trace, &Change)> = self
            .counting()
            .filter_map(|one| match &one.payload {
                Payload::Open(change) | Payload::Set(change) => Some((&one.trace, change)),
                _ => None,
            })
            .collect();
        let confirmed = confirmations(&changes);
        let mut written: BTreeMap<&str, Vec<Write>> = BTreeMap::new();
        let mut named: HashMap<&str, BTreeMap<ShortId, Chain>> = HashMap::new();
        for (trace, change) in &changes {
            for (path, value) in &change.fields {
                let again = confirmed.get(&trace.chain.short()).copied();
                let exported_at = change
                    .exported_at
                    .map(|at| again.map_or(at, |again| again.max(at)));
                let write = Write {
                    value: value.clone(),
                    trace: **trace,
                    exported_at,
                };
                written.entry(path).or_default().push(write);
            }
            for (path, was) in &change.was {
                let names = named.entry(path).or_default();
                for short in was.iter().filter(|short| **short != trace.chain.short()) {
                    names.insert(*short, trace.chain);
                }
            }
        }
        written
            .into_iter()
            .map(|(path, writes)| {
                let live = live(writes, named.get(path));
                conflicts.extend(concurrent(path, &live));
                (path.to_owned(), live)
            })
            .collect()
    }

    /// The state: each move in order, from the state that it meets.
    fn moves(
        &self,
        opened: i64,
        conflicts: &mut Vec<Conflict>,
    ) -> (String, Option<i64>, Vec<Step>) {
        let lifecycle = self.register.lifecycle;
        let mut state = lifecycle.initial().to_owned();
        let mut closed = lifecycle.is_closed(&state).then_some(opened);
        let mut steps = Vec::new();
        for one in self.counting() {
            let Payload::Move {
                to, reason, note, ..
            } = &one.payload
            else {
                continue;
            };
            if *to == state {
                continue;
            }
            if !lifecycle.allows(&state, to) {
                let about = format!("{state}>{to}");
                conflicts.push(Conflict {
                    kind: "illegal_move",
                    about,
                    events: vec![one.trace.chain],
                });
                continue;
            }
            steps.push(Step {
                trace: one.trace,
                verb: Verb::Move,
                from: std::mem::replace(&mut state, to.clone()),
                to: to.clone(),
                reason: reason.clone(),
                note: note.clone(),
            });
            closed = lifecycle.is_closed(to).then_some(one.trace.at);
        }
        (state, closed, steps)
    }

    /// Ownership: first and present owner, the assign to name next, and what happened.
    fn assigns(
        &self,
        conflicts: &mut Vec<Conflict>,
    ) -> ((Option<Owner>, Option<Owner>), Option<Chain>, Vec<Step>) {
        let (mut first, mut owner, mut by) = (None, None, None);
        let mut steps: Vec<Step> = Vec::new();
        // Assigns of one replica follow each other in its stream: only its last word counts.
        let mut seen: BTreeMap<Option<ShortId>, BTreeMap<ReplicaId, (Owner, Chain)>> =
            BTreeMap::new();
        for one in self.counting() {
            let Payload::Assign {
                saw,
                to,
                reason,
                note,
            } = &one.payload
            else {
                continue;
            };
            seen.entry(*saw)
                .or_default()
                .insert(one.trace.replica, (*to, one.trace.chain));
            steps.push(Step {
                trace: one.trace,
                verb: Verb::Assign,
                from: owner
                    .map(|owner: Owner| owner.spelling())
                    .unwrap_or_default(),
                to: to.spelling(),
                reason: reason.clone(),
                note: note.clone(),
            });
            first = first.or(Some(*to));
            owner = Some(*to);
            by = Some(one.trace.chain);
        }
        for claims in seen.into_values() {
            let mut owners = claims.values().map(|(to, _)| to);
            let one = owners.next();
            if owners.any(|other| Some(other) != one) {
                let mut events: Vec<Chain> = claims.into_values().map(|(_, chain)| chain).collect();
                events.sort_unstable();
                conflicts.push(Conflict {
                    kind: "double_assign",
                    about: "owner".into(),
                    events,
                });
            }
        }
        ((first, owner), by, steps)
    }

    fn words(&self) -> (Vec<Signature>, Vec<Link>, Vec<Attachment>) {
        let (mut signatures, mut links, mut attachments) = (Vec::new(), Vec::new(), Vec::new());
        for one in self.counting() {
            let trace = one.trace;
            match &one.payload {
                Payload::Sign {
                    meaning,
                    of,
                    saw,
                    note,
                } => {
                    let (saw, note) = (saw.clone(), note.clone());
                    signatures.push(Signature {
                        trace,
                        meaning: *meaning,
                        of: *of,
                        saw,
                        note,
                    });
                }
                Payload::Link {
                    to,
                    register,
                    relation,
                } => {
                    links.push(Link {
                        trace,
                        to: *to,
                        register: register.clone(),
                        relation: *relation,
                    });
                }
                Payload::Attach {
                    hash,
                    media,
                    size,
                    name,
                } => {
                    let (media, name) = (media.clone(), name.clone());
                    attachments.push(Attachment {
                        trace,
                        hash: *hash,
                        media,
                        size: *size,
                        name,
                    });
                }
                _ => {}
            }
        }
        (signatures, links, attachments)
    }
}

/// Returns for each write the newest export that repeats it unchanged.
fn confirmations(changes: &[(&Trace, &Change)]) -> HashMap<ShortId, i64> {
    let mut confirmed = HashMap::new();
    for (_, change) in changes {
        let Some(at) = change.exported_at else {
            continue;
        };
        for short in &change.same {
            let newest = confirmed.entry(*short).or_insert(at);
            *newest = at.max(*newest);
        }
    }
    confirmed
}

/// Returns the writes that stand, the shown one last.
fn live(writes: Vec<Write>, named: Option<&BTreeMap<ShortId, Chain>>) -> Vec<Write> {
    let newest = writes
        .iter()
        .filter(|write| write.exported_at.is_some())
        .max_by_key(|write| (write.exported_at, write.trace.stamp, write.trace.chain));
    if let Some(newest) = newest {
        return vec![newest.clone()];
    }
    let stands =
        |write: &Write| !named.is_some_and(|named| named.contains_key(&write.trace.chain.short()));
    writes.into_iter().filter(stands).collect()
}

fn concurrent(path: &str, live: &[Write]) -> Option<Conflict> {
    let shown = &live.last()?.value;
    if live.iter().all(|write| write.value == *shown) {
        return None;
    }
    let events = live.iter().map(|write| write.trace.chain).collect();
    Some(Conflict {
        kind: "concurrent_values",
        about: path.to_owned(),
        events,
    })
}
