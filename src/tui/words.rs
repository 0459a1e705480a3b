//! Words and figures as screens write them: labels of fields and values, ages, times, amounts.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone};
use chrono_tz::Tz;
use serde_json::Value;

use crate::desk::Desk;
use crate::desk::freshness::{Blind, Freshness};
use crate::desk::people::{People, Person};
use crate::desk::reading::{Reader, field_label};
use crate::domain::deadline::time_of_day;
use crate::domain::field::{FieldSpec, FromValue, Kind};
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Payload;
use crate::domain::register::{Owner, Post, Register};
use crate::domain::registers::{self, names_posts};
use crate::i18n::Words;
use crate::store::Row;
use crate::text::width::{Ambiguous, columns};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Returns a count with a comma before every three digits: `12,400`.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// What is needed to write a fact as the person reads it.
#[derive(Clone, Copy)]
pub struct Speech<'a> {
    /// The words.
    pub words: &'a Words,
    /// The shop's zone.
    pub zone: Tz,
    /// The time, milliseconds UTC.
    pub now: i64,
    /// Who is who.
    pub people: &'a People,
}

impl<'a> Speech<'a> {
    /// Returns how the people of a desk are spoken to now.
    pub fn new(desk: &'a Desk, words: &'a Words) -> Self {
        Self {
            words,
            zone: desk.zone(),
            now: desk.now(),
            people: desk.people(),
        }
    }
}

