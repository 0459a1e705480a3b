//! What is found in a draft before it goes out: words that must not be said, and a promise whose
//! case nobody has approved yet.

use super::Desk;
use super::act::refused;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::rules::phrase::{Hit, PhraseRules, Place, Severity};
use crate::i18n::{Language, Words};
use crate::problem::Problem;
use crate::store::Row;
use crate::text::width::{Ambiguous, fit};

/// The setting under which a shop keeps rules of its own.
pub const PHRASES: &str = "phrases";
/// The most columns of a text's own words in a message.
const QUOTED: usize = 24;
/// States of a case in which nobody has agreed to the money.
const UNDECIDED: [&str; 3] = ["draft", "submitted", "refused"];

/// The rules of the shop, read again where they changed.
#[derive(Debug, Clone, Default)]
pub struct Wording {
    own: Option<String>,
    /// Those of the program with the shop's own on top, where it has any.
    laid: Option<PhraseRules>,
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
            match self.read_own() {
                Some(Ok(rules)) => self.laid = Some(rules),
                Some(Err(_)) => {}
                None => self.laid = None,
            }
        }
        Ok(())
    }

    /// Returns what is wrong with the shop's own rules, which another release may have written.
    pub fn mistake(&self) -> Option<Problem> {
        self.read_own()?.err()
    }

    fn read_own(&self) -> Option<Result<PhraseRules, Problem>> {
        let own = self.own.as_deref()?;
        Some(PhraseRules::built_in().with(own))
    }

    fn rules(&self) -> &PhraseRules {
        self.laid
            .as_ref()
            .unwrap_or_else(|| PhraseRules::built_in())
    }

    /// Returns what is found in words alone.
    pub fn check(&self, text: &str) -> Vec<Hit> {
        self.rules().check(text, Place::default())
    }

    /// Returns whether a buyer's words are a short yes and nothing else.
    pub fn is_yes(&self, text: &str) -> bool {
        self.rules().is_yes(text)
    }

    /// Returns whether words of ours ask for a yes.
    pub fn asks(&self, text: &str) -> bool {
        self.rules().asks(text)
    }

    /// Returns what is found in a draft about a record, beside which there are others of the
    /// same buyer or order.
    pub fn look_at(&self, text: &str, record: &Record, related: &[Row]) -> Findings {
        if text.trim().is_empty() {
            return Findings::default();
        }
        Findings {
            hits: self.rules().check(text, place(record, related)),
            too_early: self.too_early(text, record, related),
        }
    }

    fn too_early(&self, text: &str, record: &Record, related: &[Row]) -> Option<TooEarly> {
        let promised = self.rules().promised(text)?;
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

/// Where words about a record are said: to somebody who complains, where one of the same buyer or
/// order has a complaint open.
fn place<'a>(record: &'a Record, related: &'a [Row]) -> Place<'a> {
    let complains = |row: &&Row| row.register == "complaint" && row.closed.is_none();
    let register = match related.iter().find(complains) {
        Some(complaint) => &complaint.register,
        None => &record.register,
    };
    Place {
        register,
        is_spoken: matches!(record.text("channel"), Some("phone" | "hotline")),
    }
}

impl Desk {
    /// Refuses words to a buyer that must not be said, by whatever road they come.
    pub(super) fn may_be_said(&self, text: &str, record: &Record) -> Result<(), Problem> {
        let related = self.related(record)?;
        self.refuse(text, place(record, &related), "problem-words-blocked")
    }

    /// Refuses a wording of a reply in which something must not be said, by whatever road it
    /// comes to be used.
    pub(super) fn may_be_a_reply(&self, text: &str) -> Result<(), Problem> {
        self.refuse(text, Place::default(), "problem-reply-blocked")
    }

    /// Refuses words that must not be said with a message: which, and by which rule.
    fn refuse(&self, text: &str, place: Place<'_>, message: &'static str) -> Result<(), Problem> {
        let mut wording = Wording::default();
        wording.refresh(self)?;
        let hits = wording.rules().check(text, place);
        let Some(hit) = hits.iter().find(|hit| hit.severity == Severity::Block) else {
            return Ok(());
        };
        let found = text.get(hit.range.clone()).unwrap_or_default();
        Err(refused(message)
            .arg("words", fit(found, QUOTED, Ambiguous::Narrow))
            .arg("rule", &hit.rule)
            .hint("problem-words-blocked-hint"))
    }

    /// Refuses rules of wording that nobody could read.
    pub(super) fn sound_phrases(key: &str, value: &str) -> Result<(), Problem> {
        if key == PHRASES {
            PhraseRules::built_in().with(value)?;
        }
        Ok(())
    }
}

/// Returns how many words of a text must not be said, and how many others are to be looked at.
pub fn counted(hits: &[Hit]) -> (usize, usize) {
    let blocking = hits.iter().filter(|hit| hit.severity == Severity::Block);
    let blocking = blocking.count();
    (blocking, hits.len() - blocking)
}

/// Refuses a text in which something must not be said, with what that is.
pub fn refuse_blocked(hits: &[Hit], text: &str, words: &Words) -> Result<(), Problem> {
    match hits.iter().find(|hit| hit.severity == Severity::Block) {
        Some(hit) => Err(super::act::refused("wording-blocked")
            .arg("what", told(hit, text, words))
            .hint("wording-reword-hint")),
        None => Ok(()),
    }
}

/// Returns the word for how much something weighs.
pub fn weight(severity: Severity, words: &Words) -> String {
    words
        .get(&format!("phrase-severity-{}", severity.word()))
        .to_string()
}

/// Says what a rule found in a text: its class, the words, the rule.
pub fn told(hit: &Hit, text: &str, words: &Words) -> String {
    let class = match &hit.class {
        Some(class) => format!("phrase-class-{class}"),
        None => format!("phrase-style-{}", hit.rule),
    };
    let class = if words.has(&class) {
        words.get(&class).to_string()
    } else {
        hit.class.clone().unwrap_or_default()
    };
    let found = text.get(hit.range.clone()).unwrap_or_default();
    words.with(
        "wording-found",
        &[
            ("class", class.into()),
            ("words", fit(found, QUOTED, Ambiguous::Narrow).into()),
            ("rule", hit.rule.as_str().into()),
        ],
    )
}

/// What could be said instead, in the script of the person's language.
pub fn better<'a>(hit: &'a Hit, words: &Words) -> &'a str {
    if words.language() == Language::ZhTw && !hit.better.traditional.is_empty() {
        &hit.better.traditional
    } else {
        &hit.better.simplified
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::act::fields;
    use crate::desk::shop_tests::{ORDER, Shop};
    use serde_json::json;

    #[test]
    fn whoever_complains_is_answered_with_care_by_whatever_road() {
        let mut shop = Shop::new();
        let desk = &mut shop.desk;
        let talk = desk.open_conversation("橘子", "chat").unwrap().record();
        desk.link(talk, ORDER).unwrap();
        desk.reply(talk, "大概是吧").unwrap();
        let (record, _) = desk.record(talk).unwrap();
        let complaint = fields([
            ("words", json!("太慢了")),
            ("source", json!("customer")),
            ("order", json!(record.text("order"))),
            ("order_number", json!(ORDER)),
        ]);
        desk.open_record("complaint", complaint).unwrap();
        let related = desk.related(&record).unwrap();
        let seen = Wording::default().look_at("大概是吧", &record, &related);
        assert_eq!(seen.blocking(), 1);
        let refused = desk.reply(talk, "大概是吧").unwrap_err();
        assert_eq!(refused.message, "problem-words-blocked");
    }
}
