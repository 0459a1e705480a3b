//! The day that a file is about, where its name alone says so (客服绩效). A time of the day beside
//! a date makes it the time of the export, which says nothing of the day.

use chrono::{Datelike, Months, NaiveDate};
use unicode_normalization::UnicodeNormalization;

use super::times::{DAY_SIGNS, MONTH_SIGNS, UPTO_SIGNS, YEAR_SIGNS, packed};

/// A day and the part of a name that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDay {
    /// The day.
    pub day: NaiveDate,
    /// The part of the file's name; empty where the person said it.
    pub part: String,
}

/// What a file's name says of the day that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayInName {
    /// This day.
    One(NamedDay),
    /// More than one day: it is about a stretch of time.
    Several(Vec<NaiveDate>),
    /// Only when it was written.
    Written(String),
    /// Nothing.
    Nothing,
}

/// A date of a name.
struct Found {
    day: NaiveDate,
    part: String,
    has_clock: bool,
}

/// Reads the day of a file's name: `20261121`, `2026-11-21`, `2026年11月21日`.
#[must_use]
pub fn day_in_name(name: &str) -> DayInName {
    let letters: Vec<char> = name.nfkc().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let end = run(&letters, at);
        if end == at {
            at += 1;
            continue;
        }
        let Some((one, end)) = date(&letters, at, end) else {
            at = end;
            continue;
        };
        let last = last_of(&letters, end, &one);
        found.push(one);
        at = match last {
            Some((last, end)) => {
                found.push(last);
                end
            }
            None => end,
        };
    }
    let mut days: Vec<&Found> = Vec::new();
    for one in found.iter().filter(|one| !one.has_clock) {
        if days.iter().all(|known| known.day != one.day) {
            days.push(one);
        }
    }
    match (days.as_slice(), found.first()) {
        ([one], _) => DayInName::One(NamedDay {
            day: one.day,
            part: one.part.clone(),
        }),
        ([], Some(written)) => DayInName::Written(written.part.clone()),
        ([], None) => DayInName::Nothing,
        (several, _) => DayInName::Several(several.iter().map(|one| one.day).collect()),
    }
}

/// The end of the digits that begin here.
fn run(letters: &[char], from: usize) -> usize {
    let rest = letters.iter().skip(from);
    from + rest.take_while(|letter| letter.is_ascii_digit()).count()
}

fn text(letters: &[char], from: usize, to: usize) -> String {
    letters.get(from..to).unwrap_or_default().iter().collect()
}

fn number(letters: &[char], from: usize, to: usize) -> Option<u32> {
    text(letters, from, to).parse().ok()
}

/// The date whose first digits are these, and where it ends.
fn date(letters: &[char], from: usize, end: usize) -> Option<(Found, usize)> {
    let is_of_our_time = letters.get(from..from + 2) == Some(&['2', '0']);
    let (day, end, is_whole) = match end - from {
        _ if !is_of_our_time => return None,
        8 | 12 | 14 => {
            let day = packed(&text(letters, from, end))?.date();
            (day, end, end - from > 8)
        }
        4 => {
            let year = text(letters, from, end).parse().ok()?;
            let (month, end_of_month) = next(letters, end, &YEAR_SIGNS)?;
            let (day, end_of_day) = next(letters, end_of_month, &MONTH_SIGNS)?;
            let day = NaiveDate::from_ymd_opt(year, month, day)?;
            (day, end_of_day, false)
        }
        _ => return None,
    };
    let has_clock = is_whole || clock_follows(letters, end);
    let found = Found {
        day,
        part: text(letters, from, end),
        has_clock,
    };
    Some((found, end))
}

