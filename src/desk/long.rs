//! Long acts: written in several transactions, told of as they go, stopped between two of them.

use super::Desk;
use super::act::Act;
use crate::domain::id::ReplicaId;
use crate::problem::Problem;
use crate::store::{Author, Draft, StoreError};

/// How many events one transaction of a long act holds where nobody waits beside it.
const PORTION: usize = 2_000;

/// What a long act is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking at what is to be done; nothing is written yet.
    Reading,
    /// Writing.
    Writing,
}

/// How far a long act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it is at.
    pub stage: Stage,
    /// How much of this stage is done.
    pub done: usize,
    /// How much there is in all.
    pub of: usize,
    /// What was written of it last.
    pub act: Option<LongAct>,
}

/// An act that was written in portions: it has a stretch of its author's stream for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongAct {
    /// By whom.
    pub replica: ReplicaId,
    /// The seq of its first event, which is its name.
    pub act: u64,
    /// The seq of its last event so far.
    pub to: u64,
}

/// How a long act is done: in what portions, and who is told of each and may stop it.
pub struct Pace<'a> {
    /// How many events a transaction holds.
    pub portion: usize,
    /// Told of each step; false stops the act before the next one.
    pub going_on: &'a mut dyn FnMut(Step) -> bool,
}

impl<'a> Pace<'a> {
    /// Goes through without being stopped.
    pub fn whole(going_on: &'a mut dyn FnMut(Step) -> bool) -> Self {
        Self {
            portion: PORTION,
            going_on,
        }
    }
}

/// A long act that is being written.
pub(super) struct Long {
    author: Author,
    act: Option<LongAct>,
}

impl Long {
    /// Returns the act that was written last.
    pub fn act(&self) -> Option<LongAct> {
        self.act
    }
}

impl Desk {
    /// Begins a long act of the person at the desk.
    pub(super) fn begin_long(&self) -> Result<Long, Problem> {
        Ok(Long {
            author: self.author()?,
            act: None,
        })
    }

    /// Writes the next events of a long act. Where the same person did something else meanwhile,
    /// what follows is an act of its own: nobody's act is torn apart by another.
    pub(super) fn write_portion(
        &mut self,
        long: &mut Long,
        events: &[Draft],
    ) -> Result<(), Problem> {
        let (now, author) = (self.now(), &long.author);
        let begun = long.act.map(|begun| begun.act);
        let random = self.random.as_mut();
        let written = self.store.append_to(begun, author, now, random, events);
        let appended = match written {
            Err(StoreError::ActOver(_)) => {
                let random = self.random.as_mut();
                self.store.append(author, now, random, events)?
            }
            written => written?,
        };
        let before = long
            .act
            .filter(|begun| begun.act == appended.act)
            .map_or(appended.act - 1, |begun| begun.to);
        long.act = Some(LongAct {
            replica: long.author.replica,
            act: appended.act,
            to: before + events.len() as u64,
        });
        Ok(())
    }

    /// Writes a long act in several transactions of at most `portion` events.
    pub(super) fn write_long(&mut self, act: Act, portion: usize) -> Result<(), Problem> {
        let going_on = &mut |_| true;
        self.write_long_by(act, &mut Pace { portion, going_on })
    }

    /// Writes a long act as [`Self::write_long`] does, telling of each portion; it goes through.
    pub(super) fn write_long_by(&mut self, act: Act, pace: &mut Pace<'_>) -> Result<(), Problem> {
        let mut long = self.begin_long()?;
        let events = act.into_drafts();
        let mut done = 0;
        for portion in events.chunks(pace.portion) {
            self.write_portion(&mut long, portion)?;
            done += portion.len();
            (pace.going_on)(Step {
                stage: Stage::Writing,
                done,
                of: events.len(),
                act: long.act(),
            });
        }
        self.refresh()
    }

    /// Leaves an act alone when the last one is taken back: it is written beside the person, who
    /// means what they did with their own hands.
    pub fn leave_alone(&mut self, act: LongAct) {
        self.beside.insert((act.replica, act.act), act.to);
    }

    /// Returns the seq before the long act that a place of a person's stream lies in.
    pub(super) fn before_long_act(&self, replica: ReplicaId, seq: u64) -> Option<u64> {
        let ((_, act), to) = self
            .beside
            .range((replica, 0)..=(replica, seq))
            .next_back()?;
        (seq <= *to).then(|| act - 1)
    }

    /// Returns the last place of the long act that ends before a place, 0 where there is none.
    pub(super) fn long_act_before(&self, replica: ReplicaId, seq: u64) -> u64 {
        let upto = self.beside.range((replica, 0)..=(replica, seq));
        upto.map(|(_, to)| *to)
            .filter(|to| *to < seq)
            .max()
            .unwrap_or(0)
    }
}
