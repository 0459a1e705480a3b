//! Rows of events and bodies, and whose each is: the only place that writes them into their
//! tables.

use std::collections::HashMap;
use std::sync::LazyLock;

use rusqlite::{Connection, Statement, ToSql};

use crate::domain::body::{Absence, Body};
use crate::domain::event::Event;
use crate::domain::id::Id;

use super::error::Result;
use super::many::{Many, bind};

/// How many events are said to be whose at once, where all of them are.
const AT_ONCE: usize = 4_096;
/// How many numbers are remembered then: most records' events are close together.
const REMEMBERED: usize = 65_536;

const EVENT: [&str; 11] = [
    "key", "stamp", "at", "zone", "act", "register", "record", "verb", "version", "roster", "chain",
];
const BODY: [&str; 5] = ["key", "salt", "facts", "personal", "digest"];
const PLACE: [&str; 3] = ["record", "stamp", "key"];

static EVENTS: LazyLock<Many> = LazyLock::new(|| Many::of("INSERT OR FAIL INTO event", &EVENT));
static BODIES: LazyLock<Many> = LazyLock::new(|| Many::of("INSERT OR FAIL INTO body", &BODY));
static RECORDS: LazyLock<Many> =
    LazyLock::new(|| Many::of("INSERT OR IGNORE INTO record_no", &["no", "id"]));
static PLACES: LazyLock<Many> = LazyLock::new(|| Many::of("INSERT OR FAIL INTO event_of", &PLACE));

/// The numbers of records, as one transaction found or gave them.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<Id, i64>,
    /// The records that this transaction was the first to name, with their numbers.
    pub(super) new: HashMap<Id, i64>,
}

impl Numbers {
    /// Makes the numbers of records known, and gives them to those that have none.
    fn learn(&mut self, conn: &Connection, ids: impl IntoIterator<Item = Id>) -> Result<()> {
        let mut unknown = Vec::new();
        for id in ids {
            self.known.entry(id).or_insert_with(|| {
                unknown.push(id);
                0
            });
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let mut query = conn.prepare_cached("SELECT coalesce(max(no), 0) + 1 FROM record_no")?;
        let next: i64 = query.query_row([], |row| row.get(0))?;
        let given: Vec<(i64, Id)> = (next..).zip(unknown).collect();
        let before = conn.total_changes();
        RECORDS.write(conn, &given, |query, before, (no, id)| {
            bind(query, before, &[no, &id.0])
        })?;
        // Mostly all are new; else it must be asked which of them.
        let are_new = conn.total_changes() - before == given.len() as u64;
        let mut query = conn.prepare_cached("SELECT no FROM record_no WHERE id = ?1")?;
        for (given, id) in given {
            let no = if are_new {
                given
            } else {
                query.query_row([id.0], |row| row.get(0))?
            };
            if no == given {
                self.new.insert(id, no);
            }
            self.known.insert(id, no);
        }
        Ok(())
    }

    /// Returns a record's number, where it was learnt.
    fn of(&self, id: Id) -> Result<i64> {
        let no = self.known.get(&id).copied();
        no.ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into())
    }

    /// Forgets all of them where they are more than so many: they are looked up again.
    fn forget_beyond(&mut self, most: usize) {
        if self.known.len() > most {
            *self = Self::default();
        }
    }
}

/// Numbers all records of a store where none is numbered yet, and says whose each event is, as far
/// as it names its record.
pub(super) fn number(conn: &Connection) -> Result<()> {
    let mut query = conn.prepare_cached("SELECT key, stamp, record FROM event ORDER BY key")?;
    let mut rows = query.query([])?;
    // In the order of the log: what comes close together in it lies close together in both tables.
    let (mut numbers, mut some) = (Numbers::default(), Vec::with_capacity(AT_ONCE));
    while let Some(row) = rows.next()? {
        // Whatever is damaged is named by who verifies the store, which must open for that.
        let Ok(id) = row.get(2) else {
            continue;
        };
        some.push((Id(id), row.get(1)?, row.get(0)?));
        if some.len() == AT_ONCE {
            place(conn, &some, &mut numbers)?;
            numbers.forget_beyond(REMEMBERED);
            some.clear();
        }
    }
    place(conn, &some, &mut numbers)
}

