//! From a line of text to what it asks.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use chrono::NaiveDate;

use super::names::{Found, Names};
use super::{Key, Measure, Question, Side, Sort, Term, Value, What};
use crate::domain::money::{Currency, Money};
use crate::problem::{Kind, Problem};
use crate::store::is_searchable;
use crate::text::fold::{self, fold, punctuation};

/// The longest span, in minutes: a hundred years.
const SPAN_MAX: i64 = 100 * 366 * 24 * 60;
/// The most names that an ambiguous word is said to mean.
const NAMED: usize = 6;

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which bytes of it.
    pub at: Range<usize>,
    /// The part of it as it was typed.
    pub said: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No key has this name; the nearest one.
    Key(Option<String>),
    /// The key knows no such value; the nearest one.
    Value(Option<String>),
    /// Several things begin so.
    Several(Vec<String>),
    /// A key without a value.
    Missing,
    /// The key has no more and no less.
    Side,
    /// No time.
    Time,
    /// No sum.
    Sum,
    /// A quotation without an end.
    Quote,
    /// Words with nothing to search by.
    Words,
}

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        let (message, hint) = match &wrong.fault {
            Fault::Key(Some(_)) => ("problem-query-key", "problem-query-nearest-hint"),
            Fault::Key(None) => ("problem-query-key", "problem-query-key-hint"),
            Fault::Value(Some(_)) => ("problem-query-value", "problem-query-nearest-hint"),
            Fault::Value(None) => ("problem-query-value", "problem-query-value-hint"),
            Fault::Several(_) => ("problem-query-several", "problem-query-several-hint"),
            Fault::Missing => ("problem-query-missing", "problem-query-missing-hint"),
            Fault::Side => ("problem-query-side", "problem-query-side-hint"),
            Fault::Time => ("problem-query-time", "problem-query-time-hint"),
            Fault::Sum => ("problem-query-sum", "problem-query-sum-hint"),
            Fault::Quote => ("problem-query-quote", "problem-query-quote-hint"),
            Fault::Words => ("problem-query-words", "problem-query-words-hint"),
        };
        let problem = Problem::new(Kind::NotUnderstood, message)
            .arg("what", wrong.said)
            .hint(hint);
        match wrong.fault {
            Fault::Key(Some(near)) | Fault::Value(Some(near)) => problem.arg("nearest", near),
            Fault::Several(names) => problem.arg("names", names.join(" ")),
            _ => problem,
        }
    }
}

/// Reads a line; `people` are those who can be named as owners.
///
/// # Errors
///
/// What cannot be read, with its place and the nearest name.
pub fn parse(text: &str, people: &[&str]) -> Result<Question, Wrong> {
    let mut reader = Reader {
        text,
        chars: text.char_indices().peekable(),
        people,
    };
    let mut terms = Vec::new();
    while let Some(term) = reader.term()? {
        terms.push(term);
    }
    Ok(Question { terms })
}

/// The mark that a character is, also one that was typed with Chinese punctuation.
pub(super) fn mark(c: char) -> char {
    match c {
        '\u{201c}' | '\u{201d}' | '\u{300c}' | '\u{300d}' | '\u{ff02}' => '"',
        '\u{2212}' | '\u{ff0d}' => '-',
        '\u{ff1a}' => ':',
        '\u{ff1d}' => '=',
        '\u{ff1c}' => '<',
        '\u{ff1e}' => '>',
        '\u{3001}' => ',',
        c => punctuation(c),
    }
}

/// Whether a character ends a key.
pub(super) fn is_sign(c: char) -> bool {
    matches!(mark(c), ':' | '<' | '>' | '=')
}

struct Reader<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    people: &'a [&'a str],
}

