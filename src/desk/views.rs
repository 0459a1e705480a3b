//! The views that every shop has: names for questions that lists, exports and boards ask.

use super::Desk;
use super::query::{Asked, Question};
use super::todo::left_messages;
use crate::domain::register::{Owner, Register};
use crate::domain::registers::order;
use crate::problem::{Kind, Problem};
use crate::store::{Cursor, Order, OwnerFilter, Query, Row};

/// Rows read at once where only some of them belong to a view.
const PORTION: usize = 500;

/// Views of any register.
const COMMON: &[&str] = &[
    "open",
    "closed",
    "mine",
    "unowned",
    "overdue",
    "due-today",
    "snoozed",
    "contradictions",
];

/// Returns the names of a register's views.
pub fn names(register: &Register) -> Vec<&'static str> {
    let own: &[&str] = match register.name {
        "conversation" => &["waiting", "at-risk", "left-messages", "yesterday"],
        "order" => &["unpaid", "to-ship", "unverified"],
        "note" => &["unprinted", "to-confirm"],
        "case" => &["approvals", "goods-awaited", "to-execute"],
        _ => &[],
    };
    own.iter().chain(COMMON).copied().collect()
}

/// A part of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its rows; of a view that no index holds there may be none while more come behind.
    pub rows: Vec<Row>,
    /// Behind what the next part begins, none where this is the last.
    pub after: Option<Cursor>,
}

/// What a list asks for, made ready once for all its parts.
pub struct Listing {
    list: Query,
    /// Whether of orders only those belong to it that no export has brought yet; the answer is in
    /// their events.
    unverified: bool,
    asked: Asked,
    /// Whether what the list holds is looked through for what belongs to it.
    is_sifted: bool,
}

impl Listing {
    /// Returns how far back a list of the newest first was looked through where the next part
    /// begins, milliseconds UTC; none of a list by anything else.
    pub fn back_to(&self, after: Cursor) -> Option<i64> {
        (self.list.order == Order::Opened).then(|| after.key())
    }
}

