//! The values of cells: money from its digits, integers.
//!
//! Each function gives the value, or the id of the sentence that says why not.

use unicode_normalization::UnicodeNormalization;

use crate::domain::registers::performance::MOST;

/// A decimal number by its digits: `digits / 10^scale`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    scale: i32,
}

/// Digits behind the point of a currency (ISO 4217).
#[must_use]
pub fn exponent(currency: &str) -> i32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Reads an amount from its digits: `239.00`, `¥1,280`, `12.5元`, `USD 9.99`.
///
/// `currency` holds where the cell names none. More digits than the currency has
/// are refused unless they are zeros; so is a comma that could be a point.
pub fn money(text: &str, currency: &str) -> Result<(i64, String), &'static str> {
    const BAD: &str = "import-line-money";
    let folded = folded(text);
    let (negative, rest) = sign(&folded);
    let (named, rest) = currency_of(rest);
    // The sign may stand on either side of the currency.
    let (again, rest) = sign(rest);
    let currency = named.unwrap_or(currency);
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err("import-line-currency");
    }
    let mut decimal = grouped(rest).ok_or(BAD)?;
    decimal.negative = negative != again;
    let minor = scaled(&decimal, exponent(currency))?;
    Ok((minor, currency.to_owned()))
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Takes a currency sign or code off either end.
fn currency_of(text: &str) -> (Option<&str>, &str) {
    // `¥` stands for yuan and yen alike: it names nothing.
    for (sign, code) in [
        ("US$", "USD"),
        ("HK$", "HKD"),
        ("NT$", "TWD"),
        ("€", "EUR"),
        ("£", "GBP"),
    ] {
        if let Some(rest) = text.strip_prefix(sign) {
            return (Some(code), rest);
        }
    }
    let text = text.trim_start_matches(['¥', '$']);
    let text = text.trim_end_matches(['元', '圆', '块', '塊']);
    let code = |part: &str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_uppercase());
    match (
        text.get(..3),
        text.len().checked_sub(3).and_then(|at| text.get(at..)),
    ) {
        (Some(head), _) if code(head) => (Some(head), &text[3..]),
        (_, Some(tail)) if code(tail) => (Some(tail), &text[..text.len() - 3]),
        _ => (None, text),
    }
}

/// The text of a cell with all letters in their usual form and no blanks.
fn folded(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// A decimal number whose thousands may be parted.
fn grouped(text: &str) -> Option<Decimal> {
    decimal(&ungroup(text)?)
}

/// Takes the commas out of `12,345.60`; `None` where they do not part thousands.
fn ungroup(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = (1..=3).contains(&first.len())
        && groups.all(|group| group.len() == 3)
        && !fraction.contains(',');
    grouped.then(|| text.replace(',', ""))
}

/// Reads `-12.50`, `.5`, `3E2`: at most 30 digits, exponent within ±18.
fn decimal(text: &str) -> Option<Decimal> {
    let (negative, text) = sign(text);
    let (mantissa, power) = match text.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let fits = !digits.is_empty()
        && digits.len() <= 30
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (-18..=18).contains(&power);
    fits.then(|| Decimal {
        negative,
        scale: fraction.len() as i32 - power,
        digits,
    })
}

/// The decimal times `10^exponent`, exactly.
fn scaled(decimal: &Decimal, exponent: i32) -> Result<i64, &'static str> {
    let mut number: i128 = decimal.digits.parse().map_err(|_| "import-line-money")?;
    let shift = exponent - decimal.scale;
    let factor = 10_i128
        .checked_pow(shift.unsigned_abs())
        .ok_or("import-line-money")?;
    if shift >= 0 {
        number = number.checked_mul(factor).ok_or("import-line-large")?;
    } else if number % factor == 0 {
        number /= factor;
    } else {
        return Err("import-line-fraction");
    }
    if decimal.negative {
        number = -number;
    }
    i64::try_from(number).map_err(|_| "import-line-large")
}

/// Reads a whole number: `3`, `1,200`, `4.0`, `2件`.
pub fn integer(text: &str) -> Result<i64, &'static str> {
    const BAD: &str = "import-line-integer";
    let folded = folded(text);
    let folded = folded.trim_end_matches(['件', '个', '個', '星']);
    let (negative, rest) = sign(folded);
    let mut decimal = grouped(rest).ok_or(BAD)?;
    decimal.negative = negative;
    scaled(&decimal, 0).map_err(|_| BAD)
}

/// Reads how many: as [`integer`], not below nought, and no more than can be.
pub fn count(text: &str) -> Result<i64, &'static str> {
    match integer(text)? {
        number if number < 0 => Err("import-line-negative"),
        number if number > MOST => Err("import-line-large"),
        number => Ok(number),
    }
}

/// Reads a share to hundredths of a percent, halves rounded up: `45.31%`, or as a table program
/// keeps it, `0.4531`. Above one a number without the sign could be either: it is refused.
pub fn share(text: &str) -> Result<i64, &'static str> {
    const BAD: &str = "import-line-share";
    const WHOLE: i64 = 10_000;
    let folded = folded(text);
    let (number, exponent) = match folded.strip_suffix('%') {
        Some(number) => (number, 2),
        None => (folded.as_str(), 4),
    };
    let share = rounded(&grouped(number).ok_or(BAD)?, exponent);
    share.filter(|share| (0..=WHOLE).contains(share)).ok_or(BAD)
}

