//! Contradictions: within a record by its fold, across records by the registers' watches.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::domain::deadline::limits::Limits;
use crate::domain::event::Event;
use crate::domain::id::{Chain, Id};
use crate::domain::payload::Meaning;
use crate::domain::record::Record;
use crate::domain::register::{Finding, Watch};
use crate::domain::registers;

use super::error::Result;
use super::judge::Kept;
use super::project::{Folded, Projector};
use super::row::{Before, Ready};
use super::words::Extent;
use super::{Store, id_at, read, schema};

/// The source of contradictions that a record's own fold finds.
const OWN: &str = "record";
/// How long one transaction of folding may hold the write lock.
pub(super) const HOLD: Duration = Duration::from_millis(100);
/// After how much of it no more records are begun; the rest is for what is begun.
pub(super) const FOLD: Duration = Duration::from_millis(70);

/// Something that people must settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// Its id: a `sign acknowledge` on one of its records names it, padded with zeros.
    pub id: Id,
    /// What kind: the end of its message id.
    pub kind: String,
    /// The field, state or key that it is about.
    pub about: String,
    /// The records that contradict each other, or the one that contradicts itself, sorted.
    pub records: Vec<Id>,
    /// What it rests on.
    pub evidence: String,
    /// Whether somebody acknowledged it.
    pub closed: bool,
}

impl Contradiction {
    /// Returns a contradiction of one record that the clock makes, which no fold reads.
    pub fn by_the_clock(kind: &str, record: &Record, evidence: String) -> Self {
        let about = record.id.to_string();
        let id = identity(kind, &about, &[record.id], &evidence);
        Self {
            id,
            kind: kind.to_owned(),
            about,
            records: vec![record.id],
            evidence,
            closed: acknowledges(record, id),
        }
    }

    /// Returns the chain that a `sign acknowledge` names to close the contradiction.
    pub fn sign_of(&self) -> Chain {
        Chain::padded(self.id)
    }
}

/// An event that is in the log and does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfoldedEvent {
    /// Why (design section 5).
    pub code: String,
    /// The event; none where its body is missing.
    pub event: Option<Event>,
    /// Its chain.
    pub chain: Chain,
}

/// Folds records, then judges every key that they had or have; within the caller's transaction.
pub(super) fn settle(conn: &Connection, kept: &Kept, records: &[Id]) -> Result<()> {
    let mut projector = Projector::new(conn, kept.judge(conn)?)?;
    let mut keys = Keys::new();
    for record in records {
        keys.extend(project(&mut projector, *record)?);
    }
    for (watch, key) in &keys {
        judge(&mut projector, watch, key)?;
    }
    projector.finish()
}

/// Watches by name, with their keys.
pub(super) type Keys = BTreeSet<(String, String)>;

/// What one record folded to, and all that follows from it alone.
pub(super) struct Outcome {
    pub(super) id: Id,
    folded: Folded,
    /// The row that it comes to; none where no event of it counts.
    ready: Option<Ready>,
    /// Its own contradictions.
    own: Vec<Contradiction>,
    /// Its watch keys; none where no watch looks at its register.
    keys: Option<Keys>,
    before: Before,
}

/// How an outcome is computed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Where nothing of the record was ever folded there is no row to compare with.
    pub(super) before: Before,
    /// Which words are made of its row.
    pub(super) extent: Extent,
}

impl Manner {
    /// Of a record that may have a row, with all of its words.
    pub(super) const KNOWN: Self = Self {
        before: Before::Perhaps,
        extent: Extent::All,
    };
}

impl Outcome {
    /// Computes what follows from a fold under these limits. The record itself goes where no
    /// watch will look at it.
    pub(super) fn of(id: Id, mut folded: Folded, limits: &Limits, manner: Manner) -> Self {
        let own = folded.record.as_ref().map(own_contradictions);
        let ready = Ready::of(&folded, limits, manner.extent);
        let is_unwatched = folded
            .register
            .is_some_and(|register| register.watches.is_empty());
        let keys = (!is_unwatched).then(|| keys_of(&folded));
        if is_unwatched {
            folded.record = None;
        }
        Self {
            id,
            ready,
            own: own.unwrap_or_default(),
            keys,
            folded,
            before: manner.before,
        }
    }

