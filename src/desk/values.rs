//! What people type as values: `FIELD=VALUE` by the field's kind, times, durations, amounts.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::domain::field::{FieldSpec, Kind as FieldKind};
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Fields;
use crate::domain::register::{Post, Register};
use crate::domain::registers::names_posts;
use crate::i18n::{Language, Words};
use crate::problem::{Kind, Problem};

/// What a value is read by.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The time now, milliseconds UTC, from which durations count.
    pub now: i64,
    /// The shop's zone, in which times without an offset are.
    pub zone: Tz,
}

/// What a day without an hour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The day's first minute.
    Start,
    /// The day's last minute: "by 11/25".
    End,
}

/// Which day is meant by a month and a day alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// The one that lies nearest to today.
    Nearest,
    /// The latest one, today among them.
    Past,
}

/// Reads `FIELD=VALUE` words for a register; `resolve` turns what names a record into its id.
/// A field that the register does not have is kept as text, so that the desk can name those
/// that there are.
pub fn fields(
    register: &'static Register,
    words: &[String],
    reading: Reading,
    resolve: &dyn Fn(&str) -> Result<String, Problem>,
) -> Result<Fields, Problem> {
    words
        .iter()
        .map(|word| {
            let (name, text) = word.split_once('=').ok_or_else(|| {
                Problem::new(Kind::NotUnderstood, "problem-cli-field")
                    .arg("what", word)
                    .hint("problem-cli-field-hint")
            })?;
            let path = name.trim().replace('-', "_");
            let Some(field) = register.field(&path) else {
                return Ok((path, json!(text)));
            };
            let read = value(&field.kind, name, text, reading, resolve)?;
            Ok((path, posts_by_word(field, read)))
        })
        .collect()
}

fn value(
    kind: &FieldKind,
    name: &str,
    text: &str,
    reading: Reading,
    resolve: &dyn Fn(&str) -> Result<String, Problem>,
) -> Result<Value, Problem> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(Value::Null);
    }
    let wrong = |allowed: &str| {
        Problem::new(Kind::NotUnderstood, "problem-cli-field-value")
            .arg("field", name)
            .arg("value", text)
            .arg("allowed", allowed)
            .hint("problem-cli-field-value-hint")
    };
    Ok(match kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Number => json!(text),
        FieldKind::Integer => json!(trimmed.parse::<i64>().map_err(|_| wrong("12"))?),
        FieldKind::Money => json!(money(trimmed)?),
        FieldKind::Time => json!(time(trimmed, reading, Edge::End)?),
        FieldKind::Date => json!(
            day(trimmed, reading, Lie::Nearest)
                .ok_or_else(|| wrong("2026-11-25"))?
                .to_string()
        ),
        FieldKind::Flag => json!(flag(trimmed).ok_or_else(|| wrong("yes, no"))?),
        FieldKind::Choice(list) => {
            let word = trimmed.replace('-', "_");
            match list.values.iter().find(|known| **known == word) {
                Some(word) => json!(word),
                None => return Err(wrong(&list.values.join(", "))),
            }
        }
        FieldKind::Texts => {
            json!(
                trimmed
                    .split([',', '，', '、'])
                    .map(str::trim)
                    .filter(|one| !one.is_empty())
                    .collect::<Vec<_>>()
            )
        }
        FieldKind::Record(_) => json!(resolve(trimmed)?),
        FieldKind::Map(_) => return Err(wrong(&format!("{name}/KEY/CELL"))),
    })
}

/// Returns the post that somebody named: by the word that travels, or as people call it in any
/// language.
pub fn post_named(name: &str) -> Option<Post> {
    let languages = Language::ALL.map(Words::new);
    let is_called = |post: &Post| {
        let id = format!("value-post-{}", post.word());
        let mut called = languages.iter().map(|words| words.get(&id));
        called.any(|called| called.eq_ignore_ascii_case(name))
    };
    let by_word = Post::of(&name.replace('-', "_"));
    by_word.or_else(|| Post::ALL.into_iter().find(is_called))
}

