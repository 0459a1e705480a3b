//! Times as people type them into forms.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::exchange::intake::capture::{CaptureWords, Context, PieceKind, recognise};
use crate::text::fold;

const MINUTE: i64 = 60_000;

/// Returns the time that a text means (milliseconds UTC): `18:00` is the next one of that
/// clock, `11/25` that day's morning, `11/25 18:00`, `2h`, `30m`, `3d` from now, and the words
/// that the one line of capture knows.
pub fn read(text: &str, now: i64, zone: Tz) -> Option<i64> {
    let folded: String = text
        .trim()
        .chars()
        .map(fold::punctuation)
        .collect::<String>()
        .to_lowercase();
    let plain = span(&folded)
        .map(|span| now + span)
        .or_else(|| moment(&folded, now, zone));
    plain.or_else(|| worded(text, now, zone))
}

fn worded(text: &str, now: i64, zone: Tz) -> Option<i64> {
    if text.trim_start().starts_with('-') {
        return None;
    }
    let words = CaptureWords::built_in().ok()?;
    let nobody = |_: &str| false;
    let context = Context {
        now,
        zone,
        shift_end: None,
        date_order: None,
        platform: None,
        currency: "CNY",
        persons: &[],
        known_buyer: &nobody,
    };
    let found = recognise(text, &words, &context);
    let is_of_time = |at: usize| {
        let mut times = found
            .pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Time);
        times.any(|piece| piece.range.contains(&at))
    };
    // A number beside the time was meant as part of it: 25 o'clock, the 30th of February.
    let is_whole = text
        .char_indices()
        .all(|(at, c)| !words.is_of_number(c) || is_of_time(at));
    found.due.filter(|at| is_whole && *at > now)
}

fn span(text: &str) -> Option<i64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let unit = text.chars().last()?;
    let count: i64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        _ => return None,
    };
    count
        .checked_mul(minutes)?
        .checked_mul(MINUTE)
        .filter(|span| *span > 0)
}

fn moment(text: &str, now: i64, zone: Tz) -> Option<i64> {
    let today = zone.timestamp_millis_opt(now).single()?.date_naive();
    let (day, clock) = match text.split_once(' ') {
        Some((day, clock)) => (Some(read_day(day, today)?), Some(read_clock(clock.trim())?)),
        None => match read_clock(text) {
            Some(clock) => (None, Some(clock)),
            None => (Some(read_day(text, today)?), None),
        },
    };
    let morning = NaiveTime::from_hms_opt(9, 0, 0)?;
    let at = |day: NaiveDate| {
        zone.from_local_datetime(&day.and_time(clock.unwrap_or(morning)))
            .earliest()
            .map(|at| at.timestamp_millis())
    };
    match day {
        Some(day) => at(day),
        None => at(today)
            .filter(|at| *at > now)
            .or_else(|| at(today.checked_add_days(Days::new(1))?)),
    }
}

fn read_clock(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// A day without its year is the next of that date.
fn read_day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(day);
    }
    let (month, day) = text.split_once(['/', '-', '.'])?;
    let (month, day): (u32, u32) = (month.parse().ok()?, day.parse().ok()?);
    let this = NaiveDate::from_ymd_opt(today.year(), month, day)?;
    if this >= today {
        Some(this)
    } else {
        NaiveDate::from_ymd_opt(today.year() + 1, month, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn at(text: &str) -> String {
        // 2026-11-22 15:46 in Shanghai.
        let now = ZONE
            .with_ymd_and_hms(2026, 11, 22, 15, 46, 0)
            .unwrap()
            .timestamp_millis();
        match read(text, now, ZONE) {
            Some(at) => ZONE
                .timestamp_millis_opt(at)
                .unwrap()
                .format("%Y-%m-%d %H:%M")
                .to_string(),
            None => "-".to_owned(),
        }
    }

    #[test]
    fn clocks_days_and_spans_are_read() {
        assert_eq!(at("18:00"), "2026-11-22 18:00");
        assert_eq!(at("１８：００"), "2026-11-22 18:00");
        assert_eq!(at("9:30"), "2026-11-23 09:30");
        assert_eq!(at("11/25"), "2026-11-25 09:00");
        assert_eq!(at("1/2 10:00"), "2027-01-02 10:00");
        assert_eq!(at("2026-12-01 08:15"), "2026-12-01 08:15");
        assert_eq!(at("2h"), "2026-11-22 17:46");
        assert_eq!(at("30m"), "2026-11-22 16:16");
        assert_eq!(at("3d"), "2026-11-25 15:46");
        assert_eq!(at("今天 18:00"), "2026-11-22 18:00");
        assert_eq!(at("两小时"), "2026-11-22 17:46");
        assert!(at("明天").starts_with("2026-11-23"));
        assert_eq!(at("今天 18:00 前"), "2026-11-22 18:00");
        assert_eq!(at("下周三下午三点"), "2026-11-25 15:00");
        for wrong in [
            "",
            "x",
            "25:00",
            "0h",
            "13/40",
            "99999999999999999d",
            "-2h",
            "2/30 18:00",
            "2026-02-30 18:00",
            "明天 25点",
            "明天 25:00",
            "二月三十 18:00",
            "11/31 今天",
        ] {
            assert_eq!(at(wrong), "-", "{wrong}");
        }
    }
}