impl Reader<'_> {
    fn here(&mut self) -> usize {
        self.chars.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn next_is(&mut self, wanted: char) -> bool {
        self.chars.peek().is_some_and(|(_, c)| mark(*c) == wanted)
    }

    fn takes(&mut self, wanted: char) -> bool {
        let is = self.next_is(wanted);
        if is {
            self.chars.next();
        }
        is
    }

    fn run(&mut self, goes_on: impl Fn(char) -> bool) -> Range<usize> {
        let from = self.here();
        while self.chars.next_if(|(_, c)| goes_on(*c)).is_some() {}
        from..self.here()
    }

    fn wrong(&self, at: Range<usize>, fault: Fault) -> Wrong {
        Wrong {
            said: self.text[at.clone()].to_owned(),
            at,
            fault,
        }
    }

    fn term(&mut self) -> Result<Option<Term>, Wrong> {
        self.run(char::is_whitespace);
        if self.chars.peek().is_none() {
            return Ok(None);
        }
        let begin = self.here();
        let is_not = self.takes('-');
        if is_not && self.chars.peek().is_none_or(|(_, c)| c.is_whitespace()) {
            let at = begin..self.here();
            return Err(self.wrong(at, Fault::Words));
        }
        let what = self.what()?;
        match &what {
            // By marks alone no index narrows: all that was ever written would be read.
            What::Said(said) if !is_searchable(said) => {
                let at = begin..self.here();
                Err(self.wrong(at, Fault::Words))
            }
            _ => Ok(Some(Term { is_not, what })),
        }
    }

    fn what(&mut self) -> Result<What, Wrong> {
        if self.next_is('"') {
            let (_, said) = self.quoted()?;
            return Ok(What::Said(said));
        }
        let head = self.run(|c| !c.is_whitespace() && !is_sign(c));
        let key = &self.text[head.clone()];
        let names_a_key = key.chars().next().is_some_and(char::is_alphabetic);
        let is_sign_next = self.chars.peek().is_some_and(|(_, c)| is_sign(*c));
        if !names_a_key || !is_sign_next {
            // `10:30` is a word, not a key.
            let rest = self.run(|c| !c.is_whitespace());
            return Ok(What::Said(self.text[head.start..rest.end].to_owned()));
        }
        match Names::get().key(key) {
            Ok(key) => self.about(key, head),
            Err(nearest) => Err(self.wrong(head, Fault::Key(nearest))),
        }
    }

    /// What follows a key.
    fn about(&mut self, key: Key, head: Range<usize>) -> Result<What, Wrong> {
        let side = self.side();
        if self.chars.peek().is_none_or(|(_, c)| c.is_whitespace()) {
            let at = head.start..self.here();
            return Err(self.wrong(at, Fault::Missing));
        }
        if matches!(key.sort(), Sort::Ahead | Sort::Back | Sort::Sum) {
            let (at, said) = self.value(false)?;
            return match measure(key, &said) {
                Ok(Measure::Never) if side != Side::At => Err(self.wrong(at, Fault::Side)),
                Ok(measure) => Ok(What::Beside(key, side, measure)),
                Err(fault) => Err(self.wrong(at, fault)),
            };
        }
        if side != Side::At {
            let at = head.start..self.here();
            return Err(self.wrong(at, Fault::Side));
        }
        let mut values = Vec::new();
        loop {
            let (at, said) = self.value(true)?;
            match self.meant(key, &said) {
                Ok(more) => values.extend(more),
                Err(fault) => return Err(self.wrong(at, fault)),
            }
            if !self.takes(',') {
                break;
            }
        }
        values.sort();
        values.dedup();
        Ok(What::Among(key, values))
    }

    fn side(&mut self) -> Side {
        let mut sign = self.chars.next().map_or(':', |(_, c)| mark(c));
        // `due:<4h` is what a completed key and a comparison make.
        if sign == ':' && (self.next_is('<') || self.next_is('>')) {
            sign = self.chars.next().map_or(':', |(_, c)| mark(c));
        }
        let or_equal = matches!(sign, '<' | '>') && self.takes('=');
        match (sign, or_equal) {
            ('<', false) => Side::Below,
            ('<', true) => Side::AtMost,
            ('>', false) => Side::Above,
            ('>', true) => Side::AtLeast,
            _ => Side::At,
        }
    }

    /// A value: quoted, or up to the next blank, or comma where there may be several.
    fn value(&mut self, several: bool) -> Result<(Range<usize>, String), Wrong> {
        if self.next_is('"') {
            return self.quoted();
        }
        let at = self.run(|c| !(c.is_whitespace() || several && mark(c) == ','));
        if at.is_empty() {
            let end = at.end;
            return Err(self.wrong(end..end, Fault::Missing));
        }
        Ok((at.clone(), self.text[at].to_owned()))
    }

    fn quoted(&mut self) -> Result<(Range<usize>, String), Wrong> {
        let from = self.here();
        self.chars.next();
        let mut said = String::new();
        while let Some((_, c)) = self.chars.next() {
            match mark(c) {
                '\\' => said.extend(self.chars.next().map(|(_, c)| c)),
                '"' => {
                    let at = from..self.here();
                    return if said.is_empty() {
                        Err(self.wrong(at, Fault::Missing))
                    } else {
                        Ok((at, said))
                    };
                }
                _ => said.push(c),
            }
        }
        let end = self.text.len();
        Err(self.wrong(from..end, Fault::Quote))
    }

    fn meant(&self, key: Key, said: &str) -> Result<Vec<Value>, Fault> {
        if key.sort() == Sort::Free {
            return Ok(vec![Value::Text(said.to_owned())]);
        }
        if key.sort() == Sort::People && self.people.contains(&said) {
            return Ok(vec![Value::Text(said.to_owned())]);
        }
        match Names::get().value(key, said) {
            Found::Means(values) => Ok(values),
            Found::Several(names) => Err(several(names)),
            Found::Nothing(nearest) if key.sort() == Sort::People => {
                let mut begin = self.people.iter().filter(|name| name.starts_with(said));
                match (begin.next(), begin.next()) {
                    (Some(only), None) => Ok(vec![Value::Text((*only).to_owned())]),
                    (Some(one), Some(other)) => {
                        Err(Fault::Several(vec![(*one).to_owned(), (*other).to_owned()]))
                    }
                    (None, _) => {
                        let people = self.people.iter().copied();
                        let person = crate::text::nearest::nearest(said, people);
                        Err(Fault::Value(nearest.or(person.map(str::to_owned))))
                    }
                }
            }
            Found::Nothing(nearest) => Err(Fault::Value(nearest)),
        }
    }
}

