//! The board of those who answer for others' work (ux 8.9): figures, and behind each the rows
//! that it counts. A supervisor sees the shop, a leader the group. Every figure is counted by
//! the database over open work or over today; no figure walks over what is long closed, and
//! what no source says is not shown as nought.

mod chosen;
mod decide;
mod duties;
mod meeting;
pub(super) mod money;
mod people;
pub mod reports;
mod review;
mod risk;
mod standing;

use std::collections::BTreeSet;

use super::Desk;
use super::act::refused;
use super::freshness::Freshness;
use super::people::{People, Person};
use crate::domain::authority::{Action, Grant, may};
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::{self, person, sheet};
use crate::problem::Problem;
use crate::store::{Query, Row, Standing};

pub use chosen::Chosen;
pub use decide::Unsettled;
pub use duties::{Duty, DutyKind, Oddity, SheetState};
pub use meeting::Meeting;
pub use money::{MoneyFigure, MoneyLine};
pub use people::{Colleague, Heard};
pub use review::{REVIEWED_REGISTERS, ReviewDay, ReviewItem, Tally, Verdict, is_reviewed};
pub use risk::{Risk, Risks};
pub use standing::{Count, Counts, PostLine};

/// The most rows that stand behind a figure; beyond it the list says that there are more.
pub const MOST: usize = 2_000;
/// How far back a record that was settled today may have begun, milliseconds.
pub(super) const REACH: i64 = 31 * 24 * 3_600_000;

/// Whose work a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// All that the board shows.
    Everybody,
    /// What stands at a post.
    Post(Post),
    /// What one person answers for.
    Person(Id),
}

/// A figure of the board, by which its rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// A count over work.
    Work(Whose, Count),
    /// All open work of a person.
    Load(Id),
    /// A sum of money.
    Money(MoneyFigure),
    /// What began in an hour of today, by the hour's begin in milliseconds UTC.
    Hour(i64),
    /// Reviews that want an answer.
    Reviews,
    /// Orders that no export has brought yet.
    Unverified,
    /// The plan of the day.
    Plan,
}

/// Whose work a person may see on the board.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The group's members; none for the whole shop.
    members: Option<BTreeSet<Id>>,
    /// The leader's posts: what nobody of them owns yet is the group's too.
    posts: Vec<Post>,
}

impl Scope {
    /// Returns whether it is the whole shop.
    pub fn is_all(&self) -> bool {
        self.members.is_none()
    }

    /// Returns whether a person belongs to it.
    pub fn has(&self, person: Id) -> bool {
        self.members
            .as_ref()
            .is_none_or(|members| members.contains(&person))
    }

    fn has_post(&self, post: Option<Post>) -> bool {
        self.is_all() || post.is_some_and(|post| self.posts.contains(&post))
    }

    fn has_standing(&self, one: &Standing) -> bool {
        let owns = match one.owner {
            Some(Owner::Person(id)) => self.has(id),
            Some(Owner::Post(post)) => self.has_post(Some(post)),
            None => self.has_post(one.post),
        };
        let waits = match standing::hand_of(one.step.as_deref()) {
            Some(Owner::Person(id)) => self.has(id),
            Some(Owner::Post(post)) => self.has_post(Some(post)),
            None => false,
        };
        owns || waits
    }

    /// Returns whether a row is to be seen; what is closed by who answered for it.
    pub fn has_row(&self, row: &Row) -> bool {
        self.is_all() || self.has_standing(&Standing::of(row, 0, 0))
    }

    /// The owners whose work it is, for questions to the store; none for the whole shop.
    fn owners(&self) -> Option<Vec<Owner>> {
        let members = self.members.as_ref()?;
        let people = members.iter().copied().map(Owner::Person);
        Some(
            people
                .chain(self.posts.iter().copied().map(Owner::Post))
                .collect(),
        )
    }
}

/// How much began in an hour of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// Its begin, milliseconds UTC.
    pub begins: i64,
    /// How many records.
    pub count: u64,
}

