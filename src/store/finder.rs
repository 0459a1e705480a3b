//! A look through everything people wrote: newest first, each hit checked on its event, and
//! stopped where it has looked long enough, so that a key does not wait for it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::domain::event::Event;
use crate::domain::id::{Chain, Id};
use crate::text::fold::fold;

use super::error::Result;
use super::project::text_of;
use super::query::found_by;
use super::rows::Row;
use super::search::{self, holds, match_of, text};
use super::{Store, read};

/// How many events behind the index a query still looks through.
const TAIL: i64 = 5_000;
/// How long a list of what was said waits for the index.
const CATCH_UP: Duration = Duration::from_millis(30);
/// A word is common that so many of all texts hold: one of this many. Then a page of a list is
/// full after about as many looks into records as there would be texts to name.
const COMMON_OF: u64 = 100;
/// So few texts are named whatever share of all they are; in tests a few, so that both roads are
/// walked.
const NAMED: i64 = if cfg!(test) { 5 } else { 2_000 };
/// So many times as many texts of a common word are named where few records hold what is asked.
const NAMED_FOR_FEW: i64 = 10;
/// Characters shown before and after what was found.
const AROUND: usize = 24;

/// A text that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The record.
    pub row: Row,
    /// The text around the words, uncleaned.
    pub snippet: String,
    /// When it was written or said, milliseconds UTC.
    pub at: i64,
    /// The event.
    pub chain: Chain,
}

/// How much one look may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// How many texts are read at most.
    pub texts: usize,
    /// After how much time no further one is read.
    pub time: Duration,
}

/// Where a look left off: all that is newer was looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest(i64);

impl Rest {
    /// Returns the time of the oldest text that was looked at, milliseconds UTC.
    pub fn at(self) -> i64 {
        search::time_of(self.0)
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The newest hits first.
    pub hits: Vec<Hit>,
    /// How many events were not looked through, because the index has not got there yet.
    pub behind: u64,
    /// Where it left off, none where it has looked through everything.
    pub rest: Option<Rest>,
}

impl Store {
    /// Searches texts that contain every word, newest first, at most `limit`; in one register
    /// or in all. Brings the index on by a few steps, looks through up to 5,000 events that the
    /// index has not reached, and says how many more there are.
    pub fn search(&self, text: &str, register: Option<&str>, limit: usize) -> Result<Found> {
        self.look_through(text, register, limit, None)
    }

    /// Searches as [`Store::search`] does in all registers, with no more effort than this; what
    /// the index has not reached may bring a few more than `limit`.
    pub fn search_briefly(&self, text: &str, limit: usize, effort: Effort) -> Result<Found> {
        self.look_through(text, None, limit, Some(effort))
    }

    /// Searches on from where an earlier look left off.
    pub fn search_further(
        &self,
        text: &str,
        limit: usize,
        effort: Effort,
        rest: Rest,
    ) -> Result<Found> {
        let needle = fold(text);
        let Some(query) = match_of(&needle) else {
            return Ok(Found::default());
        };
        let mut finder = Finder::new(self, &needle, None, limit, Some(effort));
        let rest = finder.index(&query, Some(rest))?;
        Ok(finder.found(0, rest))
    }

