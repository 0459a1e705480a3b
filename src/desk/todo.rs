//! What waits for me (待办): every register's open items, one row a buyer with the most
//! urgent reason, ordered by least time left, then oldest (ux 8.1).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::people::Person;
use super::query::{Asked, Key, Question, Term, Value, What};
use super::talk::is_call;
use super::{Desk, escalate};
use crate::domain::authority::Role;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::domain::registers::conversation::{self, LEFT_WORDS};
use crate::domain::registers::follow_up;
use crate::problem::Problem;
use crate::store::{Mine, OwnerFilter, Query, Row};

/// The most open items that one list holds.
pub const MOST: usize = 5_000;
/// The most rows of a list that is read whole, because all of it is acted on.
pub const WHOLE: usize = 10_000;

/// The most that a screen shows at once: those with the least time left.
pub const PAGE: usize = 1_000;

/// The most that is counted; beyond it counts carry a plus.
const COUNTED: usize = 100_000;

/// The most items that a bell is rung for.
const ALARMING: usize = 10_000;

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
    /// What buyers left while nobody was there and nobody answered yet.
    LeftMessages,
}

impl View {
    /// The views in the order of their digits.
    pub const ALL: [View; 6] = [
        View::All,
        View::Waiting,
        View::AtRisk,
        View::Mine,
        View::Unowned,
        View::LeftMessages,
    ];

    /// Returns the name in commands and language files.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "todo",
            Self::Waiting => "waiting",
            Self::AtRisk => "at-risk",
            Self::Mine => "mine",
            Self::Unowned => "unowned",
            Self::LeftMessages => "left-messages",
        }
    }

    /// What is asked of its rows beside that which an index holds.
    fn term(self) -> Option<Term> {
        (self == Self::LeftMessages).then(left_messages)
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
    /// A colleague asks me as the next level about an item of theirs.
    Escalated,
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
            Self::Escalated => "escalated",
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
    /// Whose they are: the customer's id, else the order's, else the item's own.
    pub whose: Id,
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
    /// Whether the view has more than what is held here.
    pub is_cut: bool,
}

impl Desk {
    /// Returns what waits for the person at the desk, as a view shows it: its first page.
    pub fn todo(&self, view: View) -> Result<Todo, Problem> {
        self.todo_page(view, PAGE)
    }

    /// Returns the first so many items of a view, grouped by buyer, and the counts of all views.
    /// Contradictions come first, whatever their time.
    pub fn todo_page(&self, view: View, most: usize) -> Result<Todo, Problem> {
        self.todo_asked(view, &Question::default(), most)
    }

    /// Returns the items of a view of which all holds that a question asks, among the first so
    /// many that the store narrows it to; the counts stay those of all that waits.
    pub fn todo_asked(
        &self,
        view: View,
        question: &Question,
        most: usize,
    ) -> Result<Todo, Problem> {
        self.todo_counted(view, question, most, COUNTED)
    }

    /// Returns the first so many items of all that waits, and counts that go no further: enough for
    /// the first screen of a start, however much waits.
    pub fn todo_glance(&self, most: usize) -> Result<Todo, Problem> {
        self.todo_counted(View::All, &Question::default(), most, most)
    }

    fn todo_counted(
        &self,
        view: View,
        question: &Question,
        most: usize,
        counted: usize,
    ) -> Result<Todo, Problem> {
        let (me, now, at_risk) = (self.me()?.clone(), self.now(), self.at_risk()?);
        let mut query = self.waiting_query(view, &me, at_risk);
        let mut question = question.clone();
        question.terms.extend(view.term());
        let asked = Asked::new(self, &question, &query)?;
        asked.narrow(&mut query);
        // What is taken out of a page is made up for by a longer one.
        let most = if question.is_empty() {
            most
        } else {
            most.max(MOST)
        };
        let disputed = self.store().rows(&Query {
            contradicted: true,
            limit: Some(most),
            ..query.clone()
        })?;
        let mut rows = self.store().rows(&Query {
            limit: Some(most),
            ..query
        })?;
        let is_cut = rows.len() == most;
        let known: BTreeSet<Id> = disputed.iter().map(|row| row.id).collect();
        rows.retain(|row| !known.contains(&row.id));
        rows.truncate(most.saturating_sub(disputed.len()));
        let rows = disputed.into_iter().chain(rows).collect();
        let items = asked.leaves(self, rows)?.into_iter().map(|row| Item {
            mark: mark(&row, &me, now, at_risk),
            row,
        });
        Ok(Todo {
            buyers: self.by_buyer(items.collect())?,
            counts: self.counts_within(counted)?,
            is_cut,
        })
    }

    /// Counts what waits for the person at the desk, over all views, without reading a row that
    /// no contradiction is about.
    pub fn todo_counts(&self) -> Result<Counts, Problem> {
        self.counts_within(COUNTED)
    }