/// All that the board shows but what is to be decided, which [`Desk::board_unsettled`] reads.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// Whose work it is.
    pub scope: Scope,
    /// The posts at which there are people or work.
    pub posts: Vec<PostLine>,
    /// The same over all posts.
    pub total: Counts,
    /// The colleagues, who needs a look first.
    pub people: Vec<Colleague>,
    /// Money and the platform's clocks.
    pub money: Vec<MoneyLine>,
    /// What the day asks for.
    pub duties: Vec<Duty>,
    /// Handover sheets that are not settled, and those that are not written.
    pub sheets: Vec<SheetState>,
    /// What does not add up in what is known.
    pub oddities: Vec<Oddity>,
    /// What began today, by the hour.
    pub hours: Vec<Hour>,
    /// How old each kind of export is.
    pub freshness: Vec<Freshness>,
}

impl Board {
    /// Returns how many are at their desks, of how many whose shift runs or who came; those of
    /// whom nothing fresh is known are in neither.
    pub fn presence(&self) -> (usize, usize) {
        let known = self.people.iter().filter(|one| !one.is_out_of_sight());
        let expected: Vec<&Colleague> = known.filter(|one| one.is_expected()).collect();
        let present = expected.iter().filter(|one| one.is_present()).count();
        (present, expected.len())
    }

    /// Returns those who should be at work and of whom nothing fresh is known: they are never
    /// counted as idle.
    pub fn out_of_sight(&self) -> Vec<&Colleague> {
        let all = self.people.iter();
        all.filter(|one| one.is_out_of_sight() && one.is_expected())
            .collect()
    }
}

impl Desk {
    /// Returns whose work the person at the desk may see on the board.
    ///
    /// Refused to those who answer for nobody's work but their own.
    pub fn board_scope(&self) -> Result<Scope, Problem> {
        let me = self.me()?;
        match may(me.role, Action::SeeFigures) {
            Grant::No => Err(refused("problem-board-role").hint("problem-board-role-hint")),
            Grant::OwnGroup => Ok(Scope {
                members: Some(self.group_of(me.id)?),
                posts: me.posts.clone(),
            }),
            _ => Ok(Scope::default()),
        }
    }

    /// Returns the leader of the person at the desk, where the roster names one.
    pub fn leader(&self) -> Result<Option<&Person>, Problem> {
        self.leader_over(self.me()?.id)
    }

    /// Returns who leads somebody's group, where the roster names anybody else.
    pub fn leader_over(&self, who: Id) -> Result<Option<&Person>, Problem> {
        let record = self.store().record(who)?;
        let leader = record.and_then(|record| record.get(person::LEADER));
        Ok(leader
            .filter(|leader| *leader != who)
            .and_then(|leader| self.people().by_id(leader)))
    }

