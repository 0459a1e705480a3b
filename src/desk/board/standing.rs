//! Counts over open work by post, and the rows behind each.

use super::{MOST, REACH, Scope, Whose, post_of};
use crate::desk::Desk;
use crate::desk::people::People;
use crate::domain::id::Id;
use crate::domain::register::{Owner, Post, Step};
use crate::domain::registers::promise;
use crate::problem::Problem;
use crate::store::{Order, OwnerFilter, Press, Query, Row, Standing};

/// How many rows are read at once.
const PORTION: usize = 1_000;
/// The most promises of a day that are looked at.
const PROMISES: usize = 10_000;

/// What a column of the board counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// The next step is ours.
    Waiting,
    /// Its time is over.
    Overdue,
    /// Its time is nearly over.
    AtRisk,
    /// Words that a buyer left and nobody answered.
    LeftMessages,
    /// A post or a person has not acknowledged it.
    Unsigned,
    /// It waits for an approval.
    Approvals,
    /// Promises that are due today or are overdue.
    PromisesDue,
    /// Promises that were kept today.
    Kept,
    /// Promises that were broken today.
    Broken,
}

impl Count {
    /// The counts in the order of the board's columns.
    pub const ALL: [Count; 9] = [
        Self::Waiting,
        Self::Overdue,
        Self::AtRisk,
        Self::LeftMessages,
        Self::Unsigned,
        Self::Approvals,
        Self::PromisesDue,
        Self::Kept,
        Self::Broken,
    ];

    /// Returns the end of the message id.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Overdue => "overdue",
            Self::AtRisk => "at_risk",
            Self::LeftMessages => "left",
            Self::Unsigned => "unsigned",
            Self::Approvals => "approvals",
            Self::PromisesDue => "promises",
            Self::Kept => "kept",
            Self::Broken => "broken",
        }
    }

    /// Returns whether it counts promises of today, not all open work.
    pub fn is_of_promises(self) -> bool {
        matches!(self, Self::PromisesDue | Self::Kept | Self::Broken)
    }

    /// Returns whether work that stands so is counted.
    fn takes(self, one: &Standing) -> bool {
        match self {
            Self::Waiting => one.ours,
            Self::Overdue => one.press == Press::Overdue,
            Self::AtRisk => one.press == Press::AtRisk,
            Self::LeftMessages => one.left,
            // A person's step on what is ours already is that work itself.
            Self::Unsigned => !one.ours && hand_of(one.step.as_deref()).is_some(),
            Self::Approvals => one.step.as_deref() == Some("approve"),
            Self::PromisesDue | Self::Kept | Self::Broken => false,
        }
    }

    fn takes_promise(self, row: &Row) -> bool {
        match self {
            Self::PromisesDue => row.closed.is_none(),
            Self::Kept => row.state == "kept",
            Self::Broken => row.state == "broken",
            _ => false,
        }
    }
}

/// One number for each column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; 9]);

impl Counts {
    /// Returns the number of a column.
    pub fn of(&self, count: Count) -> u64 {
        self.0[count as usize]
    }

    /// Returns whether there is nothing to count.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }

    fn add(&mut self, count: Count, more: u64) {
        self.0[count as usize] += more;
    }
}

/// The counts of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostLine {
    /// The post.
    pub post: Post,
    /// Its counts.
    pub counts: Counts,
}

/// Returns who must put a hand to it beside its owner: a post acknowledges, a person signs.
pub(super) fn hand_of(step: Option<&str>) -> Option<Owner> {
    let (kind, who) = step?.split_once(':')?;
    match kind {
        "acknowledge" => Post::of(who).map(Owner::Post),
        "person" => who.parse().ok().map(Owner::Person),
        _ => None,
    }
}

/// Returns the post whose count it is.
fn stands_at(one: &Standing, count: Count, people: &People) -> Post {
    let place = |owner: Option<Owner>| match owner {
        Some(Owner::Post(post)) => Some(post),
        Some(Owner::Person(id)) => post_of(id, one.post, people),
        None => None,
    };
    let whose = if count == Count::Unsigned {
        hand_of(one.step.as_deref())
    } else {
        one.owner
    };
    place(whose).or(one.post).unwrap_or(Post::General)
}

/// Returns whether it is a person's: as the owner, and what is not signed as the one who signs.
fn is_persons(one: &Standing, count: Count, person: Id, people: &People) -> bool {
    if count != Count::Unsigned {
        return one.owner == Some(Owner::Person(person));
    }
    match hand_of(one.step.as_deref()) {
        Some(Owner::Person(id)) => id == person,
        Some(Owner::Post(post)) => people
            .by_id(person)
            .is_some_and(|person| person.posts.contains(&post)),
        None => false,
    }
}

fn is_of(one: &Standing, whose: Whose, count: Count, people: &People) -> bool {
    match whose {
        Whose::Everybody => true,
        Whose::Post(post) => stands_at(one, count, people) == post,
        Whose::Person(person) => is_persons(one, count, person, people),
    }
}

