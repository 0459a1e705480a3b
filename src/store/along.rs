//! Folding many records at once, along the log instead of record by record.
//!
//! Nearly every record has its events close together in one stream. Read in the order of the
//! log they cost a third of what they cost when each is looked up; what has events elsewhere
//! stays dirty for [`Store::fold_dirty`]. One thread reads and writes, a second one folds.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;
use std::vec::IntoIter;

use rusqlite::{Connection, TransactionBehavior};

use crate::domain::deadline::limits::Limits;
use crate::domain::event::Event;
use crate::domain::id::Id;

use super::error::Result;
use super::judge::{Judge, Kept};
use super::project::{Projector, fold_stored};
use super::read::{self, Stored};
use super::watch::Outcome;
use super::{Store, watch};

/// How many events are read at once; what begins in one window and ends in the next is left over.
const WINDOW: usize = 2_048;
/// How many windows are between reading and writing.
const WAITING: usize = 2;

/// Events that this process appended to the end of a stream and still has, so that they need
/// not be read to be folded.
///
/// They must have been new, and stand in the log as they were given. Where another process has
/// written since, which may have erased something, they are not used.
pub struct AtHand {
    /// The database's version from before they were appended.
    version: i64,
    events: IntoIter<Event>,
    /// The seq of the next one.
    next: u64,
}

impl AtHand {
    /// Returns events that follow each other from this seq on, and were appended when
    /// [`Store::data_version`] was this.
    pub fn new(version: i64, from_seq: u64, events: Vec<Event>) -> Self {
        Self {
            version,
            events: events.into_iter(),
            next: from_seq,
        }
    }

    /// Takes some events out of the key's stream, which must begin at this key; none where they
    /// are not at hand.
    fn take(&mut self, key: i64, count: usize) -> Vec<Stored> {
        if self.next != read::seq_of(key) {
            return Vec::new();
        }
        let stored = |(key, event): (i64, Event)| Stored {
            key,
            chain: event.chain,
            event: Some(event),
        };
        let taken: Vec<Stored> = (key..)
            .zip(self.events.by_ref())
            .take(count)
            .map(stored)
            .collect();
        self.next += taken.len() as u64;
        taken
    }
}

/// A record with all of its events.
struct Group {
    id: Id,
    /// The key of the first event.
    first: i64,
    events: Vec<Stored>,
    /// Whether it came in with them, so that it has no row and nothing that hangs on one.
    is_new: bool,
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
        self.fold_at_hand(stream, from_seq, to_seq, &mut None)
    }

    /// Folds as [`Store::fold_along`] does, but reads only what is not at hand.
    pub fn fold_at_hand(
        &mut self,
        stream: i64,
        from_seq: u64,
        to_seq: u64,
        at_hand: &mut Option<AtHand>,
    ) -> Result<u64> {
        self.writing(|store| {
            let tx = store
                .conn
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let version =
                tx.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0))?;
            if at_hand.as_ref().is_some_and(|one| one.version != version) {
                *at_hand = None;
            }
            let (from, to) = (read::key(stream, from_seq), read::key(stream, to_seq));
            let upto = fold_between(&tx, &store.judge, from, to, at_hand.as_mut())?;
            tx.commit()?;
            Ok(read::seq_of(upto))
        })
    }
}

/// Folds behind one key up to another until the time is over; returns the key up to which all
/// is done.
fn fold_between(
    conn: &Connection,
    kept: &Kept,
    from: i64,
    to: i64,
    at_hand: Option<&mut AtHand>,
) -> Result<i64> {
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
            at_hand,
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
    to_fold: &Receiver<Window<Group>>,
    folded: &SyncSender<Window<Fresh>>,
) {
    for window in to_fold {
        let records = window.records.into_iter().map(|group| {
            let folded = fold_stored(judge, group.events);
            Fresh {
                first: group.first,
                outcome: Outcome::of(group.id, folded, limits, group.is_new),
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
    at_hand: Option<&'a mut AtHand>,
    /// What the second thread computes rows with.
    limits: &'a Limits,
}

impl Folding<'_> {
    fn run(
        mut self,
        projector: &mut Projector<'_>,
        sender: &SyncSender<Window<Group>>,
        receiver: &Receiver<Window<Fresh>>,
    ) -> Result<i64> {
        let mut keys = BTreeSet::new();
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
    fn window(&mut self) -> Result<Window<Group>> {
        let (events, is_new) = self.next_events()?;
        // Where the log has a hole there is nothing to fold.
        self.read = events.last().map_or(self.to, |last| last.key);
        let mut records = Vec::new();
        for mut group in by_record(events) {
            group.is_new = is_new;
            if is_whole(self.conn, &group)? {
                records.push(group);
            }
        }
        Ok(Window {
            last: self.read,
            records,
        })
    }

    /// Returns the events behind what was read, in the order of the log, and whether they are at
    /// hand: then nothing of them was ever folded.
    fn next_events(&mut self) -> Result<(Vec<Stored>, bool)> {
        let mut to = self.to;
        if let Some(at_hand) = self.at_hand.as_deref_mut() {
            let taken = at_hand.take(self.read + 1, WINDOW);
            if !taken.is_empty() {
                return Ok((taken, true));
            }
            // What was at hand and not written for want of time is read.
            let next = read::key(read::stream_of(to), at_hand.next);
            if next > self.read + 1 {
                to = to.min(next - 1);
            }
        }
        let read = read::window(self.conn, self.read, to, WINDOW)?;
        Ok((read, false))
    }

    /// Writes the rows of a window; returns whether there was time for all of them.
    fn write(
        &mut self,
        projector: &mut Projector<'_>,
        window: Window<Fresh>,
        keys: &mut BTreeSet<(String, String)>,
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
fn by_record(window: Vec<Stored>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<Id, usize> = HashMap::new();
    for stored in window {
        // Without its body an event says nothing of its record, which is then not whole here.
        let Some(id) = stored.event.as_ref().map(|event| event.head.record) else {
            continue;
        };
        let place = *places.entry(id).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.events.push(stored),
            None => groups.push(Group {
                id,
                first: stored.key,
                events: vec![stored],
                is_new: false,
            }),
        }
    }
    groups
}

/// Returns whether a record has these events and no more, and is to be folded. What is new is
/// marked as such since it was appended.
fn is_whole(conn: &Connection, group: &Group) -> Result<bool> {
    let sql = if group.is_new {
        "SELECT count(*) = ?2 FROM event WHERE record = ?1"
    } else {
        "SELECT count(*) = ?2 AND EXISTS(SELECT 1 FROM dirty WHERE record = ?1) FROM event WHERE record = ?1"
    };
    let mut query = conn.prepare_cached(sql)?;
    Ok(query.query_row((group.id.0, group.events.len() as i64), |row| row.get(0))?)
}
