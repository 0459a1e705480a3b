//! Conditions with all that they depend on: the time, the people, the shop's day.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use chrono::{DateTime, Days, NaiveDate};

use super::names::{ALL, CLOSED, ME, NOBODY, OPEN};
use super::{Key, Measure, Side, Sort, Term, Value, What};
use crate::desk::Desk;
use crate::desk::settings::MINUTE;
use crate::desk::values::{Lie, day_of_year};
use crate::domain::deadline::day_start;
use crate::domain::id::Id;
use crate::domain::register::{Owner, Post};
use crate::domain::registers;
use crate::problem::Problem;
use crate::text::fold::fold;

/// Who is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// This person or post.
    Of(Owner),
    /// No person, be it a post's.
    Nobody,
}

/// A state that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stands {
    Open,
    Closed,
    Either,
    In(&'static str),
    InOf(&'static str, &'static str),
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Overdue,
    AtRisk,
    Ours,
    Snoozed,
    Conflict,
}

/// A condition with all that it depends on: time, people, the shop's day.
#[derive(Debug, Clone)]
pub(super) enum Check {
    /// These words; no other records than these may say them, where that is known.
    Said {
        /// The words.
        words: String,
        /// Whether a list is narrowed by the index: few texts hold them.
        narrows: bool,
        /// No fewer than the records that say them, where that is known beforehand.
        may_say: Option<Rc<HashSet<Id>>>,
    },
    State(Vec<Stands>),
    Register(Vec<&'static str>),
    Post(Vec<Post>),
    Owner(Vec<Whose>),
    First(Vec<Whose>),
    Is(Vec<Standing>),
    /// The value of a field is one of these words.
    Field(&'static str, Vec<&'static str>),
    /// The value of the field that says which kind of its register it is.
    Kind(Vec<&'static str>),
    /// One of these folded texts, by the key's own rule.
    Text(Key, Vec<String>),
    /// A time lies in a range; none where there must be none.
    Time(Key, Option<Range<i64>>),
    /// Yuan, in hundredths.
    Amount(Range<i64>),
}

/// Whether a condition is about what is over.
pub(super) fn asks_for_closed(is_not: bool, check: &Check) -> bool {
    match check {
        Check::State(states) => states.iter().any(|state| match state {
            Stands::Open => is_not,
            Stands::Closed | Stands::Either => !is_not,
            Stands::In(name) => {
                let mut registers = registers::ALL.iter();
                !is_not && registers.any(|register| register.lifecycle.is_closed(name))
            }
            Stands::InOf(register, name) => {
                let register = registers::by_name(register);
                !is_not && register.is_some_and(|register| register.lifecycle.is_closed(name))
            }
        }),
        Check::Time(Key::Closed, range) => range.is_some() != is_not,
        _ => false,
    }
}

/// Makes words ready: by the index where few texts hold them, else by looking into each row.
fn said_check(desk: &Desk, words: &str, is_not: bool) -> Result<Check, Problem> {
    let store = desk.store();
    store.catch_up_briefly()?;
    let is_common = store.is_common(words)?;
    // No list is narrowed to what does not say it: what may is known beforehand.
    let may_say = if is_not && !is_common {
        store.may_say(words)?
    } else {
        None
    };
    Ok(Check::Said {
        words: words.to_owned(),
        narrows: !is_common,
        may_say: may_say.map(Rc::new),
    })
}

/// Has common words that seldom meet named by the index all the same: a list looked through for
/// them would end before the first. What next to every text holds is looked for in the records that
/// the others leave.
pub(super) fn meet(desk: &Desk, checks: &mut [(bool, Check)]) -> Result<(), Problem> {
    let mut said: Vec<(&str, &mut bool)> = checks
        .iter_mut()
        .filter_map(|(is_not, check)| match check {
            Check::Said { words, narrows, .. } if !*is_not => Some((words.as_str(), narrows)),
            _ => None,
        })
        .collect();
    if said.len() < 2 || said.iter().any(|(_, narrows)| **narrows) {
        return Ok(());
    }
    let all: Vec<&str> = said.iter().map(|(words, _)| *words).collect();
    if !desk.store().is_common(&all.join(" "))? {
        for (words, narrows) in &mut said {
            **narrows = desk.store().can_be_named(words)?;
        }
    }
    Ok(())
}

/// Makes a term ready at a desk, now.
pub(super) fn check(desk: &Desk, term: &Term) -> Result<Check, Problem> {
    let (key, values) = match &term.what {
        What::Said(said) => return said_check(desk, said, term.is_not),
        What::Beside(key, side, measure) => return beside(desk, *key, *side, *measure),
        What::Among(key, values) => (*key, values),
    };
    let words = || -> Vec<&'static str> {
        let words = values.iter().map(|value| match value {
            Value::Word(word) => Some(*word),
            _ => None,
        });
        words.flatten().collect()
    };
    let texts = || -> Vec<String> {
        let texts = values.iter().map(|value| match value {
            Value::Text(text) => Some(fold(text)),
            _ => None,
        });
        texts.flatten().collect()
    };
    Ok(match key {
        Key::State => Check::State(values.iter().filter_map(state).collect()),
        Key::Stage => Check::Post(words().into_iter().filter_map(Post::of).collect()),
        Key::Owner => Check::Owner(whose(desk, values)?),
        Key::First => Check::First(whose(desk, values)?),
        Key::Is => Check::Is(words().into_iter().filter_map(standing).collect()),
        Key::Register => Check::Register(words()),
        Key::Kind => Check::Kind(words()),
        Key::Flag | Key::Channel | Key::Category | Key::Outcome => {
            Check::Field(key.word(), words())
        }
        _ => Check::Text(key, texts()),
    })
}

fn state(value: &Value) -> Option<Stands> {
    match value {
        Value::Word(OPEN) => Some(Stands::Open),
        Value::Word(CLOSED) => Some(Stands::Closed),
        Value::Word(ALL) => Some(Stands::Either),
        Value::Word(word) => Some(Stands::In(word)),
        Value::State(register, state) => Some(Stands::InOf(register, state)),
        Value::Text(_) => None,
    }
}

fn standing(word: &str) -> Option<Standing> {
    match word {
        "overdue" => Some(Standing::Overdue),
        "at_risk" => Some(Standing::AtRisk),
        "ours" => Some(Standing::Ours),
        "snoozed" => Some(Standing::Snoozed),
        "conflict" => Some(Standing::Conflict),
        _ => None,
    }
}

/// Who is meant; who has left the roster since is nobody's owner.
fn whose(desk: &Desk, values: &[Value]) -> Result<Vec<Whose>, Problem> {
    let person = |id: Id| Whose::Of(Owner::Person(id));
    let mut all = Vec::new();
    for value in values {
        all.extend(match value {
            Value::Word(ME) => Some(person(desk.me()?.id)),
            Value::Word(NOBODY) => Some(Whose::Nobody),
            Value::Word(word) => Post::of(word).map(|post| Whose::Of(Owner::Post(post))),
            Value::Text(name) => desk.people().by_name(name).map(|one| person(one.id)),
            Value::State(..) => None,
        });
    }
    Ok(all)
}

fn beside(desk: &Desk, key: Key, side: Side, measure: Measure) -> Result<Check, Problem> {
    let (start, end) = match measure {
        Measure::Never => return Ok(Check::Time(key, None)),
        Measure::Yuan(minor) => return Ok(Check::Amount(on_side(side, minor, minor))),
        Measure::Span(minutes) => {
            let span = minutes.saturating_mul(MINUTE);
            let now = desk.now();
            if key == Key::Due {
                let at = now.saturating_add(span);
                // "Due in 4 h" is what is due by then.
                let side = if side == Side::At { Side::AtMost } else { side };
                return Ok(Check::Time(key, Some(on_side(side, at, at))));
            }
            let at = now.saturating_sub(span);
            // What was less than a day ago was after yesterday.
            let side = match side {
                Side::Below => Side::Above,
                Side::AtMost | Side::At => Side::AtLeast,
                Side::Above => Side::Below,
                Side::AtLeast => Side::AtMost,
            };
            return Ok(Check::Time(key, Some(on_side(side, at, at))));
        }
        Measure::Day { year, month, day } => {
            let date = match year {
                Some(year) => NaiveDate::from_ymd_opt(year, month, day),
                None => day_meant(desk, key, month, day),
            };
            calendar_day(desk, date)
        }
        Measure::Yesterday | Measure::Today | Measure::Tomorrow => business_day(desk, measure)?,
    };
    let last = end.saturating_sub(1);
    Ok(Check::Time(key, Some(on_side(side, start, last))))
}

/// What lies on a side of a measure that reaches from one point to another, both within it.
fn on_side(side: Side, from: i64, to: i64) -> Range<i64> {
    match side {
        Side::Below => i64::MIN..from,
        Side::AtMost => i64::MIN..to.saturating_add(1),
        Side::Above => to.saturating_add(1)..i64::MAX,
        Side::AtLeast => from..i64::MAX,
        Side::At => from..to.saturating_add(1),
    }
}

/// Which day a month and a day mean of a key: for what was the latest, else the nearest.
fn day_meant(desk: &Desk, key: Key, month: u32, day: u32) -> Option<NaiveDate> {
    let lie = match key.sort() {
        Sort::Back => Lie::Past,
        _ => Lie::Nearest,
    };
    let now = DateTime::from_timestamp_millis(desk.now())?;
    let today = now.with_timezone(&desk.zone()).date_naive();
    day_of_year(month, day, today, lie)
}

/// When a day begins and ends; beyond the calendar it never does.
fn calendar_day(desk: &Desk, date: Option<NaiveDate>) -> (i64, i64) {
    let begins = |date: Option<NaiveDate>| {
        let at = date.and_then(|date| day_start(date, &desk.zone(), 0));
        at.unwrap_or(i64::MAX)
    };
    let next = date.and_then(|date| date.checked_add_days(Days::new(1)));
    (begins(date), begins(next))
}

fn business_day(desk: &Desk, which: Measure) -> Result<(i64, i64), Problem> {
    let now = desk.now();
    let (begins, ends) = (desk.day_begins(now)?, desk.day_ends(now)?);
    Ok(match which {
        Measure::Yesterday => (desk.day_begins(begins.saturating_sub(1))?, begins),
        Measure::Tomorrow => (ends, desk.day_ends(ends)?),
        _ => (begins, ends),
    })
}
