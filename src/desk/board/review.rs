//! The review of a day (S20, 001-077): whoever answers for the day looks over what was done in
//! it, what carries a risk first, and each item is fine, gets a remark, or goes back to who did
//! it. What was looked at is a fact on the item, so a pass that is left is gone on with.

use serde_json::json;

use super::risk::{AT_ONCE, Risk, Risks, at_least, reads};
use super::{MOST, REACH, Scope};
use crate::desk::Desk;
use crate::desk::act::{Act, Done, fields, refused};
use crate::desk::promise::concerning;
use crate::desk::talk::{said, talked};
use crate::desk::wording::Wording;
use crate::domain::authority::{Action, may};
use crate::domain::id::Id;
use crate::domain::payload::{Direction, Payload};
use crate::domain::record::Record;
use crate::domain::register::{Owner, Register};
use crate::domain::registers::reviewed::{self, REVIEWED};
use crate::domain::registers::{case, complaint, conversation, follow_up, note, promise, ticket};
use crate::problem::Problem;
use crate::store::{Query, Row};

/// What is looked over: what was done for buyers. What colleagues ask of each other, and what
/// platforms and carriers say, has lists of its own.
pub const REVIEWED_REGISTERS: [&Register; 6] = [
    &conversation::REGISTER,
    &case::REGISTER,
    &note::REGISTER,
    &promise::REGISTER,
    &complaint::REGISTER,
    &ticket::REGISTER,
];
/// The kind of item by which something is returned to who did it.
pub(super) const RETURNED: &str = "correction";

/// A business day that is looked over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDay {
    /// Its name: `2026-11-22`.
    pub name: String,
    /// When it began, milliseconds UTC.
    pub begins: i64,
    /// When it ended or will end.
    pub ends: i64,
}

/// How far a review is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many items were looked at.
    pub reviewed: u64,
    /// How many there are.
    pub total: u64,
}

impl Tally {
    /// Returns whether nothing is left to look at.
    pub fn is_done(self) -> bool {
        self.reviewed >= self.total
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.reviewed, self.total)
    }
}

/// An item of a day that is looked over.
#[derive(Debug, Clone)]
pub struct ReviewItem {
    /// The record's row.
    pub row: Row,
    /// Why it is looked at first, where it is.
    pub risk: Option<Risk>,
    /// Whether that is all: its record was read where its row does not say.
    pub is_weighed: bool,
    /// Whether it was looked at in the review of this day.
    pub reviewed: bool,
}

/// What is found of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Fine,
    /// A remark, which stands in the item's own timeline.
    Comment(String),
    /// Who did it shall do it again: the remark, and an item for them.
    Return(String),
}

impl Desk {
    /// Returns today, or the business day before it, as it is looked over.
    pub fn review_day(&self, is_today: bool) -> Result<ReviewDay, Problem> {
        let today = self.day_begins(self.now())?;
        if is_today {
            return Ok(ReviewDay {
                name: self.business_day(self.now())?,
                begins: today,
                ends: self.day_ends(self.now())?,
            });
        }
        let before = today.saturating_sub(1);
        Ok(ReviewDay {
            name: self.business_day(before)?,
            begins: self.day_begins(before)?,
            ends: today,
        })
    }

    /// Returns whose items the person at the desk may look over: refused to who answers for
    /// nobody's work but their own.
    pub fn review_scope(&self) -> Result<Scope, Problem> {
        let me = self.me()?;
        if !may(me.role, Action::ReviewDay).allows() {
            return Err(refused("problem-review-role").hint("problem-review-role-hint"));
        }
        self.board_scope()
    }

    /// Returns how far the review of a day is.
    pub fn review_tally(&self, day: &ReviewDay, scope: &Scope) -> Result<Tally, Problem> {
        let mut tally = Tally::default();
        for query in self.of_day(day, scope) {
            tally.total += self.store().count_all(&query)?;
            tally.reviewed += self.store().count_all(&Query {
                has: vec![reviewed::path(&day.name)],
                ..query
            })?;
        }
        Ok(tally)
    }

