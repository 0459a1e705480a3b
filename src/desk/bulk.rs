//! One act for several items: what can be done with each is done, the others say why not, and
//! one undo takes all of it back.

use super::Desk;
use super::act::{Act, Done, refused};
use super::item::{allowed, goes_by_steps, transfer_reason};
use super::printing::is_past_printing;
use super::reception;
use crate::domain::id::Id;
use crate::domain::register::Owner;
use crate::domain::registers::{conversation, note};
use crate::problem::Problem;

/// What is done with each of several items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bulk {
    /// Handed on, with a reason from the list.
    Transfer {
        /// To whom.
        to: Owner,
        /// Why.
        reason: String,
    },
    /// Taken, where no person has it.
    Claim,
    /// Put out of sight until a time, or until something happens before, as
    /// [`Desk::snooze_for`] reads it.
    Snooze {
        /// Milliseconds UTC.
        until: i64,
        /// What brings them back before.
        event: Option<&'static str>,
    },
    /// Tagged by words, as [`Desk::tag`] reads them.
    Tag(String),
    /// Brought back to mind at a time, milliseconds UTC.
    Remind {
        /// What is to be done.
        text: String,
        /// When.
        at: i64,
    },
    /// Remarked on among ourselves, as [`Desk::remark`] reads it.
    Remark(String),
    /// Brought before the next level above each, with one line why.
    Escalate(String),
    /// Ended: with this outcome where an item may end in several ways.
    Close(String),
    /// Acknowledged by the printing post: notes that change nothing printed.
    Acknowledge,
}

/// What an act for several items takes, and what it leaves alone.
#[derive(Debug, Default)]
pub struct Sorted {
    /// The items that it takes, in order.
    pub taken: Vec<Id>,
    /// The others, each with the reason.
    pub refused: Vec<(Id, Problem)>,
}

impl Desk {
    /// Returns what an act for several items would take; nothing is written.
    pub fn sort_bulk(&mut self, items: &[Id], bulk: &Bulk) -> Sorted {
        self.plan_bulk(items, bulk).1
    }

    /// Does one thing with several items in one act, and says what it left alone.
    ///
    /// Fails where it could take none.
    pub fn bulk(&mut self, items: &[Id], bulk: &Bulk) -> Result<(Done, Sorted), Problem> {
        let (act, mut sorted) = self.plan_bulk(items, bulk);
        if sorted.taken.is_empty() {
            let first = sorted.refused.drain(..).next();
            return Err(first.map_or_else(|| refused("problem-nothing-open"), |(_, why)| why));
        }
        Ok((self.write(act)?, sorted))
    }

    /// Returns the ends that a person has to choose from for these items, none where each of
    /// them has but one: the register and its words.
    pub fn bulk_ends(&self, items: &[Id]) -> Result<Vec<(&'static str, &'static str)>, Problem> {
        let mut choices: Vec<(&'static str, &'static str)> = Vec::new();
        for id in items {
            let (record, register) = self.record(*id)?;
            let ends = match register.name {
                "conversation" => conversation::OUTCOMES.values.to_vec(),
                _ if goes_by_steps(register) => Vec::new(),
                _ => register.lifecycle.ends(&record.state),
            };
            if ends.len() > 1 {
                choices.extend(ends.into_iter().map(|end| (register.name, end)));
            }
        }
        let mut known = std::collections::BTreeSet::new();
        choices.retain(|choice| known.insert(*choice));
        Ok(choices)
    }

    fn plan_bulk(&mut self, items: &[Id], bulk: &Bulk) -> (Act, Sorted) {
        let (mut act, mut sorted) = (self.act(), Sorted::default());
        for id in items {
            let mut own = self.act();
            match self.add_bulk(&mut own, *id, bulk) {
                Ok(()) => {
                    act.append(own);
                    sorted.taken.push(*id);
                }
                Err(problem) => sorted.refused.push((*id, problem)),
            }
        }
        (act, sorted)
    }

    fn add_bulk(&mut self, act: &mut Act, id: Id, bulk: &Bulk) -> Result<(), Problem> {
        match bulk {
            Bulk::Transfer { to, reason } => {
                transfer_reason(reason)?;
                if self.record(id)?.0.owner == Some(*to) {
                    return Err(refused("problem-bulk-theirs"));
                }
                self.add_transfer(act, id, *to, reason)
            }
            Bulk::Claim => {
                let is_taken = self.add_claim(act, id, (None, None))?;
                is_taken
                    .then_some(())
                    .ok_or_else(|| refused("problem-bulk-mine"))
            }
            Bulk::Snooze { until, event } => self.add_snooze(act, id, *until, *event),
            Bulk::Tag(words) => self.add_tags(act, id, words),
            Bulk::Remind { text, at } => self.add_follow_up(act, Some(id), "reminder", text, *at),
            Bulk::Remark(text) => self.add_remark(act, id, text),
            Bulk::Escalate(why) => self.add_escalation(act, id, why),
            Bulk::Close(outcome) => self.add_close(act, id, outcome),
            Bulk::Acknowledge => self.add_acknowledgement(act, id),
        }
    }

    /// What changes something printed is acknowledged one by one, with an answer (ux 5.3).
    fn add_acknowledgement(&self, act: &mut Act, id: Id) -> Result<(), Problem> {
        let (record, register) = self.record(id)?;
        if register.name != note::REGISTER.name || record.state != "told" {
            return Err(refused("problem-bulk-not-told"));
        }
        let order = record.text("order").and_then(|order| order.parse().ok());
        let order = match order {
            Some(order) => self.store().record(order)?,
            None => None,
        };
        if is_past_printing(order.as_ref()) {
            return Err(refused("problem-bulk-printed"));
        }
        self.add_note_step(act, id, "acknowledged", None)
    }

    fn add_close(&self, act: &mut Act, id: Id, outcome: &str) -> Result<(), Problem> {
        let (record, register) = self.record(id)?;
        if register.name == conversation::REGISTER.name {
            if reception::unfinished(&record, outcome).is_some() {
                return Err(refused("problem-bulk-asks"));
            }
            return self.add_outcome(act, &record, outcome);
        }
        if goes_by_steps(register) {
            return Err(refused("problem-bulk-form"));
        }
        let ends = register.lifecycle.ends(&record.state);
        let end = match ends[..] {
            [only] => only,
            _ => ends
                .into_iter()
                .find(|end| *end == outcome)
                .ok_or_else(|| refused("problem-bulk-end"))?,
        };
        allowed(register, &record, end)?;
        act.claim(register, &record, self.me()?.id);
        act.step(register, &record, end, None);
        Ok(())
    }
}

#[cfg(test)]
#[path = "bulk_tests.rs"]
mod tests;