    pub(super) fn group_of(&self, leader: Id) -> Result<BTreeSet<Id>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![person::REGISTER.name],
            limit: Some(10_000),
            ..Query::default()
        })?;
        let led = rows.iter().filter(|row| {
            row.fields
                .get(person::LEADER.name())
                .and_then(Id::from_value)
                == Some(leader)
        });
        Ok(led
            .map(|row| row.id)
            .chain(std::iter::once(leader))
            .collect())
    }

    /// Returns how the group of a leader stands, for the line above the leader's own work; none
    /// for everybody else.
    pub fn group_counts(&self) -> Result<Option<Counts>, Problem> {
        if may(self.me()?.role, Action::SeeFigures) != Grant::OwnGroup {
            return Ok(None);
        }
        let scope = self.board_scope()?;
        let (now, at_risk) = (self.now(), self.at_risk()?);
        let mut standings = self.store().open_standings(now, at_risk, false)?;
        standings.retain(|one| scope.has_standing(one));
        Ok(Some(standing::lines(&standings, &[], self.people()).1))
    }

    /// Returns the board's figures as they are now.
    pub fn board(&self) -> Result<Board, Problem> {
        let scope = self.board_scope()?;
        let mut standings = self
            .store()
            .open_standings(self.now(), self.at_risk()?, true)?;
        standings.retain(|one| scope.has_standing(one));
        let promises = self.promises_today(&scope)?;
        let (posts, total) = standing::lines(&standings, &promises, self.people());
        let freshness = self.freshness()?;
        let mut board = Board {
            posts,
            total,
            people: self.colleagues(&scope, &standings, &promises)?,
            money: self.board_money(&scope, &freshness)?,
            hours: self.hours_of_today(&scope)?,
            freshness,
            scope,
            ..Board::default()
        };
        board.duties = self.duties(&board)?;
        board.sheets = self.sheet_states(&board)?;
        board.oddities = self.oddities(&board)?;
        Ok(board)
    }

    /// Returns the rows behind a figure, at most [`MOST`], and whether there are more.
    pub fn board_rows(&self, figure: Figure) -> Result<(Vec<Row>, bool), Problem> {
        let scope = self.board_scope()?;
        let mut rows = match figure {
            Figure::Work(whose, count) if count.is_of_promises() => {
                let promises = self.promises_today(&scope)?;
                standing::promises_of(promises, whose, count, self.people())
            }
            Figure::Work(whose, count) => self.standing_rows(&scope, whose, count)?,
            Figure::Load(person) => self.owned_open(person)?,
            Figure::Money(figure) => self.money_rows(&scope, figure)?,
            Figure::Hour(begins) => self.rows_of_hour(begins)?,
            Figure::Reviews => self.reviews_to_answer()?,
            Figure::Unverified => self.orders_not_imported()?,
            Figure::Plan => self.plan_of_today()?,
        };
        rows.retain(|row| match figure {
            // An order that nobody imported is nobody's yet.
            Figure::Unverified => true,
            Figure::Plan => is_planned_within(&scope, row),
            Figure::Hour(_) => scope.is_all() || is_first_answered_within(&scope, row),
            _ => scope.has_row(row),
        });
        let more = rows.len() > MOST;
        rows.truncate(MOST);
        Ok((rows, more))
    }

    /// Counts what began today, hour by hour from the first in which anything did.
    fn hours_of_today(&self, scope: &Scope) -> Result<Vec<Hour>, Problem> {
        let (begins, now) = (self.day_begins(self.now())?, self.now());
        let owners = scope.owners();
        let counted = self.store().opened_by_hour(
            &work_registers(),
            (begins, now.saturating_add(1)),
            owners.as_deref(),
        )?;
        let Some((first, _)) = counted.first() else {
            return Ok(Vec::new());
        };
        let hours = (*first..=(now - begins) / HOUR).map(|hour| {
            let count = counted.iter().find(|(known, _)| *known == hour);
            Hour {
                begins: begins + hour * HOUR,
                count: count.map_or(0, |(_, count)| *count),
            }
        });
        Ok(hours.collect())
    }

    fn rows_of_hour(&self, begins: i64) -> Result<Vec<Row>, Problem> {
        let mut rows = self.store().rows(&Query {
            registers: work_registers(),
            opened_from: Some(begins),
            opened_before: Some(begins + HOUR),
            order: crate::store::Order::Opened,
            limit: Some(MOST + 1),
            ..Query::default()
        })?;
        rows.retain(|row| !row.void && row.opened <= self.now());
        Ok(rows)
    }

    /// Returns when the business day of a time began, milliseconds UTC.
    pub(super) fn day_begins(&self, at: i64) -> Result<i64, Problem> {
        let days = self.days()?;
        Ok(days.of(at).map_or(at, |day| days.start(day)))
    }
}

const HOUR: i64 = 3_600_000;

/// What began in an hour is the group's by who answered for it first, wherever it is now.
fn is_first_answered_within(scope: &Scope, row: &Row) -> bool {
    match row.first_owner {
        Some(Owner::Person(id)) => scope.has(id),
        Some(Owner::Post(post)) => scope.has_post(Some(post)),
        None => false,
    }
}

/// A line of the plan is its person's.
fn is_planned_within(scope: &Scope, row: &Row) -> bool {
    let person = row.fields.get(sheet::PERSON.name());
    person
        .and_then(Id::from_value)
        .is_some_and(|id| scope.has(id))
}

/// The registers whose records are work for people; sheets of handover are none of it.
fn work_registers() -> Vec<&'static str> {
    registers::ALL
        .iter()
        .filter(|register| register.work && register.name != "handover")
        .map(|register| register.name)
        .collect()
}

/// Returns the post at which a person's work stands: the work's own where the person holds it,
/// else the person's first.
fn post_of(person: Id, work: Option<Post>, people: &People) -> Option<Post> {
    let posts = &people.by_id(person)?.posts;
    work.filter(|post| posts.contains(post))
        .or(posts.first().copied())
}

#[cfg(test)]
mod tests;