/// The last day of a stretch behind its first, written short: `至22`, `~11-22`, `到1122`, and
/// behind a mere sign, where a copy's number could stand too, two digits of a later day: `-22`.
fn last_of(letters: &[char], at: usize, first: &Found) -> Option<(Found, usize)> {
    let is = |at: usize, signs: &[char]| letters.get(at).is_some_and(|sign| signs.contains(sign));
    let blanks = |from: usize| {
        let rest = letters.iter().skip(from);
        from + rest.take_while(|letter| **letter == ' ').count()
    };
    let sign = blanks(at + usize::from(is(at, &DAY_SIGNS)));
    let is_plain = is(sign, &UPTO_SIGNS);
    if first.has_clock || !is_plain && !is(sign, &['-', '_']) {
        return None;
    }
    let from = blanks(sign + 1);
    let end = run(letters, from);
    let (day, end) = short_day(letters, (from, end), first.day)?;
    // A stretch may end in the next month or year.
    let months = match (is_plain, day < first.day) {
        (true, false) => 0,
        (true, true) if end - from > 2 => 12,
        (true, true) => 1,
        (false, false) if end - from > 1 => 0,
        (false, _) => return None,
    };
    let last = Found {
        day: day.checked_add_months(Months::new(months))?,
        part: text(letters, from, end),
        has_clock: false,
    };
    Some((last, end))
}

/// A day without its year, or without its month too, whose first digits are these, in the year
/// and month of another; and where it ends.
fn short_day(
    letters: &[char],
    (from, end): (usize, usize),
    like: NaiveDate,
) -> Option<(NaiveDate, usize)> {
    let part = |from, to| number(letters, from, to);
    let of = |month, day| NaiveDate::from_ymd_opt(like.year(), month, day);
    match end - from {
        1 | 2 => {
            let month = part(from, end)?;
            let whole = next(letters, end, &MONTH_SIGNS);
            let whole = whole.and_then(|(day, end)| Some((of(month, day)?, end)));
            whole.or_else(|| Some((of(like.month(), month)?, end)))
        }
        4 => {
            let day = of(part(from, from + 2)?, part(from + 2, end)?)?;
            Some((day, end))
        }
        _ => None,
    }
}

/// One or two digits behind one of these signs, and where they end.
fn next(letters: &[char], at: usize, signs: &[char]) -> Option<(u32, usize)> {
    letters.get(at).filter(|letter| signs.contains(letter))?;
    let end = run(letters, at + 1);
    let is_short = (1..=2).contains(&(end - at - 1));
    let number = number(letters, at + 1, end).filter(|_| is_short)?;
    Some((number, end))
}

