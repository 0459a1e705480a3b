//! Times of cells and of file names, in the shop's zone unless they say otherwise.

use chrono::{LocalResult, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

/// What stands behind the year of a date in a file's name.
pub(super) const YEAR_SIGNS: [char; 5] = ['-', '_', '.', ' ', '年'];
/// What stands behind its month.
pub(super) const MONTH_SIGNS: [char; 5] = ['-', '_', '.', ' ', '月'];
/// What can stand behind the day of any date.
pub(super) const DAY_SIGNS: [char; 3] = ['日', '号', '號'];
/// What stands between the first and the last day of a stretch and nowhere else.
pub(super) const UPTO_SIGNS: [char; 6] = ['至', '到', '~', '〜', '–', '—'];

/// The order of year, month and day where a date alone does not show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// Year, month, day.
    Ymd,
    /// Month, day, year.
    Mdy,
    /// Day, month, year.
    Dmy,
}

impl DateOrder {
    /// Reads `ymd`, `mdy` or `dmy`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "ymd" => Some(Self::Ymd),
            "mdy" => Some(Self::Mdy),
            "dmy" => Some(Self::Dmy),
            _ => None,
        }
    }
}

/// Reads a time to ms UTC.
///
/// Dates: year first with `-`, `/`, `.` or `年月日`; other orders only where one
/// reading is possible or `order` says which; 13 and 10 digits are Unix times,
/// 14, 12 and 8 digits are year to second, minute, day. An offset (`Z`, `+0800`,
/// `+08:00`, `UTC`) wins over `zone`.
pub fn time(text: &str, zone: Tz, order: Option<DateOrder>) -> Result<i64, &'static str> {
    const BAD: &str = "import-line-time";
    let folded: String = text.trim().nfkc().collect();
    if let Some(at) = digits_time(&folded, zone)? {
        return Ok(at);
    }
    let (date_part, rest) = date_part(&folded).ok_or(BAD)?;
    let date = date(date_part, order)?;
    let rest = rest.trim_start_matches(['T', 't', ',', ' ']);
    let (clock, rest) = clock(rest).ok_or(BAD)?;
    let local = date.and_time(clock);
    match offset(rest.trim()).ok_or(BAD)? {
        Offset::Seconds(seconds) => {
            Ok(local.and_utc().timestamp_millis() - i64::from(seconds) * 1000)
        }
        Offset::Zone => in_zone(zone, local),
    }
}

fn in_zone(zone: Tz, local: chrono::NaiveDateTime) -> Result<i64, &'static str> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Ok(at.timestamp_millis()),
        LocalResult::None => Err("import-line-time-gap"),
    }
}

fn digits_time(text: &str, zone: Tz) -> Result<Option<i64>, &'static str> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let number: i64 = text.parse().map_err(|_| "import-line-time")?;
    match text.len() {
        13 => Ok(Some(number)),
        10 => Ok(Some(number * 1000)),
        8 | 12 | 14 => in_zone(zone, packed(text).ok_or("import-line-time")?).map(Some),
        _ => Err("import-line-time"),
    }
}

/// `20261122`, `202611221502`, `20261122150211`.
pub(super) fn packed(text: &str) -> Option<chrono::NaiveDateTime> {
    let part = |from: usize, to: usize| text.get(from..to).map_or(Some(0), |d| d.parse().ok());
    let date = NaiveDate::from_ymd_opt(part(0, 4)? as i32, part(4, 6)?, part(6, 8)?)?;
    date.and_hms_opt(part(8, 10)?, part(10, 12)?, part(12, 14)?)
}

/// The three numbers of the date, and what follows.
fn date_part(text: &str) -> Option<([&str; 3], &str)> {
    let mut parts = [""; 3];
    let mut rest = text;
    for (at, part) in parts.iter_mut().enumerate() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if end == 0 || end > 4 {
            return None;
        }
        *part = &rest[..end];
        rest = &rest[end..];
        if at < 2 {
            rest = rest.strip_prefix(['-', '/', '.', '年', '月'])?;
        } else {
            rest = rest.strip_prefix(DAY_SIGNS).unwrap_or(rest);
        }
    }
    Some((parts, rest))
}

