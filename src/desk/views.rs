//! The views that every shop has: names for questions that lists, exports and boards ask.

use chrono::{Days, NaiveDate, NaiveTime, TimeZone};

use super::Desk;
use crate::domain::register::{Owner, Register};
use crate::domain::registers::order;
use crate::problem::{Kind, Problem};
use crate::store::{Order, OwnerFilter, Query, Row};

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

impl Desk {
    /// Returns the rows of a register's view, all rows where none is named, at most `limit`.
    pub fn view(
        &self,
        register: &'static Register,
        view: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Row>, Problem> {
        let mut query = match view {
            Some(view) => self.view_query(register, view)?,
            None => Query {
                order: Order::Opened,
                ..Query::default()
            },
        };
        query.registers = vec![register.name];
        if view == Some("unverified") {
            return self.unverified(query, limit);
        }
        query.limit = Some(limit);
        Ok(self.store().rows(&query)?)
    }

    fn view_query(&self, register: &Register, view: &str) -> Result<Query, Problem> {
        if !names(register).contains(&view) {
            return Err(Problem::new(Kind::NotUnderstood, "problem-cli-view")
                .arg("view", view)
                .arg("views", names(register).join(", "))
                .hint("problem-cli-view-hint"));
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
            "waiting" => Query {
                ours: Some(true),
                order: Order::Since,
                ..open
            },
            "left-messages" => Query {
                ours: Some(true),
                ..open
            },
            "yesterday" => {
                let begins = self.day_ends(now)? - 2 * DAY;
                Query {
                    opened_from: Some(begins),
                    opened_before: Some(begins + DAY),
                    ..Query::default()
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
            _ => open,
        })
    }

    /// Orders that no export has brought yet; the answer is in their events, so rows are read
    /// by pages until enough are found.
    fn unverified(&self, mut query: Query, limit: usize) -> Result<Vec<Row>, Problem> {
        let mut found = Vec::new();
        query.limit = Some(500);
        query.order = Order::Opened;
        loop {
            let page = self.store().rows(&query)?;
            query.after = page.last().map(|row| row.cursor(Order::Opened));
            let is_last = page.len() < 500;
            for row in page {
                if self
                    .store()
                    .record(row.id)?
                    .is_some_and(|record| order::is_unverified(&record))
                {
                    found.push(row);
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    /// Returns when the business day of a time ends, milliseconds UTC.
    pub fn day_ends(&self, at: i64) -> Result<i64, Problem> {
        let hour = self
            .setting("day_end")?
            .and_then(|hour| hour.parse().ok())
            .unwrap_or(4);
        let day = NaiveDate::parse_from_str(&self.business_day(at)?, "%Y-%m-%d").ok();
        let end = day
            .and_then(|day| day.checked_add_days(Days::new(1)))
            .zip(NaiveTime::from_hms_opt(hour, 0, 0))
            .and_then(|(day, hour)| {
                self.zone()
                    .from_local_datetime(&day.and_time(hour))
                    .earliest()
            });
        Ok(end.map_or_else(|| at.saturating_add(DAY), |end| end.timestamp_millis()))
    }
}

const DAY: i64 = 24 * 3_600_000;
