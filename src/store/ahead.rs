//! Folding what an import brings before it is in the log, beside what writes the events before it.
//!
//! Nearly every record of a large bundle comes with all of its events close together. What they
//! fold to is known from them alone and is written in the transaction that appends them; whatever
//! turns out to have events elsewhere stays dirty, and whoever else writes meanwhile ends it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;
use std::vec::IntoIter;

use rusqlite::Connection;

use crate::domain::deadline::limits::Limits;
use crate::domain::event::Event;
use crate::domain::id::Id;

use super::along::{by_record, is_whole};
use super::error::Result;
use super::judge::{Judge, Kept};
use super::lent::Lent;
use super::project::{self, Projector, fold_events};
use super::read::ToFold;
use super::row::Before;
use super::watch::{self, Manner, Outcome};
use super::words::Extent;
use super::{Run, Store, data_version, schema};

/// After how many records their keys are judged: while the records are at hand.
const JUDGED_AT_ONCE: usize = 256;

/// From how many events on a run is one of a large import, which leaves late words to the indexer.
const MANY: usize = if cfg!(test) { 64 } else { 4_096 };

/// What records are folded by: who may write what, and the shop's limits, as they were at some
/// time.
#[derive(Clone)]
pub struct Ahead {
    judge: Arc<Judge>,
    limits: Limits,
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ahead").finish_non_exhaustive()
    }
}

impl Ahead {
    /// Folds the records of events that follow each other in one stream, as far as they alone
    /// say. None of these records was ever folded.
    pub fn fold(&self, events: &[Event]) -> Foreseen {
        let extent = if events.len() >= MANY {
            Extent::Prompt
        } else {
            Extent::All
        };
        let before = Before::Never(None);
        self.fold_as(events, Manner { before, extent })
    }

    fn fold_as(&self, events: &[Event], manner: Manner) -> Foreseen {
        let lent = events.iter().map(|event| ToFold {
            // Of a stream whose number is known when it is written.
            key: event.head.seq as i64,
            chain: event.chain,
            event: Some(Lent::By(event)),
        });
        let records: Vec<_> = by_record(lent)
            .into_iter()
            .map(|group| Expected {
                events: group.events.len(),
                outcome: Outcome::of(
                    group.id,
                    fold_events(&self.judge, group.events),
                    &self.limits,
                    manner,
                ),
            })
            .collect();
        Foreseen {
            by: Some(self.clone()),
            records: records.into_iter(),
        }
    }

    /// Returns whether these are the same rules.
    fn is(&self, judge: &Arc<Judge>, limits: &Limits) -> bool {
        Arc::ptr_eq(&self.judge, judge) && self.limits == *limits
    }
}

/// A record that is folded from so many events, and that has no others if it is as expected.
struct Expected {
    events: usize,
    outcome: Outcome,
}

/// Where a run has come in.
pub(super) struct Arrived {
    /// The stream.
    pub(super) stream: i64,
    /// The numbers of the records that its last transaction was the first to name: they have no
    /// events but the run's.
    pub(super) named: HashMap<Id, i64>,
}

/// What the events of a run come to, as far as it is not written yet.
pub struct Foreseen {
    /// By which rules; none where nothing is folded yet.
    by: Option<Ahead>,
    records: IntoIter<Expected>,
}

impl std::fmt::Debug for Foreseen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Foreseen")
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}

impl Foreseen {
    /// Nothing is foreseen: what brings the rules themselves, a shop's first events, is folded
    /// once it is appended.
    pub fn later() -> Self {
        Self {
            by: None,
            records: Vec::new().into_iter(),
        }
    }

    /// Returns whether nothing is left to fold or to write.
    fn is_done(&self) -> bool {
        self.by.is_some() && self.records.len() == 0
    }

    /// Writes what came as expected: in the transaction that appended the last of the events, or in
    /// a later one, in which each record is marked as to be folded; until the time of a transaction
    /// that began then is over, but one record at least. Returns what was written; nothing of it
    /// where the rules are others now.
    pub(super) fn write(
        &mut self,
        conn: &Connection,
        kept: &Kept,
        (arrived, is_later): (&Arrived, bool),
        begun: Instant,
    ) -> Result<HashSet<Id>> {
        let mut written = HashSet::new();
        let judge = kept.judge(conn)?;
        let mut projector = Projector::new(conn, Arc::clone(&judge))?;
        let Some(by) = self
            .by
            .as_ref()
            .filter(|by| by.is(&judge, projector.limits()))
        else {
            return Ok(written);
        };
        let mut keys = watch::Keys::new();
        for Expected { events, outcome } in self.records.by_ref() {
            let id = outcome.id;
            let no = arrived.named.get(&id).copied();
            if no.is_some() || is_whole(conn, id, events, is_later)? {
                // A setting among them changes what the others are due by.
                let outcome = if *projector.limits() == by.limits {
                    outcome.in_stream(arrived.stream).numbered(no)
                } else {
                    projector.outcome(id)?
                };
                keys.extend(watch::keep(&mut projector, outcome)?);
                written.insert(id);
            }
            if written.len().is_multiple_of(JUDGED_AT_ONCE) {
                watch::judge_all(&mut projector, &std::mem::take(&mut keys), begun)?;
            }
            if begun.elapsed() > watch::FOLD {
                break;
            }
        }
        watch::judge_all(&mut projector, &keys, begun)?;
        projector.finish()?;
        Ok(written)
    }
}

impl Store {
    /// Returns the rules by which records are folded now.
    pub fn ahead(&self) -> Result<Ahead> {
        Ok(Ahead {
            judge: self.judge.judge(&self.conn)?,
            limits: project::limits(&self.conn)?,
        })
    }

    /// Writes what is left of a run that has come in, where the database had this version before;
    /// ends where another process has written since, which may have erased something. Returns
    /// whether nothing is left.
    pub(super) fn write_foreseen(
        &mut self,
        mut foreseen: Foreseen,
        run: &Run,
        mut arrived: Arrived,
        version: i64,
    ) -> Result<bool> {
        while !foreseen.is_done() {
            let ahead = self.ahead()?;
            match &foreseen.by {
                None => foreseen = ahead.fold(&run.events),
                Some(by) if by.is(&ahead.judge, &ahead.limits) => {}
                // By other rules, the run's own roster perhaps; some may have their rows.
                Some(_) => {
                    foreseen = ahead.fold_as(&run.events, Manner::KNOWN);
                    arrived.named.clear();
                }
            }
            let begun = Instant::now();
            let tx = schema::begin(&mut self.conn)?;
            if data_version(&tx)? != version {
                break;
            }
            foreseen.write(&tx, &self.judge, (&arrived, true), begun)?;
            tx.commit()?;
        }
        Ok(foreseen.is_done())
    }
}
