//! What waits for me (待办): every register's open items, one row a buyer with the most
//! urgent reason, ordered by least time left, then oldest (ux 8.1).

use std::collections::BTreeMap;

use super::Desk;
use super::people::Person;
use crate::domain::authority::Role;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::problem::Problem;
use crate::store::{Mine, OwnerFilter, Query, Row};

/// The most open items that one list holds; beyond it counts carry a plus.
pub const MOST: usize = 5_000;

/// The most related records that a panel looks at.
const RELATED: usize = 200;

/// Which of the waiting items are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum View {
    /// All that waits for me.
    #[default]
    All,
    /// Those whose next step is ours.
    Waiting,
    /// Those overdue or at risk.
    AtRisk,
    /// Those that I own.
    Mine,
    /// Those that nobody owns.
    Unowned,
}

impl View {
    /// The views in the order of their digits.
    pub const ALL: [View; 5] = [
        View::All,
        View::Waiting,
        View::AtRisk,
        View::Mine,
        View::Unowned,
    ];

    /// Returns the name in commands and language files.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "todo",
            Self::Waiting => "waiting",
            Self::AtRisk => "at-risk",
            Self::Mine => "mine",
            Self::Unowned => "unowned",
        }
    }

    /// Returns the view of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }
}

/// Why an item stands where it stands: its mark, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// People must settle a contradiction.
    Conflict,
    /// Its time is over.
    Overdue,
    /// Its time is nearly over.
    Urgent,
    /// I must approve it.
    Approve,
    /// I must acknowledge it or take it over.
    New,
    /// The buyer waits for us.
    Waiting,
    /// The buyer left words while nobody was there.
    LeftMessage,
    /// It waits for others.
    Pending,
}

impl Mark {
    /// Returns the end of the mark's message id.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Overdue => "overdue",
            Self::Urgent => "urgent",
            Self::Approve => "approve",
            Self::New => "new",
            Self::Waiting => "waiting",
            Self::LeftMessage => "left",
            Self::Pending => "pending",
        }
    }
}

/// An open item that waits.
#[derive(Debug, Clone)]
pub struct Item {
    /// The record's row.
    pub row: Row,
    /// Why it stands where it stands.
    pub mark: Mark,
}

/// One buyer's open items, the most urgent first.
#[derive(Debug, Clone)]
pub struct Buyer {
    /// The items; never empty.
    pub items: Vec<Item>,
}

impl Buyer {
    /// Returns the most urgent item.
    pub fn first(&self) -> &Item {
        &self.items[0]
    }
}

/// How many items wait, by what for; items, never rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Overdue.
    pub overdue: usize,
    /// At risk.
    pub urgent: usize,
    /// The next step is ours.
    pub waiting: usize,
    /// I own it.
    pub mine: usize,
    /// Nobody owns it.
    pub unowned: usize,
    /// Printing or a colleague has not acknowledged yet.
    pub unacknowledged: usize,
    /// Waits for an approval.
    pub approvals: usize,
    /// Contradictions.
    pub conflicts: usize,
    /// All that waits for me.
    pub all: usize,
    /// Whether there may be more than were looked at.
    pub capped: bool,
}

/// The list of what waits.
#[derive(Debug, Clone, Default)]
pub struct Todo {
    /// One row a buyer.
    pub buyers: Vec<Buyer>,
    /// Counts over all views.
    pub counts: Counts,
}

impl Desk {
    /// Returns what waits for the person at the desk, as a view shows it.
    pub fn todo(&self, view: View) -> Result<Todo, Problem> {
        let me = self.me()?.clone();
        let now = self.now();
        let at_risk_span = self.at_risk()?;
        let mine = Mine {
            person: me.id,
            posts: me.posts.clone(),
            approves: may_approve(&me),
        };
        let rows = self.store().rows(&Query {
            open_only: true,
            work_only: true,
            mine: Some(mine),
            not_snoozed_at: Some(now),
            limit: Some(MOST),
            ..Query::default()
        })?;
        let capped = rows.len() == MOST;
        let items: Vec<Item> = rows
            .into_iter()
            .map(|row| Item {
                mark: mark(&row, &me, now, at_risk_span),
                row,
            })
            .collect();
        let counts = Counts {
            capped,
            ..count(&items, &me, now, at_risk_span)
        };
        let shown = items
            .into_iter()
            .filter(|item| is_in(view, item, &me, now, at_risk_span))
            .collect();
        Ok(Todo {
            buyers: by_buyer(shown),
            counts,
        })
    }

    /// Returns the other records of the same customer or order, the open ones first.
    pub fn related(&self, record: &Record) -> Result<Vec<Row>, Problem> {
        let id = |path: &str| record.text(path).and_then(|id| id.parse::<Id>().ok());
        let order = if record.register == "order" {
            Some(record.id)
        } else {
            id("order")
        };
        let mut rows: Vec<Row> = Vec::new();
        for query in [
            id("customer").map(|customer| Query {
                customer: Some(customer),
                ..Query::default()
            }),
            order.map(|order| Query {
                order_id: Some(order),
                ..Query::default()
            }),
        ]
        .into_iter()
        .flatten()
        {
            for row in self.store().rows(&Query {
                limit: Some(RELATED),
                ..query
            })? {
                if row.id != record.id && !row.void && rows.iter().all(|known| known.id != row.id) {
                    rows.push(row);
                }
            }
        }
        rows.sort_by_key(|row| {
            (
                row.closed.is_some(),
                row.due.unwrap_or(i64::MAX),
                -row.opened,
            )
        });
        Ok(rows)
    }

