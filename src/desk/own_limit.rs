//! How far a person went today without asking, and how far those who approve go.

use std::collections::BTreeSet;

use super::Desk;
use super::allowance::Allowance;
use super::board::REACH;
use super::people::Person;
use crate::domain::authority;
use crate::domain::id::{Id, ReplicaId};
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Meaning;
use crate::domain::record::{Record, Trace};
use crate::domain::register::Owner;
use crate::domain::registers::{allowance, case, person};
use crate::domain::rules::money;
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

/// The most cases and allowances that are looked at.
const MOST: usize = 10_000;
/// The states of a case whose money was granted.
pub(super) const GRANTED: [&str; 7] = [
    "approved",
    "awaiting_goods",
    "goods_received",
    "to_execute",
    "executed",
    "told",
    "closed",
];

/// Returns what is left of a day's limit, never less than nothing.
pub(super) fn rest(day: Money, granted: Money) -> Money {
    Money {
        minor: day.minus(granted).map_or(0, |left| left.minor.max(0)),
        ..day
    }
}

/// Returns what replicas granted in a case since a time without an approval: what they drew on
/// an allowance, or else what they let go on by themselves.
fn granted_since(record: &Record, from: i64, mine: &[ReplicaId]) -> Vec<Money> {
    let is_mine = |trace: &Trace| mine.contains(&trace.replica) && trace.at >= from;
    let executed = record.signatures.iter().filter(|sign| {
        let is_drawn = money::named_record(&sign.saw, money::GRANT).is_some();
        sign.meaning == Meaning::Execute && is_drawn && is_mine(&sign.trace)
    });
    let drawn: Vec<Money> = executed
        .filter_map(|sign| money::amount(&sign.saw))
        .collect();
    let step = record.reached("approved");
    let is_granted = step.is_some_and(|step| is_mine(&step.trace));
    if !drawn.is_empty() || record.void || !is_granted || !money::is_within_limit(record) {
        return drawn;
    }
    let granted = record.get(case::AMOUNT).into_iter();
    // An amount below nothing must not make room for another.
    granted.filter(|amount| amount.minor > 0).collect()
}

/// Returns whether an allowance is one of these replicas' to spend.
fn is_spent_by(row: &Row, mine: &[ReplicaId]) -> bool {
    let replica = row.fields.get(allowance::REPLICA.name());
    let replica = replica.and_then(|id| id.as_str()?.parse().ok());
    !row.void && replica.is_some_and(|replica| mine.contains(&replica))
}

impl Desk {
    /// Returns what a person granted in this business day without an approval, on whatever desk
    /// of theirs and whoever answers for the cases now, one case left aside. Sums of other
    /// currencies are not added up.
    pub(super) fn granted_by(&self, person: Id, but: Option<Id>) -> Result<Money, Problem> {
        let begins = self.day_begins(self.now())?;
        let theirs = self.people().replicas_of(person);
        let mut sum = Money::cny(0);
        for id in self.maybe_granted(begins, &theirs)? {
            if Some(id) == but {
                continue;
            }
            let Some(record) = self.store().record(id)? else {
                continue;
            };
            for amount in granted_since(&record, begins, &theirs) {
                sum = sum.plus(amount).unwrap_or(sum);
            }
        }
        Ok(sum)
    }

    /// Returns the cases that may have been granted since a time: those that went on, and those
    /// that drew on an allowance of these replicas, also on one that was taken back since.
    fn maybe_granted(&self, from: i64, mine: &[ReplicaId]) -> Result<BTreeSet<Id>, Problem> {
        let granted = Query {
            registers: vec![case::REGISTER.name],
            states: GRANTED.iter().map(|state| (*state).to_owned()).collect(),
            limit: Some(MOST),
            ..Query::default()
        };
        let open = self.store().rows(&Query {
            open_only: true,
            ..granted.clone()
        })?;
        let closed = self.store().rows(&Query {
            closed_only: true,
            closed_from: Some(from),
            opened_from: Some(from.saturating_sub(REACH)),
            order: Order::Opened,
            ..granted
        })?;
        let mut rows = open;
        rows.extend(closed);
        let given = self.store().rows(&Query {
            registers: vec![allowance::REGISTER.name],
            limit: Some(MOST),
            ..Query::default()
        })?;
        for row in given.iter().filter(|row| is_spent_by(row, mine)) {
            rows.extend(self.store().rows_by_id(&self.drawing_on(row.id)?)?);
        }
        // Whatever was granted since came into its state since.
        let is_new = |row: &&Row| row.since >= from || row.closed.is_some_and(|at| at >= from);
        Ok(rows.iter().filter(is_new).map(|row| row.id).collect())
    }

    /// Returns how much of the shop's limit for a day is left to who sits at the desk, one case
    /// left aside; none where the shop has no such limit.
    pub(super) fn day_left(&self, but: Option<Id>) -> Result<Option<Money>, Problem> {
        let Some(day) = self.free_hand()?.day else {
            return Ok(None);
        };
        Ok(Some(rest(day, self.granted_by(self.me()?.id, but)?)))
    }

    /// Returns what is left today of what a person may grant without asking: of the
    /// allowances of a replica together, no more than of the day; in a practice shop without
    /// any, of the day.
    pub(super) fn left_today(&self, own: &[Allowance], day: Option<Money>) -> Option<Money> {
        if own.is_empty() {
            return day.filter(|_| self.is_practice());
        }
        let own = own.iter().map(|one| one.left);
        let sum = own
            .filter(|left| left.currency == Currency::CNY)
            .fold(0_i64, |sum, left| sum.saturating_add(left.minor.max(0)));
        Some(Money::cny(day.map_or(sum, |day| day.minor.min(sum))))
    }

    /// Returns up to which sum a person may approve, none where nothing bounds them.
    pub fn approves_up_to(&self, approver: &Person) -> Result<Option<Money>, Problem> {
        let record = self.store().record(approver.id)?;
        let limit = record.and_then(|record| record.get(person::LIMIT_CASE));
        Ok(authority::approves_up_to(approver.role, limit))
    }

    /// Returns the colleagues who have something open on an order, the newest first.
    pub fn others_on(&self, order: Id) -> Result<Vec<Person>, Problem> {
        let me = self.me()?.id;
        let mut rows = self.store().rows(&Query {
            work_only: true,
            open_only: true,
            order_id: Some(order),
            limit: Some(MOST),
            ..Query::default()
        })?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.opened));
        let mut others: Vec<Person> = Vec::new();
        for row in rows.iter().filter(|row| !row.void) {
            let Some(Owner::Person(id)) = row.owner.filter(|owner| *owner != Owner::Person(me))
            else {
                continue;
            };
            if others.iter().all(|other| other.id != id) {
                others.extend(self.people().by_id(id).cloned());
            }
        }
        Ok(others)
    }

    /// Returns the colleague of whose desk the oldest news is known here, with its time.
    pub fn oldest_news(&self) -> Result<Option<(Person, i64)>, Problem> {
        let mut oldest: Option<(Person, i64)> = None;
        for person in self.people().all() {
            let Some(at) = self.last_known(person)? else {
                continue;
            };
            if oldest.as_ref().is_none_or(|(_, known)| at < *known) {
                oldest = Some((person.clone(), at));
            }
        }
        Ok(oldest)
    }
}
