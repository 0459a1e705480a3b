//! What waits for the word of the one who looks: approvals, what was agreed by word of mouth,
//! contradictions, and what does not count.

use super::Scope;
use crate::desk::Desk;
use crate::desk::matters::{Class, Matter};
use crate::domain::id::Id;
use crate::domain::register::Step;
use crate::domain::registers::case;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Query, Row};

/// The most approvals that are listed.
const APPROVALS: usize = 500;
/// How many events that do not count are described one by one; a flood of them has its own
/// screen.
const DESCRIBED: u64 = 200;

/// What waits for a decision.
#[derive(Debug, Clone, Default)]
pub struct Unsettled {
    /// Cases that wait for an approval, the nearest deadline first.
    pub approvals: Vec<Row>,
    /// Cases on which money went by this person's word of mouth, to be signed.
    pub spoken: Vec<Row>,
    /// What contradicts, and what does not count.
    pub matters: Vec<Matter>,
    /// How many events do not count or wait outside and are not among them.
    pub more_held: u64,
}

impl Unsettled {
    /// Returns how many contradict, and how many events are not counted or outside.
    pub fn counts(&self) -> (u64, u64) {
        let of = |pinned: bool| {
            let all = self
                .matters
                .iter()
                .filter(|matter| matter.class != Class::Clock);
            all.filter(|matter| (matter.class <= Class::Branch) == pinned)
                .map(|matter| if pinned { 1 } else { matter.count })
                .sum::<u64>()
        };
        (of(true), of(false) + self.more_held)
    }
}

impl Desk {
    /// Returns what waits for a decision of the person at the desk.
    pub fn board_unsettled(&self, words: &Words) -> Result<Unsettled, Problem> {
        let scope = self.board_scope()?;
        let me = self.me()?.id;
        let mut approvals = self.store().rows(&Query {
            registers: vec![case::REGISTER.name],
            step: Some(Step::Approve),
            open_only: true,
            limit: Some(APPROVALS),
            ..Query::default()
        })?;
        approvals.retain(|row| scope.has_row(row));
        let spoken = self.store().rows(&Query {
            registers: vec![case::REGISTER.name],
            step: Some(Step::Person(me)),
            states: vec!["executed".into(), "told".into()],
            open_only: true,
            limit: Some(APPROVALS),
            ..Query::default()
        })?;
        let mut unsettled = Unsettled {
            approvals,
            spoken,
            ..Unsettled::default()
        };
        unsettled.matters = self.matters_in(&scope, &mut unsettled.more_held, words)?;
        Ok(unsettled)
    }

    /// The whole shop's for a supervisor; a leader sees what touches records of the group.
    fn matters_in(
        &self,
        scope: &Scope,
        more_held: &mut u64,
        words: &Words,
    ) -> Result<Vec<Matter>, Problem> {
        if scope.is_all() {
            let (unfolded, outside) = self.store().held_counts()?;
            if unfolded + outside <= DESCRIBED {
                return self.to_look_at(words);
            }
            *more_held = unfolded + outside;
            return self.pinned(words);
        }
        let mut matters = Vec::new();
        for matter in self.pinned(words)? {
            if self.touches(scope, &matter.records)? {
                matters.push(matter);
            }
        }
        Ok(matters)
    }

    fn touches(&self, scope: &Scope, records: &[Id]) -> Result<bool, Problem> {
        let rows = self.store().rows_by_id(records)?;
        Ok(rows.iter().any(|row| scope.has_row(row)))
    }
}
