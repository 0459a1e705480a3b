//! A table of columns and typed cells, before it is of any format.

use chrono::{SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::domain::deadline::calendar;
use crate::domain::money::{Currency, Money};
use crate::i18n::Words;

/// For whom a table is written: language and zone.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The words.
    pub words: &'a Words,
    /// The shop's zone.
    pub zone: Tz,
}

impl Look<'_> {
    /// Returns a time (milliseconds UTC) as people of the shop write it, to the minute.
    #[must_use]
    pub fn time(&self, at: i64) -> String {
        calendar::written(at, self.zone)
    }

    /// Returns the word of a closed list's value, the value itself where it has none.
    #[must_use]
    pub fn value(&self, list: &str, word: &str) -> String {
        self.known(&format!("value-{list}-{word}"), word)
    }

    /// Returns a word, or the spelling where the language has none.
    #[must_use]
    pub fn known(&self, id: &str, spelling: &str) -> String {
        if self.words.has(id) {
            self.words.get(id).to_string()
        } else {
            spelling.to_owned()
        }
    }
}

/// Returns a time (milliseconds UTC) as programs read it: RFC 3339, UTC.
#[must_use]
pub fn rfc3339(at: i64) -> String {
    let time = Utc.timestamp_millis_opt(at).single();
    time.map_or_else(
        || at.to_string(),
        |time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    )
}

/// What one cell holds. Texts are as received; each format cleans them its own way.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text of people or from outside.
    Text(String),
    /// A number that identifies: never to be read as a quantity.
    Number(String),
    /// A quantity.
    Integer(i64),
    /// An amount.
    Money(Money),
    /// A point in time, milliseconds UTC.
    Time(i64),
    /// A calendar day, `2026-11-22`.
    Day(String),
    /// Yes or no.
    Flag(bool),
    /// A word that travels, and how people read it.
    Word {
        /// The word in records and JSON.
        word: String,
        /// The same in the reader's language.
        label: String,
    },
    /// Several texts.
    List(Vec<String>),
    /// Anything else, as JSON and as a line for people.
    Nested {
        /// The value for programs.
        value: Value,
        /// The line for people.
        line: String,
    },
}

impl Cell {
    /// Makes a word that reads otherwise than it travels.
    #[must_use]
    pub fn word(word: &str, label: impl Into<String>) -> Self {
        Self::Word {
            word: word.to_owned(),
            label: label.into(),
        }
    }

    /// Returns the text for people, uncleaned.
    #[must_use]
    pub fn text(&self, look: &Look<'_>) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Number(text) | Self::Day(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Money(money) => money.to_string(),
            Self::Time(at) => look.time(*at),
            Self::Flag(yes) => look
                .words
                .get(if *yes { "outlet-yes" } else { "outlet-no" })
                .to_string(),
            Self::Word { label, .. } => label.clone(),
            Self::List(list) => list.join(" · "),
            Self::Nested { line, .. } => line.clone(),
        }
    }

    /// Returns the value for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) | Self::Number(text) | Self::Day(text) => json!(text),
            Self::Integer(number) => json!(number),
            Self::Money(money) => json!(money),
            Self::Time(at) => json!(rfc3339(*at)),
            Self::Flag(yes) => json!(yes),
            Self::Word { word, .. } => json!(word),
            Self::List(list) => json!(list),
            Self::Nested { value, .. } => value.clone(),
        }
    }

    /// Returns whether spreadsheets may read it as a quantity.
    #[must_use]
    pub fn is_quantity(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Money(_))
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name for programs.
    pub name: String,
    /// The heading for people.
    pub label: String,
}

impl Column {
    /// Makes a column.
    #[must_use]
    pub fn new(name: &str, label: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            label: label.into(),
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The heading.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each beside the columns.
    pub rows: Vec<Vec<Cell>>,
}

/// The currencies of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Currencies {
    /// It has no amounts.
    None,
    /// All are of one.
    One(Currency),
    /// Each has to say its own.
    Several,
}

impl Table {
    /// Returns the currencies of a column's amounts.
    #[must_use]
    pub fn currencies(&self, column: usize) -> Currencies {
        let amounts = self
            .rows
            .iter()
            .filter_map(|cells| match cells.get(column) {
                Some(Cell::Money(money)) => Some(money.currency),
                _ => None,
            });
        amounts.fold(Currencies::None, |seen, currency| match seen {
            Currencies::None => Currencies::One(currency),
            Currencies::One(other) if other == currency => seen,
            _ => Currencies::Several,
        })
    }

    /// Returns the headings for people; one of amounts that are not in yuan names the currency.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(at, column)| match self.currencies(at) {
                Currencies::One(currency) if currency != Currency::CNY => {
                    format!("{} ({})", column.label, currency.code())
                }
                _ => column.label.clone(),
            })
            .collect()
    }
}