    /// Returns the open items that a person owns: what a handover must list.
    pub fn owned_open(&self, person: Id) -> Result<Vec<Row>, Problem> {
        Ok(self.store().rows(&Query {
            open_only: true,
            work_only: true,
            owner: Some(OwnerFilter::Any(vec![Owner::Person(person)])),
            limit: Some(MOST),
            ..Query::default()
        })?)
    }
}

fn step_is_mine(row: &Row, me: &Person) -> bool {
    match row
        .step
        .as_deref()
        .map(|step| step.split_once(':').unwrap_or((step, "")))
    {
        Some(("approve", _)) => may_approve(me),
        Some(("acknowledge", post)) => me.posts.iter().any(|mine| mine.word() == post),
        Some(("person", person)) => person == me.id.to_string(),
        _ => false,
    }
}

fn may_approve(me: &Person) -> bool {
    matches!(me.role, Role::Leader | Role::Supervisor | Role::Manager)
}

fn mark(row: &Row, me: &Person, now: i64, at_risk: i64) -> Mark {
    let channel = row
        .fields
        .get("channel")
        .and_then(|channel| channel.as_str());
    match row.due.map(|due| due - now) {
        _ if row.conflicts > 0 => Mark::Conflict,
        Some(left) if left <= 0 => Mark::Overdue,
        Some(left) if left <= at_risk => Mark::Urgent,
        _ if step_is_mine(row, me) && row.step.as_deref() == Some("approve") => Mark::Approve,
        // A case names a person to carry it out, or to sign what was agreed by word of mouth.
        _ if step_is_mine(row, me) && row.register == "case" => {
            if matches!(row.state.as_str(), "executed" | "told") {
                Mark::Approve
            } else {
                Mark::Waiting
            }
        }
        _ if step_is_mine(row, me) => Mark::New,
        _ if row.ours && channel == Some("board") => Mark::LeftMessage,
        _ if row.ours => Mark::Waiting,
        _ => Mark::Pending,
    }
}

fn is_at_risk(row: &Row, now: i64, at_risk: i64) -> bool {
    row.due.is_some_and(|due| due - now <= at_risk)
}

fn is_owned(row: &Row, me: &Person) -> bool {
    row.owner == Some(Owner::Person(me.id))
}

fn is_unowned(row: &Row) -> bool {
    !matches!(row.owner, Some(Owner::Person(_)))
}

fn is_in(view: View, item: &Item, me: &Person, now: i64, at_risk: i64) -> bool {
    match view {
        View::All => true,
        View::Waiting => item.row.ours || step_is_mine(&item.row, me),
        View::AtRisk => is_at_risk(&item.row, now, at_risk),
        View::Mine => is_owned(&item.row, me),
        View::Unowned => is_unowned(&item.row),
    }
}

fn count(items: &[Item], me: &Person, now: i64, at_risk: i64) -> Counts {
    let number = |holds: &dyn Fn(&Item) -> bool| items.iter().filter(|item| holds(item)).count();
    Counts {
        overdue: number(&|item| item.row.due.is_some_and(|due| due <= now)),
        urgent: number(&|item| item.mark == Mark::Urgent),
        waiting: number(&|item| is_in(View::Waiting, item, me, now, at_risk)),
        mine: number(&|item| is_owned(&item.row, me)),
        unowned: number(&|item| is_unowned(&item.row)),
        unacknowledged: number(&|item| {
            item.row
                .step
                .as_deref()
                .is_some_and(|step| step.starts_with("acknowledge"))
        }),
        approvals: number(&|item| item.row.step.as_deref() == Some("approve")),
        conflicts: number(&|item| item.row.conflicts > 0),
        all: items.len(),
        capped: false,
    }
}

/// Groups by customer record, else order, else item; a masked name never groups, because no
/// record is derived from it.
fn by_buyer(items: Vec<Item>) -> Vec<Buyer> {
    let mut groups: BTreeMap<Id, Vec<Item>> = BTreeMap::new();
    for item in items {
        let key = item
            .row
            .customer
            .or(item.row.order_id)
            .unwrap_or(item.row.id);
        groups.entry(key).or_default().push(item);
    }
    let mut buyers: Vec<Buyer> = groups
        .into_values()
        .map(|mut items| {
            items.sort_by_key(urgency);
            Buyer { items }
        })
        .collect();
    buyers.sort_by_key(|buyer| urgency(buyer.first()));
    buyers
}

/// Contradictions first, then least time left, then oldest.
fn urgency(item: &Item) -> (bool, i64, i64, Id) {
    let due = item.row.due.unwrap_or(i64::MAX);
    (
        item.mark != Mark::Conflict,
        due,
        item.row.since,
        item.row.id,
    )
}
