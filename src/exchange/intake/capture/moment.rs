//! Times in the one line: days, hours, spans, dates.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::line::Line;
use super::words::CaptureWords;
use super::{Context, Warning};
use crate::exchange::intake::times::DateOrder;

/// A part of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A day, the hour that it means by itself (none: the end of the shift), and
    /// whether a following hour is one of the afternoon.
    Day(NaiveDate, Option<NaiveTime>, Option<bool>),
    /// An hour; whether it says itself which half of the day it is in.
    Clock(NaiveTime, bool),
    /// Milliseconds from now.
    Span(i64),
    /// A date of which day and month are open.
    Open,
}

/// What of the line is a time, and how long it is.
pub(super) fn part(
    line: &Line<'_>,
    from: usize,
    words: &CaptureWords,
    context: &Context<'_>,
) -> Option<(usize, Part)> {
    let found = [
        span(line, from, words),
        date(line, from, words, context),
        weekday(line, from, words, context),
        clock(line, from, words),
        day(line, from, words, context),
    ];
    found.into_iter().flatten().max_by_key(|(end, _)| *end)
}

fn today(context: &Context<'_>) -> Option<NaiveDate> {
    Some(local(context.now, context.zone)?.date_naive())
}

fn local(at: i64, zone: Tz) -> Option<DateTime<Tz>> {
    Some(DateTime::from_timestamp_millis(at)?.with_timezone(&zone))
}