/// Reads how long something took, given in seconds, to milliseconds: `22`, `35.21秒`; or as hours,
/// minutes and seconds: `0:01:05`.
pub fn span(text: &str) -> Result<i64, &'static str> {
    const BAD: &str = "import-line-span";
    const LONGEST: i64 = 366 * 86_400_000;
    let folded = folded(text);
    let folded = folded.trim_end_matches(['秒', 's']);
    let parts: Vec<&str> = folded.split(':').collect();
    let millis = |text: &str| rounded(&grouped(text)?, 3);
    let whole = |text: &str| text.parse::<u32>().ok().map(i64::from);
    let span = match parts.as_slice() {
        [seconds] => millis(seconds),
        [hours, minutes, seconds] => whole(hours)
            .zip(whole(minutes).filter(|minutes| *minutes < 60))
            .zip(millis(seconds).filter(|millis| *millis < 60_000))
            .map(|((hours, minutes), rest)| (hours * 60 + minutes) * 60_000 + rest),
        _ => None,
    };
    span.filter(|span| (0..=LONGEST).contains(span)).ok_or(BAD)
}

/// The decimal times `10^exponent`, halves rounded up; `None` where it is too large.
fn rounded(decimal: &Decimal, exponent: i32) -> Option<i64> {
    let number: i128 = decimal.digits.parse().ok()?;
    let shift = exponent - decimal.scale;
    let factor = 10_i128.checked_pow(shift.unsigned_abs())?;
    let whole = if shift >= 0 {
        number.checked_mul(factor)?
    } else {
        number.checked_add(factor / 2)? / factor
    };
    i64::try_from(if decimal.negative { -whole } else { whole }).ok()
}

/// Says whether a long number went through a spreadsheet that kept only its
/// first digits: `3.51532E+16`.
#[must_use]
pub fn is_rounded(text: &str) -> bool {
    let text = text.trim();
    let Some((mantissa, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = mantissa.replacen('.', "", 1);
    digits(&mantissa) && power.strip_prefix('+').is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn money_is_exact() {
        for (text, minor) in [
            ("239.00", 23_900),
            ("0.1", 10),
            ("¥1,280.5", 128_050),
            ("￥１８", 1_800),
            ("12.5元", 1_250),
            ("-4.65", -465),
            ("-¥3", -300),
            ("1.230", 123),
            ("CNY 12.00", 1_200),
            ("5E2", 50_000),
        ] {
            assert_eq!(money(text, "CNY"), Ok((minor, "CNY".into())), "{text}");
        }
        assert_eq!(money("US$9.99", "CNY"), Ok((999, "USD".into())));
        assert_eq!(money("1500", "JPY"), Ok((1500, "JPY".into())));
        assert_eq!(money("1.234", "KWD"), Ok((1234, "KWD".into())));
        assert_eq!(money("0.125", "CNY"), Err("import-line-fraction"));
        assert_eq!(money("12,5", "CNY"), Err("import-line-money"));
        assert_eq!(money("1e999", "CNY"), Err("import-line-money"));
        assert_eq!(
            money("99999999999999999999", "CNY"),
            Err("import-line-large")
        );
        assert_eq!(money("", "CNY"), Err("import-line-money"));
        assert_eq!(money("12", ""), Err("import-line-currency"));
    }

    #[test]
    fn integers() {
        assert_eq!(integer("4.0"), Ok(4));
        assert_eq!(integer("1,200"), Ok(1200));
        assert_eq!(integer("-1"), Ok(-1));
        assert_eq!(integer("4.5"), Err("import-line-integer"));
        assert_eq!(integer(""), Err("import-line-integer"));
    }

    #[test]
    fn shares_are_hundredths_of_a_percent() {
        for (text, share_of) in [
            ("45.31%", 4_531),
            ("４５．３１％", 4_531),
            ("100%", 10_000),
            ("0%", 0),
            ("0.4531", 4_531),
            ("1", 10_000),
            ("0.333333333333", 3_333),
            ("66.666%", 6_667),
            ("5E-1", 5_000),
        ] {
            assert_eq!(share(text), Ok(share_of), "{text}");
        }
        for text in ["", "45.31", "100.01%", "-1%", "%", "x", "1e99%"] {
            assert_eq!(share(text), Err("import-line-share"), "{text}");
        }
    }

    #[test]
    fn spans_are_milliseconds() {
        for (text, millis) in [
            ("22", 22_000),
            ("22.5秒", 22_500),
            ("35.21 s", 35_210),
            ("1,200", 1_200_000),
            ("0:01:05", 65_000),
            ("0", 0),
        ] {
            assert_eq!(span(text), Ok(millis), "{text}");
        }
        for text in ["", "-1", "1:05", "0:61:00", "0:00:60", "a", "9e17"] {
            assert_eq!(span(text), Err("import-line-span"), "{text}");
        }
        assert_eq!(count("148"), Ok(148));
        assert_eq!(count("-1"), Err("import-line-negative"));
        assert_eq!(count("68719476736"), Ok(1 << 36));
        assert_eq!(count("68719476737"), Err("import-line-large"));
    }

    #[test]
    fn rounded_numbers_are_seen() {
        assert!(is_rounded("3.51532E+16"));
        assert!(!is_rounded("35153131473293579"));
        assert!(!is_rounded("E12"));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in any::<String>(), digits in "[0-9０-９年月日:./ eE+-]{0,24}") {
            for text in [&text, &digits] {
                let _ = money(text, "CNY");
                let _ = integer(text);
                let _ = is_rounded(text);
                let _ = share(text);
                let _ = span(text);
            }
        }

        #[test]
        fn every_amount_is_read_back(minor in any::<i32>()) {
            let text = format!("{}{}.{:02}", if minor < 0 { "-" } else { "" },
                minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
            prop_assert_eq!(money(&text, "CNY"), Ok((i64::from(minor), "CNY".to_owned())));
        }
    }
}
