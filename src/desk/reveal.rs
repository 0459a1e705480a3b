//! Seeing a receiver's data whole (Ctrl+R): for a moment, and never without a word in the log.

use serde_json::json;

use super::Desk;
use super::act::{Done, refused};
use crate::domain::authority::{Action, may};
use crate::domain::id::Id;
use crate::domain::payload::{Fields, Payload};
use crate::domain::record::Record;
use crate::domain::registers::order;
use crate::exchange::intake::is_masked;
use crate::problem::Problem;

/// The fields that are masked on screens.
pub const MASKED: [&str; 3] = [
    order::RECEIVER.name(),
    order::PHONE.name(),
    order::ADDRESS.name(),
];

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
        let is_held = |path: &&str| record.text(path).is_some_and(|value| !value.is_empty());
        if !MASKED.iter().any(is_held) {
            return Err(nothing());
        }
        let whole = whole(&record);
        if whole.is_empty() {
            return Err(refused("problem-reveal-masked").hint("problem-reveal-masked-hint"));
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

/// Returns the fields among those masked on screens that the platform gave whole.
pub(super) fn whole(record: &Record) -> Vec<&'static str> {
    let is_whole = |value: &str| !value.is_empty() && !is_masked(value);
    MASKED
        .into_iter()
        .filter(|path| record.text(path).is_some_and(is_whole))
        .collect()
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
