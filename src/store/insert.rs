//! Rows of events and bodies, and whose each is: the only place that writes them into their
//! tables.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use rusqlite::{Connection, Statement, ToSql};

use crate::domain::body::{Absence, Body};
use crate::domain::event::Event;
use crate::domain::id::Id;

use super::error::Result;

/// How many events one statement writes where there are many: in their order and by one
/// statement they cost two thirds of what they cost one by one.
const TOGETHER: usize = 32;
/// The columns of an event.
const EVENT: usize = 11;
/// The columns of a body.
const BODY: usize = 5;
/// The columns that say whose an event is.
const PLACE: usize = 3;
/// How many events are said to be whose at once, where all of them are.
const AT_ONCE: usize = 4_096;
/// How many numbers are remembered then: most records' events are close together.
const REMEMBERED: usize = 65_536;

/// The statement that writes some events, the one that writes their bodies, and the one that
/// writes whose they are.
struct Statements {
    events: String,
    bodies: String,
    places: String,
}

impl Statements {
    fn of(rows: usize) -> Self {
        let values = |columns: usize| {
            let row = format!("({})", vec!["?"; columns].join(","));
            vec![row; rows].join(",")
        };
        Self {
            events: format!(
                "INSERT INTO event(key, stamp, at, zone, act, register, record, verb, version, roster, chain) VALUES{}",
                values(EVENT)
            ),
            bodies: format!(
                "INSERT INTO body(key, salt, facts, personal, digest) VALUES{}",
                values(BODY)
            ),
            places: format!(
                "INSERT INTO event_of(record, stamp, key) VALUES{}",
                values(PLACE)
            ),
        }
    }
}

static ALONE: LazyLock<Statements> = LazyLock::new(|| Statements::of(1));
static MANY: LazyLock<Statements> = LazyLock::new(|| Statements::of(TOGETHER));

/// The numbers of records, as one transaction found or gave them.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<Id, i64>,
    /// The records that this transaction was the first to name.
    pub(super) new: HashSet<Id>,
}

impl Numbers {
    fn of(&mut self, conn: &Connection, id: Id) -> Result<i64> {
        if let Some(no) = self.known.get(&id) {
            return Ok(*no);
        }
        let mut query = conn.prepare_cached("INSERT OR IGNORE INTO record_no(id) VALUES(?1)")?;
        let no = if query.execute([id.0])? == 1 {
            self.new.insert(id);
            conn.last_insert_rowid()
        } else {
            let mut query = conn.prepare_cached("SELECT no FROM record_no WHERE id = ?1")?;
            query.query_row([id.0], |row| row.get(0))?
        };
        self.known.insert(id, no);
        Ok(no)
    }

    /// Forgets all of them where they are more than so many: they are looked up again.
    fn forget_beyond(&mut self, most: usize) {
        if self.known.len() > most {
            *self = Self::default();
        }
    }
}

/// Numbers all records of a store where none is numbered yet, and says whose each event is.
pub(super) fn number(conn: &Connection) -> Result<()> {
    let mut query = conn.prepare_cached("SELECT key, stamp, record FROM event ORDER BY key")?;
    let mut rows = query.query([])?;
    // In the order of the log: what comes close together in it lies close together in both tables.
    let (mut numbers, mut places) = (Numbers::default(), Vec::with_capacity(AT_ONCE));
    while let Some(row) = rows.next()? {
        let record = numbers.of(conn, Id(row.get(2)?))?;
        places.push([record, row.get(1)?, row.get(0)?]);
        if places.len() == AT_ONCE {
            place_all(conn, &mut places)?;
            numbers.forget_beyond(REMEMBERED);
        }
    }
    place_all(conn, &mut places)
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
    in_pieces(all, |statements, some| rows(conn, statements, some))?;
    let mut places = Vec::with_capacity(all.len());
    for (key, event) in all {
        let record = numbers.of(conn, event.head.record)?;
        places.push([record, event.head.stamp.0, *key]);
    }
    place_all(conn, &mut places)
}

/// Writes whose events are, in their order, which costs less; nothing is left of the list.
fn place_all(conn: &Connection, places: &mut Vec<[i64; PLACE]>) -> Result<()> {
    places.sort_unstable();
    in_pieces(places, |statements, some| place(conn, statements, some))?;
    places.clear();
    Ok(())
}

/// Has rows written together as far as they go, and what is left one by one.
fn in_pieces<T>(all: &[T], mut write: impl FnMut(&Statements, &[T]) -> Result<()>) -> Result<()> {
    let (together, alone) = all.as_chunks::<TOGETHER>();
    for some in together {
        write(&MANY, some)?;
    }
    for one in alone {
        write(&ALONE, std::slice::from_ref(one))?;
    }
    Ok(())
}

fn place(conn: &Connection, statements: &Statements, all: &[[i64; PLACE]]) -> Result<()> {
    let mut query = conn.prepare_cached(&statements.places)?;
    for (nth, column) in (1..).zip(all.as_flattened()) {
        query.raw_bind_parameter(nth, column)?;
    }
    query.raw_execute()?;
    Ok(())
}

fn rows(conn: &Connection, statements: &Statements, all: &[(i64, &Event)]) -> Result<()> {
    let mut query = conn.prepare_cached(&statements.events)?;
    for (nth, (key, event)) in all.iter().enumerate() {
        bind_event(&mut query, nth * EVENT + 1, *key, event)?;
    }
    query.raw_execute()?;
    let mut query = conn.prepare_cached(&statements.bodies)?;
    for (nth, (key, event)) in all.iter().enumerate() {
        bind_body(&mut query, nth * BODY + 1, *key, &event.body)?;
    }
    query.raw_execute()?;
    Ok(())
}

/// Binds an event's columns from a place of the statement on.
fn bind_event(query: &mut Statement<'_>, from: usize, key: i64, event: &Event) -> Result<()> {
    let head = &event.head;
    let act = head.act as i64;
    let columns: [&dyn ToSql; EVENT] = [
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
    bind(query, from, &columns)
}

fn bind_body(query: &mut Statement<'_>, from: usize, key: i64, body: &Body) -> Result<()> {
    let personal = body.personal();
    let gone = body.absence().map(|absence| {
        let mut digest = vec![if absence == Absence::Erased { 1 } else { 2 }];
        digest.extend_from_slice(&body.part().unwrap_or_else(|| body.digest()));
        digest
    });
    let columns: [&dyn ToSql; BODY] = [
        &key,
        &personal.map(|part| part.salt),
        &body.facts(),
        &personal.map(|part| part.bytes.as_slice()),
        &gone,
    ];
    bind(query, from, &columns)
}

fn bind(query: &mut Statement<'_>, from: usize, columns: &[&dyn ToSql]) -> Result<()> {
    for (place, column) in (from..).zip(columns) {
        query.raw_bind_parameter(place, column)?;
    }
    Ok(())
}

/// Writes another state of a body: erased, or come to light.
pub(super) fn replace_body(conn: &Connection, key: i64, body: &Body) -> Result<()> {
    let mut query = conn.prepare_cached(
        "UPDATE body SET salt = ?2, facts = ?3, personal = ?4, digest = ?5 WHERE key = ?1",
    )?;
    bind_body(&mut query, 1, key, body)?;
    query.raw_execute()?;
    Ok(())
}
