//! What is asked, in the spelling that all languages share: read again, it asks the same.

use std::fmt::{self, Display, Formatter};

use super::names::UNITS;
use super::parse::{is_sign, mark};
use super::{Measure, Question, Side, Term, Value, What};
use crate::domain::money::Money;

impl Display for Question {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_not {
            f.write_str("-")?;
        }
        match &self.what {
            What::Said(said) => f.write_str(&quoted(said)),
            What::Among(key, values) => {
                let values: Vec<String> = values.iter().map(value).collect();
                write!(f, "{}:{}", key.word(), values.join(","))
            }
            What::Beside(key, side, measure) => {
                write!(f, "{}{}{measure}", key.word(), side.sign())
            }
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

impl Display for Measure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Span(minutes) => {
                // The largest unit in which it is whole.
                let whole = UNITS.iter().rev().find(|(_, unit)| minutes % unit == 0);
                let (unit, size) = whole.copied().unwrap_or(UNITS[0]);
                write!(f, "{}{unit}", minutes / size)
            }
            Self::Day { year, month, day } => {
                if let Some(year) = year {
                    write!(f, "{year:04}-")?;
                }
                write!(f, "{month:02}-{day:02}")
            }
            Self::Yesterday => f.write_str("yesterday"),
            Self::Today => f.write_str("today"),
            Self::Tomorrow => f.write_str("tomorrow"),
            Self::Never => f.write_str("never"),
            Self::Yuan(minor) => f.write_str(&Money::cny(minor).plain()),
        }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Word(word) => (*word).to_owned(),
        Value::State(register, state) => format!("{register}.{state}"),
        Value::Text(text) => quoted(text),
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