fn several(mut names: Vec<String>) -> Fault {
    names.truncate(NAMED);
    Fault::Several(names)
}

fn measure(key: Key, said: &str) -> Result<Measure, Fault> {
    if key.sort() == Sort::Sum {
        let sum = Money::parse(&fold::number(said), Currency::CNY);
        return sum.map_or(Err(Fault::Sum), |sum| Ok(Measure::Yuan(sum.minor)));
    }
    let folded = fold(said);
    Names::get()
        .day(&folded)
        .or_else(|| span(&folded).map(Measure::Span))
        .or_else(|| day(&folded))
        .ok_or(Fault::Time)
}

/// Reads `4h`, `1d12h`, with units in any language.
fn span(text: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let unit = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let minutes = Names::get().unit(unit)?;
        let number: i64 = number.parse().ok()?;
        total = total.checked_add(number.checked_mul(minutes)?)?;
        rest = tail;
    }
    (!text.is_empty() && total <= SPAN_MAX).then_some(total)
}

/// Reads `2026-11-25`, `11-25`, `11/25`.
fn day(text: &str) -> Option<Measure> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let (year, month, day) = match parts[..] {
        [year, month, day] if year.len() == 4 => (Some(year.parse().ok()?), month, day),
        [month, day] => (None, month, day),
        _ => return None,
    };
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // Without a year any day that some year has.
    NaiveDate::from_ymd_opt(year.unwrap_or(2_000), month, day)?;
    let is_ours = year.is_none_or(|year| (1970..=9_999).contains(&year));
    is_ours.then_some(Measure::Day { year, month, day })
}
