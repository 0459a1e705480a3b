//! What is asked, against rows: first what the store narrows by its indexes, then every term on
//! each row, so that an index that lets too much through changes nothing.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use chrono::{Datelike, Days, NaiveDate};
use serde_json::Value as Json;

use super::names::{ALL, CLOSED, ME, NOBODY, OPEN};
use super::{Key, Measure, Question, Side, Term, Value, What};
use crate::desk::Desk;
use crate::desk::values::{Edge, Reading, time};
use crate::domain::id::Id;
use crate::domain::register::{Owner, Post, Register};
use crate::domain::registers;
use crate::problem::Problem;
use crate::store::{OwnerFilter, Query, Row};
use crate::text::fold::fold;

const MINUTE: i64 = 60_000;

/// Who is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// This person or post.
    Of(Owner),
    /// No person, be it a post's.
    Nobody,
}

/// A state that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stands {
    Open,
    Closed,
    Either,
    In(&'static str),
    InOf(&'static str, &'static str),
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Overdue,
    AtRisk,
    Ours,
    Snoozed,
    Conflict,
}

/// A condition with all that it depends on: time, people, the shop's day.
#[derive(Debug, Clone)]
enum Check {
    /// These words; no other records than these may say them, where that is known.
    Said(String, Option<Rc<HashSet<Id>>>),
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

/// A question made ready for the rows of a list.
#[derive(Debug, Clone, Default)]
pub(in crate::desk) struct Asked {
    checks: Vec<(bool, Check)>,
    now: i64,
    at_risk: i64,
}

impl Asked {
    /// Makes a question ready at this desk, now. What is over is asked only where the question
    /// or its list says so.
    pub(in crate::desk) fn new(
        desk: &Desk,
        question: &Question,
        list: &Query,
    ) -> Result<Self, Problem> {
        if question.is_empty() {
            return Ok(Self::default());
        }
        let mut checks = Vec::new();
        for term in &question.terms {
            checks.push((term.is_not, check(desk, term)?));
        }
        let is_over = |(is_not, check): &(bool, Check)| asks_for_closed(*is_not, check);
        if !list.closed_only && !checks.iter().any(is_over) {
            checks.push((false, Check::State(vec![Stands::Open])));
        }
        Ok(Self {
            checks,
            now: desk.now(),
            at_risk: desk.at_risk()?,
        })
    }

    /// Narrows a list to no less than what passes.
    pub(in crate::desk) fn narrow(&self, query: &mut Query) {
        for (is_not, check) in &self.checks {
            if !is_not {
                self.narrow_by(check, query);
            }
        }
    }

