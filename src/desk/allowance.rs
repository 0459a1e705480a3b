//! Allowances: what a person may refund without asking, and how far somebody's word of mouth
//! goes. Days, revocation and what is left are held to here; the fold holds the rest.

use serde_json::json;

use super::Desk;
use super::act::{Act, Done, fields, refused};
use super::own_limit::rest;
use super::people::Person;
use crate::domain::authority::{Action, may};
use crate::domain::id::{Id, ReplicaId};
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::registers::allowance::{self, Terms};
use crate::domain::registers::watches;
use crate::problem::{Kind, Problem};
use crate::store::Query;

/// How long a day's spelling is: `2026-11-25`.
const DAY_LENGTH: usize = 10;
/// The most allowances that are looked at.
const MOST: usize = 10_000;

/// What a supervisor gives.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Whose it is.
    pub person: Id,
    /// The replica that may spend it, where the person has several.
    pub replica: Option<ReplicaId>,
    /// The whole sum.
    pub amount: Money,
    /// The most for one case.
    pub case_cap: Option<Money>,
    /// Whether it is for the person's word of mouth instead of for spending.
    pub spot: bool,
    /// The last business day on which it may be used (`2026-11-25`), none for no end.
    pub until: Option<&'a str>,
}

/// An allowance with what was drawn on it, as far as this desk knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The record.
    pub id: Id,
    /// What it grants.
    pub terms: Terms,
    /// What cases drew on it.
    pub drawn: Money,
    /// What is left; below nothing where more was drawn.
    pub left: Money,
    /// Whether it may be used today.
    pub usable: bool,
}

impl Allowance {
    /// Returns the most that one more case may draw.
    pub fn most(&self) -> Money {
        match self.terms.case_cap {
            Some(cap) if cap.minor < self.left.minor => cap,
            _ => self.left,
        }
    }

    fn holds(&self, asked: Money) -> bool {
        let left = self.left.minus(asked).is_some_and(|left| left.minor >= 0);
        self.usable && left && self.terms.covers(asked)
    }
}

/// What a person may grant without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeLimit {
    /// The most for one case now.
    pub amount: Money,
    /// What was drawn on the allowances it comes from.
    pub drawn: Money,
    /// What the person granted today without an approval.
    pub today: Money,
    /// What is left of it today, where something bounds the day.
    pub left: Option<Money>,
    /// Whether it comes from an allowance, and not from a practice shop's setting.
    pub is_allowance: bool,
}

impl Desk {
    /// Gives an allowance to a person.
    ///
    /// Refused to who may not, for nothing or less, to oneself for spending, and for the word of
    /// mouth of somebody who may not approve.
    pub fn give_allowance(&mut self, given: Given<'_>) -> Result<Done, Problem> {
        let mut act = self.act();
        self.add_allowance(&mut act, given)?;
        self.write(act)
    }

    /// Adds that an allowance is given.
    pub(in crate::desk) fn add_allowance(
        &mut self,
        act: &mut Act,
        given: Given<'_>,
    ) -> Result<(), Problem> {
        let me = self.me()?.clone();
        if !may(me.role, Action::GiveAllowance).allows() {
            return Err(refused("problem-allowance-role").hint("problem-allowance-role-hint"));
        }
        if given.amount.minor <= 0 || given.case_cap.is_some_and(|cap| cap.minor <= 0) {
            return Err(refused("problem-allowance-amount").hint("problem-allowance-amount-hint"));
        }
        let field = allowance::TO_DAY.spec;
        // Days are compared as they are spelled.
        let is_day = |day: &str| day.len() == DAY_LENGTH && field.kind.accepts(&json!(day));
        if let Some(day) = given.until.filter(|day| !is_day(day)) {
            return Err(Problem::new(Kind::NotUnderstood, "problem-field-value")
                .arg("field", field.name)
                .arg("value", day)
                .hint("problem-field-value-hint"));
        }
        let person = self
            .people()
            .by_id(given.person)
            .cloned()
            .ok_or_else(|| super::act::not_found(&given.person.to_string()))?;
        let mut values = fields([
            (allowance::PERSON.name(), json!(person.id.to_string())),
            (allowance::AMOUNT.name(), json!(given.amount)),
            (allowance::CASE_CAP.name(), json!(given.case_cap)),
            (allowance::TO_DAY.name(), json!(given.until)),
        ]);
        values.extend(if given.spot {
            spot(&person)?
        } else {
            spend(&me, &person, given.replica)?
        });
        let id = self.new_id();
        act.open(&allowance::REGISTER, id, values);
        Ok(())
    }

