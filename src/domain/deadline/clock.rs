//! How long something may take, and by which clock: every hour, the hours of a window, whole days
//! that begin the day after, days that are worked.

use std::fmt;

use chrono::Days;

use super::calendar::{self, Calendar};

/// A second in milliseconds.
const SECOND: i64 = 1_000;
/// A minute in milliseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// An hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// A day in milliseconds.
pub const DAY: i64 = 24 * HOUR;
/// The longest time that a clock may run: ten years.
pub const LONGEST: i64 = 3_650 * DAY;
/// The longest that hours of a window may add up to: so many days are walked one by one.
const LONGEST_IN_WINDOW: i64 = 90 * DAY;
/// The most days over which hours of a window may be spread.
const DAYS_OF_WINDOWS: i64 = 400;
/// The shortest window, in minutes.
const SHORTEST_WINDOW: u16 = 15;

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Milliseconds of every hour.
    Time(i64),
    /// Milliseconds that count only between two minutes of each day; the rest carries over.
    Window {
        /// How long, in milliseconds.
        span: i64,
        /// From which minute of the day.
        from: u16,
        /// Up to which minute of the day.
        to: u16,
    },
    /// Whole days: the first is the day after, and the last ends it (`cn.7day.start`).
    Days(u16),
    /// Days that are worked: the first is the next of them, and the last ends it.
    WorkingDays(u16),
}

/// A time in which a clock stands still, beginning and end in milliseconds UTC.
pub type Pause = (i64, i64);

impl Clock {
    /// Reads a clock: `30s`, `90m`, `48h`, `2h 09:00-18:00`, `7d` from the day after, `3wd` for days that
    /// are worked, and Chinese units as the asset has them. Digits alone are milliseconds.
    pub fn parse(text: &str) -> Option<Self> {
        let folded: String = crate::text::fold::fold(text);
        let mut words = folded.split_whitespace();
        let (span, window) = (words.next()?, words.next());
        if words.next().is_some() {
            return None;
        }
        let digits = span.len() - span.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = span.split_at(digits);
        let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
        let time = |unit: i64| {
            let time = number.checked_mul(unit).filter(|time| *time <= LONGEST);
            time.map(Self::Time)
        };
        let days = || u16::try_from(number).ok().filter(|days| *days <= 3_650);
        let clock = match calendar::unit(unit) {
            "" => time(1),
            "s" => time(SECOND),
            "m" => time(MINUTE),
            "h" => time(HOUR),
            "d" => days().map(Self::Days),
            "wd" => days().map(Self::WorkingDays),
            _ => None,
        }?;
        match (clock, window) {
            (clock, None) => Some(clock),
            (Self::Time(span), Some(window)) if span <= LONGEST_IN_WINDOW => {
                let (from, to) = window.split_once(['-', '~'])?;
                let (from, to) = (minute(from)?, minute(to)?);
                if to < from + SHORTEST_WINDOW {
                    return None;
                }
                let a_day = i64::from(to - from) * MINUTE;
                (span <= DAYS_OF_WINDOWS * a_day).then_some(Self::Window { span, from, to })
            }
            _ => None,
        }
    }

    /// Returns when it has run out, in milliseconds UTC, begun at a moment; while a pause lasts
    /// it stands still. Beyond the calendar it never does.
    pub fn due(self, from: i64, pauses: &[Pause], calendar: &Calendar) -> i64 {
        let found = match self {
            Self::Time(span) => run(from, span, pauses, |at| Some((at, i64::MAX))),
            Self::Window {
                span,
                from: begins,
                to,
            } => run(from, span, pauses, |at| {
                next_window(at, begins, to, calendar)
            }),
            Self::Days(days) => end_of(from, days, pauses, calendar, |_| true),
            Self::WorkingDays(days) => {
                end_of(from, days, pauses, calendar, |day| calendar.is_worked(day))
            }
        };
        found.unwrap_or(i64::MAX)
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |span: i64| {
            if span % HOUR == 0 {
                format!("{}h", span / HOUR)
            } else if span % MINUTE == 0 {
                format!("{}m", span / MINUTE)
            } else if span % SECOND == 0 {
                format!("{}s", span / SECOND)
            } else {
                span.to_string()
            }
        };
        match *self {
            Self::Time(span) => f.write_str(&time(span)),
            Self::Window { span, from, to } => {
                let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
                write!(f, "{} {}-{}", time(span), clock(from), clock(to))
            }
            Self::Days(days) => write!(f, "{days}d"),
            Self::WorkingDays(days) => write!(f, "{days}wd"),
        }
    }
}

