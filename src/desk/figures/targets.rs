//! What figures are held against: the sources' targets, or what the shop set (`target_ID`), each
//! as it held when the period ended; and a month's aim in money, split over its days to the cent.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::declared::{self, Figure};
use super::period::{Days, Period, Span};
use crate::desk::Desk;
use crate::domain::deadline::clock::Clock;
use crate::domain::money::{Currency, Money};
use crate::problem::Problem;
use crate::text::fold::fold;

/// How the name of a target's setting begins; the figure's id follows.
pub const PREFIX: &str = "target_";
/// The setting of what a month's sales shall come to.
pub const SALES: &str = "target_sales";

/// What a figure is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A rate, in hundredths of a percent.
    Percent(i64),
    /// A number.
    Count(i64),
    /// A time, in milliseconds.
    Time(i64),
    /// A sum.
    Sum(Money),
}

impl Goal {
    /// Reads what a figure may be held against; none where the text is none of its kind.
    pub fn parse(text: &str, kind: declared::Kind) -> Option<Self> {
        let folded = fold(text);
        let text = folded.trim();
        // Hundredths of a percent are read as cents are: by their digits.
        let digits = |text: &str| {
            let sum = Money::parse(text, Currency::CNY).ok()?;
            (sum.minor >= 0).then_some(sum.minor)
        };
        match kind {
            declared::Kind::Share => digits(text.trim_end_matches('%').trim()).map(Self::Percent),
            declared::Kind::Number => text
                .parse()
                .ok()
                .filter(|count| *count >= 0)
                .map(Self::Count),
            declared::Kind::Money => {
                digits(text.trim_start_matches('¥')).map(|minor| Self::Sum(Money::cny(minor)))
            }
            declared::Kind::Time => match Clock::parse(text)? {
                Clock::Time(span) => Some(Self::Time(span)),
                _ => None,
            },
            declared::Kind::Unknown => None,
        }
    }

    /// Returns it as people write it.
    pub fn text(self) -> String {
        match self {
            Self::Percent(hundredths) => {
                let text = super::value::decimal(i128::from(hundredths), 100);
                let text = text.trim_end_matches('0').trim_end_matches('.');
                format!("{text}%")
            }
            Self::Count(count) => count.to_string(),
            Self::Time(millis) => Clock::Time(millis).to_string(),
            Self::Sum(sum) => sum.to_string(),
        }
    }
}

/// Returns the parts of a sum over so many days: they differ by one at most, and add up to it.
pub fn split(sum: i64, days: u32) -> Vec<i64> {
    let (sum, days) = (i128::from(sum), i128::from(days));
    let up_to = |day: i128| sum * day / days.max(1);
    let parts = (0..days).map(|day| up_to(day + 1) - up_to(day));
    parts
        .map(|part| i64::try_from(part).unwrap_or(i64::MAX))
        .collect()
}

/// What the shop set, and since when.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// By the figure's id, then by time.
    said: BTreeMap<&'static str, BTreeMap<i64, String>>,
    /// The months' sales, by time.
    sales: BTreeMap<i64, String>,
}

impl Targets {
    /// Returns what a figure is held against in a period: what the shop set last before it was
    /// over, else what the sources say. An empty value of the shop takes its own back.
    pub fn of(&self, figure: &Figure, period: &Period) -> Option<Goal> {
        let said = self.said.get(figure.id);
        let said = said.and_then(|said| said.range(..period.to).next_back());
        said.and_then(|(_, text)| Goal::parse(text, figure.kind()))
            .or(figure.target)
    }

    /// Returns what sales of a period shall come to: its days' parts of their months' sums.
    pub fn sales(&self, period: &Period, days: &Days) -> Option<Money> {
        let mut sum = Money::cny(0);
        for day in period
            .first
            .iter_days()
            .take_while(|day| *day <= period.last)
        {
            let month = days.period(Span::Month, day);
            let (_, text) = self.sales.range(..month.to).next_back()?;
            let whole = Money::parse(&fold(text), Currency::CNY).ok()?;
            sum = sum.plus(Money::cny(part(whole.minor, day, &month)))?;
        }
        Some(sum)
    }
}

/// A day's part of its month's sum.
fn part(sum: i64, day: NaiveDate, month: &Period) -> i64 {
    let days = (month.last - month.first).num_days() + 1;
    let at = (day - month.first).num_days();
    let parts = split(sum, u32::try_from(days).unwrap_or(31));
    let at = usize::try_from(at).unwrap_or_default();
    parts.get(at).copied().unwrap_or_default()
}

/// Returns whether a setting is a target, and a value is one of it; none where it is no target.
pub fn is_sound(key: &str, value: &str) -> Option<bool> {
    if key == SALES {
        let sum = Money::parse(&fold(value), Currency::CNY);
        return Some(sum.is_ok_and(|sum| sum.minor > 0));
    }
    let id = key.strip_prefix(PREFIX)?;
    let figure = declared::FIGURES.iter().find(|figure| figure.id == id);
    Some(figure.is_some_and(|figure| Goal::parse(value, figure.kind()).is_some()))
}

impl Desk {
    /// Returns what the shop's figures are held against.
    pub fn targets(&self) -> Result<Targets, Problem> {
        let mut targets = Targets {
            sales: self.setting_history(SALES)?,
            ..Targets::default()
        };
        for figure in declared::FIGURES {
            let said = self.setting_history(&format!("{PREFIX}{}", figure.id))?;
            if !said.is_empty() {
                targets.said.insert(figure.id, said);
            }
        }
        Ok(targets)
    }
}
