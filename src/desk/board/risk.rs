//! The risks by which a day's review begins: some stand on the rows, others in records, which
//! are read beside the loop where they are many.

use std::collections::HashMap;

use super::MOST;
use super::review::{ReviewDay, ReviewItem, is_reviewed, sort};
use crate::desk::Desk;
use crate::desk::wording::Wording;
use crate::domain::id::Id;
use crate::domain::payload::Direction;
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::{case, complaint, conversation, promise};
use crate::domain::rules::money;
use crate::domain::rules::phrase::Severity;
use crate::problem::Problem;
use crate::store::Row;

/// The most records that are read for their risk before a day is shown.
pub(super) const AT_ONCE: usize = 60;
/// So many records are read between two words about how far it is.
const PORTION: usize = 50;

/// Why an item is looked at before others, the heaviest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Money went by word of mouth, and nobody has signed it.
    Spoken,
    /// It is about money.
    Money,
    /// A promise was broken, or its time is over.
    Broken,
    /// A buyer complains.
    Complaint,
    /// Words were said that must not be said.
    Banned,
}

impl Risk {
    /// All risks, the heaviest first.
    pub const ALL: [Self; 5] = [
        Self::Spoken,
        Self::Money,
        Self::Broken,
        Self::Complaint,
        Self::Banned,
    ];

    /// Returns the end of the message id.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spoken => "spoken",
            Self::Money => "money",
            Self::Broken => "broken",
            Self::Complaint => "complaint",
            Self::Banned => "banned",
        }
    }
}

/// The risks of items that were read already, each as of the newest event that it had then.
pub type Risks = HashMap<Id, (i64, Option<Risk>)>;

impl Desk {
    /// Reads of a day what has to be read for its risk. `going_on` is told how many of how many
    /// were, and says whether to go on; none where it was stopped.
    pub fn risks_of_day(
        &self,
        day: &ReviewDay,
        going_on: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Option<Risks>, Problem> {
        let (mut rows, _) = self.rows_of_day(day, MOST)?;
        rows.retain(reads);
        let mut wording = Wording::default();
        wording.refresh(self)?;
        let mut risks = Risks::new();
        for (at, row) in rows.iter().enumerate() {
            if at % PORTION == 0 && !going_on(at, rows.len()) {
                return Ok(None);
            }
            risks.insert(row.id, (row.last, self.risk(row, &wording)?));
        }
        Ok(Some(risks))
    }

    /// Returns what of a day carries a risk, the heaviest first, at most so many: talks, which
    /// carry the lightest, are read only as far as that takes and nobody waits. More cases than
    /// that are taken for what their rows say.
    pub(super) fn heaviest(
        &self,
        day: &ReviewDay,
        most: usize,
    ) -> Result<Vec<ReviewItem>, Problem> {
        let (mut rows, _) = self.rows_of_day(day, MOST)?;
        rows.sort_by_key(|row| (is_talk(row), row.opened, row.no));
        let mut wording = Wording::default();
        wording.refresh(self)?;
        let mut items = Vec::new();
        let mut left = AT_ONCE;
        for row in rows {
            if is_talk(&row) && (items.len() >= most || left == 0) {
                break;
            }
            let risk = match left.checked_sub(usize::from(reads(&row))) {
                Some(rest) => {
                    left = rest;
                    self.risk(&row, &wording)?
                }
                None => at_least(&row),
            };
            if let Some(risk) = risk {
                items.push(ReviewItem {
                    risk: Some(risk),
                    is_weighed: true,
                    reviewed: is_reviewed(&row, &day.name),
                    row,
                });
            }
        }
        sort(&mut items);
        items.truncate(most);
        Ok(items)
    }

    pub(super) fn risk(&self, row: &Row, wording: &Wording) -> Result<Option<Risk>, Problem> {
        let is = |register: &Register| row.register == register.name;
        if is(&complaint::REGISTER) {
            return Ok(Some(Risk::Complaint));
        }
        if is(&promise::REGISTER) {
            let is_over = row.due.is_some_and(|due| due <= self.now());
            return Ok((row.state == "broken" || is_over).then_some(Risk::Broken));
        }
        if !reads(row) {
            return Ok(None);
        }
        let Some(record) = self.store().record(row.id)? else {
            return Ok(None);
        };
        if is(&case::REGISTER) {
            let is_spoken = money::provisional_witness(&record).is_some();
            return Ok(Some(if is_spoken { Risk::Spoken } else { Risk::Money }));
        }
        Ok(says_banned(&record, wording).then_some(Risk::Banned))
    }
}

fn is_talk(row: &Row) -> bool {
    row.register == conversation::REGISTER.name
}

/// Whether the risk of a row stands in its record; that of others is on the row, or goes by the
/// clock, without an event.
pub(super) fn reads(row: &Row) -> bool {
    is_talk(row) || row.register == case::REGISTER.name
}

/// The risk of a row of which the record was not read yet.
pub(super) fn at_least(row: &Row) -> Option<Risk> {
    (row.register == case::REGISTER.name).then_some(Risk::Money)
}

/// Whether somebody of us said what must not be said.
fn says_banned(record: &Record, wording: &Wording) -> bool {
    let ours = record
        .entries
        .iter()
        .filter(|entry| !entry.void && entry.say.direction == Direction::Out);
    ours.filter_map(|entry| entry.say.text.as_deref())
        .any(|text| {
            let hits = wording.check(text);
            hits.iter().any(|hit| hit.severity == Severity::Block)
        })
}
