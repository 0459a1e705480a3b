//! The phrase checker (requirements S06): what must not be said to a buyer, how it should sound,
//! and what is a promise. The rules are data, `assets/phrases.toml`, with a shop's own on top.

mod folded;
mod rules;

use std::ops::Range;
use std::sync::OnceLock;

use folded::{Folded, sentences};
pub use rules::PhraseRules;

const BUILT_IN: &str = include_str!("../../../assets/phrases.toml");

/// How much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Is only shown.
    Hint,
    /// Is to be confirmed before the text goes out.
    Warn,
    /// The text does not go out.
    Block,
}

impl Severity {
    /// Returns its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }
}

/// Where a text is to be said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    /// The register of what it is about, `complaint` where the buyer complains.
    pub register: &'a str,
    /// Whether it is spoken, not written.
    pub is_spoken: bool,
}

/// Something that was found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The rule's id.
    pub rule: String,
    /// The id of its class, none for how a text should sound.
    pub class: Option<String>,
    /// How much it weighs here.
    pub severity: Severity,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
    /// What could be said instead of the sentence.
    pub better: Better,
}

/// What could be said instead, in the buyers' two scripts; empty where the rule knows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Better {
    /// In simplified characters.
    pub simplified: String,
    /// In traditional characters, with the words of Taiwan.
    pub traditional: String,
}

/// A promise of money that a text makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// The words that name the time, in bytes.
    pub time: Range<usize>,
}

impl PhraseRules {
    /// Returns the rules that come with the program.
    pub fn built_in() -> &'static Self {
        static RULES: OnceLock<PhraseRules> = OnceLock::new();
        RULES.get_or_init(|| Self::default().with(BUILT_IN).unwrap_or_default())
    }

    /// Returns what is found in a text, in its order.
    pub fn check(&self, text: &str, place: Place<'_>) -> Vec<Hit> {
        let whole = Folded::new(text, 0);
        let mut hits: Vec<Hit> = Vec::new();
        for rule in &self.banned {
            let mut severity = self.weight(&rule.class);
            if severity == Severity::Warn && self.strict_in.iter().any(|one| one == place.register)
            {
                severity = Severity::Block;
            }
            let found = whole.find(&rule.pattern, &rule.except);
            hits.extend(found.into_iter().map(|range| Hit {
                rule: rule.id.clone(),
                class: Some(rule.class.clone()),
                severity,
                range,
                better: rule.better.clone(),
            }));
        }
        for style in self
            .styles
            .iter()
            .filter(|one| place.is_spoken || !one.is_phone)
        {
            hits.extend(style.find(text, &whole));
        }
        hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.severity)));
        hits
    }

    /// Returns the promise of money by a time that a text makes, where it makes one.
    pub fn promised(&self, text: &str) -> Option<Promised> {
        let words = self.promise.as_ref()?;
        let whole = Folded::new(text, 0);
        if whole.find(&words.money, &words.except).is_empty() {
            return None;
        }
        let times = whole.find(&words.time, &[]);
        // `today at 18:00` is a promise of 18:00.
        let exact = |one: &&Range<usize>| text[(*one).clone()].contains(char::is_numeric);
        let time = times.iter().find(exact).or(times.first())?.clone();
        Some(Promised { time })
    }

    /// Returns whether a buyer's words are a short yes and nothing else.
    pub fn is_yes(&self, text: &str) -> bool {
        let folded = Folded::new(text, 0);
        let assent = self.assent.as_ref();
        assent.is_some_and(|words| words.yes.is_match(folded.text()))
    }

    /// Returns whether words of ours ask for a yes.
    pub fn asks(&self, text: &str) -> bool {
        let folded = Folded::new(text, 0);
        let assent = self.assent.as_ref();
        assent.is_some_and(|words| {
            text.contains(['?', '？']) || words.question.is_match(folded.text())
        })
    }

    fn weight(&self, class: &str) -> Severity {
        let known = self.classes.iter().find(|one| one.id == class);
        known.map_or(Severity::Warn, |one| one.severity)
    }
}

/// Returns the sentence around a place in a text, in bytes.
pub fn sentence_around(text: &str, at: usize) -> Range<usize> {
    sentences(text)
        .find(|sentence| sentence.contains(&at))
        .unwrap_or(0..text.len())
}

#[cfg(test)]
mod tests;
