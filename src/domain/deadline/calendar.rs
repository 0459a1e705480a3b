//! Which days are worked: weeks of five days, public holidays, and the weekends that are worked in
//! their place (调休).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;

/// The zone of a shop that has not said where it is.
pub const HOME_ZONE: Tz = chrono_tz::Asia::Shanghai;
/// The days that the State Council announced, and how units of time are written.
const ASSET: &str = include_str!("../../../assets/deadlines.toml");
/// The longest run of days that is written as one: a year.
const RUN: usize = 366;

/// The shop's days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Where the shop is.
    pub zone: Tz,
    /// What the shop says of days, over what was announced: whether they are worked.
    own: BTreeMap<NaiveDate, bool>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            zone: HOME_ZONE,
            own: BTreeMap::new(),
        }
    }
}

/// The asset as it is spelled.
#[derive(Default, Deserialize)]
struct Asset {
    off: Vec<String>,
    worked: Vec<String>,
    units: BTreeMap<String, Vec<String>>,
}

/// Returns the asset, which a test holds sound.
fn asset() -> &'static Asset {
    static READ: OnceLock<Asset> = OnceLock::new();
    READ.get_or_init(|| toml::from_str(ASSET).unwrap_or_default())
}

/// Returns the short word of a unit of time as people write it, itself where it is none.
pub(super) fn unit(written: &str) -> &str {
    let known = asset()
        .units
        .iter()
        .find(|(_, words)| words.iter().any(|word| word == written));
    known.map_or(written, |(unit, _)| unit)
}

/// The announced days, and whether each is worked.
fn announced() -> &'static BTreeMap<NaiveDate, bool> {
    static DAYS: OnceLock<BTreeMap<NaiveDate, bool>> = OnceLock::new();
    DAYS.get_or_init(|| {
        let of = |texts: &'static [String], is_worked| {
            let runs = texts.iter().filter_map(|text| days(text)).flatten();
            runs.map(move |day| (day, is_worked))
        };
        let asset = asset();
        of(&asset.off, false)
            .chain(of(&asset.worked, true))
            .collect()
    })
}

/// Reads days: `2026-10-01` or `2026-10-01..2026-10-07`, several with blanks between; none where
/// one cannot be read.
pub fn days(text: &str) -> Option<Vec<NaiveDate>> {
    let mut all = Vec::new();
    for word in text.split_whitespace() {
        let (first, last) = word.split_once("..").unwrap_or((word, word));
        let (first, last): (NaiveDate, NaiveDate) = (first.parse().ok()?, last.parse().ok()?);
        let run: Vec<NaiveDate> = first
            .iter_days()
            .take_while(|day| *day <= last)
            .take(RUN + 1)
            .collect();
        if run.is_empty() || run.len() > RUN {
            return None;
        }
        all.extend(run);
    }
    Some(all)
}

impl Calendar {
    /// Lets the shop say of days whether they are worked.
    pub fn say(&mut self, days: &[NaiveDate], is_worked: bool) {
        self.own.extend(days.iter().map(|day| (*day, is_worked)));
    }

    /// Returns whether a day is worked.
    pub fn is_worked(&self, day: NaiveDate) -> bool {
        let said = self.own.get(&day).or_else(|| announced().get(&day));
        said.copied()
            .unwrap_or_else(|| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    }

    /// Returns the day of a moment, milliseconds UTC; none outside the calendar.
    pub fn day(&self, at: i64) -> Option<NaiveDate> {
        let at = DateTime::from_timestamp_millis(at)?;
        Some(at.with_timezone(&self.zone).date_naive())
    }

    /// Returns a minute of a day in milliseconds UTC, the day's end for minute 1440. A minute that
    /// the zone's clocks leave out is an hour later.
    pub fn minute(&self, day: NaiveDate, minute: u16) -> Option<i64> {
        let (day, minute) = if minute >= 1_440 {
            (day.checked_add_days(Days::new(1))?, 0)
        } else {
            (day, u32::from(minute))
        };
        let local = day.and_time(NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)?);
        let later = local + chrono::Duration::hours(1);
        let found = self.zone.from_local_datetime(&local).earliest();
        let found = found.or_else(|| self.zone.from_local_datetime(&later).earliest());
        found.map(|at| at.timestamp_millis())
    }
}

/// Returns a time (milliseconds UTC) as people of a zone write it, to the minute; the number where
/// it lies outside the calendar.
pub fn written(at: i64, zone: Tz) -> String {
    let time = zone.timestamp_millis_opt(at).single();
    time.map_or_else(
        || at.to_string(),
        |time| time.format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// Returns the last year of which it was announced when people are off.
pub fn announced_to() -> Option<i32> {
    announced().keys().map(Datelike::year).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_announced_day_can_be_read() {
        let asset: Asset = toml::from_str(ASSET).unwrap();
        for text in asset.off.iter().chain(&asset.worked) {
            assert!(days(text).is_some(), "{text}");
        }
        // 33 days off in 2026, six weekend days worked in their place.
        let of = |is_worked: bool| {
            let year = announced().iter().filter(|(day, _)| day.year() == 2026);
            year.filter(|(_, worked)| **worked == is_worked).count()
        };
        assert_eq!((of(false), of(true)), (33, 6));
        assert_eq!(announced_to(), Some(2026));
    }

    #[test]
    fn weekends_holidays_and_days_worked_in_their_place() {
        let calendar = Calendar::default();
        for (text, is_worked) in [
            ("2026-11-23", true),
            ("2026-11-22", false),
            ("2026-10-01", false),
            ("2026-10-10", true),
            ("2026-02-28", true),
            ("2027-10-01", true),
        ] {
            assert_eq!(calendar.is_worked(day(text)), is_worked, "{text}");
        }
    }

    #[test]
    fn the_shop_has_the_last_word() {
        let mut calendar = Calendar::default();
        calendar.say(&days("2026-11-23 2027-10-01..2027-10-07").unwrap(), false);
        calendar.say(&days("2026-11-22").unwrap(), true);
        assert!(!calendar.is_worked(day("2026-11-23")) && calendar.is_worked(day("2026-11-22")));
        assert!(!calendar.is_worked(day("2027-10-04")));
        for wrong in [
            "2026-13-01",
            "2026-10-07..2026-10-01",
            "2026-01-01..2028-01-01",
            "x",
        ] {
            assert_eq!(days(wrong), None, "{wrong}");
        }
    }
}