    /// Returns the items of a day, those with a risk first, at most [`MOST`], and whether there
    /// are more: what nobody looked at before what somebody did. Records are read for their
    /// risk once only, until something happens to them: `known` keeps what they came to. At
    /// most so many are read here that nobody waits; the others are left to [`Self::risks_of_day`].
    pub fn review_items(
        &self,
        day: &ReviewDay,
        known: &mut Risks,
    ) -> Result<(Vec<ReviewItem>, bool), Problem> {
        self.items_of_day(day, known, MOST)
    }

    fn items_of_day(
        &self,
        day: &ReviewDay,
        known: &mut Risks,
        most: usize,
    ) -> Result<(Vec<ReviewItem>, bool), Problem> {
        let (rows, more) = self.rows_of_day(day, most)?;
        let mut wording = Wording::default();
        wording.refresh(self)?;
        let mut items = Vec::new();
        let mut left = AT_ONCE;
        for row in rows {
            let risk = match known.get(&row.id) {
                _ if !reads(&row) => Some(self.risk(&row, &wording)?),
                Some((last, risk)) if *last == row.last => Some(*risk),
                _ if left > 0 => {
                    left -= 1;
                    let risk = self.risk(&row, &wording)?;
                    known.insert(row.id, (row.last, risk));
                    Some(risk)
                }
                _ => None,
            };
            items.push(ReviewItem {
                is_weighed: risk.is_some(),
                risk: risk.unwrap_or_else(|| at_least(&row)),
                reviewed: is_reviewed(&row, &day.name),
                row,
            });
        }
        sort(&mut items);
        Ok((items, more))
    }

    /// The rows of a day, at most so many, and whether there are more.
    pub(super) fn rows_of_day(
        &self,
        day: &ReviewDay,
        most: usize,
    ) -> Result<(Vec<Row>, bool), Problem> {
        let scope = self.review_scope()?;
        let looked_at = vec![reviewed::path(&day.name)];
        let mut rows = Vec::new();
        for (has, lacks) in [
            (Vec::new(), looked_at.clone()),
            (looked_at.clone(), Vec::new()),
        ] {
            for query in self.of_day(day, &scope) {
                rows.extend(self.store().rows(&Query {
                    has: has.clone(),
                    lacks: lacks.clone(),
                    limit: Some((most + 1).saturating_sub(rows.len())),
                    ..query
                })?);
            }
        }
        let more = rows.len() > most;
        rows.truncate(most);
        Ok((rows, more))
    }

    /// What began on the day, what fell due on it and is not done, and what of longer work ended
    /// on it that began within [`REACH`]: no item is in two of them. A talk ends with its day.
    fn of_day(&self, day: &ReviewDay, scope: &Scope) -> [Query; 3] {
        let names: Vec<&'static str> = REVIEWED_REGISTERS.iter().map(|one| one.name).collect();
        let base = || Query {
            registers: names.clone(),
            owner: scope.owners().map(crate::store::OwnerFilter::Any),
            not_void: true,
            ..Query::default()
        };
        let known = self.now().saturating_add(1).min(day.ends);
        let longer = names.iter().copied();
        let longer = longer.filter(|name| *name != conversation::REGISTER.name);
        [
            Query {
                opened_from: Some(day.begins),
                opened_before: Some(known),
                ..base()
            },
            Query {
                open_only: true,
                opened_before: Some(day.begins),
                due_from: Some(day.begins),
                due_before: Some(day.ends),
                ..base()
            },
            Query {
                registers: longer.collect(),
                opened_from: Some(day.begins.saturating_sub(REACH)),
                opened_before: Some(day.begins),
                closed_from: Some(day.begins),
                closed_before: Some(day.ends),
                ..base()
            },
        ]
    }

    /// Refuses an item that the review of a day does not look over.
    pub fn may_review_on(&self, id: Id, day: &ReviewDay) -> Result<(), Problem> {
        let (record, register) = self.record(id)?;
        self.may_review(&self.review_scope()?, &record, register)?;
        for query in self.of_day(day, &Scope::default()) {
            let one = Query {
                id: Some(id),
                ..query
            };
            if self.store().count_all(&one)? > 0 {
                return Ok(());
            }
        }
        Err(refused("problem-review-day")
            .arg("day", day.name.clone())
            .hint("problem-review-day-hint"))
    }

