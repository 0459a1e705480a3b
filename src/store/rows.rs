//! Rows of records: pages, counts, and the records that a name means.

use rusqlite::params_from_iter;
use rusqlite::types::Value as Sql;

use crate::domain::id::Id;
use crate::domain::register::{Owner, Post};

use super::error::Result;
use super::query::{COUNT_CAP, Count, Cursor, Order, Query, blob};
use super::read::record_no;
use super::{Store, words};

/// A record in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The local number.
    pub no: i64,
    /// The record.
    pub id: Id,
    /// The register's name.
    pub register: String,
    /// The state.
    pub state: String,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// Who answered for it first.
    pub first_owner: Option<Owner>,
    /// The deadline, milliseconds UTC.
    pub due: Option<i64>,
    /// Who says so: the word of [`crate::domain::register::Source`].
    pub due_source: Option<String>,
    /// When it began, milliseconds UTC.
    pub opened: i64,
    /// When work on it was over, or it was taken back.
    pub closed: Option<i64>,
    /// What names it, uncleaned.
    pub title: Option<String>,
    /// What it is about, uncleaned.
    pub subject: Option<String>,
    /// The customer.
    pub customer: Option<Id>,
    /// The order.
    pub order_id: Option<Id>,
    /// The order's number, as the record itself or the order's own row names it.
    pub order_number: Option<String>,
    /// The number for people.
    pub number: Option<String>,
    /// The field `amount` in minor units and its currency.
    pub amount: Option<(i64, String)>,
    /// Whether the next step is ours.
    pub ours: bool,
    /// The post whose work it is while nobody owns it.
    pub post: Option<Post>,
    /// A further step that waits: `approve`, `acknowledge:POST`, `person:ID`.
    pub step: Option<String>,
    /// Since when it waits, milliseconds UTC.
    pub since: i64,
    /// Until when it is out of sight.
    pub snoozed_until: Option<i64>,
    /// How many open contradictions it takes part in.
    pub conflicts: u32,
    /// Whether it was taken back.
    pub void: bool,
    /// The stamp of the newest event of it.
    pub last: i64,
    /// The shown values.
    pub fields: serde_json::Value,
    rank: i64,
}

impl Row {
    /// Returns the place behind this row in an order.
    pub fn cursor(&self, order: Order) -> Cursor {
        let key = match order {
            Order::Due => self.rank,
            Order::Opened => self.opened,
            Order::Since => self.since,
        };
        Cursor { key, no: self.no }
    }
}

/// What a row is read from.
pub(super) const COLUMNS: &str = "r.no, r.id, r.register, r.state, r.owner, r.first_owner, r.due, r.due_source, r.opened, r.closed,
  r.title, r.subject, r.customer, r.order_id, coalesce(r.order_number, (SELECT o.order_number FROM record_no n JOIN record o ON o.no = n.no WHERE n.id = r.order_id)),
  r.number, r.amount, r.currency, r.ours, r.post, r.step, r.since, r.snoozed,
  (SELECT count(*) FROM contradiction_of c WHERE c.record = r.id AND c.closed = 0), r.void, r.fields, r.rank, r.last";

fn row_at(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let owner = |column: usize| -> rusqlite::Result<Option<Owner>> {
        Ok(row
            .get::<_, Option<String>>(column)?
            .and_then(|text| Owner::parse(&text)))
    };
    let amount: Option<i64> = row.get(16)?;
    let currency: Option<String> = row.get(17)?;
    Ok(Row {
        no: row.get(0)?,
        id: Id(row.get(1)?),
        register: row.get(2)?,
        state: row.get(3)?,
        owner: owner(4)?,
        first_owner: owner(5)?,
        due: row.get(6)?,
        due_source: row.get(7)?,
        opened: row.get(8)?,
        closed: row.get(9)?,
        title: row.get(10)?,
        subject: row.get(11)?,
        customer: row.get::<_, Option<[u8; 16]>>(12)?.map(Id),
        order_id: row.get::<_, Option<[u8; 16]>>(13)?.map(Id),
        order_number: row.get(14)?,
        number: row.get(15)?,
        amount: amount.zip(currency),
        ours: row.get(18)?,
        post: Post::of(&row.get::<_, String>(19)?),
        step: row.get(20)?,
        since: row.get(21)?,
        snoozed_until: row.get(22)?,
        conflicts: row.get(23)?,
        void: row.get(24)?,
        fields: serde_json::from_str(row.get_ref(25)?.as_str()?).unwrap_or_default(),
        rank: row.get(26)?,
        last: row.get(27)?,
    })
}

