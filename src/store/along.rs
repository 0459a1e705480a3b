//! Folding many records at once, along the log instead of record by record.
//!
//! Nearly every record has its events close together in one stream. Read in the order of the
//! log they cost a third of what they cost when each is looked up; what has events elsewhere
//! stays dirty for [`Store::fold_dirty`]. One thread reads and writes, a second one folds.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use rusqlite::Connection;

use crate::domain::deadline::limits::Limits;
use crate::domain::id::Id;

use super::error::Result;
use super::judge::{Judge, Kept};
use super::project::{Projector, fold_events};
use super::read::{self, ToFold};
use super::watch::{Manner, Outcome};
use super::{Store, schema, watch};

/// How many events are read at once; what begins in one window and ends in the next is left over.
const WINDOW: usize = 2_048;
/// How many windows are between reading and writing.
const WAITING: usize = 2;

/// A record with all of its events.
pub(super) struct Group<'a> {
    pub(super) id: Id,
    /// The key of the first event.
    first: i64,
    pub(super) events: Vec<ToFold<'a>>,
}

/// What a part of the log comes to.
struct Window<T> {
    /// The key of its last event.
    last: i64,
    /// Its records, in the order of the first event of each.
    records: Vec<T>,
}

/// A record that is folded and not written yet.
struct Fresh {
    /// The key of the first event.
    first: i64,
    /// With the row under the limits of the transaction's beginning.
    outcome: Outcome,
}

impl Store {
    /// Folds the dirty records of which all events lie near each other behind `from_seq` up to
    /// `to_seq` of a stream (its local number), for at most a tenth of a second, and returns up
    /// to which seq it came. What has events elsewhere stays dirty.
    pub fn fold_along(&mut self, stream: i64, from_seq: u64, to_seq: u64) -> Result<u64> {
        self.writing(|store| {
            let tx = schema::begin(&mut store.conn)?;
            let (from, to) = (read::key(stream, from_seq), read::key(stream, to_seq));
            let upto = fold_between(&tx, &store.judge, from, to)?;
            tx.commit()?;
            Ok(read::seq_of(upto))
        })
    }
}

/// Folds behind one key up to another until the time is over; returns the key up to which all
/// is done.
fn fold_between(conn: &Connection, kept: &Kept, from: i64, to: i64) -> Result<i64> {
    let judge = kept.judge(conn)?;
    let mut projector = Projector::new(conn, Arc::clone(&judge))?;
    let limits = &projector.limits().clone();
    let done = thread::scope(|scope| {
        let (sender, to_fold) = sync_channel(WAITING);
        let (folded, receiver) = sync_channel(WAITING);
        let judge = &*judge;
        scope.spawn(move || fold_all(judge, limits, &to_fold, &folded));
        // Both ends go with this call: then the second thread ends.
        Folding {
            conn,
            begun: Instant::now(),
            from,
            read: from,
            done: from,
            to,
            limits,
        }
        .run(&mut projector, &sender, &receiver)
    })?;
    projector.finish()?;
    Ok(done)
}

/// Folds window after window; nothing that is written meanwhile has a part in it.
fn fold_all(
    judge: &Judge,
    limits: &Limits,
    to_fold: &Receiver<Window<Group<'static>>>,
    folded: &SyncSender<Window<Fresh>>,
) {
    for window in to_fold {
        let records = window.records.into_iter().map(|group| {
            let folded = fold_events(judge, group.events);
            Fresh {
                first: group.first,
                outcome: Outcome::of(group.id, folded, limits, Manner::KNOWN),
            }
        });
        let fresh = Window {
            last: window.last,
            records: records.collect(),
        };
        if folded.send(fresh).is_err() {
            return;
        }
    }
}

/// The thread that reads and writes.
struct Folding<'a> {
    conn: &'a Connection,
    begun: Instant,
    from: i64,
    /// The key up to which the log was read.
    read: i64,
    /// The key up to which all is done.
    done: i64,
    to: i64,
    /// What the second thread computes rows with.
    limits: &'a Limits,
}