impl Speech<'_> {
    /// Returns a span as `21分` or `2时14分`, whole minutes; under a minute as the word for it.
    pub fn span(&self, millis: i64) -> String {
        let minutes = millis / MINUTE;
        let (days, hours) = (minutes / (24 * 60), minutes / 60);
        if minutes < 1 {
            self.words.get("span-now").to_string()
        } else if hours < 1 {
            self.words.with("span-minutes", &[("n", minutes.into())])
        } else if days < 1 {
            self.words.with("span-hours", &[("n", hours.into())])
        } else {
            self.words.with("span-days", &[("n", days.into())])
        }
    }

    /// Returns a span with hours and minutes, for what is left of a shift or promise.
    pub fn long_span(&self, millis: i64) -> String {
        let minutes = (millis / MINUTE).max(0);
        if minutes < 60 {
            return self.span(millis);
        }
        self.words.with(
            "span-hours-minutes",
            &[
                ("hours", (minutes / 60).into()),
                ("minutes", (minutes % 60).into()),
            ],
        )
    }

    /// Returns how long ago something was: whole minutes and more, under a minute as the word
    /// for it.
    pub fn age(&self, millis: i64) -> String {
        let span = self.span(millis);
        if millis < MINUTE {
            return span;
        }
        self.words.with("age", &[("span", span.into())])
    }

    /// Returns a colleague's name with how long ago they were last heard of, where that is known
    /// by a road; `?` for all while the road is broken.
    pub fn last_known(&self, desk: &Desk, person: &Person) -> String {
        let name = ("name", person.name.as_str().into());
        match desk.last_known(person) {
            Ok(Some(at)) if self.now - at < MINUTE => self.words.with("person-synced-now", &[name]),
            Ok(Some(at)) => {
                let span = self.span(self.now - at);
                self.words
                    .with("person-synced", &[name, ("span", span.into())])
            }
            Ok(None) if desk.is_cut_off() => self.words.with("person-unknown", &[name]),
            _ => person.name.clone(),
        }
    }

    /// Returns the figure at the right of a row: what is left, overdue, or how long it waits.
    pub fn figure(&self, due: Option<i64>, since: i64, ours: bool) -> String {
        let word = |id: &str, span: String| self.words.with(id, &[("span", span.into())]);
        match due.map(|due| due - self.now) {
            Some(left) if left <= 0 => word("figure-overdue", self.span(-left)),
            Some(left) if left < DAY => word("figure-left", self.span(left)),
            Some(left) => self.day(self.now + left),
            None if ours => self.waiting(self.span((self.now - since).max(0)), since),
            None => String::new(),
        }
    }

    /// Returns how long something waits since a time, by the span as it is written.
    pub fn waiting(&self, span: String, since: i64) -> String {
        if self.now - since < MINUTE {
            return self.words.get("figure-waiting-now").to_string();
        }
        self.words.with("figure-waiting", &[("span", span.into())])
    }

    /// Returns which exports are old or missing, each by a message for the one or the other.
    pub fn blind(&self, blind: &[Blind], old: &str, never: &str) -> String {
        let parts = blind.iter().map(|one| {
            let kind = self.words.get(&format!("value-import_kind-{}", one.kind));
            let kind = ("kind", kind.as_ref().into());
            match one.since {
                Some(since) => {
                    let time = ("time", self.moment(since).into());
                    self.words.with(old, &[kind, time])
                }
                None => self.words.with(never, &[kind]),
            }
        });
        let parts: Vec<String> = parts.collect();
        parts.join(&self.words.get("list-comma"))
    }

    /// Returns a time of today as `18:00`, of another day as `11/25`, of another year whole.
    pub fn when(&self, at: i64) -> String {
        let (then, now) = (self.local(at), self.local(self.now));
        if then.date_naive() == now.date_naive() {
            self.clock(at)
        } else {
            self.day(at)
        }
    }

    /// Returns from when an export is; of one that is about a day, which day that is.
    pub fn as_of(&self, export: &Freshness) -> String {
        match export.of_day {
            Some((_, 1)) => self.words.get("as-of-yesterday").to_string(),
            Some((day, back)) if back > 1 => self.date(day),
            _ => self.when(export.exported_at),
        }
    }

    /// Returns a day of the calendar as `11/25`, with its year where that is another.
    pub fn date(&self, day: NaiveDate) -> String {
        let noon = day.and_hms_opt(12, 0, 0);
        let noon = noon.and_then(|noon| noon.and_local_timezone(self.zone).earliest());
        noon.map_or_else(|| day.to_string(), |noon| self.day(noon.timestamp_millis()))
    }

    /// Returns the day and time as `11/25 18:00`.
    pub fn moment(&self, at: i64) -> String {
        let (then, now) = (self.local(at), self.local(self.now));
        if then.date_naive() == now.date_naive() {
            self.clock(at)
        } else {
            format!("{} {}", self.day(at), self.clock(at))
        }
    }

    /// Returns the time of day as `18:00`.
    pub fn clock(&self, at: i64) -> String {
        time_of_day(at, &self.zone)
    }

    /// Returns the day as `11/25`, with its year where that is another.
    pub fn day(&self, at: i64) -> String {
        let (then, now) = (self.local(at), self.local(self.now));
        if then.year() == now.year() {
            format!("{:02}/{:02}", then.month(), then.day())
        } else {
            format!("{}-{:02}-{:02}", then.year(), then.month(), then.day())
        }
    }

    /// Returns the day in words as a heading: `11月22日 今天`.
    pub fn long_day(&self, at: i64) -> String {
        let (then, now) = (
            self.local(at).date_naive(),
            self.local(self.now).date_naive(),
        );
        let day = if then.year() == now.year() {
            let args = [("month", then.month().into()), ("day", then.day().into())];
            self.words.with("day-long", &args)
        } else {
            self.day(at)
        };
        let near = match now.signed_duration_since(then).num_days() {
            0 => "day-today",
            1 => "day-yesterday",
            _ => return day,
        };
        format!("{day} {}", self.words.get(near))
    }

    /// Returns a row's amount as people read it, none where it has none.
    pub fn amount(&self, row: &Row) -> Option<String> {
        let (minor, currency) = row.amount.as_ref()?;
        let currency = Currency::of(currency)?;
        let minor = *minor;
        Some(Money { minor, currency }.to_string())
    }

    /// Returns a time in the shop's zone.
    pub fn local(&self, at: i64) -> DateTime<Tz> {
        self.zone
            .timestamp_millis_opt(at)
            .single()
            .unwrap_or_else(|| self.zone.timestamp_nanos(0))
    }

    /// Returns who owns something: a name, or the word of a post.
    pub fn owner(&self, owner: Option<Owner>) -> String {
        match owner {
            None => self.words.get("owner-nobody").to_string(),
            Some(owner) => self.reader().owner(owner),
        }
    }

    /// Returns what names a row.
    pub fn title(&self, row: &Row) -> String {
        self.reader().title(row)
    }

    /// Returns what a row is about.
    pub fn subject(&self, row: &Row) -> String {
        self.reader().subject(row)
    }

    /// Returns the goods of an order.
    pub fn goods(&self, row: &Row) -> String {
        self.reader().goods(row)
    }

    /// Returns a matter of the one line: the register's word, or that of the kind within it.
    pub fn matter(&self, register: &str, kind: Option<&str>) -> String {
        let field = registers::by_name(register).and_then(Register::kind_field);
        match field.zip(kind) {
            Some((field, kind)) => self.choice(field, kind),
            None => self.words.get(&format!("register-{register}")).to_string(),
        }
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            words: self.words,
            people: self.people,
        }
    }

    /// Returns what was done to a record of a register.
    pub fn deed(&self, register: &Register, what: Option<&Payload>) -> String {
        self.reader().deed(register, what)
    }

    /// Returns the label of a field.
    pub fn label(&self, register: &Register, field: &FieldSpec) -> String {
        field_label(self.words, register, field)
    }

    /// Returns a state's word.
    pub fn state(&self, register: &str, state: &str) -> String {
        self.words
            .get(&format!("state-{register}-{state}"))
            .to_string()
    }

    /// Returns a choice's word.
    pub fn choice(&self, field: &FieldSpec, value: &str) -> String {
        match field.kind {
            Kind::Choice(list) => self
                .words
                .get(&format!("value-{}-{value}", list.name))
                .to_string(),
            _ => value.to_owned(),
        }
    }

    /// Returns a field's value as people read it, uncleaned.
    pub fn value(&self, field: &FieldSpec, value: &Value) -> String {
        match field.kind {
            Kind::Money => Money::from_value(value)
                .map(|money| money.to_string())
                .unwrap_or_default(),
            Kind::Time => value.as_i64().map(|at| self.moment(at)).unwrap_or_default(),
            Kind::Flag => self
                .words
                .get(if value.as_bool() == Some(true) {
                    "flag-yes"
                } else {
                    "flag-no"
                })
                .to_string(),
            Kind::Choice(_) => value
                .as_str()
                .map(|word| self.choice(field, word))
                .unwrap_or_default(),
            Kind::Texts => self.texts(field, value),
            Kind::Record("person") => {
                let id = value.as_str().and_then(|id| id.parse().ok());
                id.map(|id| self.owner(Some(Owner::Person(id))))
                    .unwrap_or_default()
            }
            Kind::Integer => value
                .as_i64()
                .map(|number| number.to_string())
                .unwrap_or_default(),
            _ => value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        }
    }
}

