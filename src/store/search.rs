//! Search in everything people wrote: an index of folded text, two Chinese characters a word.
//!
//! The index holds no text, so each hit is checked on the event that it points to. It follows
//! the log and never stands in its way; a query also looks through what it has not reached.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};

use crate::domain::event::Event;
use crate::domain::field::Kind;
use crate::domain::payload::{Change, Payload};
use crate::domain::registers;
use crate::text::fold::fold;

use super::error::{Result, StoreError};
use super::project::text_of;
use super::{Store, late, read, schema};

/// How many events one step of the indexer takes at most.
const BATCH: usize = 4_000;
/// How many of them are read at once: however slow the machine, so many go in.
const AT_ONCE: usize = 256;
/// After how much of the time for which a step may hold the write lock, under a tenth of a second,
/// no further event is read; the rest is for writing what was read.
const READ: Duration = Duration::from_millis(25);
/// How many steps a query waits for.
const STEPS_BEFORE_QUERY: usize = 2;
/// The longest word of Latin letters and digits that is kept whole, in characters.
const WORD_MAX: usize = 40;
/// The most terms of an index query; a pasted page has thousands.
const TERMS: usize = 32;

/// How far the index reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Indexed {
    /// How many events it has passed.
    pub events: u64,
    /// When the newest text in it was written or said, milliseconds UTC.
    pub newest: Option<i64>,
}

/// Returns the searchable text of an event.
pub(super) fn text(event: &Event) -> String {
    match Payload::read(event) {
        Some(Payload::Say(say)) => say.text.unwrap_or_default(),
        Some(Payload::Open(change) | Payload::Set(change)) => {
            text_of_change(&event.head.register, &change)
        }
        Some(
            Payload::Move { note, .. } | Payload::Assign { note, .. } | Payload::Sign { note, .. },
        ) => note.unwrap_or_default(),
        Some(Payload::Attach { name, .. }) => name.unwrap_or_default(),
        _ => String::new(),
    }
}

fn text_of_change(register: &str, change: &Change) -> String {
    let Some(register) = registers::by_name(register) else {
        return String::new();
    };
    let is_text = |path: &str| {
        let kind = register.field(path).map(|field| field.kind);
        matches!(
            kind,
            Some(Kind::Text | Kind::LongText | Kind::Texts | Kind::Number)
        )
    };
    let texts: Vec<String> = change
        .fields
        .iter()
        .filter(|(path, value)| is_text(path) && !value.is_null())
        .map(|(_, value)| text_of(value))
        .collect();
    texts.join("\n")
}

/// A run of folded text: characters of a script without spaces, or a Latin word or number.
enum Piece {
    Wide(Vec<char>),
    Plain(String),
}

fn pieces(folded: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for c in folded.chars() {
        if !c.is_alphanumeric() {
            pieces.push(Piece::Plain(String::new()));
        } else if c.is_ascii() {
            match pieces.last_mut() {
                Some(Piece::Plain(word)) => word.push(c),
                _ => pieces.push(Piece::Plain(c.to_string())),
            }
        } else {
            match pieces.last_mut() {
                Some(Piece::Wide(run)) => run.push(c),
                _ => pieces.push(Piece::Wide(vec![c])),
            }
        }
    }
    pieces.retain(|piece| !matches!(piece, Piece::Plain(word) if word.is_empty()));
    pieces
}

/// Returns the words under which a text is kept, separated by spaces.
fn words(text: &str) -> String {
    let mut seen = HashSet::new();
    let mut all: Vec<String> = Vec::new();
    let mut add = |word: String| {
        if seen.insert(word.clone()) {
            all.push(word);
        }
    };
    for piece in pieces(&fold(text)) {
        match piece {
            Piece::Plain(word) => add(word.chars().take(WORD_MAX).collect()),
            Piece::Wide(run) => {
                run.windows(2).for_each(|pair| add(pair.iter().collect()));
                // The last character begins no pair, and a query for it alone must find it.
                run.last()
                    .into_iter()
                    .for_each(|last| add(last.to_string()));
            }
        }
    }
    all.join(" ")
}