/// Counts by post and over all.
pub(super) fn lines(
    standings: &[Standing],
    promises: &[Row],
    people: &People,
) -> (Vec<PostLine>, Counts) {
    let mut lines: Vec<PostLine> = Post::ALL
        .iter()
        .map(|post| PostLine {
            post: *post,
            counts: Counts::default(),
        })
        .collect();
    let mut total = Counts::default();
    let mut add = |post: Post, count: Count, more: u64| {
        total.add(count, more);
        for line in lines.iter_mut().filter(|line| line.post == post) {
            line.counts.add(count, more);
        }
    };
    for one in standings {
        for count in Count::ALL.into_iter().filter(|count| count.takes(one)) {
            add(stands_at(one, count, people), count, one.count);
        }
    }
    for row in promises {
        let one = Standing::of(row, 0, 0);
        for count in Count::ALL
            .into_iter()
            .filter(|count| count.takes_promise(row))
        {
            add(stands_at(&one, count, people), count, 1);
        }
    }
    (lines, total)
}

/// Counts what is one person's.
pub(super) fn of_person(
    standings: &[Standing],
    promises: &[Row],
    person: Id,
    people: &People,
) -> Counts {
    let mut counts = Counts::default();
    for one in standings {
        for count in Count::ALL.into_iter().filter(|count| count.takes(one)) {
            if is_persons(one, count, person, people) {
                counts.add(count, one.count);
            }
        }
    }
    for row in promises {
        let is_mine = row.owner == Some(Owner::Person(person));
        for count in Count::ALL
            .into_iter()
            .filter(|count| is_mine && count.takes_promise(row))
        {
            counts.add(count, 1);
        }
    }
    counts
}

/// Returns the promises of today that a figure counts.
pub(super) fn promises_of(
    promises: Vec<Row>,
    whose: Whose,
    count: Count,
    people: &People,
) -> Vec<Row> {
    let counted = |row: &Row| {
        count.takes_promise(row) && is_of(&Standing::of(row, 0, 0), whose, count, people)
    };
    promises.into_iter().filter(counted).collect()
}

impl Desk {
    /// Returns the open promises that are due today or overdue, and those settled today.
    pub(super) fn promises_today(&self, scope: &Scope) -> Result<Vec<Row>, Problem> {
        let now = self.now();
        let mut rows = self.store().rows(&Query {
            registers: vec![promise::REGISTER.name],
            open_only: true,
            due_before: Some(self.day_ends(now)?),
            not_snoozed_at: Some(now),
            limit: Some(PROMISES),
            ..Query::default()
        })?;
        rows.extend(self.store().rows(&Query {
            registers: vec![promise::REGISTER.name],
            closed_only: true,
            closed_from: Some(self.day_begins(now)?),
            opened_from: Some(now - REACH),
            order: Order::Opened,
            limit: Some(PROMISES),
            ..Query::default()
        })?);
        rows.retain(|row| !row.void && scope.has_row(row));
        Ok(rows)
    }

    /// Returns the rows of open work that a figure counts, the nearest deadline first.
    pub(super) fn standing_rows(
        &self,
        scope: &Scope,
        whose: Whose,
        count: Count,
    ) -> Result<Vec<Row>, Problem> {
        let (now, at_risk) = (self.now(), self.at_risk()?);
        let mut query = narrowed(whose, count, now, at_risk);
        let mut found = Vec::new();
        loop {
            let page = self.store().rows(&query)?;
            query.after = page.last().map(|row| row.cursor(Order::Due));
            let is_last = page.len() < PORTION;
            found.extend(page.into_iter().filter(|row| {
                let one = Standing::of(row, now, at_risk);
                count.takes(&one)
                    && scope.has_standing(&one)
                    && is_of(&one, whose, count, self.people())
            }));
            if is_last || found.len() > MOST {
                return Ok(found);
            }
        }
    }
}

/// The question that reads no more than it must.
fn narrowed(whose: Whose, count: Count, now: i64, at_risk: i64) -> Query {
    let mut query = Query {
        open_only: true,
        work_only: true,
        not_snoozed_at: Some(now),
        limit: Some(PORTION),
        ..Query::default()
    };
    match count {
        Count::Waiting => query.ours = Some(true),
        Count::Overdue => query.due_before = Some(now.saturating_add(1)),
        Count::AtRisk => query.due_before = Some(now.saturating_add(at_risk).saturating_add(1)),
        Count::LeftMessages => {
            query.registers = vec!["conversation"];
            query.ours = Some(true);
        }
        Count::Unsigned => query.ours = Some(false),
        Count::Approvals => query.step = Some(Step::Approve),
        Count::PromisesDue | Count::Kept | Count::Broken => {}
    }
    if let Whose::Person(person) = whose
        && count != Count::Unsigned
    {
        query.owner = Some(OwnerFilter::Any(vec![Owner::Person(person)]));
    }
    query
}