impl Speech<'_> {
    /// Returns several texts as people read them: posts by their names.
    fn texts(&self, field: &FieldSpec, value: &Value) -> String {
        let texts = Vec::<String>::from_value(value).unwrap_or_default();
        if !names_posts(field) {
            return texts.join(" ");
        }
        let names: Vec<String> = texts.iter().map(|text| self.named_post(text)).collect();
        names.join(&self.words.get("list-comma"))
    }

    /// Returns posts by their names where these fit so many columns, else the first one and how
    /// many more there are.
    pub fn posts_within(&self, field: &FieldSpec, value: &Value, most: usize) -> String {
        let whole = self.texts(field, value);
        let texts = Vec::<String>::from_value(value).unwrap_or_default();
        match texts.as_slice() {
            [first, rest @ ..] if !rest.is_empty() && columns(&whole, Ambiguous::Wide) > most => {
                format!("{} +{}", self.named_post(first), rest.len())
            }
            _ => whole,
        }
    }

    /// The name of a post by its word; what is the word of none as it is.
    fn named_post(&self, text: &str) -> String {
        let post = Post::of(text).map(Owner::Post);
        post.map_or_else(|| text.to_owned(), |post| self.owner(Some(post)))
    }
}

/// Returns the agent's own name of a seller's sub-account: what stands behind the last colon
/// of `shop:agent`, else the whole name.
pub fn short_author(name: &str) -> &str {
    name.rsplit([':', '：'])
        .next()
        .map(str::trim)
        .filter(|last| !last.is_empty())
        .unwrap_or(name)
}

/// Returns the tail by which an order is called in lists: `..8258`.
pub fn tail(number: &str) -> String {
    let count = number.chars().count();
    if count <= 6 {
        number.to_owned()
    } else {
        format!("..{}", number.chars().skip(count - 4).collect::<String>())
    }
}

/// Returns a number for people without the letters of the replica that gave it: `R-0231` for
/// `R-LX-0231` (ux 7.4).
pub fn short_number(number: &str) -> String {
    match number.split('-').collect::<Vec<_>>()[..] {
        [register, _, count] => format!("{register}-{count}"),
        _ => number.to_owned(),
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
