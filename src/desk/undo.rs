//! Undo: the void of an act's events. Own acts until a colleague's event names them; the log
//! keeps both, the records are as before.

use std::collections::{BTreeMap, BTreeSet};

use super::Desk;
use super::act::{Done, refused, register};
use super::reveal::is_reveal;
use crate::domain::authority;
use crate::domain::event::{Event, Verb};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::payload::Payload;
use crate::domain::register::Register;
use crate::problem::{Kind, Problem};
use crate::store::Row;

/// How many events back the last act that can be undone is looked for.
const REACH: u64 = 300;

/// What was taken back.
#[derive(Debug, Clone)]
pub struct TakenBack {
    /// The act, by the number that names it.
    pub act: u64,
    /// The record that the act was about, as it was before; none where its row is not there.
    pub row: Option<Row>,
    /// Of which register that is.
    pub register: &'static Register,
    /// What was done to it, none where a newer release wrote it.
    pub what: Option<Payload>,
    /// When, milliseconds UTC.
    pub at: i64,
    /// How many records the act had touched.
    pub count: usize,
    /// What was written.
    pub done: Done,
}

impl Desk {
    /// Takes back the person's last act that still stands, or the one named, and returns what it
    /// was: it may be hours ago.
    pub fn take_back(&mut self, act: Option<u64>) -> Result<TakenBack, Problem> {
        let (act, events) = self.to_take_back(act)?;
        let event = told_by(&events).ok_or_else(|| no_such(act))?;
        let row = self.store().row(event.head.record)?;
        let done = self.undo(Some(act))?;
        Ok(TakenBack {
            act,
            row,
            register: register(&event.head.register)?,
            what: Payload::read(event),
            at: event.head.at,
            count: done.records.len(),
            done,
        })
    }

    /// Returns an act of the person with its events: the one named, else the last that stands.
    fn to_take_back(&self, act: Option<u64>) -> Result<(u64, Vec<Event>), Problem> {
        let me = self.me()?;
        let act = match act {
            Some(act) => act,
            None => self
                .last_act(me)?
                .ok_or_else(|| refused("problem-nothing-to-undo"))?,
        };
        let events = self.store().act_events(me.replica, act)?;
        if events.is_empty() {
            return Err(no_such(act));
        }
        Ok((act, events))
    }

    /// Takes back the person's last act that still stands, or the one named.
    pub fn undo(&mut self, act: Option<u64>) -> Result<Done, Problem> {
        let (_, events) = self.to_take_back(act)?;
        self.may_undo(&events)?;
        let mut by_record: BTreeMap<Id, (String, Vec<Chain>)> = BTreeMap::new();
        for event in events {
            let entry = by_record
                .entry(event.head.record)
                .or_insert_with(|| (event.head.register.clone(), Vec::new()));
            entry.1.push(event.chain);
        }
        let mut undo = self.act();
        for (record, (name, events)) in by_record {
            undo.add(
                register(&name)?,
                record,
                Payload::Void {
                    events: Some(events),
                    reason: Some("undo".into()),
                },
            );
        }
        self.write(undo)
    }

    /// The last act that stands and is not itself an undo.
    fn last_act(&self, me: &super::people::Person) -> Result<Option<u64>, Problem> {
        for act in self.acts_of(me.replica)? {
            let events = self.store().act_events(me.replica, act)?;
            let is_undo = events
                .iter()
                .all(|event| event.head.verb == Verb::Void as u8);
            if !is_undo
                && !events.is_empty()
                && !self.is_void(&events)?
                && self.may_undo(&events).is_ok()
            {
                return Ok(Some(act));
            }
        }
        Ok(None)
    }

    /// The replica's acts, the newest first, as far back as undo looks; what long work wrote
    /// beside the person is passed over.
    fn acts_of(&self, replica: ReplicaId) -> Result<Vec<u64>, Problem> {
        let mut acts = Vec::new();
        for head in self
            .store()
            .heads()?
            .iter()
            .filter(|head| head.replica == replica)
        {
            let (mut at, mut left) = (head.seq, REACH);
            while at > head.from_seq && left > 0 {
                if let Some(before) = self.before_long_act(replica, at) {
                    at = before;
                    continue;
                }
                let from = at
                    .saturating_sub(left)
                    .max(head.from_seq)
                    .max(self.long_act_before(replica, at));
                let events = self.store().stream_events(head.stream, from + 1, at)?;
                // Events of a long act that were written since it was last told of.
                let by_hand = events
                    .iter()
                    .map(|event| event.head.act)
                    .filter(|act| !self.beside.contains_key(&(replica, *act)));
                let before = acts.len();
                acts.extend(by_hand);
                left -= (acts.len() - before) as u64;
                at = from;
            }
        }
        acts.sort_unstable();
        acts.dedup();
        acts.reverse();
        Ok(acts)
    }