/// Reads `09:00` as a minute of the day, 24:00 as its end.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && minute <= 1_440).then_some(minute)
}

/// Runs a time down over the stretches in which it counts, leaving pauses out. `stretch` returns
/// the first stretch that ends after a moment.
fn run(
    from: i64,
    span: i64,
    pauses: &[Pause],
    stretch: impl Fn(i64) -> Option<(i64, i64)>,
) -> Option<i64> {
    let (mut at, mut left) = (from, span);
    loop {
        let (begins, ends) = stretch(at)?;
        at = at.max(begins);
        if let Some((_, over)) = pauses
            .iter()
            .find(|(begun, over)| *begun <= at && at < *over)
        {
            if *over == i64::MAX {
                return None;
            }
            at = *over;
            continue;
        }
        let pause = pauses
            .iter()
            .map(|(begun, _)| *begun)
            .filter(|begun| *begun > at)
            .min();
        let ends = pause.map_or(ends, |begun| begun.min(ends));
        if left <= ends.saturating_sub(at) {
            return at.checked_add(left);
        }
        if ends == i64::MAX {
            return None;
        }
        left -= ends - at;
        at = ends;
    }
}

/// Returns the first window of a day that ends after a moment.
fn next_window(at: i64, from: u16, to: u16, calendar: &Calendar) -> Option<(i64, i64)> {
    let today = calendar.day(at)?;
    // A day whose window the zone's clocks leave out has none.
    for day in today.iter_days().take(7) {
        let (begins, ends) = (calendar.minute(day, from)?, calendar.minute(day, to)?);
        if begins < ends && at < ends {
            return Some((begins, ends));
        }
    }
    None
}