    /// Records what was found of an item in the review of a business day (`2026-11-22`).
    pub fn review(&mut self, id: Id, day: &str, verdict: &Verdict) -> Result<Done, Problem> {
        self.review_each(&[id], day, verdict)
    }

    /// Records of several items in one act that they are fine.
    pub fn review_all(&mut self, ids: &[Id], day: &str) -> Result<Done, Problem> {
        self.review_each(ids, day, &Verdict::Fine)
    }

    fn review_each(&mut self, ids: &[Id], day: &str, verdict: &Verdict) -> Result<Done, Problem> {
        let scope = self.review_scope()?;
        let mut act = self.act();
        for id in ids {
            self.add_review(&mut act, (*id, &scope), day, verdict)?;
        }
        if act.is_empty() {
            return Ok(Done::nothing(ids.to_vec()));
        }
        self.write(act)
    }

    /// Adds what was found of an item. Whoever looks it over does not take it.
    fn add_review(
        &mut self,
        act: &mut Act,
        (id, scope): (Id, &Scope),
        day: &str,
        verdict: &Verdict,
    ) -> Result<(), Problem> {
        let (record, register) = self.record(id)?;
        self.may_review(scope, &record, register)?;
        let path = reviewed::path(day);
        if record.value(&path).is_none() {
            let looked_at = fields([(path.as_str(), json!(true))]);
            act.set(register, &record, looked_at);
        }
        let text = match verdict {
            Verdict::Fine => return Ok(()),
            Verdict::Comment(text) | Verdict::Return(text) => said(text)?,
        };
        let me = self.me()?.name.clone();
        let remark = talked(Direction::Internal, me, text);
        act.add(register, id, Payload::Say(Box::new(remark)));
        if let Verdict::Return(_) = verdict {
            let to = self.did(&record)?;
            let back = self.new_id();
            let mut about = concerning(&record);
            about.extend(fields([
                (follow_up::KIND.name(), json!(RETURNED)),
                (follow_up::SUBJECT.name(), json!(text)),
                (follow_up::DUE_AT.name(), json!(self.end_of_next_day()?)),
                (follow_up::ABOUT.name(), json!(id.to_string())),
            ]));
            act.begin(&follow_up::REGISTER, back, about, to);
        }
        Ok(())
    }

    fn may_review(
        &self,
        scope: &Scope,
        record: &Record,
        register: &Register,
    ) -> Result<(), Problem> {
        if REVIEWED_REGISTERS
            .iter()
            .all(|one| one.name != register.name)
        {
            return Err(refused("problem-review-register").hint("problem-review-register-hint"));
        }
        let row = self.store().row(record.id)?;
        if row.is_some_and(|row| scope.has_row(&row)) {
            return Ok(());
        }
        Err(refused("problem-review-group").hint("problem-review-group-hint"))
    }

    /// Who did what is looked over: who answers for it, else who was asked first; nobody who
    /// has left.
    fn did(&self, record: &Record) -> Result<Id, Problem> {
        let me = self.me()?.id;
        let owners = [record.owner, record.first_owner].into_iter().flatten();
        let mut people = owners.filter_map(|owner| match owner {
            Owner::Person(id) if id != me => self.people().by_id(id),
            _ => None,
        });
        let did = people.find(|person| person.serves());
        did.map(|person| person.id)
            .ok_or_else(|| refused("problem-review-nobody").hint("problem-review-nobody-hint"))
    }

    /// What is returned at night is done the day after.
    fn end_of_next_day(&self) -> Result<i64, Problem> {
        self.day_ends(self.day_ends(self.now())?)
    }
}

/// Returns whether a row was looked at in the review of a business day.
pub fn is_reviewed(row: &Row, day: &str) -> bool {
    let days = row.fields.get(REVIEWED.name());
    days.is_some_and(|days| days.get(day).is_some())
}

/// The heaviest first.
pub(super) fn sort(items: &mut [ReviewItem]) {
    items.sort_by_key(|item| (item.risk.is_none(), item.risk, item.row.opened, item.row.no));
}

#[cfg(test)]
#[path = "review_tests.rs"]
mod tests;