fn hhmm(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

fn day(
    line: &Line<'_>,
    from: usize,
    words: &CaptureWords,
    context: &Context<'_>,
) -> Option<(usize, Part)> {
    let (end, entry) = words
        .days
        .iter()
        .filter_map(|entry| Some((line.longest(from, &entry.words)?, entry)))
        .max_by_key(|(end, _)| *end)?;
    let date = today(context)?.checked_add_days(Days::new(u64::try_from(entry.day).ok()?))?;
    let half = entry.half.as_deref().map(|half| half == "pm");
    Some((end, Part::Day(date, hhmm(&entry.at), half)))
}

fn weekday(
    line: &Line<'_>,
    from: usize,
    words: &CaptureWords,
    context: &Context<'_>,
) -> Option<(usize, Part)> {
    let next = line.longest(from, &words.clock.next_week);
    let start = next.unwrap_or(from);
    let (end, entry) = words
        .weekdays
        .iter()
        .filter_map(|entry| Some((line.longest(start, &entry.words)?, entry)))
        .max_by_key(|(end, _)| *end)?;
    let today = today(context)?;
    let now = today.weekday().number_from_monday();
    let ahead = if next.is_some() {
        7 - now + entry.day
    } else {
        (7 + entry.day - now) % 7
    };
    let date = today.checked_add_days(Days::new(u64::from(ahead)))?;
    Some((end, Part::Day(date, hhmm(&words.clock.default), None)))
}

/// A number in digits or in a numeral word, up to three digits.
fn number(line: &Line<'_>, from: usize, words: &CaptureWords) -> Option<(usize, i64)> {
    let end = line.digits(from);
    if end > from {
        if end - from > 3 || (from > 0 && line.is_digit(from - 1)) {
            return None;
        }
        return Some((end, line.folded(from, end).parse().ok()?));
    }
    words
        .numerals
        .iter()
        .filter_map(|(word, value)| Some((line.word(from, word)?, *value)))
        .max_by_key(|(end, _)| *end)
}

fn span(line: &Line<'_>, from: usize, words: &CaptureWords) -> Option<(usize, Part)> {
    let half = line.longest(from, &words.clock.half);
    let (after, halves) = match half {
        Some(end) => (end, 1),
        None => number(line, from, words).map(|(end, value)| (end, value * 2))?,
    };
    let after = if line.at(after) == Some(' ') {
        after + 1
    } else {
        after
    };
    let (end, minutes) = words
        .spans
        .iter()
        .filter_map(|span| Some((line.longest(after, &span.words)?, span.minutes)))
        .max_by_key(|(end, _)| *end)?;
    Some((end, Part::Span(halves * minutes * 30_000)))
}

fn clock(line: &Line<'_>, from: usize, words: &CaptureWords) -> Option<(usize, Part)> {
    let table = &words.clock;
    let halves = [(&table.am, false), (&table.noon, true), (&table.pm, true)];
    let before = halves
        .into_iter()
        .filter_map(|(list, pm)| Some((line.longest(from, list)?, pm)))
        .max_by_key(|(end, _)| *end);
    let start = before.map_or(from, |(end, _)| end);
    if start > 0 && line.is_word(start - 1) {
        return None;
    }
    let (mut end, hour) = number(line, start, words)?;
    let mut minute = 0;
    let mut sure = before.is_some();
    if line.at(end) == Some(':') && line.digits(end + 1) == end + 3 {
        minute = line.folded(end + 1, end + 3).parse().ok()?;
        end += 3;
        sure |= hour > 12;
    } else if let Some(after) = line.longest(end, &table.hour) {
        (end, minute) = minutes(line, after, words);
        sure |= hour > 12;
    } else {
        // A bare number is an hour only where the half of the day follows.
        line.longest(end, table.am_after.iter().chain(&table.pm_after))?;
    }
    let behind = [(&table.am_after, false), (&table.pm_after, true)]
        .into_iter()
        .find_map(|(list, pm)| Some((line.longest(end, list)?, pm)));
    if let Some((after, _)) = behind {
        end = after;
        sure = true;
    }
    let pm = behind.or(before).map(|(_, pm)| pm);
    let hour = match pm {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    let time = NaiveTime::from_hms_opt(u32::try_from(hour).ok()?, minute, 0)?;
    Some((end, Part::Clock(time, sure)))
}

/// The minutes behind the word for the hour: `30`, `30分`, half, or none.
fn minutes(line: &Line<'_>, from: usize, words: &CaptureWords) -> (usize, u32) {
    if let Some(end) = line.longest(from, &words.clock.half) {
        return (end, 30);
    }
    let end = line.digits(from);
    let minute = line.folded(from, end).parse::<u32>().ok();
    match minute.filter(|minute| (1..=2).contains(&(end - from)) && *minute < 60) {
        Some(minute) => (
            line.longest(end, &words.clock.minute).unwrap_or(end),
            minute,
        ),
        None => (from, 0),
    }
}

fn date(
    line: &Line<'_>,
    from: usize,
    words: &CaptureWords,
    context: &Context<'_>,
) -> Option<(usize, Part)> {
    if from > 0 && (line.is_word(from - 1) || matches!(line.at(from - 1), Some('/' | '-' | '.'))) {
        return None;
    }
    let clock = hhmm(&words.clock.default);
    let end = line.digits(from);
    let parse = |from: usize, to: usize| line.folded(from, to).parse::<u32>().ok();
    let first = parse(from, end)?;
    let (date, end) = if end - from == 4 {
        full(line, first, end)?
    } else if end - from > 2 {
        return None;
    } else if let Some(after) = line.longest(end, &words.clock.month) {
        let to = line.digits(after);
        let date = next(today(context)?, first, parse(after, to)?)?;
        (date, line.longest(to, &words.clock.monthday).unwrap_or(to))
    } else if let Some(after) = line.longest(end, &words.clock.monthday) {
        // Behind other words without a gap it is a house or a flat: `示例路8号`.
        if !line.opens(from) {
            return None;
        }
        (of_month(today(context)?, first)?, after)
    } else {
        if !matches!(line.at(end), Some('/' | '-')) {
            return None;
        }
        let to = line.digits(end + 1);
        let stops = !line.is_word(to) && !matches!(line.at(to), Some('/' | '-' | '.'));
        if !(1..=2).contains(&(to - end - 1)) || !stops {
            return None;
        }
        let second = parse(end + 1, to)?;
        let today = today(context)?;
        let (month_first, day_first) = (next(today, first, second), next(today, second, first));
        let date = match (month_first, day_first) {
            (Some(one), Some(other)) if one != other => match context.date_order {
                Some(DateOrder::Dmy) => other,
                Some(DateOrder::Mdy | DateOrder::Ymd) => one,
                None => return Some((to, Part::Open)),
            },
            (Some(date), _) | (None, Some(date)) => date,
            (None, None) => return None,
        };
        (date, to)
    };
    Some((end, Part::Day(date, clock, None)))
}

/// `2026-11-25` or `2026/11/25`, behind the year.
fn full(line: &Line<'_>, year: u32, from: usize) -> Option<(NaiveDate, usize)> {
    let mark = line.at(from).filter(|c| matches!(c, '-' | '/'))?;
    let month_end = line.digits(from + 1);
    if line.at(month_end) != Some(mark) {
        return None;
    }
    let end = line.digits(month_end + 1);
    let month = line.folded(from + 1, month_end).parse().ok()?;
    let day = line.folded(month_end + 1, end).parse().ok()?;
    Some((NaiveDate::from_ymd_opt(year as i32, month, day)?, end))
}

/// The next such day of a year, today included.
fn next(today: NaiveDate, month: u32, day: u32) -> Option<NaiveDate> {
    (0..=4).find_map(|years| {
        NaiveDate::from_ymd_opt(today.year() + years, month, day).filter(|date| *date >= today)
    })
}

/// The next such day of a month, today included.
fn of_month(today: NaiveDate, day: u32) -> Option<NaiveDate> {
    (0..=2).find_map(|months| {
        let first = today
            .with_day(1)?
            .checked_add_months(chrono::Months::new(months))?;
        first.with_day(day).filter(|date| *date >= today)
    })
}

/// The time that the parts of a line mean together, ms UTC.
pub(super) fn due(
    parts: &[Part],
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Option<i64> {
    let mut days = parts.iter().filter_map(|part| match part {
        Part::Day(date, clock, half) => Some((*date, *clock, *half)),
        _ => None,
    });
    let mut clocks = parts.iter().filter_map(|part| match part {
        Part::Clock(time, sure) => Some((*time, *sure)),
        _ => None,
    });
    let mut spans = parts.iter().filter_map(|part| match part {
        Part::Span(span) => Some(*span),
        _ => None,
    });
    let (day, clock, span) = (days.next(), clocks.next(), spans.next());
    let more = days.next().is_some() || clocks.next().is_some() || spans.next().is_some();
    if more || (span.is_some() && (day.is_some() || clock.is_some())) {
        warnings.push(Warning::new("capture-warn-times"));
    }
    match (day, clock, span) {
        (Some((date, _, half)), Some((time, sure)), _) => {
            at(date, afternoon(time, sure, half), context)
        }
        (Some((date, Some(time), _)), None, _) => at(date, time, context),
        (Some((date, None, _)), None, _) => end_of_shift(date, context),
        (None, Some((time, _)), _) => {
            let today = today(context)?;
            let found = at(today, time, context)?;
            if found > context.now {
                return Some(found);
            }
            warnings.push(Warning::new("capture-warn-time-past"));
            at(today.succ_opt()?, time, context)
        }
        (None, None, Some(span)) => context.now.checked_add(span),
        (None, None, None) => None,
    }
}

fn afternoon(time: NaiveTime, sure: bool, half: Option<bool>) -> NaiveTime {
    use chrono::Timelike;
    if sure || half != Some(true) || time.hour() >= 12 {
        return time;
    }
    time.with_hour(time.hour() + 12).unwrap_or(time)
}

/// The end of my shift where it lies ahead, else the end of that day.
fn end_of_shift(date: NaiveDate, context: &Context<'_>) -> Option<i64> {
    match context.shift_end.filter(|end| *end > context.now) {
        Some(end) => Some(end),
        None => at(date, NaiveTime::from_hms_opt(23, 59, 0)?, context),
    }
}

fn at(date: NaiveDate, time: NaiveTime, context: &Context<'_>) -> Option<i64> {
    let found = context.zone.from_local_datetime(&date.and_time(time));
    Some(found.earliest()?.timestamp_millis())
}
