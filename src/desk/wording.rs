//! What is found in a draft before it goes out: words that must not be said, and a promise whose
//! case nobody has approved yet.

use super::Desk;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::rules::phrase::{Hit, PhraseRules, Place, Severity};
use crate::problem::Problem;
use crate::store::Row;

/// The setting under which a shop keeps rules of its own.
pub const PHRASES: &str = "phrases";
/// States of a case in which nobody has agreed to the money.
const UNDECIDED: [&str; 3] = ["draft", "submitted", "refused"];

/// The rules of the shop, read again where they changed.
#[derive(Debug, Clone)]
pub struct Wording {
    own: Option<String>,
    rules: PhraseRules,
}

impl Default for Wording {
    fn default() -> Self {
        Self {
            own: None,
            rules: PhraseRules::built_in().clone(),
        }
    }
}

/// A promise of money before its case is approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooEarly {
    /// The words of the draft that name the time.
    pub time: String,
    /// The case.
    pub case: Id,
    /// Its number for people, none while it is a draft.
    pub number: Option<String>,
    /// Its state.
    pub state: String,
}

/// What was found in a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// What rules of wording found, in the text's order.
    pub hits: Vec<Hit>,
    /// The promise that came too early.
    pub too_early: Option<TooEarly>,
}

impl Findings {
    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.too_early.is_none()
    }

    /// Returns how many words must not be said.
    pub fn blocking(&self) -> usize {
        self.weighing(Severity::Block).count()
    }

    /// Returns how many other things are to be looked at.
    pub fn hints(&self) -> usize {
        self.hits.len() - self.blocking() + usize::from(self.too_early.is_some())
    }

    /// Returns the first thing that rules found and that weighs most.
    pub fn worst(&self) -> Option<&Hit> {
        [Severity::Block, Severity::Warn, Severity::Hint]
            .into_iter()
            .find_map(|severity| self.weighing(severity).next())
    }

    /// Returns whether the text goes out only when it is asked for again.
    pub fn wants_a_second_key(&self) -> bool {
        self.too_early.is_some() || self.weighing(Severity::Warn).next().is_some()
    }

    fn weighing(&self, severity: Severity) -> impl Iterator<Item = &Hit> {
        self.hits.iter().filter(move |hit| hit.severity == severity)
    }
}

impl Wording {
    /// Reads the shop's own rules where they changed; where they cannot be read, the rules from
    /// before stay.
    pub fn refresh(&mut self, desk: &Desk) -> Result<(), Problem> {
        let own = desk.store().setting(PHRASES, desk.now())?;
        if own != self.own {
            self.own = own;
            if let Ok(rules) = self.read_own() {
                self.rules = rules;
            }
        }
        Ok(())
    }

    /// Returns what is wrong with the shop's own rules, which another release may have written.
    pub fn mistake(&self) -> Option<Problem> {
        self.read_own().err()
    }

    fn read_own(&self) -> Result<PhraseRules, Problem> {
        PhraseRules::built_in().with(self.own.as_deref().unwrap_or_default())
    }

    /// Returns whether a buyer's words are a short yes and nothing else.
    pub fn is_yes(&self, text: &str) -> bool {
        self.rules.is_yes(text)
    }

    /// Returns whether words of ours ask for a yes.
    pub fn asks(&self, text: &str) -> bool {
        self.rules.asks(text)
    }

    /// Returns what is found in a draft about a record, beside which there are others of the
    /// same buyer or order.
    pub fn look_at(&self, text: &str, record: &Record, related: &[Row]) -> Findings {
        if text.trim().is_empty() {
            return Findings::default();
        }
        let complains = |row: &&Row| row.register == "complaint" && row.closed.is_none();
        let register = match related.iter().find(complains) {
            Some(complaint) => &complaint.register,
            None => &record.register,
        };
        let place = Place {
            register,
            is_spoken: matches!(record.text("channel"), Some("phone" | "hotline")),
        };
        Findings {
            hits: self.rules.check(text, place),
            too_early: self.too_early(text, record, related),
        }
    }

    fn too_early(&self, text: &str, record: &Record, related: &[Row]) -> Option<TooEarly> {
        let promised = self.rules.promised(text)?;
        let is_open = |state: &str| UNDECIDED.contains(&state);
        let (case, number, state) = if record.register == "case" && is_open(&record.state) {
            let number = record.text("no").map(str::to_owned);
            (record.id, number, &record.state)
        } else {
            let row = related.iter().find(|row| {
                row.register == "case" && row.closed.is_none() && is_open(&row.state)
            })?;
            (row.id, row.number.clone(), &row.state)
        };
        Some(TooEarly {
            time: text.get(promised.time)?.to_owned(),
            case,
            number,
            state: state.clone(),
        })
    }
}

impl Desk {
    /// Refuses rules of wording that nobody could read.
    pub(super) fn sound_phrases(key: &str, value: &str) -> Result<(), Problem> {
        if key == PHRASES {
            PhraseRules::built_in().with(value)?;
        }
        Ok(())
    }
}