    /// Returns all allowances that were not closed, with what was drawn on each.
    pub fn allowances(&self) -> Result<Vec<Allowance>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![allowance::REGISTER.name],
            open_only: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let today = self.business_day(self.now())?;
        let mut all = Vec::new();
        for row in rows.iter().filter(|row| !row.void) {
            if let Some(record) = self.store().record(row.id)? {
                all.extend(self.allowance_of(&record, &today)?);
            }
        }
        Ok(all)
    }

    fn allowance_of(&self, record: &Record, today: &str) -> Result<Option<Allowance>, Problem> {
        let Some(terms) = Terms::of(record) else {
            return Ok(None);
        };
        let mut cases = Vec::new();
        for id in self.drawing_on(record.id)? {
            cases.extend(self.store().record(id)?);
        }
        let none = Money {
            minor: 0,
            ..terms.amount
        };
        let drawn = watches::drawn(record.id, &cases.iter().collect::<Vec<_>>());
        let sum = drawn
            .iter()
            .try_fold(none, |sum, (_, amount)| sum.plus(*amount));
        // What cannot be added up leaves nothing.
        let drawn = sum.unwrap_or(terms.amount);
        let begun = record.text(allowance::FROM_DAY.name());
        let ends = record.text(allowance::TO_DAY.name());
        Ok(Some(Allowance {
            id: record.id,
            left: terms.amount.minus(drawn).unwrap_or(none),
            terms,
            drawn,
            usable: record.closed.is_none()
                && begun.is_none_or(|day| day <= today)
                && ends.is_none_or(|day| today <= day),
        }))
    }

    /// Returns the cases that drew on an allowance.
    pub(super) fn drawing_on(&self, allowance: Id) -> Result<Vec<Id>, Problem> {
        let watch = watches::ALLOWANCE_EXCEEDED.name;
        let mut ids = self.store().sharing(watch, &allowance.to_string())?;
        ids.retain(|id| *id != allowance);
        Ok(ids)
    }

    /// Returns every allowance for somebody's word of mouth, closed ones included.
    pub(super) fn spot_records(&self) -> Result<Vec<Id>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![allowance::REGISTER.name],
            limit: Some(MOST),
            ..Query::default()
        })?;
        let is_spot = |row: &&crate::store::Row| {
            row.fields
                .get(allowance::KIND.name())
                .and_then(|kind| kind.as_str())
                == Some("spot")
        };
        Ok(rows.iter().filter(is_spot).map(|row| row.id).collect())
    }

    /// Returns what is left of all allowances together, currency by currency: the most that can
    /// be lost while desks do not hear of each other.
    pub fn unspent(&self) -> Result<Vec<Money>, Problem> {
        let mut sums: Vec<Money> = Vec::new();
        for one in self.allowances()?.iter().filter(|one| one.usable) {
            let left = Money {
                minor: one.left.minor.max(0),
                ..one.left
            };
            match sums.iter_mut().find(|sum| sum.currency == left.currency) {
                Some(sum) => sum.minor = sum.minor.saturating_add(left.minor),
                None => sums.push(left),
            }
        }
        Ok(sums)
    }

    /// Returns the allowances that a replica may spend today.
    fn spendable_by(&self, replica: ReplicaId) -> Result<Vec<Allowance>, Problem> {
        let mut all = self.allowances()?;
        all.retain(|one| one.usable && one.terms.replica == Some(replica));
        Ok(all)
    }

    /// Returns the allowances that this replica may spend today on a case: what is left of the
    /// person's day without it binds whatever an allowance has left.
    pub(super) fn own_allowances_for(&self, case: Id) -> Result<Vec<Allowance>, Problem> {
        let mut own = self.spendable_by(self.me()?.replica)?;
        if !own.is_empty() {
            bind(&mut own, self.day_left(Some(case))?);
        }
        Ok(own)
    }

    /// Returns the allowance from which a sum is taken, or says what is left.
    pub(super) fn own_allowance(&self, own: &[Allowance], asked: Money) -> Result<Id, Problem> {
        if let Some(one) = own.iter().find(|one| one.holds(asked)) {
            return Ok(one.id);
        }
        let most = own.iter().map(Allowance::most);
        let Some(left) = most.max_by_key(|most| most.minor) else {
            return Err(refused("problem-case-not-approved").hint("problem-case-not-approved-hint"));
        };
        Err(refused("problem-allowance-beyond")
            .arg("asked", asked)
            .arg("left", left)
            .hint("problem-allowance-beyond-hint"))
    }

    /// Returns the allowance on which somebody's word of mouth about a sum is relied, or says
    /// how far it goes.
    pub(super) fn spot_allowance(&self, speaker: &Person, asked: Money) -> Result<Id, Problem> {
        let mut all = self.allowances()?;
        all.retain(|one| one.usable && one.terms.approver == Some(speaker.id));
        if let Some(one) = all.iter().find(|one| one.holds(asked)) {
            return Ok(one.id);
        }
        let left = all
            .iter()
            .map(Allowance::most)
            .max_by_key(|most| most.minor);
        let left = left.unwrap_or(Money { minor: 0, ..asked });
        Err(refused("problem-allowance-spot")
            .arg("person", &speaker.name)
            .arg("asked", asked)
            .arg("left", left)
            .hint("problem-allowance-spot-hint"))
    }

    /// Returns whether somebody's word of mouth may be relied upon today.
    pub fn has_spot_allowances(&self) -> Result<bool, Problem> {
        let all = self.allowances()?;
        Ok(all
            .iter()
            .any(|one| one.usable && one.terms.approver.is_some() && one.left.minor > 0))
    }

    /// Returns what the person at the desk may grant in one case without asking.
    pub fn free_limit(&self) -> Result<Option<FreeLimit>, Problem> {
        let me = self.me()?;
        self.free_limit_of(me.id, me.replica)
    }

    /// Returns what a person may grant in one case without asking, as far as this desk knows:
    /// what the allowances of the replica have left, or in a practice shop without any the
    /// shop's setting `limit_case`, and of a day together no more than its `limit_day`.
    pub fn free_limit_of(
        &self,
        person: Id,
        replica: ReplicaId,
    ) -> Result<Option<FreeLimit>, Problem> {
        let today = self.granted_by(person, None)?;
        let day = self.free_hand()?.day.map(|day| rest(day, today));
        let mut own = self.spendable_by(replica)?;
        let left = self.left_today(&own, day);
        bind(&mut own, day);
        if let Some(best) = own.iter().max_by_key(|one| one.most().minor) {
            let drawn = own
                .iter()
                .filter_map(|one| {
                    (one.drawn.currency == best.drawn.currency).then_some(one.drawn.minor)
                })
                .fold(0_i64, i64::saturating_add);
            return Ok(Some(FreeLimit {
                amount: best.most(),
                drawn: Money {
                    minor: drawn,
                    ..best.drawn
                },
                today,
                left,
                is_allowance: true,
            }));
        }
        if !self.is_practice() {
            return Ok(None);
        }
        let limit = self.setting("limit_case")?;
        let limit = limit.and_then(|limit| Money::parse(&limit, Currency::CNY).ok());
        Ok(limit.map(|amount| FreeLimit {
            amount: match left {
                Some(left) if left.minor < amount.minor => left,
                _ => amount,
            },
            drawn: Money { minor: 0, ..amount },
            today,
            left,
            is_allowance: false,
        }))
    }
}

