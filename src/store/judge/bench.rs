//! What the judge knows of people and allowances, and what that makes of words about money.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::super::error::Result;
use super::super::lent::Lent;
use super::super::read;
use super::{ALLOWANCE, Judge};
use crate::domain::authority::{Action, approves_up_to, may};
use crate::domain::event::{Event, Verb};
use crate::domain::fold::{self, fold};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::money::Money;
use crate::domain::payload::Payload;
use crate::domain::record::Signature;
use crate::domain::registers::allowance::{self, Terms};
use crate::domain::registers::case;
use crate::domain::rules::verdict::{self, Bench};

impl Judge {
    /// Folds the allowances, by the roster that is known.
    pub(super) fn read_grants(&self, conn: &Connection) -> Result<BTreeMap<Id, Terms>> {
        let stored = read::read(conn, "WHERE e.register = 'allowance'", [])?;
        let mut of_record: BTreeMap<Id, Vec<Event>> = BTreeMap::new();
        for event in stored.into_iter().filter_map(|one| one.event) {
            of_record.entry(event.head.record).or_default().push(event);
        }
        let granted = of_record.into_iter().filter_map(|(id, mut events)| {
            let authors = events
                .iter()
                .map(|event| (event.chain, (event.head.seq, event.head.replica)))
                .collect();
            events.retain(|event| self.verdict(event, &authors).is_none());
            let record = fold(Some(&allowance::REGISTER), &events).record?;
            Some((id, Terms::of(&record)?))
        });
        Ok(granted.collect())
    }

    /// Nobody gives an allowance to spend to themselves, on whatever device.
    pub(super) fn gives_oneself(&self, event: &Event) -> bool {
        if event.head.register != ALLOWANCE {
            return false;
        }
        let Some(Payload::Open(change) | Payload::Set(change)) = Payload::read(event) else {
            return false;
        };
        let spender = change.fields.get(allowance::REPLICA.name());
        let spender = spender.and_then(|id| id.as_str()?.parse().ok());
        spender.is_some_and(|spender| self.is_same_person(event.head.replica, spender))
    }
}

impl Bench for Judge {
    fn is_practice(&self) -> bool {
        self.drill
    }

    /// In a practice shop without a roster each replica is a person of its own.
    fn is_same_person(&self, one: ReplicaId, other: ReplicaId) -> bool {
        one == other
            || match (self.known.get(&one), self.known.get(&other)) {
                (Some(one), Some(other)) => !one.is_disjoint(other),
                _ => false,
            }
    }

    fn writes_for(&self, replica: ReplicaId, person: Id) -> bool {
        self.known
            .get(&replica)
            .is_some_and(|persons| persons.contains(&person))
    }

    fn limit(&self, event: &Event) -> Option<Money> {
        let members = self.members(event)?;
        let member = members.get(&event.head.replica)?;
        approves_up_to(member.role, member.limit)
    }

    fn may_approve(&self, event: &Event, person: Id) -> bool {
        self.members(event).is_some_and(|members| {
            members.values().any(|member| {
                member.person == person && may(member.role, Action::ApproveAboveLimit).allows()
            })
        })
    }

    fn terms(&self, allowance: Id) -> Option<Terms> {
        self.grants.get(&allowance).copied()
    }
}

/// Takes the words about money that do not count out of a case's events, which are in order.
pub(in crate::store) fn judge_money<'a>(
    judge: &Judge,
    events: &mut Vec<Lent<'a>>,
    uncounted: &mut Vec<Lent<'a>>,
    keys: &[(Chain, i64)],
    unfolded: &mut Vec<(i64, Chain, &'static str)>,
) {
    let is_word = |event: &Event| event.head.verb == Verb::Sign as u8;
    let is_case = |event: &Event| event.head.register == case::REGISTER.name;
    if !events.iter().any(|event| is_word(event) && is_case(event)) {
        return;
    }
    let faults = verdict::judge(events.as_slice(), judge);
    let keys: HashMap<Chain, i64> = keys.iter().copied().collect();
    let (kept, struck) = std::mem::take(events)
        .into_iter()
        .partition(|event| !faults.contains_key(&event.chain));
    *events = kept;
    for (chain, fault) in &faults {
        unfolded.push((keys[chain], *chain, fault.code()));
    }
    uncounted.extend::<Vec<Lent<'a>>>(struck);
}

/// Returns the executions that do not count: by a branch, without the right, or not matching.
/// What an unknown author says, or one who was retired before, is no sign of money gone.
pub(in crate::store) fn unproven(
    uncounted: &[Lent<'_>],
    unfolded: &[(i64, Chain, &'static str)],
) -> Vec<Signature> {
    let mut all: Vec<Signature> = uncounted
        .iter()
        .filter(|event| {
            let code = unfolded.iter().find(|(_, chain, _)| *chain == event.chain);
            code.is_some_and(|(.., code)| matches!(*code, "Q4" | "Q5" | "Q6"))
        })
        .filter(|event| event.head.register == case::REGISTER.name)
        .filter_map(|event| fold::execution(event))
        .collect();
    all.sort_by_key(|sign| (sign.trace.stamp, sign.trace.chain));
    all
}