    /// Returns it with the record's number, where there is no row and it is known.
    #[must_use]
    pub(super) fn numbered(mut self, no: Option<i64>) -> Self {
        if self.before == Before::Never(None) {
            self.before = Before::Never(no);
        }
        self
    }

    /// Returns it for the stream that the record's events went into, where they were folded by
    /// their places in it alone.
    #[must_use]
    pub(super) fn in_stream(mut self, stream: i64) -> Self {
        self.folded.belong_to(stream);
        self
    }
}

/// Folds one record with its own contradictions, and returns the watch keys that it touches.
fn project(projector: &mut Projector<'_>, id: Id) -> Result<Keys> {
    let outcome = projector.outcome(id)?;
    keep(projector, outcome)
}

/// Keeps what one record folded to and the row that it comes to, with its own contradictions, and
/// returns the watch keys that it touches.
pub(super) fn keep(projector: &mut Projector<'_>, outcome: Outcome) -> Result<Keys> {
    let Outcome {
        id,
        folded,
        ready,
        own,
        keys,
        before,
    } = outcome;
    let is_new = matches!(before, Before::Never(_));
    let placed = projector.project(id, &folded, ready, before)?;
    if projector.any_contradiction || !own.is_empty() {
        projector.any_contradiction = true;
        replace(projector.conn, OWN, &id.to_string(), &own)?;
    }
    let keys = match (keys, placed) {
        (Some(keys), Some(at)) => move_keys(projector.conn, at.no, keys, is_new)?,
        // It may have been of another register, which a watch looks at.
        (None, Some(at)) if at.had_row => move_keys(projector.conn, at.no, Keys::new(), false)?,
        _ => Keys::new(),
    };
    projector.keep(id, folded);
    Ok(keys)
}

/// Returns the watch keys that a record has.
fn keys_of(folded: &Folded) -> Keys {
    let (Some(register), Some(record)) = (folded.register, &folded.record) else {
        return Keys::new();
    };
    let watches = register.watches.iter();
    watches
        .flat_map(|watch| {
            let keys = (watch.keys)(record).into_iter();
            keys.map(|key| (watch.name.to_owned(), key))
        })
        .collect()
}

/// The records that have a key.
const SHARING: &str = "SELECT n.id FROM watch_key k JOIN record_no n ON n.no = k.record
  WHERE k.watch = ?1 AND k.key = ?2 ORDER BY n.id";

