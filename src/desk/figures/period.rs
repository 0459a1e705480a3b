//! Days, weeks and months of the shop: a week begins on Monday, a month is the calendar's, each of
//! business days that end at the hour that held on them.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days as Count, Months, NaiveDate, Timelike};
use chrono_tz::Tz;

use crate::desk::Desk;
use crate::domain::deadline::{business_day, day_start};
use crate::problem::{Kind, Problem};

/// The hour at which the business day ends where the shop has not said another.
const DAY_ENDS: u32 = 4;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// A business day.
    Day,
    /// Seven of them from a Monday.
    Week,
    /// A calendar month of them.
    Month,
}

impl Span {
    /// All of them, the shortest first.
    pub const ALL: [Span; 3] = [Self::Day, Self::Week, Self::Month];

    /// Returns the word on the command line and in records, also the end of message ids.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Returns the span of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.word() == word)
    }

    /// Returns its first day about a day.
    pub fn first(self, day: NaiveDate) -> NaiveDate {
        let back = match self {
            Self::Day => 0,
            Self::Week => day.weekday().num_days_from_monday(),
            Self::Month => day.day0(),
        };
        day.checked_sub_days(Count::new(u64::from(back)))
            .unwrap_or(day)
    }

    /// Returns the first day of the next one.
    pub fn next(self, day: NaiveDate) -> NaiveDate {
        let first = self.first(day);
        let next = match self {
            Self::Day => first.checked_add_days(Count::new(1)),
            Self::Week => first.checked_add_days(Count::new(7)),
            Self::Month => first.checked_add_months(Months::new(1)),
        };
        next.unwrap_or(first)
    }

    /// Returns a day of the one before.
    pub fn before(self, day: NaiveDate) -> NaiveDate {
        self.first(day).pred_opt().unwrap_or(day)
    }
}

/// A day, a week or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// How long it is.
    pub span: Span,
    /// Its first day.
    pub first: NaiveDate,
    /// Its last day.
    pub last: NaiveDate,
    /// When it begins, milliseconds UTC.
    pub from: i64,
    /// When it ends, milliseconds UTC, not within it.
    pub to: i64,
}

impl Period {
    /// Returns whether a moment lies in it.
    pub fn has(&self, at: i64) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// Returns how people write it: a day, two days, or a month.
    pub fn name(&self) -> String {
        match self.span {
            Span::Day => self.first.format("%Y-%m-%d").to_string(),
            Span::Week => format!(
                "{}..{}",
                self.first.format("%Y-%m-%d"),
                self.last.format("%m-%d")
            ),
            Span::Month => self.first.format("%Y-%m").to_string(),
        }
    }
}

/// The shop's days: where they begin, by its zone and by the hour at which each one ended.
#[derive(Debug, Clone)]
pub struct Days {
    zone: Tz,
    /// Since when which hour holds, milliseconds UTC.
    hours: BTreeMap<i64, u32>,
}

impl Days {
    /// Returns when a day begins, milliseconds UTC.
    pub fn start(&self, day: NaiveDate) -> i64 {
        let noon = day.and_hms_opt(12, 0, 0).map(|noon| noon.and_utc());
        let noon = noon.map_or(i64::MAX, |noon| noon.timestamp_millis());
        let hour = self.hours.range(..=noon).next_back();
        let hour = hour.map_or(DAY_ENDS, |(_, hour)| *hour);
        day_start(day, &self.zone, hour).unwrap_or(noon)
    }

    /// Returns the day of a moment; none outside the calendar.
    pub fn of(&self, at: i64) -> Option<NaiveDate> {
        let hour = self.hours.range(..=at).next_back();
        let hour = hour.map_or(DAY_ENDS, |(_, hour)| *hour);
        let day = business_day(at, &self.zone, hour)?;
        // Around a change of the hour the day of before or after it may have begun.
        let near = [day.succ_opt(), Some(day), day.pred_opt()];
        near.into_iter()
            .flatten()
            .find(|near| self.start(*near) <= at)
    }

    /// Returns the hour of the clock in which a moment lies, 0 to 23.
    pub fn hour(&self, at: i64) -> usize {
        let local = DateTime::from_timestamp_millis(at);
        local.map_or(0, |at| at.with_timezone(&self.zone).hour() as usize % 24)
    }

    /// Returns the period of this length in which a day lies.
    pub fn period(&self, span: Span, day: NaiveDate) -> Period {
        let (first, next) = (span.first(day), span.next(day));
        Period {
            span,
            first,
            last: next.pred_opt().unwrap_or(first),
            from: self.start(first),
            to: self.start(next),
        }
    }

    /// Returns when the day after a moment's day ends, milliseconds UTC.
    pub fn end_of_next_day(&self, at: i64) -> i64 {
        let day = self
            .of(at)
            .and_then(|day| day.checked_add_days(Count::new(2)));
        day.map_or(at, |day| self.start(day))
    }
}

impl Desk {
    /// Returns the shop's days.
    pub fn days(&self) -> Result<Days, Problem> {
        let said = self.setting_history("day_end")?;
        let hours = said.into_iter().filter_map(|(since, hour)| {
            let hour = hour.parse().ok().filter(|hour| *hour < 24)?;
            Some((since, hour))
        });
        Ok(Days {
            zone: self.zone(),
            hours: hours.collect(),
        })
    }

    /// Returns the business day now.
    pub fn today(&self) -> Result<NaiveDate, Problem> {
        self.day_of(self.now())
    }

    /// Returns the business day of a time, milliseconds UTC.
    pub fn day_of(&self, at: i64) -> Result<NaiveDate, Problem> {
        let day = self.days()?.of(at);
        day.ok_or_else(|| Problem::new(Kind::Refused, "problem-clock").hint("problem-clock-hint"))
    }
}
