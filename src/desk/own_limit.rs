//! How far the person at the desk went today without asking, and how far those who approve go.

use super::Desk;
use super::people::Person;
use crate::domain::authority::{Action, Grant, may};
use crate::domain::id::Id;
use crate::domain::money::{Currency, Money};
use crate::domain::register::Owner;
use crate::domain::registers::{case, person};
use crate::domain::rules::money;
use crate::problem::Problem;
use crate::store::{OwnerFilter, Query};

/// The most cases of a person that are looked at.
const MOST: usize = 2_000;

impl Desk {
    /// Returns what the person at the desk granted in this business day without an approval.
    pub fn granted_today(&self) -> Result<Money, Problem> {
        let me = self.me()?;
        let begins = self.day_begins(self.now())?;
        let mine = Query {
            registers: vec![case::REGISTER.name],
            owner: Some(OwnerFilter::Any(vec![Owner::Person(me.id)])),
            limit: Some(MOST),
            ..Query::default()
        };
        let open = self.store().rows(&Query {
            open_only: true,
            ..mine.clone()
        })?;
        let closed = self.store().rows(&Query {
            closed_from: Some(begins),
            ..mine
        })?;
        let mut sum = Money::cny(0);
        for row in open.iter().chain(&closed) {
            let Some(record) = self.store().record(row.id)? else {
                continue;
            };
            let step = record
                .reached("approved")
                .filter(|step| step.trace.replica == me.replica && step.trace.at >= begins);
            if step.is_none() || record.void || !money::is_within_limit(&record) {
                continue;
            }
            let amount = record.get(case::AMOUNT);
            sum = amount.and_then(|amount| sum.plus(amount)).unwrap_or(sum);
        }
        Ok(sum)
    }

    /// Returns what is left today of what the person may grant without asking: of the
    /// allowances of this replica, or in a practice shop of the shop's setting for a day.
    pub fn left_today(&self, granted: Money) -> Result<Option<Money>, Problem> {
        let own = self.own_allowances()?;
        if !own.is_empty() {
            let sum = own
                .iter()
                .filter(|one| one.left.currency == Currency::CNY)
                .fold(0_i64, |sum, one| sum.saturating_add(one.left.minor.max(0)));
            return Ok(Some(Money::cny(sum)));
        }
        if !self.is_practice() {
            return Ok(None);
        }
        let limit = self.setting("limit_day")?;
        let limit = limit.and_then(|limit| Money::parse(&limit, Currency::CNY).ok());
        Ok(limit
            .and_then(|limit| limit.minus(granted))
            .map(|left| Money::cny(left.minor.max(0))))
    }

    /// Returns up to which sum a person may approve, none where nothing bounds them.
    pub fn approves_up_to(&self, approver: &Person) -> Result<Option<Money>, Problem> {
        if may(approver.role, Action::ApproveAboveLimit) != Grant::WithinLimit {
            return Ok(None);
        }
        let record = self.store().record(approver.id)?;
        Ok(record.and_then(|record| record.get(person::LIMIT_CASE)))
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