/// Whether hours and minutes stand behind a date: `-09-05`, `_090512`, ` 0905`.
fn clock_follows(letters: &[char], at: usize) -> bool {
    let signs = ['-', '_', '.', ' ', 'T', ':'];
    let is_sign = |at: usize| letters.get(at).is_some_and(|letter| signs.contains(letter));
    let is_clock = |hours: Option<u32>, minutes: Option<u32>| {
        hours.is_some_and(|hours| hours < 24) && minutes.is_some_and(|minutes| minutes < 60)
    };
    if !is_sign(at) {
        return false;
    }
    let (from, end) = (at + 1, run(letters, at + 1));
    let part = |from, to| number(letters, from, to);
    // Four digits may be the year of another date.
    let goes_on = letters
        .get(end)
        .is_some_and(|sign| YEAR_SIGNS.contains(sign))
        && run(letters, end + 1) > end + 1;
    match end - from {
        2 => {
            let minutes_end = run(letters, end + 1);
            is_sign(end)
                && minutes_end - end - 1 == 2
                && is_clock(part(from, end), part(end + 1, minutes_end))
        }
        4 if !goes_on => is_clock(part(from, from + 2), part(from + 2, end)),
        6 => is_clock(part(from, from + 2), part(from + 2, from + 4)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn one_day_is_found_with_the_part_that_says_so() {
        for (name, part) in [
            ("客服绩效20261121.xlsx", "20261121"),
            ("客服绩效_2026-11-21.xls", "2026-11-21"),
            ("2026年11月21日 客服绩效.csv", "2026年11月21"),
            ("2026.11.21客服绩效(1).xlsx", "2026.11.21"),
            ("客服绩效２０２６1121.xlsx", "20261121"),
            ("绩效 2026 11 21.csv", "2026 11 21"),
            // From a day to the same day.
            ("客服绩效_2026-11-21_2026-11-21.xlsx", "2026-11-21"),
            ("客服绩效20261121-20261121.xlsx", "20261121"),
            // And when it was written.
            ("客服绩效-2026-11-21-20261122090512.xlsx", "2026-11-21"),
            ("20261122_090512_客服绩效_20261121.xlsx", "20261121"),
            // A copy, an agent's number, and a year alone are no dates.
            ("客服绩效2026-11-21_1.xlsx", "2026-11-21"),
            ("客服绩效2026-11-21-2.xlsx", "2026-11-21"),
            ("客服绩效2026-11-21_99.xlsx", "2026-11-21"),
            ("客服绩效2026-11-21至21.xlsx", "2026-11-21"),
            ("13800138000 客服绩效 2026 20261121.xlsx", "20261121"),
        ] {
            let named = DayInName::One(NamedDay {
                day: day("2026-11-21"),
                part: part.into(),
            });
            assert_eq!(day_in_name(name), named, "{name}");
        }
    }

    #[test]
    fn what_names_no_day_or_several_is_not_guessed() {
        for name in [
            "客服绩效.xlsx",
            "客服绩效11月21日.xlsx",
            "客服绩效1121.xlsx",
            "客服绩效20261321.xlsx",
            "客服绩效20260230.xlsx",
            "客服绩效261121.xlsx",
            "",
        ] {
            assert_eq!(day_in_name(name), DayInName::Nothing, "{name}");
        }
        for name in [
            "客服绩效20261122090512.xlsx",
            "客服绩效2026-11-22-09-05-12.xlsx",
            "客服绩效2026-11-22 0905.xlsx",
            "客服绩效20261122_090512.xlsx",
        ] {
            assert!(matches!(day_in_name(name), DayInName::Written(_)), "{name}");
        }
        for name in [
            "客服绩效_2026-11-16_2026-11-22.xlsx",
            "客服绩效20261116-20261122.xlsx",
            "2026年11月16日至2026年11月22日.xlsx",
        ] {
            let several = vec![day("2026-11-16"), day("2026-11-22")];
            assert_eq!(day_in_name(name), DayInName::Several(several), "{name}");
        }
        // The end of a stretch may be written short.
        for name in [
            "客服绩效2026-11-16至22.xlsx",
            "客服绩效2026-11-16~22.xlsx",
            "客服绩效2026-11-16～22.xlsx",
            "客服绩效2026.11.16-22.xlsx",
            "客服绩效2026-11-16-22.xlsx",
            "客服绩效2026-11-16到11-22.xlsx",
            "客服绩效2026-11-16 至 11.22.xlsx",
            "2026年11月16日至22日 客服绩效.xlsx",
            "2026年11月16日-22日.xlsx",
            "2026年11月16日到11月22日.xlsx",
            "客服绩效20261116-22.xlsx",
            "客服绩效20261116至1122.xlsx",
            "客服绩效20261116_22.xlsx",
        ] {
            let several = vec![day("2026-11-16"), day("2026-11-22")];
            assert_eq!(day_in_name(name), DayInName::Several(several), "{name}");
        }
        for (name, last) in [
            ("2026-12-29至01-04.xlsx", "2027-01-04"),
            ("2026-12-29~4.xlsx", "2027-01-04"),
        ] {
            let several = vec![day("2026-12-29"), day(last)];
            assert_eq!(day_in_name(name), DayInName::Several(several), "{name}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(name in any::<String>(), digits in "[0-9０-９年月日:._ T-]{0,40}") {
            let _ = day_in_name(&name);
            let _ = day_in_name(&digits);
        }

        #[test]
        fn every_day_is_read_back(back in 0_u64..30_000) {
            let day = day("2000-01-01") + chrono::Days::new(back);
            prop_assume!(day < "2100-01-01".parse().unwrap());
            for form in ["%Y%m%d", "%Y-%m-%d", "%Y年%-m月%-d日", "%Y_%m_%d"] {
                let name = format!("客服绩效{}.xlsx", day.format(form));
                let read = day_in_name(&name);
                prop_assert!(matches!(&read, DayInName::One(one) if one.day == day), "{name}: {read:?}");
            }
        }
    }
}