/// Says that there is no post of this name.
pub fn no_post(name: &str) -> Problem {
    Problem::new(Kind::NotUnderstood, "problem-post")
        .arg("name", name)
        .hint("problem-post-hint")
}

/// Returns a value in which posts stand by the words that travel; what names none stays, for the
/// desk to refuse.
pub fn posts_by_word(field: &FieldSpec, value: Value) -> Value {
    match value {
        Value::Array(texts) if names_posts(field) => {
            let word = |text: Value| {
                let post = text.as_str().and_then(post_named);
                post.map_or(text, |post| json!(post.word()))
            };
            texts.into_iter().map(word).collect()
        }
        other => other,
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" | "on" => Some(true),
        "no" | "false" | "0" | "off" => Some(false),
        _ => None,
    }
}

/// Reads an amount: `129`, `129.00`, `¥129`, `12.50 USD`; yuan where no currency is named.
pub fn money(text: &str) -> Result<Money, Problem> {
    let wrong = || {
        Problem::new(Kind::NotUnderstood, "problem-cli-money")
            .arg("value", text)
            .hint("problem-cli-money-hint")
    };
    let mut rest = text.trim().trim_start_matches(['¥', '￥']).trim();
    let mut currency = Currency::CNY;
    let (head, tail) = rest.split_once(' ').unwrap_or((rest, ""));
    if let Some(code) = Currency::of(tail.trim()) {
        (currency, rest) = (code, head);
    } else if let Some(code) = Currency::of(head) {
        (currency, rest) = (code, tail);
    }
    Money::parse(rest, currency).map_err(|cause| wrong().caused_by(cause))
}

/// Reads a time in milliseconds UTC: RFC 3339, `2026-11-25 18:00`, `11/25 18:00`, `18:00`
/// of today, a day alone, or a duration from now such as `2h`, `45m`, `3d`.
pub fn time(text: &str, reading: Reading, edge: Edge) -> Result<i64, Problem> {
    time_that_lies(text, reading, edge, Lie::Nearest)
}

fn time_that_lies(text: &str, reading: Reading, edge: Edge, lie: Lie) -> Result<i64, Problem> {
    let text = text.trim();
    let read = DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.timestamp_millis())
        .or_else(|| duration(text).and_then(|span| reading.now.checked_add(span)))
        .or_else(|| local(text, reading, edge, lie));
    read.filter(|at| (0..crate::chance::LATEST).contains(at))
        .ok_or_else(|| {
            Problem::new(Kind::NotUnderstood, "problem-cli-time")
                .arg("value", text)
                .hint("problem-cli-time-hint")
        })
}

/// Reads a time gone by in milliseconds UTC: as [`time`] does, but a duration is how long ago,
/// a day alone is its end, or now, and one without its year the latest. Returns none for a time
/// that is still to come.
pub fn time_gone_by(text: &str, reading: Reading) -> Result<Option<i64>, Problem> {
    if let Some(ago) = duration(text.trim()) {
        return Ok(reading.now.checked_sub(ago).filter(|at| *at >= 0));
    }
    let begins = time_that_lies(text, reading, Edge::Start, Lie::Past)?;
    let mut ends = time_that_lies(text, reading, Edge::End, Lie::Past)?;
    if ends > begins {
        // What came in the day's last minute was there at its end.
        ends += 59_999;
    }
    Ok((begins <= reading.now).then(|| ends.min(reading.now)))
}

/// Reads `2h`, `45m`, `3d`, `1d12h` in milliseconds.
fn duration(text: &str) -> Option<i64> {
    let mut total = 0i64;
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit: i64 = match c {
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && total > 0).then_some(total)
}

