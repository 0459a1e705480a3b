//! A record's row in its table: what it says, and how it is spelled there.

use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};
use serde_json::Value;

use crate::domain::deadline::limits::Limits;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::record::Record;
use crate::domain::register::{LAST_WORDS, Register, Wait, no_wait};
use crate::domain::registers::{CUSTOMER, NUMBER, ORDER, snooze};

use super::error::Result;
use super::project::{Folded, NO_DUE, step_word, text_of};
use super::read::record_no;
use super::words::{self, Extent, Words};

/// A row that is to be written, and the words by which it is found.
pub(super) struct Ready {
    pub(super) row: Projected,
    pub(super) words: Words,
    /// Which words these are.
    pub(super) extent: Extent,
}

impl Ready {
    /// Returns what a record's fold comes to, with such words; none where no event of it counts.
    pub(super) fn of(folded: &Folded, limits: &Limits, extent: Extent) -> Option<Self> {
        let (register, record) = (folded.register?, folded.record.as_ref()?);
        let shown = record.shown();
        Some(Self {
            row: Projected::of(register, record, &shown, limits),
            words: words::of_row(register.name, &shown, extent),
            extent,
        })
    }
}

/// What is known of a record's row before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// There may be one.
    Perhaps,
    /// There is none and never was; the record's number, where it is known.
    Never(Option<i64>),
}

/// Where a row is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot {
    /// Over the row of this number.
    Over(i64),
    /// As a new one, under the record's number, where it is known.
    New(Option<i64>),
}

/// The columns of a new row, behind its number: as [`Projected::values`] spells them.
macro_rules! columns {
    () => {
        "id, register, state, owner, first_owner, due, due_source, rank, opened, closed, title, subject,
             customer, order_id, number, amount, currency, ours, post, step, since, snoozed, void, work, last,
             fields, order_number"
    };
}
macro_rules! places {
    () => {
        "?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27"
    };
}
// `OR FAIL`: else SQLite copies each page that the statement changes, to take it back alone. Whatever
// constraint fails does so before the first change.
const INSERT: &str = concat!(
    "INSERT OR FAIL INTO record(no, ",
    columns!(),
    ") VALUES(?28,",
    places!(),
    ")"
);
const INSERT_BY_ID: &str = concat!(
    "INSERT OR FAIL INTO record(no, ",
    columns!(),
    ") SELECT n.no,",
    places!(),
    " FROM record_no n WHERE n.id = ?1"
);

/// A record's row as the database holds it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Projected {
    pub(super) register: String,
    state: String,
    owner: Option<String>,
    first_owner: Option<String>,
    due: Option<i64>,
    due_source: Option<String>,
    rank: i64,
    opened: i64,
    closed: Option<i64>,
    title: Option<String>,
    subject: Option<String>,
    customer: Option<[u8; 16]>,
    order_id: Option<[u8; 16]>,
    order_number: Option<String>,
    number: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    ours: bool,
    post: String,
    step: Option<String>,
    since: i64,
    snoozed: Option<i64>,
    void: bool,
    work: bool,
    last: i64,
    pub(super) fields: String,
}

impl Projected {
    /// Returns the row of a record that shows these values.
    fn of(register: &Register, record: &Record, shown: &Value, limits: &Limits) -> Self {
        // Nothing is due of what is done or taken back: a change of the shop's limits folds only
        // what is open.
        let due = if record.closed.is_some() || record.void {
            None
        } else {
            (register.due)(record, limits)
        };
        // A record taken back waits for nobody.
        let wait = if record.void {
            Wait {
                ours: false,
                ..no_wait(record)
            }
        } else {
            (register.wait)(record)
        };
        let first = |names: &[&str]| {
            names.iter().find_map(|name| match *name {
                LAST_WORDS => record.buyers_last_words().map(str::to_owned),
                name => record.value(name).map(text_of),
            })
        };
        let own = |name: &str| (register.name == name).then_some(record.id);
        let amount: Option<Money> = shown
            .get("amount")
            .and_then(|value| serde_json::from_value(value.clone()).ok());
        Self {
            register: record.register.clone(),
            state: record.state.clone(),
            owner: record.owner.map(|owner| owner.spelling()),
            first_owner: record.first_owner.map(|owner| owner.spelling()),
            due: due.map(|due| due.at),
            due_source: due.map(|due| due.source.word().to_owned()),
            rank: due.map_or(NO_DUE, |due| due.at),
            opened: record.opened,
            // What was taken back is out of the way like what is done.
            closed: record.closed.or(record.void.then_some(record.opened)),
            title: first(register.title),
            subject: first(register.subject),
            customer: own("customer")
                .or_else(|| record.get(CUSTOMER))
                .map(|id| id.0),
            order_id: own("order").or_else(|| record.get(ORDER)).map(|id| id.0),
            order_number: record
                .text(if register.name == "order" {
                    "number"
                } else {
                    "order_number"
                })
                .map(str::to_owned),
            number: record.get(NUMBER),
            amount: amount.as_ref().map(|money| money.minor),
            currency: amount.map(|money| money.currency.code().to_owned()),
            ours: wait.ours,
            post: wait.post.word().to_owned(),
            step: wait.step.map(|step| step_word(&step)),
            since: wait.since,
            snoozed: snooze::until(record),
            void: record.void,
            work: register.work,
            last: record.last.0,
            fields: shown.to_string(),
        }
    }