/// Brings a record's keys up to date; returns those that it had and those that it has.
fn move_keys(conn: &Connection, no: i64, new: Keys, is_new: bool) -> Result<Keys> {
    let old: Keys = if is_new {
        Keys::new()
    } else {
        let mut query =
            conn.prepare_cached("SELECT watch, key FROM watch_key WHERE record = ?1")?;
        let rows = query.query_map([no], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for (watch, key) in old.difference(&new) {
        conn.prepare_cached("DELETE FROM watch_key WHERE record = ?1 AND watch = ?2 AND key = ?3")?
            .execute((no, watch, key))?;
    }
    for (watch, key) in new.difference(&old) {
        // `OR FAIL`: else SQLite copies the pages that it changes.
        conn.prepare_cached(
            "INSERT OR FAIL INTO watch_key(record, watch, key) VALUES(?1, ?2, ?3)",
        )?
        .execute((no, watch, key))?;
    }
    Ok(old.into_iter().chain(new).collect())
}

fn watch_of(name: &str) -> Option<&'static Watch> {
    registers::ALL
        .iter()
        .flat_map(|register| register.watches)
        .find(|watch| watch.name == name)
}

/// Judges all records of a key and keeps what the watch finds.
fn judge(projector: &mut Projector<'_>, name: &str, key: &str) -> Result<()> {
    let found = contradictions_of_key(projector, name, key)?;
    if projector.any_contradiction || !found.is_empty() {
        projector.any_contradiction = true;
        replace(projector.conn, name, key, &found)?;
    }
    Ok(())
}

/// Returns what a watch finds over the records of a key now.
pub(super) fn contradictions_of_key(
    projector: &Projector<'_>,
    name: &str,
    key: &str,
) -> Result<Vec<Contradiction>> {
    let Some(watch) = watch_of(name) else {
        return Ok(Vec::new());
    };
    let mut query = projector.conn.prepare_cached(SHARING)?;
    let ids: Vec<Id> = query
        .query_map((name, key), |row| id_at(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut folded = Vec::new();
    for id in ids {
        folded.extend(projector.record(id)?);
    }
    let records: Vec<&Record> = folded.iter().map(|record| &**record).collect();
    let findings = (watch.judge)(key, &records);
    Ok(findings
        .into_iter()
        .map(|finding| of_finding(key, finding, &records))
        .collect())
}

fn of_finding(key: &str, finding: Finding, records: &[&Record]) -> Contradiction {
    let Finding {
        kind,
        records: ids,
        evidence,
    } = finding;
    let id = identity(kind, key, &ids, &evidence);
    let closed = records
        .iter()
        .filter(|record| ids.contains(&record.id))
        .any(|record| acknowledges(record, id));
    Contradiction {
        id,
        kind: kind.to_owned(),
        about: key.to_owned(),
        records: ids,
        evidence,
        closed,
    }
}

/// Returns the contradictions within a record.
pub(super) fn own_contradictions(record: &Record) -> Vec<Contradiction> {
    let of = |conflict: &crate::domain::record::Conflict| {
        let evidence: Vec<String> = conflict.events.iter().map(ToString::to_string).collect();
        let (kind, about, evidence) = (
            conflict.kind.to_owned(),
            conflict.about.clone(),
            evidence.join(","),
        );
        let id = identity(&kind, &about, &[record.id], &evidence);
        Contradiction {
            id,
            kind,
            about,
            records: vec![record.id],
            evidence,
            closed: acknowledges(record, id),
        }
    };
    record.conflicts.iter().map(of).collect()
}

fn acknowledges(record: &Record, id: Id) -> bool {
    record
        .signatures
        .iter()
        .any(|word| word.meaning == Meaning::Acknowledge && word.of == Chain::padded(id))
}

/// The id of a contradiction: new evidence makes a new one.
fn identity(kind: &str, about: &str, records: &[Id], evidence: &str) -> Id {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"zhiban/contradiction/v1\0");
    for part in [kind, about, evidence] {
        hasher
            .update(&(part.len() as u32).to_le_bytes())
            .update(part.as_bytes());
    }
    for record in records {
        hasher.update(&record.0);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Id(id)
}

/// Keeps exactly these contradictions of a source and key.
fn replace(conn: &Connection, source: &str, key: &str, now: &[Contradiction]) -> Result<()> {
    let mut query =
        conn.prepare_cached("SELECT id FROM contradiction WHERE source = ?1 AND key = ?2")?;
    let old: Vec<Id> = query
        .query_map((source, key), |row| id_at(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in old {
        conn.prepare_cached("DELETE FROM contradiction WHERE id = ?1")?
            .execute([id.0])?;
        conn.prepare_cached("DELETE FROM contradiction_of WHERE id = ?1")?
            .execute([id.0])?;
    }
    for one in now {
        conn.prepare_cached(
            "INSERT OR REPLACE INTO contradiction(id, source, key, kind, about, evidence, closed) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((one.id.0, source, key, &one.kind, &one.about, &one.evidence, one.closed))?;
        for record in &one.records {
            conn.prepare_cached(
                "INSERT OR REPLACE INTO contradiction_of(record, id, closed) VALUES(?1, ?2, ?3)",
            )?
            .execute((record.0, one.id.0, one.closed))?;
        }
    }
    Ok(())
}

/// Reads contradictions by a condition.
pub(super) fn read(
    conn: &Connection,
    rest: &str,
    args: impl rusqlite::Params,
) -> Result<Vec<Contradiction>> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT c.id, c.kind, c.about, c.evidence, c.closed FROM contradiction c {rest}"
    ))?;
    let rows = query.query_map(args, |row| {
        Ok(Contradiction {
            id: id_at(row, 0)?,
            kind: row.get(1)?,
            about: row.get(2)?,
            records: Vec::new(),
            evidence: row.get(3)?,
            closed: row.get(4)?,
        })
    })?;
    let mut all: Vec<Contradiction> = rows.collect::<rusqlite::Result<_>>()?;
    let mut of =
        conn.prepare_cached("SELECT record FROM contradiction_of WHERE id = ?1 ORDER BY record")?;
    for one in &mut all {
        one.records = of
            .query_map([one.id.0], |row| id_at(row, 0))?
            .collect::<rusqlite::Result<_>>()?;
    }
    Ok(all)
}

/// How many records are folded at a time where all that waits is.
const FOLDED_AT_ONCE: usize = 2_000;

impl Store {
    /// Folds records whose events came late or from elsewhere, at most `limit` and for at most
    /// a tenth of a second, and returns how many records and keys are left.
    pub fn fold_dirty(&mut self, limit: usize) -> Result<usize> {
        self.writing(|store| {
            let tx = schema::begin(&mut store.conn)?;
            fold_batch(&tx, &store.judge, limit)?;
            let left = left(&tx)?;
            tx.commit()?;
            Ok(left)
        })
    }

    /// Folds all that waits for it: after a release with other declarations, which computes
    /// everything anew, or an import that was cut short. `going_on` hears how many records and
    /// keys are left and may stop it; the next call goes on. Returns whether nothing is left.
    pub fn fold_rest(&mut self, going_on: &mut dyn FnMut(usize) -> bool) -> Result<bool> {
        let left = self.left_to_fold()?;
        if left == 0 {
            return Ok(true);
        }
        let any: bool = self
            .conn
            .query_row("SELECT EXISTS(SELECT 1 FROM record)", [], |row| row.get(0))?;
        // In the order of the log, where nothing is folded yet, most of it is at hand.
        for head in self.heads()?.into_iter().filter(|_| !any) {
            let mut upto = head.from_seq;
            while upto < head.seq {
                if !going_on(self.left_to_fold()?) {
                    return Ok(false);
                }
                match self.fold_along(head.stream, upto, head.seq) {
                    Ok(done) => upto = done,
                    // Record by record only the one that it belongs to is missing.
                    Err(fault) if fault.is_unreadable() => break,
                    Err(fault) => return Err(fault),
                }
            }
        }
        loop {
            let left = self.fold_dirty(FOLDED_AT_ONCE)?;
            if left == 0 {
                return Ok(true);
            }
            if !going_on(left) {
                return Ok(false);
            }
        }
    }

    /// Folds all that waits for it, as far as the log can be read: what is damaged in it is for
    /// [`Store::verify`] to name.
    pub(super) fn fold_what_can_be(&mut self) -> Result<()> {
        match self.fold_rest(&mut |_| true) {
            Err(fault) if !fault.is_unreadable() => Err(fault),
            _ => Ok(()),
        }
    }

    /// Returns how many records and keys wait to be folded.
    pub fn left_to_fold(&self) -> Result<usize> {
        left(&self.conn)
    }

    /// Folds those of the given records that wait for it, before all others: what is on screen.
    pub fn fold_first(&mut self, records: &[Id]) -> Result<()> {
        self.writing(|store| {
            let mut waiting = Vec::new();
            for record in records {
                if store.is_dirty(*record)? {
                    waiting.push(*record);
                }
            }
            if waiting.is_empty() {
                return Ok(());
            }
            let tx = schema::begin(&mut store.conn)?;
            settle(&tx, &store.judge, &waiting)?;
            tx.commit()?;
            Ok(())
        })
    }

    /// Returns whether a record's row is behind its events.
    pub fn is_dirty(&self, record: Id) -> Result<bool> {
        let mut query = self
            .conn
            .prepare_cached("SELECT EXISTS(SELECT 1 FROM dirty WHERE record = ?1)")?;
        Ok(query.query_row([record.0], |row| row.get(0))?)
    }

    /// Returns the contradictions that nobody has settled or acknowledged.
    pub fn contradictions(&self) -> Result<Vec<Contradiction>> {
        read(&self.conn, "WHERE c.closed = 0 ORDER BY c.kind, c.id", [])
    }

    /// Returns all contradictions that a record takes part in, acknowledged ones included.
    pub fn contradictions_of(&self, record: Id) -> Result<Vec<Contradiction>> {
        let rest =
            "JOIN contradiction_of o ON o.id = c.id WHERE o.record = ?1 ORDER BY c.kind, c.id";
        read(&self.conn, rest, [record.0])
    }

    /// Returns the records that a watch looks at under a key.
    pub fn sharing(&self, watch: &str, key: &str) -> Result<Vec<Id>> {
        let mut query = self.conn.prepare_cached(SHARING)?;
        let rows = query.query_map((watch, key), |row| id_at(row, 0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns how many events of a stream's range (both ends included) do not count, by code.
    pub fn unfolded_counts(
        &self,
        stream: i64,
        from_seq: u64,
        to_seq: u64,
    ) -> Result<BTreeMap<String, u64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT code, count(*) FROM unfolded WHERE key BETWEEN ?1 AND ?2 GROUP BY code",
        )?;
        let rows = query.query_map(
            (read::key(stream, from_seq), read::key(stream, to_seq)),
            |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)),
        )?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the events that are in the log and do not count.
    pub fn unfolded(&self) -> Result<Vec<UnfoldedEvent>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT key, code FROM unfolded ORDER BY key")?;
        let codes: Vec<(i64, String)> = query
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let mut all = Vec::new();
        for (key, code) in codes {
            let stored = read::read(&self.conn, "WHERE e.key = ?1", [key])?;
            all.extend(stored.into_iter().map(|one| UnfoldedEvent {
                code: code.clone(),
                event: one.event,
                chain: one.chain,
            }));
        }
        Ok(all)
    }
}

fn left(conn: &Connection) -> Result<usize> {
    let mut query = conn
        .prepare_cached("SELECT (SELECT count(*) FROM dirty) + (SELECT count(*) FROM dirty_key)")?;
    Ok(query.query_row([], |row| row.get::<_, i64>(0))? as usize)
}

/// Folds at most `limit` dirty records and judges what they touch, until the time is over. Keys
/// that are left, or whose other records are dirty still, are judged again by a later batch.
fn fold_batch(conn: &Connection, kept: &Kept, limit: usize) -> Result<()> {
    let begun = Instant::now();
    let mut projector = Projector::new(conn, kept.judge(conn)?)?;
    let ids: Vec<Id> = conn
        .prepare_cached("SELECT record FROM dirty LIMIT ?1")?
        .query_map([limit as i64], |row| id_at(row, 0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut keys = Keys::new();
    for id in &ids {
        keys.extend(project(&mut projector, *id)?);
        if begun.elapsed() > FOLD {
            break;
        }
    }
    judge_all(&mut projector, &keys, begun)?;
    if ids.is_empty() {
        judge_left(&mut projector, limit, begun)?;
    }
    projector.finish()
}

/// Judges keys; those for which a batch that began then has no time are left to a later one.
pub(super) fn judge_all(projector: &mut Projector<'_>, keys: &Keys, begun: Instant) -> Result<()> {
    for (watch, key) in keys {
        if begun.elapsed() > HOLD {
            projector
                .conn
                .prepare_cached("INSERT OR IGNORE INTO dirty_key(watch, key) VALUES(?1, ?2)")?
                .execute((watch, key))?;
        } else {
            judge(projector, watch, key)?;
        }
    }
    Ok(())
}

/// Judges keys that an earlier batch had no time for.
fn judge_left(projector: &mut Projector<'_>, limit: usize, begun: Instant) -> Result<()> {
    let conn = projector.conn;
    let keys: Vec<(String, String)> = conn
        .prepare_cached("SELECT watch, key FROM dirty_key LIMIT ?1")?
        .query_map([limit as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (watch, key) in keys {
        judge(projector, &watch, &key)?;
        conn.prepare_cached("DELETE FROM dirty_key WHERE watch = ?1 AND key = ?2")?
            .execute((watch, key))?;
        if begun.elapsed() > HOLD {
            break;
        }
    }
    Ok(())
}
