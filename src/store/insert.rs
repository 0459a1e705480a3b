//! Rows of events and bodies: the only place that knows how they are spelled in their tables.

use std::sync::LazyLock;

use rusqlite::{Connection, Statement, ToSql};

use crate::domain::body::{Absence, Body};
use crate::domain::event::Event;

use super::error::Result;

/// How many events one statement writes where there are many: in their order and by one
/// statement they cost two thirds of what they cost one by one.
const TOGETHER: usize = 32;
/// The columns of an event.
const EVENT: usize = 11;
/// The columns of a body.
const BODY: usize = 5;

/// The statement that writes some events, and the one that writes their bodies.
struct Statements {
    events: String,
    bodies: String,
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
        }
    }
}

static ALONE: LazyLock<Statements> = LazyLock::new(|| Statements::of(1));
static MANY: LazyLock<Statements> = LazyLock::new(|| Statements::of(TOGETHER));

/// Writes an event and its body under a key.
pub(super) fn insert(conn: &Connection, key: i64, event: &Event) -> Result<()> {
    rows(conn, &ALONE, &[(key, event)])
}

/// Writes events and their bodies under their keys.
pub(super) fn insert_all(conn: &Connection, all: &[(i64, &Event)]) -> Result<()> {
    let (together, alone) = all.as_chunks::<TOGETHER>();
    for some in together {
        rows(conn, &MANY, some)?;
    }
    for one in alone {
        rows(conn, &ALONE, std::slice::from_ref(one))?;
    }
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