    fn counts_within(&self, most: usize) -> Result<Counts, Problem> {
        let (me, now, at_risk) = (self.me()?.clone(), self.now(), self.at_risk()?);
        let query = self.waiting_query(View::All, &me, at_risk);
        let soon = now.saturating_add(at_risk);
        let tally = self.store().tally(&query, &whose(&me), now, soon, most)?;
        let disputed = self.store().rows(&Query {
            contradicted: true,
            limit: Some(MOST),
            ..query
        })?;
        // A contradiction's own mark stands before that of its time.
        let near = |row: &&Row| row.due.is_some_and(|due| due > now && due <= soon);
        let hidden = disputed.iter().filter(near).count();
        Ok(Counts {
            overdue: tally.overdue,
            urgent: tally
                .soon
                .saturating_sub(tally.overdue)
                .saturating_sub(hidden),
            waiting: tally.waiting,
            mine: tally.mine,
            unowned: tally.unowned,
            unacknowledged: tally.unacknowledged,
            approvals: tally.approvals,
            conflicts: disputed.len(),
            all: tally.all,
            capped: tally.capped,
        })
    }

    /// Returns the items that are overdue or at risk and whose mark says so, by their local numbers.
    pub fn alarming(&self) -> Result<BTreeSet<i64>, Problem> {
        let (me, at_risk) = (self.me()?.clone(), self.at_risk()?);
        let query = self.waiting_query(View::AtRisk, &me, at_risk);
        let alarming = self.store().undisputed(&query, ALARMING)?;
        Ok(alarming.into_iter().collect())
    }

    /// What a view shows of that which waits for a person.
    fn waiting_query(&self, view: View, me: &Person, at_risk: i64) -> Query {
        let (mine, now) = (whose(me), self.now());
        let all = Query {
            open_only: true,
            work_only: true,
            mine: Some(mine.clone()),
            not_snoozed_at: Some(now),
            ..Query::default()
        };
        match view {
            View::All => all,
            View::Waiting => Query {
                waits_for: Some(mine),
                ..all
            },
            View::AtRisk => Query {
                due_before: Some(now.saturating_add(at_risk).saturating_add(1)),
                ..all
            },
            View::Mine => Query {
                owner: Some(OwnerFilter::Any(vec![Owner::Person(me.id)])),
                ..all
            },
            View::Unowned => Query {
                no_person: true,
                ..all
            },
            View::LeftMessages => Query {
                registers: vec![conversation::REGISTER.name],
                ours: Some(true),
                ..all
            },
        }
    }

    /// Groups by customer record, be it only the order's, else by order, else item; a masked
    /// name never groups, because no record is derived from it.
    fn by_buyer(&self, items: Vec<Item>) -> Result<Vec<Buyer>, Problem> {
        let mut whose: BTreeMap<Id, Option<Id>> = BTreeMap::new();
        for row in items.iter().map(|item| &item.row) {
            if let (Some(customer), Some(order)) = (row.customer, row.order_id) {
                whose.entry(order).or_insert(Some(customer));
            }
        }
        let mut groups: BTreeMap<Id, Vec<Item>> = BTreeMap::new();
        for item in items {
            let key = match (item.row.customer, item.row.order_id) {
                (Some(customer), _) => customer,
                (None, None) => item.row.id,
                (None, Some(order)) => {
                    let customer = match whose.entry(order) {
                        Entry::Occupied(known) => *known.get(),
                        Entry::Vacant(place) => *place.insert(self.store().customer_of(order)?),
                    };
                    customer.unwrap_or(order)
                }
            };
            groups.entry(key).or_default().push(item);
        }
        let mut buyers: Vec<Buyer> = groups
            .into_iter()
            .map(|(whose, mut items)| {
                items.sort_by_key(urgency);
                Buyer { whose, items }
            })
            .collect();
        buyers.sort_by_key(|buyer| urgency(buyer.first()));
        Ok(buyers)
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
        for row in self.out_of(record)? {
            if row.id != record.id && !row.void && rows.iter().all(|known| known.id != row.id) {
                rows.push(row);
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

    /// What came out of a record, and what it came out of.
    fn out_of(&self, record: &Record) -> Result<Vec<Row>, Problem> {
        let mut rows = self.store().rows(&Query {
            registers: vec![follow_up::REGISTER.name],
            fields: vec![(follow_up::ABOUT.name(), record.id.to_string())],
            limit: Some(RELATED),
            is_few: true,
            ..Query::default()
        })?;
        let about = record.get(follow_up::ABOUT).and_then(|id| id.parse().ok());
        if let Some(about) = about {
            rows.extend(self.store().row(about)?);
        }
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

/// What makes something wait for a person.
fn whose(me: &Person) -> Mine {
    Mine {
        person: me.id,
        posts: me.posts.clone(),
        approves: may_approve(me),
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

/// Asks for words that buyers left while nobody was there.
pub(super) fn left_messages() -> Term {
    Term {
        is_not: false,
        what: What::Among(Key::Channel, vec![Value::Word(LEFT_WORDS)]),
    }
}

/// Whether a row is words that a buyer left while nobody was there.
pub fn is_left_message(row: &Row) -> bool {
    let channel = row.fields.get(conversation::CHANNEL_OF.name());
    channel.and_then(|channel| channel.as_str()) == Some(LEFT_WORDS)
}

fn mark(row: &Row, me: &Person, now: i64, at_risk: i64) -> Mark {
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
        _ if is_mine(row, me) && is_call(row, escalate::CALL) => Mark::Escalated,
        _ if row.ours && is_left_message(row) => Mark::LeftMessage,
        _ if row.ours => Mark::Waiting,
        _ => Mark::Pending,
    }
}

fn is_mine(row: &Row, me: &Person) -> bool {
    row.owner == Some(Owner::Person(me.id))
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

#[cfg(test)]
#[path = "todo_tests.rs"]
mod tests;