    fn narrow_by(&self, check: &Check, query: &mut Query) {
        match check {
            Check::Said(said, _) => query.says.push(said.clone()),
            Check::State(states) => narrow_to_states(states, query),
            Check::Register(names) if query.registers.is_empty() => {
                query.registers.clone_from(names);
            }
            Check::Post(posts) if query.post.is_none() => {
                if let [only] = posts[..] {
                    query.post = Some(only);
                }
            }
            Check::Owner(whose) if query.owner.is_none() => narrow_to_owners(whose, query),
            Check::Is(all) => {
                if let [only] = all[..] {
                    self.narrow_to_standing(only, query);
                }
            }
            Check::Time(key, Some(range)) => {
                let earlier =
                    |known: Option<i64>| Some(known.map_or(range.end, |at| at.min(range.end)));
                let later =
                    |known: Option<i64>| Some(known.map_or(range.start, |at| at.max(range.start)));
                match key {
                    Key::Due => query.due_before = earlier(query.due_before),
                    Key::Opened => {
                        query.opened_from = later(query.opened_from);
                        query.opened_before = earlier(query.opened_before);
                    }
                    Key::Closed => {
                        query.closed_from = later(query.closed_from);
                        query.closed_before = earlier(query.closed_before);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn narrow_to_standing(&self, standing: Standing, query: &mut Query) {
        let due = |by: i64| {
            let before = self.now.saturating_add(by).saturating_add(1);
            Some(query.due_before.map_or(before, |known| known.min(before)))
        };
        match standing {
            Standing::Overdue => query.due_before = due(0),
            Standing::AtRisk => query.due_before = due(self.at_risk),
            Standing::Ours if query.ours.is_none() => query.ours = Some(true),
            Standing::Snoozed if query.snoozed_at.is_none() => query.snoozed_at = Some(self.now),
            Standing::Conflict => query.contradicted = true,
            _ => {}
        }
    }

    /// Returns whether a row passes; what was said in it is asked of the desk.
    pub(in crate::desk) fn admits(&self, desk: &Desk, row: &Row) -> Result<bool, Problem> {
        // What costs a look into the log comes last.
        let (said, seen): (Vec<_>, Vec<_>) = self
            .checks
            .iter()
            .partition(|(_, check)| matches!(check, Check::Said(..)));
        if !seen
            .iter()
            .all(|(is_not, check)| self.holds(check, row) != *is_not)
        {
            return Ok(false);
        }
        for (is_not, check) in said {
            let Check::Said(said, may_say) = check else {
                continue;
            };
            let may = may_say.as_ref().is_none_or(|ids| ids.contains(&row.id));
            if (may && desk.store().says(row, said)?) == *is_not {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns those of some rows that pass.
    pub(in crate::desk) fn leaves(&self, desk: &Desk, rows: Vec<Row>) -> Result<Vec<Row>, Problem> {
        if self.checks.is_empty() {
            return Ok(rows);
        }
        let mut left = Vec::new();
        for row in rows {
            if self.admits(desk, &row)? {
                left.push(row);
            }
        }
        Ok(left)
    }

    fn holds(&self, check: &Check, row: &Row) -> bool {
        let text = |name: &str| row.fields.get(name).and_then(Json::as_str);
        match check {
            // Looked up in the log, by who asks.
            Check::Said(..) => true,
            Check::State(states) => states.iter().any(|state| stands(state, row)),
            Check::Register(names) => names.contains(&row.register.as_str()),
            Check::Post(posts) => row.post.is_some_and(|post| posts.contains(&post)),
            Check::Owner(whose) => is_whose(whose, row.owner),
            Check::First(whose) => is_whose(whose, row.first_owner),
            Check::Is(all) => all.iter().any(|standing| self.is(*standing, row)),
            Check::Field(name, words) => text(name).is_some_and(|value| words.contains(&value)),
            Check::Kind(words) => registers::by_name(&row.register)
                .and_then(Register::kind_field)
                .and_then(|field| text(field.name))
                .is_some_and(|value| words.contains(&value)),
            Check::Text(key, texts) => texts.iter().any(|text| bears(*key, text, row)),
            Check::Time(key, range) => match (time_of(*key, row), range) {
                (at, None) => at.is_none(),
                (at, Some(range)) => at.is_some_and(|at| range.contains(&at)),
            },
            Check::Amount(range) => {
                let amount = row.amount.as_ref();
                amount.is_some_and(|(minor, currency)| currency == "CNY" && range.contains(minor))
            }
        }
    }

    fn is(&self, standing: Standing, row: &Row) -> bool {
        let due_by = |by: i64| {
            let at = self.now.saturating_add(by);
            row.closed.is_none() && row.due.is_some_and(|due| due <= at)
        };
        match standing {
            Standing::Overdue => due_by(0),
            Standing::AtRisk => due_by(self.at_risk),
            Standing::Ours => row.ours,
            Standing::Snoozed => row.snoozed_until.is_some_and(|until| until > self.now),
            Standing::Conflict => row.conflicts > 0,
        }
    }
}

fn stands(state: &Stands, row: &Row) -> bool {
    match state {
        Stands::Open => row.closed.is_none(),
        Stands::Closed => row.closed.is_some(),
        Stands::Either => true,
        Stands::In(state) => row.state == *state,
        Stands::InOf(register, state) => row.register == *register && row.state == *state,
    }
}

fn is_whose(whose: &[Whose], owner: Option<Owner>) -> bool {
    whose.iter().any(|one| match one {
        Whose::Of(wanted) => owner == Some(*wanted),
        Whose::Nobody => !matches!(owner, Some(Owner::Person(_))),
    })
}

fn time_of(key: Key, row: &Row) -> Option<i64> {
    match key {
        Key::Due => row.due,
        Key::Opened => Some(row.opened),
        Key::Closed => row.closed,
        Key::Waiting => row.closed.is_none().then_some(row.since),
        _ => None,
    }
}

/// Whether a row bears a folded text: a tag and an account as a whole, a number by its end, a
/// buyer by a part of the name.
fn bears(key: Key, text: &str, row: &Row) -> bool {
    let field = |name: &str| row.fields.get(name).and_then(Json::as_str).map(fold);
    match key {
        Key::Tag => {
            let tags = row
                .fields
                .get(registers::TAGS.name())
                .and_then(Json::as_array);
            let mut tags = tags.into_iter().flatten().filter_map(Json::as_str);
            tags.any(|tag| fold(tag) == text)
        }
        Key::Account => field(registers::ACCOUNT.name()).is_some_and(|name| name == text),
        Key::Buyer => {
            let name = field(registers::BUYER.name());
            let own = (row.register == "customer").then(|| row.title.as_deref().map(fold));
            let mut names = name.into_iter().chain(own.flatten());
            names.any(|name| name.contains(text))
        }
        Key::Order => {
            let own = (row.register == "order").then(|| field("number")).flatten();
            let linked = row.order_number.as_deref().map(fold);
            own.or(linked).is_some_and(|number| number.ends_with(text))
        }
        _ => false,
    }
}

fn narrow_to_states(states: &[Stands], query: &mut Query) {
    match states {
        [Stands::Open] => query.open_only = true,
        [Stands::Closed] => query.closed_only = true,
        _ => {
            let words = states.iter().map(|state| match state {
                Stands::In(state) | Stands::InOf(_, state) => Some((*state).to_owned()),
                _ => None,
            });
            let words: Option<Vec<String>> = words.collect();
            if let Some(words) = words
                && query.states.is_empty()
            {
                query.states = words;
            }
        }
    }
}

fn narrow_to_owners(whose: &[Whose], query: &mut Query) {
    if matches!(whose, [Whose::Nobody]) {
        query.no_person = true;
        return;
    }
    let owners = whose.iter().map(|one| match one {
        Whose::Of(owner) => Some(*owner),
        Whose::Nobody => None,
    });
    if let Some(owners) = owners.collect() {
        query.owner = Some(OwnerFilter::Any(owners));
    }
}

/// Whether a condition is about what is over.
fn asks_for_closed(is_not: bool, check: &Check) -> bool {
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

fn check(desk: &Desk, term: &Term) -> Result<Check, Problem> {
    let (key, values) = match &term.what {
        What::Said(said) if term.is_not => {
            // No list is narrowed to what does not say it: what may is known beforehand.
            let may_say = desk.store().may_say(said)?.map(Rc::new);
            return Ok(Check::Said(said.clone(), may_say));
        }
        What::Said(said) => return Ok(Check::Said(said.clone(), None)),
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
    let all = i64::MIN..i64::MAX;
    let (start, end) = match measure {
        Measure::Never => return Ok(Check::Time(key, None)),
        Measure::Yuan(minor) => return Ok(Check::Amount(on_side(side, minor, minor, all))),
        Measure::Span(minutes) => {
            let span = minutes.saturating_mul(MINUTE);
            let now = desk.now();
            if key == Key::Due {
                let at = now.saturating_add(span);
                // "Due in 4 h" is what is due by then.
                let side = if side == Side::At { Side::AtMost } else { side };
                return Ok(Check::Time(key, Some(on_side(side, at, at, all))));
            }
            let at = now.saturating_sub(span);
            // What was less than a day ago was after yesterday.
            let side = match side {
                Side::Below => Side::Above,
                Side::AtMost | Side::At => Side::AtLeast,
                Side::Above => Side::Below,
                Side::AtLeast => Side::AtMost,
            };
            return Ok(Check::Time(key, Some(on_side(side, at, at, all))));
        }
        Measure::Day { year, month, day } => calendar_day(desk, year, month, day)?,
        Measure::Yesterday | Measure::Today | Measure::Tomorrow => business_day(desk, measure)?,
    };
    let last = end.saturating_sub(1);
    Ok(Check::Time(key, Some(on_side(side, start, last, all))))
}

/// What lies on a side of a measure that reaches from one point to another, both within it.
fn on_side(side: Side, from: i64, to: i64, all: Range<i64>) -> Range<i64> {
    match side {
        Side::Below => all.start..from,
        Side::AtMost => all.start..to.saturating_add(1),
        Side::Above => to.saturating_add(1)..all.end,
        Side::AtLeast => from..all.end,
        Side::At => from..to.saturating_add(1),
    }
}

fn calendar_day(
    desk: &Desk,
    year: Option<i32>,
    month: u32,
    day: u32,
) -> Result<(i64, i64), Problem> {
    let reading = Reading {
        now: desk.now(),
        zone: desk.zone(),
    };
    let spelled = match year {
        Some(year) => format!("{year:04}-{month:02}-{day:02}"),
        None => format!("{month:02}-{day:02}"),
    };
    let start = time(&spelled, reading, Edge::Start)?;
    let date = chrono::DateTime::from_timestamp_millis(start)
        .map(|at| at.with_timezone(&desk.zone()).date_naive());
    let next = date.and_then(|date: NaiveDate| date.checked_add_days(Days::new(1)));
    let end = match next {
        Some(next) => {
            let (year, month, day) = (next.year(), next.month(), next.day());
            time(
                &format!("{year:04}-{month:02}-{day:02}"),
                reading,
                Edge::Start,
            )?
        }
        None => i64::MAX,
    };
    Ok((start, end))
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