    /// Returns the words by which this row is found.
    pub(super) fn words(&self) -> Words {
        Self::words_of(&self.register, &self.fields)
    }

    /// Returns the words by which a row of such a register is found, of which these are the fields
    /// as they are stored.
    pub(super) fn words_of(register: &str, fields: &str) -> Words {
        let shown: Value = serde_json::from_str(fields).unwrap_or_default();
        words::of_row(register, &shown, Extent::All)
    }

    pub(super) fn read(conn: &Connection, id: Id) -> Result<Option<(i64, Self)>> {
        let mut query = conn.prepare_cached(concat!(
            "SELECT no, register, state, owner, first_owner, due, due_source, rank, opened, closed, title, subject, customer,
             order_id, number, amount, currency, ours, post, step, since, snoozed, void, work, last, fields, order_number
             FROM record WHERE id = ?1 AND no = ",
            record_no!()
        ))?;
        Ok(query
            .query_row([id.0], |row| {
                let read = Self {
                    register: row.get(1)?,
                    state: row.get(2)?,
                    owner: row.get(3)?,
                    first_owner: row.get(4)?,
                    due: row.get(5)?,
                    due_source: row.get(6)?,
                    rank: row.get(7)?,
                    opened: row.get(8)?,
                    closed: row.get(9)?,
                    title: row.get(10)?,
                    subject: row.get(11)?,
                    customer: row.get(12)?,
                    order_id: row.get(13)?,
                    number: row.get(14)?,
                    amount: row.get(15)?,
                    currency: row.get(16)?,
                    ours: row.get(17)?,
                    post: row.get(18)?,
                    step: row.get(19)?,
                    since: row.get(20)?,
                    snoozed: row.get(21)?,
                    void: row.get(22)?,
                    work: row.get(23)?,
                    last: row.get(24)?,
                    fields: row.get(25)?,
                    order_number: row.get(26)?,
                };
                Ok((row.get(0)?, read))
            })
            .optional()?)
    }

    /// Writes the row there, and returns the record's number.
    pub(super) fn write(&self, conn: &Connection, id: Id, spot: Spot) -> Result<i64> {
        // Not one statement for all: RETURNING costs a temporary table.
        match spot {
            Spot::Over(no) => self.overwrite(conn, no),
            Spot::New(Some(no)) => {
                let mut query = conn.prepare_cached(INSERT)?;
                let values = self.values(&id.0);
                let no: &dyn ToSql = &no;
                Ok(query.insert(params_from_iter(values.iter().chain([&no])))?)
            }
            // Fails where the record has no number, which every event gives it.
            Spot::New(None) => {
                let mut query = conn.prepare_cached(INSERT_BY_ID)?;
                Ok(query.insert(self.values(&id.0))?)
            }
        }
    }

    fn overwrite(&self, conn: &Connection, no: i64) -> Result<i64> {
        let mut query = conn.prepare_cached(
            "UPDATE record SET register=?2, state=?3, owner=?4, first_owner=?5, due=?6, due_source=?7, rank=?8, opened=?9,
             closed=?10, title=?11, subject=?12, customer=?13, order_id=?14, number=?15, amount=?16,
             currency=?17, ours=?18, post=?19, step=?20, since=?21, snoozed=?22, void=?23, work=?24, last=?25,
             fields=?26, order_number=?27 WHERE no = ?1",
        )?;
        query.execute(self.values(&no))?;
        Ok(no)
    }

    /// The columns in their order, behind what says of which row.
    fn values<'a>(&'a self, first: &'a dyn ToSql) -> [&'a dyn ToSql; 27] {
        [
            first,
            &self.register,
            &self.state,
            &self.owner,
            &self.first_owner,
            &self.due,
            &self.due_source,
            &self.rank,
            &self.opened,
            &self.closed,
            &self.title,
            &self.subject,
            &self.customer,
            &self.order_id,
            &self.number,
            &self.amount,
            &self.currency,
            &self.ours,
            &self.post,
            &self.step,
            &self.since,
            &self.snoozed,
            &self.void,
            &self.work,
            &self.last,
            &self.fields,
            &self.order_number,
        ]
    }
}
