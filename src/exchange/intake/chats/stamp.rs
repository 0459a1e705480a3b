//! Times in the heads of utterances, with or without their date.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeZone};

use super::ChatContext;
use super::forms::Words;
use crate::exchange::intake::times::DateOrder;

/// The day of a time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// Year, month, day.
    Full(NaiveDate),
    /// Three numbers of which day and month are open: read as month first, day first.
    Open(Option<NaiveDate>, Option<NaiveDate>),
    /// Month and day.
    Month(u32, u32),
    /// So many days before the paste.
    Before(u64),
    /// Not written.
    None,
}

/// A time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub day: Day,
    pub time: NaiveTime,
}

/// Reads a time at this place; gives its end.
pub(super) fn read(chars: &[char], from: usize, words: &Words) -> Option<(usize, Stamp)> {
    if from > 0 && chars.get(from - 1).is_some_and(char::is_ascii_digit) {
        return None;
    }
    let (at, day) = day(chars, from, words).unwrap_or((from, Day::None));
    let mut at = gap(chars, at);
    if let Some(end) = longest(chars, at, &words.weekdays) {
        at = gap(chars, end);
    }
    let (end, time) = clock(chars, at, words)?;
    Some((end, Stamp { day, time }))
}

/// Reads a line that is only a date, with rules or brackets around it.
pub(super) fn day_line(line: &str, words: &Words) -> Option<NaiveDate> {
    let bare = line.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '-' | '—' | '=' | '*' | '─' | '[' | ']' | '【' | '】')
    });
    if bare.is_empty() || bare.len() > 60 {
        return None;
    }
    let chars: Vec<char> = bare.chars().collect();
    let (end, day) = day(&chars, 0, words)?;
    let end = longest(&chars, gap(&chars, end), &words.weekdays).unwrap_or(end);
    match day {
        Day::Full(date) if end == chars.len() => Some(date),
        _ => None,
    }
}

fn gap(chars: &[char], from: usize) -> usize {
    (from..=chars.len())
        .find(|at| !matches!(chars.get(*at), Some(' ' | ',' | 'T' | '，')))
        .unwrap_or(from)
}

fn longest(chars: &[char], from: usize, words: &[String]) -> Option<usize> {
    let here = |word: &String| {
        let count = word.chars().count();
        let part = chars.get(from..from + count)?;
        let same = part.iter().zip(word.chars()).all(|(c, w)| fold(*c) == w);
        (same && count > 0).then_some(from + count)
    };
    words.iter().filter_map(here).max()
}

fn fold(c: char) -> char {
    crate::text::fold::simplified(c.to_ascii_lowercase())
}

/// Digits, at most four of them.
fn number(chars: &[char], from: usize) -> Option<(usize, u32)> {
    let rest = chars.get(from..)?;
    let count = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    if !(1..=4).contains(&count) {
        return None;
    }
    let text: String = rest[..count].iter().collect();
    Some((from + count, text.parse().ok()?))
}

fn day(chars: &[char], from: usize, words: &Words) -> Option<(usize, Day)> {
    if let Some(end) = longest(chars, from, &words.yesterday) {
        return Some((end, Day::Before(1)));
    }
    if let Some(end) = longest(chars, from, &words.today) {
        return Some((end, Day::Before(0)));
    }
    let mark = |at: usize, marks: [char; 5]| chars.get(at).is_some_and(|c| marks.contains(c));
    let (at, first) = number(chars, from)?;
    if !mark(at, ['-', '/', '.', '年', '月']) {
        return None;
    }
    let (second_end, second) = number(chars, at + 1)?;
    let third = mark(second_end, ['-', '/', '.', '月', '月'])
        .then(|| number(chars, second_end + 1))
        .flatten();
    let behind = |end: usize| {
        if matches!(chars.get(end), Some('日' | '号')) {
            end + 1
        } else {
            end
        }
    };
    match third {
        Some((end, third)) if at - from == 4 => {
            let date = NaiveDate::from_ymd_opt(first as i32, second, third)?;
            Some((behind(end), Day::Full(date)))
        }
        Some((end, third)) => {
            let year = if third < 100 { 2000 + third } else { third };
            let read = |month, day| NaiveDate::from_ymd_opt(year as i32, month, day);
            match (read(first, second), read(second, first)) {
                (None, None) => None,
                (Some(date), None) | (None, Some(date)) => Some((end, Day::Full(date))),
                (Some(one), Some(other)) if one == other => Some((end, Day::Full(one))),
                (one, other) => Some((end, Day::Open(one, other))),
            }
        }
        None => {
            (first <= 12 && second <= 31).then(|| (behind(second_end), Day::Month(first, second)))
        }
    }
}

fn clock(chars: &[char], from: usize, words: &Words) -> Option<(usize, NaiveTime)> {
    let before = longest(chars, from, &words.am)
        .map(|end| (end, false))
        .or_else(|| longest(chars, from, &words.pm).map(|end| (end, true)));
    let start = before.map_or(from, |(end, _)| gap(chars, end));
    let (at, hour) = number(chars, start)?;
    if chars.get(at) != Some(&':') {
        return None;
    }
    let (mut end, minute) = number(chars, at + 1)?;
    if end != at + 3 {
        return None;
    }
    let mut second = 0;
    if chars.get(end) == Some(&':')
        && let Some((to, value)) = number(chars, end + 1)
        && to == end + 3
    {
        (end, second) = (to, value);
    }
    let after = gap(chars, end);
    let behind = longest(chars, after, &words.am_after)
        .map(|to| (to, false))
        .or_else(|| longest(chars, after, &words.pm_after).map(|to| (to, true)));
    if let Some((to, _)) = behind {
        end = to;
    }
    let hour = match behind.or(before).map(|(_, pm)| pm) {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    Some((end, NaiveTime::from_hms_opt(hour, minute, second)?))
}

impl Stamp {
    /// The time that it means in this paste, ms UTC. `current` is the day of the
    /// last line that was only a date. `None` where day and month are open.
    pub fn resolve(self, context: &ChatContext<'_>, current: Option<NaiveDate>) -> Option<i64> {
        let now =
            chrono::DateTime::from_timestamp_millis(context.now)?.with_timezone(&context.zone);
        let today = now.date_naive();
        let ms = |date: NaiveDate| {
            let found = context.zone.from_local_datetime(&date.and_time(self.time));
            Some(found.earliest()?.timestamp_millis())
        };
        match self.day {
            Day::Full(date) => ms(date),
            Day::Open(month_first, day_first) => match context.date_order? {
                DateOrder::Dmy => ms(day_first?),
                _ => ms(month_first?),
            },
            Day::Before(days) => ms(today.checked_sub_days(chrono::Days::new(days))?),
            Day::Month(month, day) => {
                let this = NaiveDate::from_ymd_opt(today.year(), month, day);
                let found = this.filter(|date| *date <= today);
                ms(found.or_else(|| NaiveDate::from_ymd_opt(today.year() - 1, month, day))?)
            }
            Day::None => {
                if let Some(date) = current {
                    return ms(date);
                }
                let found = ms(today)?;
                if found <= context.now {
                    Some(found)
                } else {
                    ms(today.pred_opt()?)
                }
            }
        }
    }
}