impl Desk {
    /// Returns the rows of a register's view, all rows where none is named, at most `limit`. A
    /// view that people keep goes by its name too.
    pub fn view(
        &self,
        register: &'static Register,
        view: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Row>, Problem> {
        self.asked(register, view, &Question::default(), limit)
    }

    /// Returns those rows of a view of which all holds that a question asks.
    pub fn asked(
        &self,
        register: &'static Register,
        view: Option<&str>,
        question: &Question,
        limit: usize,
    ) -> Result<Vec<Row>, Problem> {
        let (view, mut whole) = self.named_view(view, &names(register))?;
        whole.terms.extend(question.terms.iter().cloned());
        let listing = self.listing(register, view, &whole)?;
        // What is taken out of a page is made up for by the next one.
        let portion = if listing.is_sifted { PORTION } else { limit };
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = self.page(&listing, after, portion)?;
            found.extend(page.rows);
            after = page.after;
            if after.is_none() || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    /// Returns what is read part by part: of a register's view, all rows where none is named,
    /// those of which all holds that a question asks.
    pub fn listing(
        &self,
        register: &'static Register,
        view: Option<&str>,
        question: &Question,
    ) -> Result<Listing, Problem> {
        let list = self.listed(register, view)?;
        let mut question = question.clone();
        if view == Some("left-messages") {
            question.terms.push(left_messages());
        }
        let unverified = view == Some("unverified");
        Ok(Listing {
            is_sifted: unverified || !question.is_empty(),
            // A word that must not be said is looked up once, not for every part.
            asked: Asked::new(self, &question, &list)?,
            unverified,
            list,
        })
    }

    /// What a register's view holds, all of the register where none is named.
    fn listed(&self, register: &'static Register, view: Option<&str>) -> Result<Query, Problem> {
        let query = match view {
            Some(view) => self.view_query(register, view)?,
            None => Query {
                order: Order::Opened,
                ..Query::default()
            },
        };
        Ok(Query {
            registers: vec![register.name],
            ..query
        })
    }

    /// Returns what passes of the next `portion` rows of a list behind `after`.
    pub fn page(
        &self,
        listing: &Listing,
        after: Option<Cursor>,
        portion: usize,
    ) -> Result<Page, Problem> {
        let mut query = Query {
            after,
            limit: Some(portion),
            ..listing.list.clone()
        };
        listing.asked.narrow(&mut query);
        let mut rows = self.store().rows(&query)?;
        let is_full = rows.len() >= portion;
        let last = rows.last().map(|row| row.cursor(query.order));
        if listing.unverified {
            let mut kept = Vec::new();
            for row in rows {
                let record = self.store().record(row.id)?;
                if record.is_some_and(|record| order::is_unverified(&record)) {
                    kept.push(row);
                }
            }
            rows = kept;
        }
        Ok(Page {
            rows: listing.asked.leaves(self, rows)?,
            after: last.filter(|_| is_full),
        })
    }

    fn view_query(&self, register: &Register, view: &str) -> Result<Query, Problem> {
        if !names(register).contains(&view) {
            return Err(unknown(view, &names(register)));
        }
        let now = self.now();
        let open = Query {
            open_only: true,
            ..Query::default()
        };
        let states = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let platform = |word: &str| Query {
            fields: vec![(order::PLATFORM_STATE.name(), word.to_owned())],
            ..Query::default()
        };
        Ok(match view {
            "closed" => Query {
                closed_only: true,
                order: Order::Opened,
                ..Query::default()
            },
            "mine" => Query {
                owner: Some(OwnerFilter::Any(vec![Owner::Person(self.me()?.id)])),
                ..open
            },
            "unowned" => Query {
                owner: Some(OwnerFilter::None),
                ..open
            },
            "overdue" => Query {
                due_before: Some(now),
                ..open
            },
            "due-today" => Query {
                due_before: Some(self.day_ends(now)?),
                ..open
            },
            "at-risk" => Query {
                due_before: Some(now.saturating_add(self.at_risk()?)),
                ..open
            },
            "snoozed" => Query {
                snoozed_at: Some(now),
                ..open
            },
            "contradictions" => Query {
                contradicted: true,
                ..Query::default()
            },
            "waiting" | "left-messages" => Query {
                ours: Some(true),
                order: Order::Since,
                ..open
            },
            "yesterday" => {
                let begins = self.day_ends(now)? - 2 * DAY;
                Query {
                    opened_from: Some(begins),
                    opened_before: Some(begins + DAY),
                    order: Order::Opened,
                    ..open
                }
            }
            "unpaid" => platform("unpaid"),
            "to-ship" => platform("to_ship"),
            "to-confirm" => Query {
                states: states(&["changed", "flagged"]),
                ..open
            },
            "approvals" => Query {
                states: states(&["submitted"]),
                ..open
            },
            "goods-awaited" => Query {
                states: states(&["awaiting_goods"]),
                ..open
            },
            "to-execute" => Query {
                states: states(&["approved", "to_execute"]),
                ..open
            },
            "unverified" => Query {
                order: Order::Opened,
                ..Query::default()
            },
            _ => open,
        })
    }

    /// Returns when the business day of a time ends, milliseconds UTC.
    pub fn day_ends(&self, at: i64) -> Result<i64, Problem> {
        let days = self.days()?;
        let next = days.of(at).and_then(|day| day.succ_opt());
        Ok(next.map_or_else(|| at.saturating_add(DAY), |next| days.start(next)))
    }
}

/// Says that there is no view of a name, and which there are.
pub(super) fn unknown(view: &str, known: &[&str]) -> Problem {
    Problem::new(Kind::NotUnderstood, "problem-cli-view")
        .arg("view", view)
        .arg("views", known.join(", "))
        .hint("problem-cli-view-hint")
}

const DAY: i64 = 24 * 3_600_000;
