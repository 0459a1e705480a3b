//! What the person at the desk has done so far of what a guided shift teaches: a count each, so
//! that a lesson is over when its act was recorded, and not before.

use super::Desk;
use super::own_limit::GRANTED;
use crate::domain::register::Owner;
use crate::domain::registers::{case, handover, note};
use crate::problem::Problem;
use crate::store::{OwnerFilter, Query};

/// The local setting that says at which lesson a guided shift was left.
const LESSON: &str = "guided_lesson";
/// The most sheets that are looked at.
const MOST: usize = 1_000;
/// The states of a case that was filed but whose money was not granted.
const FILED_ONLY: [&str; 2] = ["submitted", "refused"];

/// How often the person did each of the four acts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Practised {
    /// Order notes of theirs.
    pub notes: u64,
    /// Replies that they copied.
    pub replies: u64,
    /// Cases of theirs that were filed.
    pub cases: u64,
    /// Lines of sheets that they took over.
    pub taken: u64,
}

impl Desk {
    /// Returns how often the person at the desk did what a guided shift teaches.
    pub fn practised(&self) -> Result<Practised, Problem> {
        let me = self.me()?.id;
        let mine = |register: &'static str, states: &[&str]| {
            self.store().count(&Query {
                registers: vec![register],
                states: states.iter().map(|state| (*state).to_owned()).collect(),
                owner: Some(OwnerFilter::Any(vec![Owner::Person(me)])),
                ..Query::default()
            })
        };
        let filed = [&FILED_ONLY[..], &GRANTED[..]].concat();
        let sheets = self.store().rows(&Query {
            registers: vec![handover::REGISTER.name],
            limit: Some(MOST),
            ..Query::default()
        })?;
        let mut taken = 0;
        for row in sheets {
            let sheet = self.handover(row.id)?;
            let mine = sheet.lines.iter().filter(|line| {
                line.ack_by == Some(me) && matches!(line.ack.as_str(), "accepted" | "changed")
            });
            taken += mine.count();
        }
        Ok(Practised {
            notes: mine(note::REGISTER.name, &[])?.n,
            replies: self.replies_used()?,
            cases: mine(case::REGISTER.name, &filed)?.n,
            taken: taken as u64,
        })
    }

    /// Returns the lesson at which a guided shift was left on this machine, from 0.
    pub fn lesson(&self) -> Result<usize, Problem> {
        let kept = self.store().setting_local(LESSON)?;
        Ok(kept.and_then(|kept| kept.parse().ok()).unwrap_or(0))
    }

    /// Keeps at which lesson a guided shift is.
    pub fn keep_lesson(&mut self, lesson: usize) -> Result<(), Problem> {
        let kept = lesson.to_string();
        Ok(self.store_mut().set_setting_local(LESSON, Some(&kept))?)
    }
}