impl Folding<'_> {
    fn run(
        mut self,
        projector: &mut Projector<'_>,
        sender: &SyncSender<Window<Group<'static>>>,
        receiver: &Receiver<Window<Fresh>>,
    ) -> Result<i64> {
        let mut keys = watch::Keys::new();
        let mut waiting = 0;
        loop {
            // However slow the machine, something is done each time.
            let is_first = waiting == 0 && self.done == self.from;
            let has_time = is_first || self.begun.elapsed() < watch::FOLD;
            if self.read < self.to && waiting < WAITING && has_time {
                let window = self.window()?;
                if sender.send(window).is_err() {
                    break;
                }
                waiting += 1;
                continue;
            }
            if waiting == 0 {
                break;
            }
            let Ok(window) = receiver.recv() else {
                break;
            };
            waiting -= 1;
            if !self.write(projector, window, &mut keys)? {
                break;
            }
        }
        watch::judge_all(projector, &keys, self.begun)?;
        Ok(self.done)
    }

    /// Reads the next window, of it what is whole and to be folded.
    fn window(&mut self) -> Result<Window<Group<'static>>> {
        let events = read::window(self.conn, self.read, self.to, WINDOW)?;
        // Where the log has a hole there is nothing to fold.
        self.read = events.last().map_or(self.to, |last| last.key);
        let mut records = Vec::new();
        for group in by_record(events.into_iter().map(ToFold::from)) {
            if is_whole(self.conn, group.id, group.events.len(), true)? {
                records.push(group);
            }
        }
        Ok(Window {
            last: self.read,
            records,
        })
    }

    /// Writes the rows of a window; returns whether there was time for all of them.
    fn write(
        &mut self,
        projector: &mut Projector<'_>,
        window: Window<Fresh>,
        keys: &mut watch::Keys,
    ) -> Result<bool> {
        let begun = self.done;
        for fresh in window.records {
            if self.done > begun && self.begun.elapsed() > watch::HOLD {
                return Ok(false);
            }
            let outcome = if projector.limits() == self.limits {
                fresh.outcome
            } else {
                projector.outcome(fresh.outcome.id)?
            };
            keys.extend(watch::keep(projector, outcome)?);
            self.done = fresh.first;
        }
        self.done = window.last;
        // While their records are at hand: judged later they would be folded once more.
        watch::judge_all(projector, &std::mem::take(keys), self.begun)?;
        Ok(true)
    }
}

/// Returns events by their records, in the order of the first of each.
pub(super) fn by_record<'a>(events: impl Iterator<Item = ToFold<'a>>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut places: HashMap<Id, usize> = HashMap::new();
    for one in events {
        // Without its body an event says nothing of its record, which is then not whole here.
        let Some(id) = one.event.as_ref().map(|event| event.head.record) else {
            continue;
        };
        // Mostly one of the record that the event before it was of.
        let place = match groups.last() {
            Some(last) if last.id == id => groups.len() - 1,
            _ => *places.entry(id).or_insert(groups.len()),
        };
        match groups.get_mut(place) {
            Some(group) => group.events.push(one),
            None => groups.push(Group {
                id,
                first: one.key,
                events: vec![one],
            }),
        }
    }
    groups
}

/// Returns whether a record has so many events and no more, and, where it must be, is marked as
/// to be folded.
pub(super) fn is_whole(conn: &Connection, id: Id, events: usize, is_marked: bool) -> Result<bool> {
    let sql = if is_marked {
        concat!(
            "SELECT count(*) = ?2 AND EXISTS(SELECT 1 FROM dirty WHERE record = ?1) FROM event_of WHERE record = ",
            read::record_no!()
        )
    } else {
        concat!(
            "SELECT count(*) = ?2 FROM event_of WHERE record = ",
            read::record_no!()
        )
    };
    let mut query = conn.prepare_cached(sql)?;
    Ok(query.query_row((id.0, events as i64), |row| row.get(0))?)
}
