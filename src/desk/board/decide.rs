//! What waits for the word of the one who looks: approvals, what was agreed by word of mouth,
//! contradictions, and what does not count.

use super::Scope;
use crate::desk::Desk;
use crate::desk::matters::{Class, Matter};
use crate::domain::id::Id;
use crate::domain::register::Step;
use crate::domain::registers::case;
use crate::domain::rules::money;
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
    /// Cases on which money went by this person's word of mouth, or may go by somebody's, to be
    /// signed.
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
        let (agreed, approvals): (Vec<Row>, Vec<Row>) = self
            .cases_at(Step::Approve, Vec::new())?
            .into_iter()
            .partition(is_word_to_sign);
        let went = vec!["executed".into(), "told".into()];
        let mut unsettled = Unsettled {
            approvals,
            spoken: self.cases_at(Step::Person(me), went)?,
            ..Unsettled::default()
        };
        unsettled.approvals.retain(|row| scope.has_row(row));
        for row in agreed {
            if scope.has_row(&row) || self.gave_word(row.id, me)? {
                unsettled.spoken.push(row);
            }
        }
        unsettled.matters = self.matters_in(&scope, &mut unsettled.more_held, words)?;
        Ok(unsettled)
    }

    /// Open cases that wait for a hand, in these states where any are named.
    fn cases_at(&self, step: Step, states: Vec<String>) -> Result<Vec<Row>, Problem> {
        Ok(self.store().rows(&Query {
            registers: vec![case::REGISTER.name],
            step: Some(step),
            states,
            open_only: true,
            limit: Some(APPROVALS),
            ..Query::default()
        })?)
    }

    /// Whether money may go by this person's word of mouth, in whatever group.
    fn gave_word(&self, case: Id, person: Id) -> Result<bool, Problem> {
        let record = self.store().record(case)?;
        let word = record.as_ref().and_then(money::provisional_witness);
        Ok(word.and_then(|word| money::named_record(&word.saw, money::APPROVER)) == Some(person))
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

/// Returns whether a case's money may go by a word of mouth that nobody signed yet: it is agreed
/// to and waits for an approval all the same.
pub(super) fn is_word_to_sign(row: &Row) -> bool {
    row.step.as_deref() == Some("approve")
        && row.register == case::REGISTER.name
        && row.state != "submitted"
}