/// Returns the last millisecond of the last of so many days that count, the first of them after
/// that of a moment. A day that lies in a pause does not count.
fn end_of(
    from: i64,
    days: u16,
    pauses: &[Pause],
    calendar: &Calendar,
    counts: impl Fn(chrono::NaiveDate) -> bool,
) -> Option<i64> {
    let mut left = days;
    let mut day = calendar.day(from)?;
    while left > 0 {
        day = day.checked_add_days(Days::new(1))?;
        let (begins, ends) = (calendar.minute(day, 0)?, calendar.minute(day, 1_440)?);
        let over = pauses
            .iter()
            .filter(|(begun, over)| *begun <= begins && ends <= *over)
            .map(|(_, over)| *over)
            .max();
        if over == Some(i64::MAX) {
            return None;
        }
        if counts(day) && over.is_none() {
            left -= 1;
        }
    }
    calendar.minute(day, 1_440)?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::super::calendar::days;
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        let zoned = format!("{text}:00+08:00");
        chrono::DateTime::parse_from_rfc3339(&zoned)
            .unwrap()
            .timestamp_millis()
    }

    fn due(clock: &str, from: &str, pauses: &[(&str, &str)]) -> i64 {
        let pauses: Vec<Pause> = pauses
            .iter()
            .map(|(begun, over)| (at(begun), at(over)))
            .collect();
        Clock::parse(clock)
            .unwrap()
            .due(at(from), &pauses, &Calendar::default())
    }

    #[test]
    fn hours_of_a_window_carry_over() {
        // The vectors of JD's rules, article 9: every day, 09:00 to 18:00.
        for (from, until) in [
            ("2026-11-22T10:00", "2026-11-22T14:00"),
            ("2026-11-22T14:00", "2026-11-22T18:00"),
            ("2026-11-22T14:01", "2026-11-23T09:01"),
            ("2026-11-22T20:00", "2026-11-23T13:00"),
            ("2026-11-22T03:00", "2026-11-22T13:00"),
        ] {
            assert_eq!(due("4h 09:00-18:00", from, &[]), at(until), "{from}");
        }
        assert_eq!(
            due("20h 09:00-18:00", "2026-11-22T17:00", &[]),
            at("2026-11-25T10:00")
        );
    }

    #[test]
    fn whole_days_begin_the_day_after_and_end_the_last() {
        let end = |day: &str| at(&format!("{day}T23:59")) + 59_999;
        assert_eq!(due("7d", "2026-11-22T00:01", &[]), end("2026-11-29"));
        assert_eq!(due("7d", "2026-11-22T23:59", &[]), end("2026-11-29"));
        assert_eq!(due("1d", "2026-02-28T12:00", &[]), end("2026-03-01"));
        // Friday: Monday to the Tuesday after next but one.
        assert_eq!(due("7wd", "2026-11-20T12:00", &[]), end("2026-12-01"));
        // Over the golden week, with the Saturday that is worked for it.
        assert_eq!(due("2wd", "2026-09-30T12:00", &[]), end("2026-10-09"));
        assert_eq!(due("3wd", "2026-09-30T12:00", &[]), end("2026-10-10"));
        let mut calendar = Calendar::default();
        calendar.say(&days("2026-11-23").unwrap(), false);
        let clock = Clock::parse("1wd").unwrap();
        assert_eq!(
            clock.due(at("2026-11-20T12:00"), &[], &calendar),
            end("2026-11-24")
        );
    }

    #[test]
    fn while_a_pause_lasts_a_clock_stands_still() {
        let pause = [("2026-11-22T12:00", "2026-11-22T15:00")];
        assert_eq!(
            due("4h", "2026-11-22T10:00", &pause),
            at("2026-11-22T17:00")
        );
        assert_eq!(
            due("2h", "2026-11-22T10:00", &pause),
            at("2026-11-22T12:00")
        );
        assert_eq!(
            due("4h", "2026-11-22T13:00", &pause),
            at("2026-11-22T19:00")
        );
        assert_eq!(
            due("4h 09:00-18:00", "2026-11-22T10:00", &pause),
            at("2026-11-22T17:00")
        );
        assert_eq!(
            due("6h 09:00-18:00", "2026-11-22T10:00", &pause),
            at("2026-11-23T10:00")
        );
        let days = [("2026-11-22T12:00", "2026-11-25T12:00")];
        assert_eq!(
            due("2d", "2026-11-22T10:00", &days),
            at("2026-11-26T23:59") + 59_999
        );
    }

    #[test]
    fn in_a_pause_that_lasts_nothing_runs_out() {
        let begun = at("2026-11-22T12:00");
        let pause = [(begun, i64::MAX)];
        let calendar = Calendar::default();
        for text in ["4h", "20h 09:00-18:00", "7d", "3wd"] {
            let clock = Clock::parse(text).unwrap();
            for from in ["2026-11-22T10:00", "2026-11-22T13:00"] {
                assert_eq!(clock.due(at(from), &pause, &calendar), i64::MAX, "{text}");
            }
        }
        let clock = Clock::parse("2h").unwrap();
        let soon = clock.due(at("2026-11-22T09:00"), &pause, &calendar);
        assert_eq!(soon, at("2026-11-22T11:00"), "over before it begins");
    }

    #[test]
    fn clocks_are_spelled_in_two_languages_and_nothing_else_is_one() {
        for (text, spelled) in [
            ("172800000", "48h"),
            ("90m", "90m"),
            ("90分钟", "90m"),
            ("48小時", "48h"),
            ("７天", "7d"),
            ("3个工作日", "3wd"),
            ("3 ", "3"),
            ("4H 09:00-18:00", "4h 09:00-18:00"),
        ] {
            let clock = Clock::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(clock.to_string(), spelled);
        }
        for wrong in [
            "",
            "0h",
            "-1h",
            "h",
            "4x",
            "4h 18:00-09:00",
            "4h 09:00-09:10",
            "7d 09:00-18:00",
            "4h 09:00-25:00",
            "9999999999999999999",
            "4h 9",
            "1h 09:00-18:00 x",
            "87601h",
            "101h 09:00-09:15",
        ] {
            assert_eq!(Clock::parse(wrong), None, "{wrong}");
        }
    }

    fn clocks() -> impl Strategy<Value = Clock> {
        let minutes = || 1..20_000i64;
        prop_oneof![
            minutes().prop_map(|span| Clock::Time(span * MINUTE)),
            (minutes(), 0..90u16, 1..5u16).prop_map(|(span, from, hours)| Clock::Window {
                span: span * MINUTE,
                from: from * 10,
                to: from * 10 + hours * 60,
            }),
            (1..400u16).prop_map(Clock::Days),
            (1..200u16).prop_map(Clock::WorkingDays),
        ]
    }

    proptest! {
        #[test]
        fn what_is_spelled_is_read_again(clock in clocks()) {
            prop_assert_eq!(Clock::parse(&clock.to_string()), Some(clock));
        }

        #[test]
        fn whoever_begins_later_is_done_no_sooner(
            clock in clocks(), from in 1_700_000_000_000..1_900_000_000_000i64, later in 0..10 * DAY,
            begun in -5 * DAY..20 * DAY, lasts in 0..5 * DAY,
        ) {
            let calendar = Calendar::default();
            let pause = [(from + begun, from + begun + lasts)];
            let (soon, late) = (clock.due(from, &pause, &calendar), clock.due(from + later, &pause, &calendar));
            prop_assert!(from < soon && soon <= late);
            prop_assert!(clock.due(from, &[], &calendar) <= soon, "a pause takes nothing away");
        }
    }
}