    fn look_through(
        &self,
        text: &str,
        register: Option<&str>,
        limit: usize,
        effort: Option<Effort>,
    ) -> Result<Found> {
        let needle = fold(text);
        let Some(query) = match_of(&needle) else {
            return Ok(Found::default());
        };
        let mut finder = Finder::new(self, &needle, register, limit, effort);
        let unread = if self.catch_up(effort.map(|effort| effort.time))? {
            finder.tail()?
        } else {
            0
        };
        let rest = finder.index(&query, None)?;
        Ok(finder.found(unread, rest))
    }
}

impl Store {
    /// Returns whether words stand, as one piece, in something that was written or said in a
    /// record and is still shown.
    pub fn says(&self, row: &Row, words: &str) -> Result<bool> {
        let folded = fold(words);
        let needle = folded.trim();
        let is_shown = holds(&fold(&all_text(&row.fields)), needle);
        let keys: Vec<i64> = self
            .conn
            .prepare_cached(concat!(
                "SELECT key FROM event_of WHERE record = ",
                read::record_no!(),
                " ORDER BY stamp DESC, key DESC"
            ))?
            .query_map([row.id.0], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        // Mostly the newest says it: the others need not be read then.
        for key in keys {
            let stored = read::read(&self.conn, "WHERE e.key = ?1", [key])?;
            let mut events = stored.into_iter().filter_map(|stored| stored.event);
            if events.any(|event| {
                let is_change = matches!(event.head.verb, 1 | 2);
                (!is_change || is_shown) && holds(&fold(&text(&event)), needle)
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Brings the index on before a list is asked for words: the less it is behind, the fewer
    /// records are looked into.
    pub fn catch_up_briefly(&self) -> Result<()> {
        self.catch_up(Some(CATCH_UP)).map(drop)
    }

    /// Returns whether so many texts hold these words that looking into the records of a page
    /// costs less than naming all that say them.
    ///
    /// Of several words at once it tells how often they meet in one text.
    pub fn is_common(&self, words: &str) -> Result<bool> {
        self.are_in(words, common_from(self.events_indexed()?))
    }

    /// Returns whether all texts that hold these words are named faster than a list is looked
    /// through in which next to no record says them.
    pub fn can_be_named(&self, words: &str) -> Result<bool> {
        let most = common_from(self.events_indexed()?).saturating_mul(NAMED_FOR_FEW);
        Ok(!self.are_in(words, most)?)
    }

    /// Returns whether so many texts hold these words.
    fn are_in(&self, words: &str, most: i64) -> Result<bool> {
        let Some(wanted) = match_of(&fold(words)) else {
            return Ok(false);
        };
        let mut query = self.conn.prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ?1 LIMIT ?2)",
        )?;
        let texts: i64 = query.query_row((wanted, most), |row| row.get(0))?;
        Ok(texts >= most)
    }

    /// Returns no fewer than the records that say these words, by the index and what it has not
    /// reached; none where the words have nothing to search by. Meant for words that are not
    /// common: all their texts are named.
    pub fn may_say(&self, words: &str) -> Result<Option<HashSet<Id>>> {
        let Some((sql, wanted)) = found_by(words) else {
            return Ok(None);
        };
        let mut query = self.conn.prepare_cached(&sql)?;
        let ids = query.query_map([wanted], |row| Ok(Id(row.get(0)?)))?;
        Ok(Some(ids.collect::<rusqlite::Result<_>>()?))
    }
}

/// From how many texts on a word is common among so many.
fn common_from(texts: u64) -> i64 {
    i64::try_from(texts / COMMON_OF).map_or(i64::MAX, |share| share.max(NAMED))
}

struct Finder<'a> {
    store: &'a Store,
    needles: Vec<&'a str>,
    register: Option<&'a str>,
    limit: usize,
    effort: Option<Effort>,
    begun: Instant,
    looked: usize,
    hits: Vec<Hit>,
    shown: HashSet<(i64, String)>,
}

impl<'a> Finder<'a> {
    fn new(
        store: &'a Store,
        needle: &'a str,
        register: Option<&'a str>,
        limit: usize,
        effort: Option<Effort>,
    ) -> Self {
        Self {
            store,
            needles: needle.split_whitespace().collect(),
            register,
            limit,
            effort,
            begun: Instant::now(),
            looked: 0,
            hits: Vec::new(),
            shown: HashSet::new(),
        }
    }

    fn found(self, behind: u64, rest: Option<Rest>) -> Found {
        let mut hits = self.hits;
        hits.sort_by_key(|hit| std::cmp::Reverse((hit.at, hit.chain)));
        // A brief look goes on below all that it found; what it cut off would be lost to it.
        if self.effort.is_none() {
            hits.truncate(self.limit);
        }
        Found { hits, behind, rest }
    }

    fn is_spent(&self) -> bool {
        self.effort.is_some_and(|effort| {
            self.looked >= effort.texts || self.begun.elapsed() >= effort.time
        })
    }

    /// Goes through the index, newest first, and returns where it left off. However late it is,
    /// it gets on by one text.
    fn index(&mut self, query: &str, from: Option<Rest>) -> Result<Option<Rest>> {
        let conn = &self.store.conn;
        let mut rows = conn.prepare_cached(
            "SELECT s.key, f.rowid FROM search f JOIN search_row s ON s.row = f.rowid WHERE f.search MATCH ?1 AND f.rowid < ?2 ORDER BY f.rowid DESC",
        )?;
        let mut rows = rows.query((query, from.map_or(i64::MAX, |rest| rest.0)))?;
        // What lies behind the index may be old: it takes no newer hit's place.
        let mut found = 0;
        let mut rest = None;
        while let Some(row) = rows.next()? {
            if rest.is_some() && (found >= self.limit || self.is_spent()) {
                return Ok(rest);
            }
            self.looked += 1;
            rest = Some(Rest(row.get(1)?));
            for stored in read::read(conn, "WHERE e.key = ?1", [row.get::<_, i64>(0)?])? {
                if let Some(event) = stored.event
                    && self.look(&event)?
                {
                    found += 1;
                }
            }
        }
        Ok(None)
    }

    /// Looks through the newest events behind the index, and returns how many were left out.
    fn tail(&mut self) -> Result<u64> {
        let conn = &self.store.conn;
        let mut streams = conn.prepare_cached(
            "SELECT no, indexed, seq FROM stream WHERE indexed < seq ORDER BY seq - indexed",
        )?;
        let streams: Vec<(i64, i64, i64)> = streams
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let most = self
            .effort
            .map_or(TAIL, |effort| TAIL.min(effort.texts as i64));
        let (mut budget, mut unread) = (most, 0);
        for (stream, indexed, seq) in streams {
            let from = indexed.max(seq - budget);
            unread += from - indexed;
            budget -= seq - from;
            let range = (
                read::key(stream, from as u64),
                read::key(stream, seq as u64),
            );
            for stored in read::read(
                conn,
                "WHERE e.key > ?1 AND e.key <= ?2 ORDER BY e.key DESC",
                range,
            )? {
                let Some(event) = stored.event else {
                    continue;
                };
                if self.is_spent() {
                    unread += 1;
                } else {
                    self.looked += 1;
                    self.look(&event)?;
                }
            }
        }
        Ok(unread as u64)
    }

    /// Takes an event as a hit where its text holds every word and is still shown.
    fn look(&mut self, event: &Event) -> Result<bool> {
        if self
            .register
            .is_some_and(|register| register != event.head.register)
        {
            return Ok(false);
        }
        let text = text(event);
        let folded = fold(&text);
        if !self.needles.iter().all(|needle| folded.contains(needle)) {
            return Ok(false);
        }
        let Some(row) = self.store.row(event.head.record)? else {
            return Ok(false);
        };
        let is_change = matches!(event.head.verb, 1 | 2);
        if is_change && !self.still_says(&row.fields) {
            return Ok(false);
        }
        // A field written again with the same words is one hit; so is an entry of two pastes.
        if !self.shown.insert((row.no, folded.clone())) {
            return Ok(false);
        }
        let snippet = snippet(
            &text,
            &folded,
            self.needles.first().copied().unwrap_or_default(),
        );
        self.hits.push(Hit {
            row,
            snippet,
            at: event.head.at,
            chain: event.chain,
        });
        Ok(true)
    }

    fn still_says(&self, fields: &Value) -> bool {
        let folded = fold(&all_text(fields));
        self.needles.iter().all(|needle| folded.contains(needle))
    }
}

fn all_text(value: &Value) -> String {
    match value {
        Value::Object(map) => map.values().map(all_text).collect::<Vec<_>>().join("\n"),
        other => text_of(other),
    }
}

/// Returns the part around a word of the line that says it, from the start of a word on.
fn snippet(text: &str, folded: &str, needle: &str) -> String {
    let mut lines = text.lines().zip(folded.lines());
    let said = lines.find_map(|(line, folded)| Some((line, &folded[..folded.find(needle)?])));
    let (line, before) = said.unwrap_or((text.lines().next().unwrap_or_default(), ""));
    let chars: Vec<char> = line.chars().collect();
    // Folding is nearly always one character for one; where it is not, the place is near.
    let place = before.chars().count().min(chars.len());
    // Chinese is written without spaces: any of its characters may begin.
    let is_spelled = |at: usize| {
        let letter = chars.get(at);
        letter.is_some_and(|c| c.is_alphanumeric() && *c < '\u{2e80}')
    };
    // A list shows the beginning: what was looked for must be in it, and what follows says more.
    let near = place.saturating_sub(AROUND / 3);
    let mut starts = (near.saturating_sub(AROUND)..=near).rev();
    let from = starts.find(|at| *at == 0 || !is_spelled(at - 1) || !is_spelled(*at));
    let from = from.unwrap_or(near);
    let end = (from + 2 * AROUND).max(place) + needle.chars().count();
    let shown = &chars[from..end.min(chars.len())];
    shown.iter().collect()
}