fn date(parts: [&str; 3], order: Option<DateOrder>) -> Result<NaiveDate, &'static str> {
    let mut found: Vec<NaiveDate> = Vec::new();
    let orders = [DateOrder::Ymd, DateOrder::Mdy, DateOrder::Dmy];
    for candidate in orders {
        if let Some(date) = read_date(parts, candidate) {
            if order == Some(candidate) {
                return Ok(date);
            }
            if !found.contains(&date) {
                found.push(date);
            }
        }
    }
    match (found.as_slice(), order) {
        ([date], _) => Ok(*date),
        ([], _) => Err("import-line-time"),
        _ => Err("import-line-date-open"),
    }
}

fn read_date(parts: [&str; 3], order: DateOrder) -> Option<NaiveDate> {
    let [year, month, day] = match order {
        DateOrder::Ymd => parts,
        DateOrder::Mdy => [parts[2], parts[0], parts[1]],
        DateOrder::Dmy => [parts[2], parts[1], parts[0]],
    };
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    let year: i32 = match year.len() {
        4 => year.parse().ok()?,
        2 => 2000 + year.parse::<i32>().ok()?,
        _ => return None,
    };
    if !(1970..2200).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// The time of day (midnight where there is none), and what follows.
fn clock(text: &str) -> Option<(NaiveTime, &str)> {
    let (half, text) = half_before(text);
    if text.is_empty() || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return half.is_none().then_some((NaiveTime::MIN, text));
    }
    let mut numbers = [0_u32; 3];
    let mut rest = text;
    for (at, number) in numbers.iter_mut().enumerate() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if end == 0 || end > 2 {
            return None;
        }
        *number = rest[..end].parse().ok()?;
        rest = &rest[end..];
        match rest.strip_prefix([':', '时', '時', '点', '點', '分']) {
            Some(next) if at < 2 && next.starts_with(|c: char| c.is_ascii_digit()) => rest = next,
            Some(next) if !rest.starts_with(':') => {
                rest = next;
                break;
            }
            _ => break,
        }
    }
    rest = rest.strip_prefix('秒').unwrap_or(rest);
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let (after, rest) = half_after(rest);
    let [mut hour, minute, second] = numbers;
    if let Some(afternoon) = half.or(after) {
        if hour > 12 && !afternoon {
            return None;
        }
        hour = hour % 12 + if afternoon || hour > 12 { 12 } else { 0 };
    }
    Some((NaiveTime::from_hms_opt(hour, minute, second)?, rest))
}

fn half_before(text: &str) -> (Option<bool>, &str) {
    for (word, afternoon) in [("上午", false), ("下午", true)] {
        if let Some(rest) = text.strip_prefix(word) {
            return (Some(afternoon), rest.trim_start());
        }
    }
    (None, text)
}

fn half_after(text: &str) -> (Option<bool>, &str) {
    let trimmed = text.trim_start();
    for (word, afternoon) in [("AM", false), ("am", false), ("PM", true), ("pm", true)] {
        if let Some(rest) = trimmed.strip_prefix(word) {
            return (Some(afternoon), rest);
        }
    }
    (None, text)
}

/// What the end of a time says of its offset.
enum Offset {
    /// Nothing: the shop's zone holds.
    Zone,
    /// Seconds east of Greenwich.
    Seconds(i32),
}

/// The offset that the text names.
fn offset(text: &str) -> Option<Offset> {
    match text {
        "" => return Some(Offset::Zone),
        "Z" | "z" | "UTC" | "GMT" => return Some(Offset::Seconds(0)),
        _ => {}
    }
    let (negative, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (false, rest),
        ("-", rest) => (true, rest),
        _ => return None,
    };
    let digits = rest.replace(':', "");
    if !(digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    let seconds = hours * 3600 + minutes * 60;
    (hours <= 18 && minutes < 60).then_some(Offset::Seconds(if negative {
        -seconds
    } else {
        seconds
    }))
}

/// The time in a file's name: 14 or 12 digits, or numbers parted by single signs
/// (`2026-11-22-14-02-33`); a day alone only bounds it from below.
#[must_use]
pub fn time_in_name(name: &str, zone: Tz) -> Option<i64> {
    let bytes = name.as_bytes();
    let mut at = 0;
    let mut best: Option<(usize, i64)> = None;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = name_run(bytes, at);
        let digits: String = name[at..end].chars().filter(char::is_ascii_digit).collect();
        let length = [14, 12, 8].into_iter().find(|n| digits.len() == *n);
        if let Some(length) = length
            && digits.starts_with("20")
            && let Some(local) = packed(&digits)
            && let Ok(ms) = in_zone(zone, local)
            && best.is_none_or(|(before, _)| before < length)
        {
            best = Some((length, ms));
        }
        at = end;
    }
    best.map(|(_, ms)| ms)
}