/// Lets no allowance have more left than the day has.
fn bind(own: &mut [Allowance], day: Option<Money>) {
    let Some(day) = day else {
        return;
    };
    for one in own {
        if one.left.currency == day.currency && day.minor < one.left.minor {
            one.left = day;
        }
    }
}

/// The fields of an allowance that a replica of a person spends.
fn spend(me: &Person, person: &Person, replica: Option<ReplicaId>) -> Result<Fields, Problem> {
    if person.id == me.id {
        return Err(refused("problem-allowance-self").hint("problem-allowance-self-hint"));
    }
    let replica = match (replica, &person.serving[..]) {
        (Some(replica), all) if all.contains(&replica) => replica,
        (None, [only]) => *only,
        (_, all) => {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            return Err(
                Problem::new(Kind::NotUnderstood, "problem-allowance-replica")
                    .arg("person", &person.name)
                    .arg("candidates", all.join(", "))
                    .hint("problem-allowance-replica-hint"),
            );
        }
    };
    Ok(fields([
        (allowance::KIND.name(), json!("spend")),
        (allowance::REPLICA.name(), json!(replica.to_string())),
    ]))
}

fn spot(person: &Person) -> Result<Fields, Problem> {
    if !may(person.role, Action::ApproveAboveLimit).allows() {
        return Err(refused("problem-allowance-approver")
            .arg("person", &person.name)
            .hint("problem-allowance-approver-hint"));
    }
    Ok(fields([(allowance::KIND.name(), json!("spot"))]))
}