impl Store {
    /// Returns a page of records.
    pub fn rows(&self, query: &Query) -> Result<Vec<Row>> {
        let (sql, args) = query.page();
        self.rows_of(&sql, args)
    }

    /// Returns whether a query has any record.
    pub fn any(&self, query: &Query) -> Result<bool> {
        let (sql, args) = query.existing();
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row(params_from_iter(args), |row| row.get(0))?)
    }

    /// Returns how many records a query has, without its page.
    pub fn count(&self, query: &Query) -> Result<Count> {
        let to_the_end = query.counts_all();
        let n = self.counted(query, to_the_end)?;
        let capped = !to_the_end && n > COUNT_CAP;
        Ok(Count {
            n: if capped { COUNT_CAP } else { n } as u64,
            capped,
        })
    }

    /// Returns how many records a query has, counted to the end: for what a time bounds.
    pub fn count_all(&self, query: &Query) -> Result<u64> {
        Ok(self.counted(query, true)? as u64)
    }

    fn counted(&self, query: &Query, to_the_end: bool) -> Result<i64> {
        let (sql, args) = query.counting(to_the_end);
        let mut statement = self.conn.prepare_cached(&sql)?;
        Ok(statement.query_row(params_from_iter(args), |row| row.get(0))?)
    }

    /// Returns the rows of these records, in their order; those without a row are left out.
    pub fn rows_by_id(&self, ids: &[Id]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for id in ids {
            rows.extend(self.row(*id)?);
        }
        Ok(rows)
    }

    /// Returns a record's row.
    pub fn row(&self, id: Id) -> Result<Option<Row>> {
        Ok(self
            .rows_of(
                &format!(
                    "SELECT {COLUMNS} FROM record r WHERE r.no = {}",
                    record_no!()
                ),
                vec![blob(id)],
            )?
            .pop())
    }

    /// Returns the records that a name means exactly: a number for people, an outside number
    /// in full, or eight or more digits of a record's id. Several are ambiguous.
    pub fn named(&self, name: &str) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM word w JOIN record r ON r.no = w.no WHERE w.slot = ?1 AND w.word = ?2 ORDER BY w.no LIMIT 20"
        );
        let word = words::number_word(name);
        let mut rows = self.rows_of(
            &sql,
            vec![Sql::from(words::NUMBERS), Sql::from(word.clone())],
        )?;
        // A record's own number goes before records that only quote it.
        let own = |row: &Row| {
            let is = |text: Option<&str>| text.is_some_and(|text| words::number_word(text) == word);
            is(row.number.as_deref())
                || is(row.fields.get("number").and_then(serde_json::Value::as_str))
        };
        if rows.iter().any(own) {
            rows.retain(own);
        }
        if let Some((from, to)) = id_range(name.trim()) {
            let sql = format!(
                "SELECT {COLUMNS} FROM record_no n JOIN record r ON r.no = n.no WHERE n.id >= ?1 AND n.id <= ?2 ORDER BY n.id LIMIT 20"
            );
            add_new(&mut rows, self.rows_of(&sql, vec![blob(from), blob(to)])?);
        }
        Ok(rows)
    }

    /// Returns every record that bears exactly this name or outside number, as people compare
    /// them: letters folded, a number's other signs left out. A masked name finds nothing.
    pub fn bearing(&self, text: &str) -> Result<Vec<Row>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM word w JOIN record r ON r.no = w.no WHERE w.slot = ?1 AND w.word = ?2 ORDER BY w.no"
        );
        let mut rows = Vec::new();
        for (slot, word) in [
            (words::NAMES, words::name_word(text)),
            (words::NUMBERS, words::number_word(text)),
        ] {
            if !word.is_empty() {
                add_new(
                    &mut rows,
                    self.rows_of(&sql, vec![Sql::from(slot), Sql::from(word)])?,
                );
            }
        }
        Ok(rows)
    }

    pub(super) fn rows_of(&self, sql: &str, args: Vec<Sql>) -> Result<Vec<Row>> {
        let mut query = self.conn.prepare_cached(sql)?;
        let rows = query.query_map(params_from_iter(args), row_at)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn add_new(rows: &mut Vec<Row>, more: Vec<Row>) {
    for row in more {
        if rows.iter().all(|known| known.no != row.no) {
            rows.push(row);
        }
    }
}

/// Returns the first and last id that begin with eight or more hexadecimal digits.
pub(super) fn id_range(text: &str) -> Option<(Id, Id)> {
    let digits = text.to_ascii_lowercase();
    if !(8..=32).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((
        format!("{digits:0<32}").parse().ok()?,
        format!("{digits:f<32}").parse().ok()?,
    ))
}
