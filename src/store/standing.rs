//! How work stands, counted by the database: one walk over the index of open rows, and the
//! rows of a day by the hour. Boards show these counts; nothing is read that they do not count.

use rusqlite::params_from_iter;
use rusqlite::types::Value as Sql;

use super::Store;
use super::error::Result;
use super::rows::{COLUMNS, Row};
use crate::domain::register::{Owner, Post};
use crate::domain::registers::conversation::{self, LEFT_WORDS};

const HOUR: i64 = 3_600_000;

/// How near a deadline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Press {
    /// There is time, or no deadline.
    Later,
    /// It is nearly over.
    AtRisk,
    /// It is over.
    Overdue,
}

/// Open work that stands alike, with how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// The post whose work it is while nobody owns it.
    pub post: Option<Post>,
    /// A further step that waits: `approve`, `acknowledge:POST`, `person:ID`.
    pub step: Option<String>,
    /// Whether the next step is ours.
    pub ours: bool,
    /// How near its deadline is.
    pub press: Press,
    /// Whether it is words that a buyer left.
    pub left: bool,
    /// How many records.
    pub count: u64,
}

impl Standing {
    /// Returns how one row stands at a time, with the span before a deadline that is at risk,
    /// both in milliseconds.
    pub fn of(row: &Row, now: i64, at_risk: i64) -> Self {
        let channel = row.fields.get(conversation::CHANNEL_OF.name());
        Self {
            owner: row.owner,
            post: row.post,
            step: row.step.clone(),
            ours: row.ours,
            press: match row.due.map(|due| due - now) {
                Some(left) if left <= 0 => Press::Overdue,
                Some(left) if left <= at_risk => Press::AtRisk,
                _ => Press::Later,
            },
            left: row.ours
                && row.register == conversation::REGISTER.name
                && channel.and_then(|channel| channel.as_str()) == Some(LEFT_WORDS),
            count: 1,
        }
    }
}

impl Store {
    /// Returns how all open work stands at a time that is not out of sight, records that stand
    /// alike together; which of it is words that a buyer left only where that is asked, since it
    /// is not in the index.
    pub fn open_standings(&self, now: i64, at_risk: i64, left: bool) -> Result<Vec<Standing>> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.owner, r.post, r.step, r.ours,
               CASE WHEN r.rank <= ?1 THEN 2 WHEN r.rank <= ?2 THEN 1 ELSE 0 END AS press,
               CASE WHEN ?6 AND r.ours AND r.register = ?3 THEN coalesce(json_extract(r.fields, ?4) = ?5, 0) ELSE 0 END AS words,
               count(*)
             FROM record r
             WHERE r.closed IS NULL AND r.work = 1 AND (r.snoozed IS NULL OR r.snoozed <= ?1)
             GROUP BY r.owner, r.post, r.step, r.ours, press, words",
        )?;
        let channel = format!("$.{}", conversation::CHANNEL_OF.name());
        let args = (
            now,
            now.saturating_add(at_risk),
            conversation::REGISTER.name,
            channel,
            LEFT_WORDS,
            left,
        );
        let rows = query.query_map(args, |row| {
            let owner: Option<String> = row.get(0)?;
            Ok(Standing {
                owner: owner.and_then(|owner| Owner::parse(&owner)),
                post: Post::of(&row.get::<_, String>(1)?),
                step: row.get(2)?,
                ours: row.get(3)?,
                press: match row.get::<_, i64>(4)? {
                    2 => Press::Overdue,
                    1 => Press::AtRisk,
                    _ => Press::Later,
                },
                left: row.get(5)?,
                count: row.get::<_, i64>(6)? as u64,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns how many records of these registers began in each hour of a span (milliseconds
    /// UTC, the end not within it), hours counted from its begin; with owners only what one of
    /// them answered for first.
    pub fn opened_by_hour(
        &self,
        registers: &[&str],
        (from, until): (i64, i64),
        owners: Option<&[Owner]>,
    ) -> Result<Vec<(i64, u64)>> {
        let mut args = vec![Sql::from(from), Sql::from(until)];
        let mut list = |values: Vec<String>| {
            let names = values.into_iter().map(|value| {
                args.push(value.into());
                format!("?{}", args.len())
            });
            names.collect::<Vec<_>>().join(", ")
        };
        let registers = list(registers.iter().map(|name| (*name).to_owned()).collect());
        let owned = owners.map_or_else(String::new, |owners| {
            let owners = list(owners.iter().map(Owner::spelling).collect());
            format!(" AND r.first_owner IN ({owners})")
        });
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT (r.opened - ?1) / {HOUR} AS hour, count(*) FROM record r
             WHERE r.register IN ({registers}) AND r.opened >= ?1 AND r.opened < ?2 AND r.void = 0{owned}
             GROUP BY hour ORDER BY hour"
        ))?;
        let rows = query.query_map(params_from_iter(args), |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the open records of a register that began at or after a time and show no value
    /// of a field, the oldest first.
    pub fn lacking(
        &self,
        register: &str,
        field: &str,
        from: i64,
        limit: usize,
    ) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM record r
             WHERE r.register = ?1 AND r.opened >= ?2 AND r.closed IS NULL AND r.void = 0
               AND json_extract(r.fields, ?3) IS NULL
             ORDER BY r.opened, r.no LIMIT ?4"
        );
        let args = vec![
            Sql::from(register.to_owned()),
            Sql::from(from),
            Sql::from(format!("$.{field}")),
            Sql::from(limit as i64),
        ];
        self.rows_of(&sql, args)
    }
}