/// The end of digits with single `-`, `_`, `.` or spaces between them.
fn name_run(bytes: &[u8], from: usize) -> usize {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = from;
    loop {
        if digit(at) || (matches!(bytes.get(at), Some(b'-' | b'_' | b'.' | b' ')) && digit(at + 1))
        {
            at += 1;
        } else {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

    fn at(text: &str) -> Result<String, &'static str> {
        time(text, SHANGHAI, None).map(|ms| {
            chrono::DateTime::from_timestamp_millis(ms)
                .unwrap()
                .format("%FT%TZ")
                .to_string()
        })
    }

    #[test]
    fn times_in_the_shops_zone() {
        for (text, want) in [
            ("2026-11-01 00:42:32", "2026-10-31T16:42:32Z"),
            ("2016/5/23 22:02", "2016-05-23T14:02:00Z"),
            ("2026年11月22日 下午3时05分", "2026-11-22T07:05:00Z"),
            ("2026-11-22", "2026-11-21T16:00:00Z"),
            ("2024-05-01 10:00:00 +0000", "2024-05-01T10:00:00Z"),
            ("2026-11-22T15:46:00.123+08:00", "2026-11-22T07:46:00Z"),
            ("2026-11-22T07:46:00Z", "2026-11-22T07:46:00Z"),
            ("1795333560000", "2026-11-22T07:46:00Z"),
            ("20261122154600", "2026-11-22T07:46:00Z"),
            ("11/25/2026 8:26 PM", "2026-11-25T12:26:00Z"),
            ("03/03/2026", "2026-03-02T16:00:00Z"),
        ] {
            assert_eq!(at(text).as_deref(), Ok(want), "{text}");
        }
        for text in [
            "",
            "-",
            "2026-13-01",
            "2026-11-22 25:00",
            "x",
            "2026-11-22 1:2:3:4",
        ] {
            assert_eq!(at(text), Err("import-line-time"), "{text}");
        }
    }

    #[test]
    fn open_dates_are_never_guessed() {
        assert_eq!(at("03/04/2026"), Err("import-line-date-open"));
        assert_eq!(at("12/1/10 8:26"), Err("import-line-date-open"));
        let mdy = time("12/1/10 8:26", chrono_tz::UTC, Some(DateOrder::Mdy)).unwrap();
        assert_eq!(mdy, 1_291_191_960_000);
        let dmy = time("12/1/10 8:26", chrono_tz::UTC, Some(DateOrder::Dmy)).unwrap();
        assert_eq!(dmy, 1_263_284_760_000);
    }

    #[test]
    fn times_in_names() {
        let ms = |text: &str| time(text, SHANGHAI, None).ok();
        for (name, want) in [
            ("ExportOrderList202611221502.csv", ms("2026-11-22 15:02")),
            (
                "orders_export2026-11-22-14-02-33.csv",
                ms("2026-11-22 14:02:33"),
            ),
            ("refund_20261122.csv", ms("2026-11-22")),
            ("orders_2017.gbk.csv", None),
            ("x.csv", None),
        ] {
            assert_eq!(time_in_name(name, SHANGHAI), want, "{name}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in any::<String>(), digits in "[0-9０-９年月日:./ eE+-]{0,24}") {
            for text in [&text, &digits] {
                let _ = time(text, SHANGHAI, None);
                let _ = time_in_name(text, SHANGHAI);
            }
        }
    }
}