/// Returns the index query of a typed text, none where it has nothing to search by. What is
/// beyond the first terms narrows the texts that are looked at, not the query.
pub(super) fn match_of(folded: &str) -> Option<String> {
    let mut terms = Vec::new();
    for piece in pieces(folded) {
        match piece {
            Piece::Plain(word) => terms.push(format!(
                "\"{}\"*",
                word.chars().take(WORD_MAX).collect::<String>()
            )),
            Piece::Wide(run) if run.len() == 1 => terms.push(format!("\"{}\"*", run[0])),
            Piece::Wide(run) => terms.extend(
                run.windows(2)
                    .map(|pair| format!("\"{}{}\"", pair[0], pair[1])),
            ),
        }
    }
    let mut known = HashSet::new();
    terms.retain(|term| known.insert(term.clone()));
    terms.truncate(TERMS);
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// Returns whether words hold anything to search by, and not only marks.
pub fn is_searchable(words: &str) -> bool {
    match_of(&fold(words)).is_some()
}

/// Below the time of its text a row's number has so many bits of the event's key.
const TIME_BITS: u32 = 20;

/// Returns the time of the text that a row of the index stands for, milliseconds UTC.
pub(super) fn time_of(row: i64) -> i64 {
    row >> TIME_BITS
}

/// Returns whether a folded text holds folded words as the index finds them: as they stand, and
/// beginning where a Latin word or a number does.
pub(super) fn holds(folded: &str, words: &str) -> bool {
    if words.is_empty() || !folded.contains(words) {
        return false;
    }
    let known = pieces(folded);
    pieces(words).iter().all(|piece| match piece {
        Piece::Plain(word) => known.iter().any(|one| match one {
            Piece::Plain(known) => known.starts_with(word.as_str()),
            Piece::Wide(_) => false,
        }),
        // That they stand there was seen above.
        Piece::Wide(_) => true,
    })
}

/// Puts an event's text into the index.
pub(super) fn add(conn: &Connection, key: i64, event: &Event) -> Result<()> {
    match Entry::of(key, event) {
        Some(entry) => entry.add(conn),
        None => Ok(()),
    }
}

/// A text on its way into the index: it lies there by its time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// The first row that it may take.
    row: i64,
    key: i64,
    words: String,
}

impl Entry {
    /// Returns an event's entry; none where it says nothing to search by.
    fn of(key: i64, event: &Event) -> Option<Self> {
        let words = words(&text(event));
        let row = event.head.at << TIME_BITS | (key & ((1 << TIME_BITS) - 1));
        (!words.is_empty()).then_some(Self { row, key, words })
    }

    fn add(&self, conn: &Connection) -> Result<()> {
        let mut taken = conn.prepare_cached("SELECT key FROM search_row WHERE row = ?1")?;
        // Of one time and seq there may be one event a stream; the next free place is near.
        let mut row = self.row;
        while let Some(by) = taken
            .query_row([row], |row| row.get::<_, i64>(0))
            .optional()?
        {
            if by == self.key {
                return Ok(());
            }
            row += 1;
        }
        conn.prepare_cached("INSERT INTO search_row(row, key) VALUES(?1, ?2)")?
            .execute((row, self.key))?;
        conn.prepare_cached("INSERT INTO search(rowid, words) VALUES(?1, ?2)")?
            .execute((row, &self.words))?;
        Ok(())
    }
}

/// Takes an event's text out of the index; `event` as it was indexed.
pub(super) fn forget(conn: &Connection, key: i64, event: &Event) -> Result<()> {
    let mut query = conn.prepare_cached("SELECT row FROM search_row WHERE key = ?1")?;
    let row: Option<i64> = query.query_row([key], |row| row.get(0)).optional()?;
    if let Some(row) = row {
        conn.prepare_cached("INSERT INTO search(search, rowid, words) VALUES('delete', ?1, ?2)")?
            .execute((row, words(&text(event))))?;
        conn.prepare_cached("DELETE FROM search_row WHERE row = ?1")?
            .execute([row])?;
    }
    Ok(())
}

/// Returns whether the index has passed an event.
pub(super) fn has_passed(conn: &Connection, key: i64) -> Result<bool> {
    let mut query = conn.prepare_cached("SELECT indexed >= ?2 FROM stream WHERE no = ?1")?;
    let passed: Option<bool> = query
        .query_row((read::stream_of(key), read::seq_of(key) as i64), |row| {
            row.get(0)
        })
        .optional()?;
    Ok(passed.unwrap_or(false))
}

