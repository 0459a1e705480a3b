//! What is asked, written down: in the spelling that all languages share, or in the words of one.
//! Read again, it asks the same.

use std::fmt::{self, Display, Formatter};

use super::names::{Names, UNITS};
use super::parse::{is_sign, mark};
use super::{Key, Measure, Question, Side, Term, Value, What};
use crate::domain::money::Money;
use crate::i18n::Language;

impl Display for Question {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled(None))
    }
}

impl Question {
    /// Writes it in the words of a language.
    #[must_use]
    pub fn told(&self, language: Language) -> String {
        self.spelled(Some(language))
    }

    fn spelled(&self, language: Option<Language>) -> String {
        let terms: Vec<String> = self
            .terms
            .iter()
            .map(|term| of_term(term, language))
            .collect();
        terms.join(" ")
    }
}

fn of_term(term: &Term, language: Option<Language>) -> String {
    let not = if term.is_not { "-" } else { "" };
    let named = |key: Key| match language {
        Some(language) => Names::get().name_of_key(key, language),
        None => key.word(),
    };
    match &term.what {
        What::Said(said) => format!("{not}{}", quoted(said)),
        What::Among(key, values) => {
            let values: Vec<String> = values
                .iter()
                .map(|value| of_value(*key, value, language))
                .collect();
            format!("{not}{}:{}", named(*key), values.join(","))
        }
        What::Beside(key, side, measure) => {
            let (key, measure) = (named(*key), of_measure(*measure, language));
            format!("{not}{key}{}{measure}", side.sign())
        }
    }
}

impl Side {
    fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::At => ":",
        }
    }
}

fn of_measure(measure: Measure, language: Option<Language>) -> String {
    let day = |spelled: &str| {
        let name = language.and_then(|language| Names::get().name_of_day(measure, language));
        name.unwrap_or(spelled).to_owned()
    };
    match measure {
        Measure::Span(minutes) => {
            let units = match language {
                Some(language) => Names::get().units_in(language),
                None => UNITS.to_vec(),
            };
            // The largest unit in which it is whole.
            let whole = units.into_iter().filter(|(_, size)| minutes % size == 0);
            let (unit, size) = whole.max_by_key(|(_, size)| *size).unwrap_or(UNITS[0]);
            format!("{}{unit}", minutes / size)
        }
        Measure::Day { year, month, day } => {
            let year = year.map(|year| format!("{year:04}-"));
            format!("{}{month:02}-{day:02}", year.unwrap_or_default())
        }
        Measure::Yesterday => day("yesterday"),
        Measure::Today => day("today"),
        Measure::Tomorrow => day("tomorrow"),
        Measure::Never => day("never"),
        Measure::Yuan(minor) => Money::cny(minor).plain(),
    }
}

fn of_value(key: Key, value: &Value, language: Option<Language>) -> String {
    let named = language.and_then(|language| Names::get().name_of_value(key, value, language));
    match (named, value) {
        (Some(name), _) => quoted(name),
        (None, Value::Word(word)) => (*word).to_owned(),
        (None, Value::State(register, state)) => format!("{register}.{state}"),
        (None, Value::Text(text)) => quoted(text),
    }
}

/// The text as it is where it reads as one word, else in quotation marks.
pub(super) fn quoted(text: &str) -> String {
    let is_word =
        |c: char| !c.is_whitespace() && !is_sign(c) && !matches!(mark(c), '"' | ',' | '\\');
    let is_bare = !text.is_empty() && !text.starts_with(|c| mark(c) == '-');
    if is_bare && text.chars().all(is_word) {
        return text.to_owned();
    }
    let escaped = text.chars().fold(String::new(), |mut all, c| {
        if matches!(mark(c), '"' | '\\') {
            all.push('\\');
        }
        all.push(c);
        all
    });
    format!("\"{escaped}\"")
}
