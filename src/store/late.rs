//! Words by which only people's search finds a record: the ends of numbers and the first letters of
//! names.
//!
//! They scatter over the whole index, so that a large import would write most of its pages again
//! for each of its transactions. There they are left to what makes the search index; until then
//! they are read from the whole numbers and names, which are always there.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};

use crate::text::pinyin::spellings;

use super::error::Result;
use super::row::Projected;
use super::words::{self, Fresh};

/// How many rows one step reads at most: their words lie far apart.
const BATCH: i64 = 500;
/// For how long names are read whole for one look: what somebody types does not wait longer.
const LONGEST_LOOK: Duration = Duration::from_millis(if cfg!(test) { 10_000 } else { 100 });
/// After how many names it is looked whether that time is over.
const LOOK_EVERY: usize = 256;

/// Leaves the late words of records, by their numbers, to the steps that follow.
pub(super) fn leave(conn: &Connection, records: &RangeInclusive<i64>) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO late_words(first, last) VALUES(?1, ?2)
         ON CONFLICT(first) DO UPDATE SET last = max(last, excluded.last)",
    )?
    .execute((records.start(), records.end()))?;
    Ok(())
}

/// Returns whether late words of any record are still to be written.
pub(super) fn is_behind(conn: &Connection) -> Result<bool> {
    let mut query = conn.prepare_cached("SELECT EXISTS(SELECT 1 FROM late_words)")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// Writes the late words of some records until a time, and returns whether there were any.
pub(super) fn step(conn: &Connection, until: Instant) -> Result<bool> {
    let left: Option<(i64, i64)> = conn
        .prepare_cached("SELECT first, last FROM late_words ORDER BY first LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((first, last)) = left else {
        return Ok(false);
    };
    let upto = write(conn, first..=last, until)?;
    conn.prepare_cached("DELETE FROM late_words WHERE first = ?1")?
        .execute([first])?;
    if upto < last {
        leave(conn, &(upto + 1..=last))?;
    }
    Ok(true)
}

/// Writes the late words of records until a time, and returns up to which.
fn write(conn: &Connection, records: RangeInclusive<i64>, until: Instant) -> Result<i64> {
    let mut query = conn.prepare_cached(
        "SELECT no, register, fields FROM record WHERE no BETWEEN ?1 AND ?2 ORDER BY no LIMIT ?3",
    )?;
    let mut rows = query.query((records.start(), records.end(), BATCH))?;
    let (mut fresh, mut read, mut upto) = (Fresh::default(), 0, *records.end());
    while let Some(row) = rows.next()? {
        let no = row.get(0)?;
        // Whatever is damaged is named by who verifies the store, and stops no search.
        if let (Ok(register), Ok(fields)) = (row.get::<_, String>(1), row.get::<_, String>(2)) {
            fresh.add(no, Projected::words_of(&register, &fields), words::is_late);
        }
        read += 1;
        if read == BATCH || Instant::now() > until {
            upto = no;
            break;
        }
    }
    fresh.write(conn)?;
    Ok(upto)
}

/// Returns the condition on a word that it is a number and ends so.
pub(super) fn ends_so(numbers: &str, end: &str) -> String {
    format!("w.slot = {numbers} AND substr(w.word, -length({end})) = {end}")
}

/// Returns the records that have a late word which begins so, from the whole numbers and names, and
/// whether there was no time for all.
pub(super) fn nos_at(conn: &Connection, slot: i64, word: &str) -> Result<(Vec<i64>, bool)> {
    if slot == words::ENDS {
        let end: String = word.chars().rev().collect();
        return Ok((with_end(conn, &end)?, false));
    }
    with_initials(conn, word)
}

/// Returns the records with a number that ends so.
fn with_end(conn: &Connection, end: &str) -> Result<Vec<i64>> {
    let condition = ends_so("?1", "?2");
    let mut query = conn.prepare_cached(&format!("SELECT w.no FROM word w WHERE {condition}"))?;
    let nos = query.query_map((words::NUMBERS, end), |row| row.get(0))?;
    Ok(nos.collect::<rusqlite::Result<_>>()?)
}

/// Returns the records with a name whose first letters begin so, as far as there is time.
fn with_initials(conn: &Connection, initials: &str) -> Result<(Vec<i64>, bool)> {
    let begun = Instant::now();
    let mut query = conn.prepare_cached("SELECT word, no FROM word WHERE slot = ?1")?;
    let mut rows = query.query([words::NAMES])?;
    let (mut nos, mut names, mut is_read_so) = (Vec::new(), 0_usize, false);
    let mut name = String::new();
    while let Some(row) = rows.next()? {
        let next: String = row.get(0)?;
        if next != name {
            if names.is_multiple_of(LOOK_EVERY) && begun.elapsed() > LONGEST_LOOK {
                return Ok((nos, true));
            }
            names += 1;
            name = next;
            let mut spelled = spellings(&name).into_iter();
            is_read_so = spelled.any(|spelled| spelled.starts_with(initials));
        }
        if is_read_so {
            nos.push(row.get(1)?);
        }
    }
    Ok((nos, false))
}