    fn is_void(&self, events: &[Event]) -> Result<bool, Problem> {
        let Some(first) = events.first() else {
            return Ok(true);
        };
        let record = self.store().record(first.head.record)?;
        Ok(record.is_none_or(|record| record.voided.contains(&first.chain)))
    }

    /// Whether no colleague builds on these events and none of them is a word of authority.
    fn may_undo(&self, events: &[Event]) -> Result<(), Problem> {
        let mine: BTreeSet<Chain> = events.iter().map(|event| event.chain).collect();
        let replica = events.first().map(|event| event.head.replica);
        for event in events {
            let payload = Payload::read(event);
            if payload.as_ref().is_some_and(is_reveal) {
                return Err(refused("problem-undo-reveal").hint("problem-undo-reveal-hint"));
            }
            if payload.is_some_and(|payload| {
                authority::is_authority_event(&event.head.register, &payload, true)
            }) {
                return Err(refused("problem-undo-authority").hint("problem-undo-authority-hint"));
            }
        }
        let records: BTreeSet<Id> = events.iter().map(|event| event.head.record).collect();
        for record in records {
            for other in self.store().events(record)? {
                if Some(other.head.replica) != replica && names(&other, &mine) {
                    let name = self
                        .people()
                        .of_replica(other.head.replica)
                        .map(|person| person.name.clone());
                    return Err(refused("problem-undo-built-on")
                        .arg(
                            "person",
                            name.unwrap_or_else(|| other.head.replica.to_string()),
                        )
                        .hint("problem-undo-built-on-hint"));
                }
            }
        }
        Ok(())
    }
}

/// Returns the event that says best what an act did to what it was about: taking an item comes
/// along with what was done to it.
fn told_by(events: &[Event]) -> Option<&Event> {
    let first = events.first()?;
    let mut about = events
        .iter()
        .filter(|event| event.head.record == first.head.record);
    let told = about.find(|event| event.head.verb != Verb::Assign as u8);
    Some(told.unwrap_or(first))
}

fn no_such(act: u64) -> Problem {
    Problem::new(Kind::NotFound, "problem-act")
        .arg("act", act)
        .hint("problem-act-hint")
}

/// Returns whether an event names one of these: as seen, as signed, as taken back.
fn names(event: &Event, these: &BTreeSet<Chain>) -> bool {
    let shorts: BTreeSet<_> = these.iter().map(Chain::short).collect();
    match Payload::read(event) {
        Some(Payload::Open(change) | Payload::Set(change)) => change
            .was
            .values()
            .flatten()
            .any(|short| shorts.contains(short)),
        Some(Payload::Assign { saw, .. }) => saw.is_some_and(|short| shorts.contains(&short)),
        Some(Payload::Sign { of, .. }) => these.contains(&of),
        Some(Payload::Void {
            events: Some(events),
            ..
        }) => events.iter().any(|event| these.contains(event)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::shop_tests::Shop;
    use crate::domain::payload::Direction;

    #[test]
    fn what_is_taken_back_is_told_with_the_act_and_its_time() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        let opened = desk.open_conversation("阳光小屋", "chat").unwrap();
        let talk = opened.record();
        let remarked = desk.remark(talk, "先别回").unwrap();
        let taken = desk.take_back(None).unwrap();
        assert_eq!((taken.act, taken.at), (remarked.act, desk.now()));
        assert_eq!(taken.row.unwrap().id, talk);
        let Some(Payload::Say(say)) = taken.what else {
            panic!("{:?}", taken.what);
        };
        assert_eq!(say.direction, Direction::Internal);
        let taken = desk.take_back(None).unwrap();
        assert_eq!(taken.act, opened.act);
        assert!(matches!(taken.what, Some(Payload::Open(_))));
        let gone = desk.take_back(Some(999_999)).unwrap_err();
        assert_eq!(gone.message, "problem-act");
    }
}