fn local(text: &str, reading: Reading, edge: Edge, lie: Lie) -> Option<i64> {
    let (first, second) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let (date, hour) = match (clock(first), second.trim()) {
        (Some(hour), "") => (today(reading)?, hour),
        (None, "") => (day(first, reading, lie)?, edge.hour()?),
        (None, second) => (day(first, reading, lie)?, clock(second)?),
        (Some(_), _) => return None,
    };
    resolve_local(date.and_time(hour), reading.zone)
}

impl Edge {
    fn hour(self) -> Option<NaiveTime> {
        match self {
            Self::Start => NaiveTime::from_hms_opt(0, 0, 0),
            Self::End => NaiveTime::from_hms_opt(23, 59, 0),
        }
    }
}

fn clock(text: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S"]
        .into_iter()
        .find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

fn today(reading: Reading) -> Option<NaiveDate> {
    Some(
        reading
            .zone
            .timestamp_millis_opt(reading.now)
            .single()?
            .date_naive(),
    )
}

/// Reads `2026-11-25`, `2026/11/25`, or month and day `11/25` of a year at hand.
fn day(text: &str, reading: Reading, lie: Lie) -> Option<NaiveDate> {
    let text = text.replace('/', "-");
    let whole = NaiveDate::parse_from_str(&text, "%Y-%m-%d")
        .ok()
        .filter(|date| date.year() >= 1970);
    whole.or_else(|| {
        let (month, day) = text.split_once('-')?;
        let today = today(reading)?;
        let found = day_of_year(month.parse().ok()?, day.parse().ok()?, today, lie)?;
        // A leap day is none of a year without it.
        (found.signed_duration_since(today).num_days().abs() <= 366).then_some(found)
    })
}

/// Returns which day a month and a day mean; of a leap day's years the next that has it. None
/// where no year has such a day.
pub(super) fn day_of_year(month: u32, day: u32, today: NaiveDate, lie: Lie) -> Option<NaiveDate> {
    // Two leap years lie eight years apart at most.
    let years = today.year() - 8..=today.year() + 8;
    let mut days = years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
    match lie {
        Lie::Past => days.rfind(|day| *day <= today),
        Lie::Nearest => days.min_by_key(|day| {
            let away = day.signed_duration_since(today).num_days().abs();
            (away, *day < today)
        }),
    }
}

/// The first moment that a local time can mean; a time that a clock change skips moves on.
fn resolve_local(at: NaiveDateTime, zone: Tz) -> Option<i64> {
    zone.from_local_datetime(&at)
        .earliest()
        .map(|at| at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registers::{case, order};

    const NOW: i64 = 1_795_333_560_000; // 2026-11-22T15:46+08:00

    fn reading() -> Reading {
        Reading {
            now: NOW,
            zone: chrono_tz::Asia::Shanghai,
        }
    }

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text)
            .unwrap()
            .timestamp_millis()
    }

    #[test]
    fn times() {
        let end = |text| time(text, reading(), Edge::End).ok();
        assert_eq!(at("2026-11-22T15:46:00+08:00"), NOW);
        for (text, want) in [
            ("2026-11-25T10:00:00Z", Some(at("2026-11-25T10:00:00Z"))),
            ("11/25 18:00", Some(at("2026-11-25T18:00:00+08:00"))),
            ("2026-11-25 18:00", Some(at("2026-11-25T18:00:00+08:00"))),
            ("18:00", Some(at("2026-11-22T18:00:00+08:00"))),
            ("1/5", Some(at("2027-01-05T23:59:00+08:00"))),
            ("2h", Some(NOW + 7_200_000)),
            ("1d12h", Some(NOW + 129_600_000)),
            ("25/11", None),
            ("soon", None),
            ("h", None),
            ("", None),
        ] {
            assert_eq!(end(text), want, "{text}");
        }
        assert_eq!(
            time("11/25", reading(), Edge::Start).ok(),
            Some(at("2026-11-25T00:00:00+08:00"))
        );
    }

    #[test]
    fn a_day_without_its_year_is_the_nearest_or_the_latest() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (today, month, date, nearest, past) in [
            ("2026-11-22", 12, 28, "2026-12-28", "2025-12-28"),
            ("2027-01-05", 12, 28, "2026-12-28", "2026-12-28"),
            ("2026-11-22", 1, 5, "2027-01-05", "2026-01-05"),
            ("2026-11-22", 11, 22, "2026-11-22", "2026-11-22"),
            ("2026-11-22", 2, 29, "2028-02-29", "2024-02-29"),
        ] {
            let found = |lie| day_of_year(month, date, day(today), lie);
            assert_eq!(found(Lie::Nearest), Some(day(nearest)), "{today}");
            assert_eq!(found(Lie::Past), Some(day(past)), "{today}");
        }
        let end = |text| time_gone_by(text, reading()).ok().flatten();
        assert_eq!(end("12/28"), Some(at("2025-12-29T00:00:00+08:00") - 1));
        assert_eq!(end("11/22 16:00"), None, "still to come");
        assert!(time("2/29", reading(), Edge::End).is_err());
    }

    #[test]
    fn amounts() {
        let yuan = |minor| Some(Money::cny(minor));
        assert_eq!(money("129").ok(), yuan(12_900));
        assert_eq!(money("¥129.5").ok(), yuan(12_950));
        assert_eq!(
            money("12.50 USD")
                .ok()
                .map(|money| (money.minor, money.currency.code().to_owned())),
            Some((1_250, "USD".into()))
        );
        assert_eq!(money("USD 3").ok().map(|money| money.minor), Some(300));
        assert!(money("12.345").is_err());
        assert!(money("all").is_err());
    }

    #[test]
    fn fields_follow_their_kind() {
        let none = |_: &str| Ok(String::new());
        let read = |register, word: &str| fields(register, &[word.to_owned()], reading(), &none);
        assert_eq!(
            read(&case::REGISTER, "amount=129").unwrap()["amount"],
            json!({"minor": 12_900, "currency": "CNY"})
        );
        assert_eq!(
            read(&case::REGISTER, "read-back=yes").unwrap()["read_back"],
            json!(true)
        );
        assert_eq!(
            read(&case::REGISTER, "fault=").unwrap()["fault"],
            Value::Null
        );
        assert_eq!(
            read(&case::REGISTER, "lines/1/quantity=2").unwrap()["lines/1/quantity"],
            json!(2)
        );
        assert!(read(&case::REGISTER, "fault=nobody").is_err());
        assert!(read(&case::REGISTER, "fault").is_err());
        assert_eq!(
            read(&order::REGISTER, "tags=a，b").unwrap()["tags"],
            json!(["a", "b"])
        );
    }

    #[test]
    fn posts_are_named_as_people_call_them() {
        use crate::domain::registers::{notice, person};
        let read = |register, text: &str| {
            let words = [text.to_owned()];
            fields(register, &words, reading(), &|_| unreachable!()).unwrap()
        };
        for text in [
            "audience=售后，打单",
            "audience=售後、列印",
            "audience=after-sales,PRINTING",
            "audience=after_sales,printing",
        ] {
            let posts = read(&notice::REGISTER, text);
            assert_eq!(
                posts["audience"],
                json!(["after_sales", "printing"]),
                "{text}"
            );
        }
        // The same texts elsewhere are no posts.
        let tags = read(&notice::REGISTER, "tags=售后");
        assert!(tags.values().all(|tags| tags != &json!(["after_sales"])));
        let posts = read(&person::REGISTER, "posts=综合,售候");
        assert_eq!(posts["posts"], json!(["general", "售候"]));
    }

    #[test]
    fn the_hint_names_every_post() {
        for language in Language::ALL {
            let words = Words::new(language);
            let hint = words.get("problem-post-hint");
            for post in Post::ALL {
                let name = words.get(&format!("value-post-{}", post.word()));
                assert!(hint.contains(&*name), "{name}: {hint}");
            }
        }
    }
}
