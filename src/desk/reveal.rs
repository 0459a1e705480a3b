//! Seeing a receiver's data whole (Ctrl+R): for a moment, and never without a word in the log.

use serde_json::json;

use super::Desk;
use super::act::{Done, refused};
use crate::domain::authority::{Action, may};
use crate::domain::id::Id;
use crate::domain::payload::{Fields, Payload};
use crate::domain::record::Record;
use crate::domain::registers::order;
use crate::problem::Problem;

/// The fields that are masked on screens.
pub const MASKED: [&str; 3] = ["receiver", "phone", "address"];

impl Desk {
    /// Records that the person looks at an order's receiver now: which fields, never what they
    /// say. Nothing is shown before that is written.
    pub fn reveal(&mut self, id: Option<Id>) -> Result<Done, Problem> {
        let (record, register) = self.record(id.ok_or_else(nothing)?)?;
        if !may(self.me()?.role, Action::Reveal).allows() {
            return Err(refused("problem-reveal-role").hint("problem-reveal-role-hint"));
        }
        if register.name != order::REGISTER.name {
            return Err(nothing());
        }
        let held: Vec<&str> = MASKED
            .into_iter()
            .filter(|path| record.text(path).is_some_and(|value| !value.is_empty()))
            .collect();
        let whole: Vec<&str> = held
            .iter()
            .copied()
            .filter(|path| is_whole(&record, path))
            .collect();
        match (held.is_empty(), whole.is_empty()) {
            (true, _) => return Err(nothing()),
            (false, true) => {
                return Err(refused("problem-reveal-masked").hint("problem-reveal-masked-hint"));
            }
            (false, false) => {}
        }
        let path = format!(
            "{}/{}/{}",
            order::REVEALS.name(),
            self.new_id(),
            order::REVEAL_SHOWN.name()
        );
        let mut act = self.act();
        act.set(register, &record, Fields::from([(path, json!(whole))]));
        self.write(act)
    }
}

/// Returns whether the platform gave a field unmasked.
fn is_whole(record: &Record, path: &str) -> bool {
    let value = record.text(path).unwrap_or_default();
    !value.is_empty() && !value.contains(['*', '#', '$'])
}

fn nothing() -> Problem {
    refused("problem-reveal-nothing").hint("problem-reveal-nothing-hint")
}

/// Returns whether an event says that somebody looked: it is never taken back.
pub(super) fn is_reveal(payload: &Payload) -> bool {
    let map = format!("{}/", order::REVEALS.name());
    match payload {
        Payload::Set(change) => change.fields.keys().any(|path| path.starts_with(&map)),
        _ => false,
    }
}
