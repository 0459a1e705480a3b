//! The walk over the events of the roster: who is a member after each, who is known, who may erase.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cuts::{Claim, Cut, Cuts};
use super::{BRANCHED, Judge, Member, Members, UNKNOWN};
use crate::domain::authority::{Action, Role, may};
use crate::domain::event::Event;
use crate::domain::fold::fold;
use crate::domain::id::{Id, ReplicaId};
use crate::domain::record::Record;
use crate::domain::registers::person;

impl Judge {
    /// Notes who was ever one that may erase, whatever was found out about them later: cuts,
    /// branches and demotions left aside. Roster events that come later only ever add to it.
    pub(super) fn note_erasers(mut self, events: &[Event]) -> Self {
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
    pub(super) fn was_eraser(&self, event: &Event) -> bool {
        let named = self.places.get(&event.head.roster);
        let since = self.erasers.get(&event.head.replica);
        named
            .zip(since)
            .is_some_and(|(named, since)| since <= named)
    }

    /// Holds whom these cuts retire to them.
    pub(super) fn held_to(self, cuts: &Cuts) -> Self {
        let path = |(replica, cut): (&ReplicaId, &Cut)| {
            self.forks.path(*replica, cut).map(|path| (*replica, path))
        };
        Self {
            paths: cuts.iter().filter_map(path).collect(),
            cuts: cuts.clone(),
            ..self
        }
    }

    pub(super) fn has_counted(&self, claim: &Claim) -> bool {
        self.counted.contains(&claim.event)
    }

    /// Returns the order of replicas by age, the founder's first.
    pub(super) fn age(&self, replica: ReplicaId) -> (bool, usize, ReplicaId) {
        let age = self.ages.get(&replica).copied();
        (
            self.founder != Some(replica),
            age.unwrap_or(usize::MAX),
            replica,
        )
    }

    /// Walks over the roster events in order and keeps the members after each.
    pub(super) fn walk(mut self, events: &[Event]) -> Self {
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
    pub(super) fn roster_verdict(&self, event: &Event) -> Option<&'static str> {
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
