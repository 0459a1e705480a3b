//! The tables of `assets/capture.toml`, folded once.

use std::collections::HashMap;

use serde::Deserialize;

use super::line::fold_char;
use crate::problem::{Kind as ProblemKind, Problem};

const BUILT_IN: &str = include_str!("../../../../assets/capture.toml");

/// What to do after recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// The five steps of an order note (F5).
    NoteSteps,
    /// The after-sale form (F6).
    CaseForm,
    /// A promise with its time (F7).
    Promise,
    /// A follow-up with its time (F7).
    FollowUp,
    /// The complaint's form.
    Complaint,
    /// The record's own form.
    Register,
}

/// A word that leads to a register and a kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindWords {
    /// Register.
    pub register: String,
    /// Kind within it, one of that register's words.
    pub kind: Option<String>,
    /// Job of an order note.
    pub job: Option<String>,
    /// The obvious next step.
    pub next: Next,
    /// Words that lead here.
    pub words: Vec<String>,
    /// Words that lead here when an amount follows.
    #[serde(default)]
    pub money: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostWords {
    pub post: String,
    pub words: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderForm {
    pub platform: String,
    pub digits: Vec<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Carrier {
    pub name: String,
    pub words: Vec<String>,
    #[serde(default)]
    pub prefix: Vec<String>,
    #[serde(default)]
    pub after: Vec<usize>,
    #[serde(default)]
    pub digits: Vec<usize>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tail {
    pub words: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyWords {
    pub before: Vec<String>,
    pub after: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DayWords {
    pub words: Vec<String>,
    pub day: i64,
    pub at: String,
    pub half: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeekdayWords {
    pub words: Vec<String>,
    pub day: u32,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockWords {
    pub next_week: Vec<String>,
    pub default: String,
    pub am: Vec<String>,
    pub noon: Vec<String>,
    pub pm: Vec<String>,
    pub am_after: Vec<String>,
    pub pm_after: Vec<String>,
    pub hour: Vec<String>,
    pub minute: Vec<String>,
    pub half: Vec<String>,
    pub month: Vec<String>,
    pub monthday: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Span {
    pub words: Vec<String>,
    pub minutes: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    kind: Vec<KindWords>,
    #[serde(default)]
    post: Vec<PostWords>,
    #[serde(default)]
    order: Vec<OrderForm>,
    #[serde(default)]
    carrier: Vec<Carrier>,
    tail: Option<Tail>,
    money: Option<MoneyWords>,
    #[serde(default)]
    day: Vec<DayWords>,
    #[serde(default)]
    weekday: Vec<WeekdayWords>,
    clock: Option<ClockWords>,
    #[serde(default)]
    span: Vec<Span>,
    #[serde(default)]
    numerals: HashMap<String, i64>,
}

/// All words of the one line: those of the program, and a shop's own before them.
#[derive(Clone, Debug, Default)]
pub struct CaptureWords {
    pub(super) kinds: Vec<KindWords>,
    pub(super) posts: Vec<PostWords>,
    pub(super) orders: Vec<OrderForm>,
    pub(super) carriers: Vec<Carrier>,
    pub(super) tail: Tail,
    pub(super) money: MoneyWords,
    pub(super) days: Vec<DayWords>,
    pub(super) weekdays: Vec<WeekdayWords>,
    pub(super) clock: ClockWords,
    pub(super) spans: Vec<Span>,
    pub(super) numerals: HashMap<String, i64>,
}

impl CaptureWords {
    /// The words that come with the program.
    pub fn built_in() -> Result<Self, Problem> {
        let mut words = Self::default();
        words.add(BUILT_IN)?;
        Ok(words)
    }

    /// Returns whether a character is a digit, or begins a numeral of the tables.
    pub fn is_of_number(&self, c: char) -> bool {
        let c = fold_char(c);
        c.is_numeric() || !c.is_ascii() && self.numerals.keys().any(|word| word.starts_with(c))
    }

    /// Lays a shop's own file on top: its words win over the same words below.
    pub fn add(&mut self, text: &str) -> Result<(), Problem> {
        let file: File = toml::from_str(text).map_err(|err| {
            Problem::new(ProblemKind::Unreadable, "problem-capture-words")
                .arg("cause", err.message())
        })?;
        self.take_kinds(file.kind);
        front(&mut self.posts, file.post, |entry| &mut entry.words);
        front(&mut self.carriers, file.carrier, |entry| &mut entry.words);
        front(&mut self.days, file.day, |entry| &mut entry.words);
        front(&mut self.weekdays, file.weekday, |entry| &mut entry.words);
        front(&mut self.spans, file.span, |entry| &mut entry.words);
        self.orders.splice(0..0, file.order);
        if let Some(mut tail) = file.tail {
            fold_all(&mut tail.words);
            self.tail = tail;
        }
        if let Some(mut money) = file.money {
            fold_all(&mut money.before);
            fold_all(&mut money.after);
            self.money = money;
        }
        if let Some(clock) = file.clock {
            self.clock = clock;
        }
        self.numerals.extend(file.numerals);
        Ok(())
    }

    fn take_kinds(&mut self, mut kinds: Vec<KindWords>) {
        for kind in &mut kinds {
            fold_all(&mut kind.words);
            fold_all(&mut kind.money);
        }
        for below in &mut self.kinds {
            below
                .words
                .retain(|word| !kinds.iter().any(|kind| kind.words.contains(word)));
        }
        self.kinds.splice(0..0, kinds);
    }

    /// The registers and kinds that words lead to.
    pub fn kinds(&self) -> impl Iterator<Item = &KindWords> {
        self.kinds.iter()
    }
}

fn front<T>(list: &mut Vec<T>, mut added: Vec<T>, words: fn(&mut T) -> &mut Vec<String>) {
    for entry in &mut added {
        fold_all(words(entry));
    }
    list.splice(0..0, added);
}

fn fold_all(words: &mut [String]) {
    for word in words {
        *word = word.chars().map(fold_char).collect();
    }
}
