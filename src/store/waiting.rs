//! What the list of what waits needs beside its pages: how much waits and by what for, what is
//! nearly over, whose an order is, how old the exports are. None of it reads a shown value of an
//! open record.

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params_from_iter};

use crate::domain::id::Id;

use super::Store;
use super::error::Result;
use super::query::{Mine, Query, unassigned};
use super::read::record_no;

/// How many records of a query wait, by what for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub all: usize,
    /// Their time is over.
    pub overdue: usize,
    /// Their time is over or ends soon.
    pub soon: usize,
    /// They wait for us or for a step of the person.
    pub waiting: usize,
    /// The person owns them.
    pub mine: usize,
    /// No person owns them.
    pub unowned: usize,
    /// Somebody is to acknowledge them.
    pub unacknowledged: usize,
    /// Somebody is to approve them.
    pub approvals: usize,
    /// Whether counting stopped before the end.
    pub capped: bool,
}

impl Query {
    /// Returns the statement for the numbers of what no contradiction is about, and its arguments.
    pub(super) fn undisputed(&self, most: usize) -> (String, Vec<Sql>) {
        let built = self.build();
        let condition = built.condition();
        let sql = format!(
            "SELECT r.no FROM record r WHERE {condition} AND r.no NOT IN
             (SELECT d.no FROM contradiction_of c JOIN record_no d ON d.id = c.record WHERE c.closed = 0)
             ORDER BY r.rank, r.no LIMIT {most}"
        );
        (sql, built.args)
    }
}

impl Store {
    /// Counts what a query has, by what it waits for: in one walk over the index of open work,
    /// at most so many records.
    pub fn tally(
        &self,
        query: &Query,
        mine: &Mine,
        now: i64,
        soon: i64,
        most: usize,
    ) -> Result<Tally> {
        let mut built = query.build();
        let condition = built.condition();
        let (now, soon) = (built.arg(now), built.arg(soon));
        let person = built.arg(mine.person.to_string());
        let waits = mine.waits(&mut built);
        let nobody = unassigned(&mut built);
        let sums: Vec<String> = [
            &format!("r.rank <= {now}"),
            &format!("r.rank <= {soon}"),
            &waits,
            &format!("r.owner = {person}"),
            &nobody,
            "r.step LIKE 'acknowledge%'",
            "r.step = 'approve'",
        ]
        .iter()
        .map(|holds| format!("coalesce(sum({holds}), 0)"))
        .collect();
        let sql = format!(
            "SELECT count(*), {} FROM (SELECT r.rank, r.owner, r.step, r.ours FROM record r
             WHERE {condition} ORDER BY r.rank, r.no LIMIT {most}) r",
            sums.join(", ")
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let tally = statement.query_row(params_from_iter(built.args), |row| {
            let sum = |column: usize| row.get::<_, i64>(column).map(|sum| sum as usize);
            let all = sum(0)?;
            Ok(Tally {
                all,
                overdue: sum(1)?,
                soon: sum(2)?,
                waiting: sum(3)?,
                mine: sum(4)?,
                unowned: sum(5)?,
                unacknowledged: sum(6)?,
                approvals: sum(7)?,
                capped: all == most,
            })
        })?;
        Ok(tally)
    }

    /// Returns the local numbers of a query's records, the nearest deadline first, without those
    /// that take part in an open contradiction. No record is read: of what is overdue there may be
    /// as much as is open.
    pub fn undisputed(&self, query: &Query, most: usize) -> Result<Vec<i64>> {
        let (sql, args) = query.undisputed(most);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let numbers = statement.query_map(params_from_iter(args), |row| row.get(0))?;
        Ok(numbers.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the newest export of each kind: its kind and the time from which it is,
    /// milliseconds UTC.
    pub fn newest_exports(&self) -> Result<Vec<(String, i64)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT r.fields ->> '$.kind' AS kind, max(r.fields ->> '$.exported_at') FROM record r
             WHERE r.register = 'import' AND r.void = 0
             AND kind IS NOT NULL AND typeof(r.fields ->> '$.exported_at') = 'integer'
             GROUP BY kind ORDER BY kind",
        )?;
        let newest = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(newest.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the customer of a record's row.
    pub fn customer_of(&self, record: Id) -> Result<Option<Id>> {
        let mut query = self.conn.prepare_cached(concat!(
            "SELECT customer FROM record WHERE no = ",
            record_no!()
        ))?;
        let customer: Option<Option<[u8; 16]>> =
            query.query_row([record.0], |row| row.get(0)).optional()?;
        Ok(customer.flatten().map(Id))
    }
}