/// Takes one step of the index and returns whether there is more to do.
fn step(conn: &Connection) -> Result<bool> {
    let begun = Instant::now();
    // What lists and lookups read the long way meanwhile comes first.
    if late::step(conn, begun + READ)? {
        return Ok(true);
    }
    let behind: Option<(i64, i64)> = conn
        .prepare_cached("SELECT no, indexed FROM stream WHERE indexed < seq LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((stream, indexed)) = behind else {
        return Ok(false);
    };
    let (from, to) = (read::key(stream, indexed as u64), read::key(stream + 1, 0));
    let (mut upto, mut events, mut entries) = (from, 0, Vec::new());
    while events < BATCH && (events == 0 || begun.elapsed() < READ) {
        let some = read::read(
            conn,
            "WHERE e.key > ?1 AND e.key < ?2 ORDER BY e.key LIMIT ?3",
            (upto, to, AT_ONCE as i64),
        )?;
        let Some(last) = some.last() else {
            break;
        };
        upto = last.key;
        events += some.len();
        entries.extend(some.iter().filter_map(|stored| {
            let event = stored.event.as_ref()?;
            Entry::of(stored.key, event)
        }));
    }
    // In their order: a row that goes before the last one makes SQLite write out all it has.
    entries.sort_unstable();
    for entry in &entries {
        entry.add(conn)?;
    }
    if upto == from {
        return Err(StoreError::Damaged(format!(
            "stream {stream} ends before its head"
        )));
    }
    conn.prepare_cached("UPDATE stream SET indexed = ?2 WHERE no = ?1")?
        .execute((stream, read::seq_of(upto) as i64))?;
    Ok(true)
}

impl Store {
    /// Brings the index on by one step, under a tenth of a second, and returns whether there
    /// is more to do.
    pub fn index_some(&mut self) -> Result<bool> {
        self.writing(|store| {
            let tx = schema::begin(&mut store.conn)?;
            let more = step(&tx)?;
            tx.commit()?;
            Ok(more)
        })
    }

    /// Takes a few steps of the index before a query, where nobody else writes at the moment,
    /// none begun after that time, and returns whether it is still behind.
    pub(super) fn catch_up(&self, time: Option<Duration>) -> Result<bool> {
        let begun = Instant::now();
        for _ in 0..STEPS_BEFORE_QUERY {
            if self.index_behind()? == 0 {
                return Ok(false);
            }
            let is_late = time.is_some_and(|time| begun.elapsed() > time);
            // Nothing is written while a moment is looked at; the rest is looked through.
            let is_looking = !self.conn.is_autocommit();
            if is_late || is_looking || self.read_only || self.trouble.is_some() {
                break;
            }
            let tx = match schema::begin_beside(&self.conn) {
                Err(error) if error.is_busy() => break,
                other => other?,
            };
            match step(&tx).and_then(|_| Ok(tx.commit()?)) {
                // The rest is looked through.
                Err(error) if error.is_unwritable() || error.is_disk_failure() => break,
                other => other?,
            }
        }
        Ok(self.index_behind()? > 0)
    }

    /// Returns how many events the index has not reached.
    pub fn index_behind(&self) -> Result<u64> {
        let behind: i64 = self
            .conn
            .prepare_cached("SELECT coalesce(sum(seq - indexed), 0) FROM stream")?
            .query_row([], |row| row.get(0))?;
        Ok(behind as u64)
    }

    /// Returns how many events the index has passed.
    pub(super) fn events_indexed(&self) -> Result<u64> {
        let events: i64 = self
            .conn
            .prepare_cached("SELECT coalesce(sum(indexed - from_seq), 0) FROM stream")?
            .query_row([], |row| row.get(0))?;
        Ok(events.max(0) as u64)
    }

    /// Returns how far the index reaches.
    pub fn indexed(&self) -> Result<Indexed> {
        let newest: Option<i64> = self
            .conn
            .prepare_cached("SELECT max(row) FROM search_row")?
            .query_row([], |row| row.get(0))?;
        Ok(Indexed {
            events: self.events_indexed()?,
            newest: newest.map(time_of),
        })
    }
}