/// Returns whether some event is not said to be its record's, or more are said to be some
/// record's than there are.
pub(super) fn misplaced(conn: &Connection) -> Result<bool> {
    Ok(conn.query_row(
        "SELECT EXISTS(SELECT 1 FROM event e LEFT JOIN record_no n ON n.id = e.record
           LEFT JOIN event_of o ON o.record = n.no AND o.stamp = e.stamp AND o.key = e.key WHERE o.key IS NULL)
         OR (SELECT count(*) FROM event) <> (SELECT count(*) FROM event_of)",
        [],
        |row| row.get(0),
    )?)
}

/// Writes an event and its body under a key.
pub(super) fn insert(conn: &Connection, key: i64, event: &Event) -> Result<()> {
    insert_all(conn, &[(key, event)], &mut Numbers::default())
}

/// Writes events and their bodies under their keys.
pub(super) fn insert_all(
    conn: &Connection,
    all: &[(i64, &Event)],
    numbers: &mut Numbers,
) -> Result<()> {
    EVENTS.write(conn, all, |query, before, (key, event)| {
        bind_event(query, before, *key, event)
    })?;
    BODIES.write(conn, all, |query, before, (key, event)| {
        bind_body(query, before, *key, &event.body)
    })?;
    let places: Vec<_> = all
        .iter()
        .map(|(key, event)| (event.head.record, event.head.stamp.0, *key))
        .collect();
    place(conn, &places, numbers)
}

/// Writes whose events are: record, stamp and key of each.
fn place(conn: &Connection, all: &[(Id, i64, i64)], numbers: &mut Numbers) -> Result<()> {
    numbers.learn(conn, all.iter().map(|(id, ..)| *id))?;
    let mut places = all
        .iter()
        .map(|(id, stamp, key)| Ok((numbers.of(*id)?, *stamp, *key)))
        .collect::<Result<Vec<_>>>()?;
    places.sort_unstable();
    PLACES.write(conn, &places, |query, before, (record, stamp, key)| {
        bind(query, before, &[record, stamp, key])
    })
}

/// Binds an event's columns behind so many others of the statement.
fn bind_event(query: &mut Statement<'_>, before: usize, key: i64, event: &Event) -> Result<()> {
    let head = &event.head;
    let act = head.act as i64;
    let columns: [&dyn ToSql; EVENT.len()] = [
        &key,
        &head.stamp.0,
        &head.at,
        &head.zone,
        &act,
        &head.register,
        &head.record.0,
        &head.verb,
        &head.version,
        &head.roster,
        &event.chain.0,
    ];
    bind(query, before, &columns)
}

fn bind_body(query: &mut Statement<'_>, before: usize, key: i64, body: &Body) -> Result<()> {
    let personal = body.personal();
    let gone = body.absence().map(|absence| {
        let mut digest = vec![if absence == Absence::Erased { 1 } else { 2 }];
        digest.extend_from_slice(&body.part().unwrap_or_else(|| body.digest()));
        digest
    });
    let columns: [&dyn ToSql; BODY.len()] = [
        &key,
        &personal.map(|part| part.salt),
        &body.facts(),
        &personal.map(|part| part.bytes.as_slice()),
        &gone,
    ];
    bind(query, before, &columns)
}

/// Writes another state of a body: erased, or come to light.
pub(super) fn replace_body(conn: &Connection, key: i64, body: &Body) -> Result<()> {
    let mut query = conn.prepare_cached(
        "UPDATE body SET salt = ?2, facts = ?3, personal = ?4, digest = ?5 WHERE key = ?1",
    )?;
    bind_body(&mut query, 0, key, body)?;
    query.raw_execute()?;
    Ok(())
}
