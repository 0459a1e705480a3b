//! Numbers of cells by their digits, and the dates that some of them stand for.
//!
//! No binary fractions: an amount is what its fifteen digits say. Where the format of its cell
//! says in a simple way how many digits are shown (`0.00`, `000000`), zeros are filled up, and what
//! was reckoned, such as a third, is rounded; what was typed with more digits than are shown keeps
//! them. Other formats, such as percents, say nothing here. From sixteen digits on a number is
//! shown in powers of ten whatever its format, since digits of it are lost.

use chrono::{Days, NaiveDate, NaiveTime};

/// Digits that spreadsheets keep of a number; the rest is noise of binary fractions.
const KEPT: usize = 15;
/// From so many digits on a number was reckoned: nobody types an amount of them.
const RECKONED: usize = 13;
/// Most digits of a text that is read as a number.
const LONGEST: usize = 400;
/// Zeros behind the point from which on a number is nothing.
const SMALLEST: i32 = -30;
/// The last day that spreadsheets know: 9999-12-31.
const LAST_DAY: u64 = 2_958_465;
/// Seconds of a day.
const DAY: u128 = 86_400;

/// How a cell shows its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shown {
    /// As a number.
    #[default]
    Plain,
    /// As a date, a time, or both.
    Moment,
    /// As hours and minutes that go beyond a day.
    Span,
    /// As a number with so many digits.
    Digits {
        /// At least so many before the point.
        whole: u8,
        /// At least so many behind it.
        least: u8,
        /// At most so many behind it, of what was reckoned.
        most: u8,
    },
}

impl Shown {
    const WHOLE: Self = Self::Digits {
        whole: 1,
        least: 0,
        most: 0,
    };
    const HUNDREDTHS: Self = Self::Digits {
        whole: 1,
        least: 2,
        most: 2,
    };
}

/// How formats that are built in show a number.
pub(super) const fn built_in(format: u32) -> Shown {
    match format {
        1 | 3 | 5 | 6 | 37 | 38 | 41 | 42 => Shown::WHOLE,
        2 | 4 | 7 | 8 | 39 | 40 | 43 | 44 => Shown::HUNDREDTHS,
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shown::Moment,
        46 => Shown::Span,
        _ => Shown::Plain,
    }
}

/// How a format of the workbook shows a number, by its code: `yyyy-mm-dd hh:mm`, `0.00`.
pub(super) fn by_code(code: &str) -> Shown {
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter.to_ascii_lowercase() {
            '"' => {
                letters.by_ref().find(|next| *next == '"');
            }
            // The next letter stands for itself, or for a width.
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => {
                let inner: String = letters.by_ref().take_while(|next| *next != ']').collect();
                let inner = inner.to_ascii_lowercase();
                if !inner.is_empty() && inner.chars().all(|c| matches!(c, 'h' | 'm' | 's')) {
                    return Shown::Span;
                }
            }
            'y' | 'm' | 'd' | 'h' | 's' => return Shown::Moment,
            // Only the form of positive numbers counts.
            ';' => break,
            _ => {}
        }
    }
    digits_of(code).unwrap_or_default()
}

/// The digits that a simple code asks for: nothing in it but places of digits in one row, a
/// currency, and blanks.
fn digits_of(code: &str) -> Option<Shown> {
    let (mut whole, mut least, mut most) = (0_u8, 0_u8, 0_u8);
    let (mut is_begun, mut is_behind, mut is_over) = (false, false, false);
    let is_place = |letter: char| matches!(letter, '0' | '#' | '?');
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ';' => break,
            _ if is_place(letter) => {
                // A text stands between its digits: that of a phone number.
                if is_over {
                    return None;
                }
                is_begun = true;
                if is_behind {
                    most = most.checked_add(1)?;
                    least = if letter == '0' { most } else { least };
                } else if letter == '0' || whole > 0 {
                    whole = whole.checked_add(1)?;
                }
                continue;
            }
            '.' if !is_behind => {
                is_behind = true;
                continue;
            }
            // Between digits it groups them; behind them it divides by a thousand.
            ',' if letters.clone().next().is_some_and(is_place) => continue,
            '"' => {
                letters.by_ref().find(|next| *next == '"')?;
            }
            '\\' | '_' | '*' => {
                letters.next()?;
            }
            '[' => {
                let inner: String = letters.by_ref().take_while(|next| *next != ']').collect();
                // Colours and currencies; others are conditions and numerals.
                if !inner.starts_with('$') && !inner.chars().all(char::is_alphabetic) {
                    return None;
                }
            }
            ' ' | '-' | '+' | '(' | ')' | '$' | '¥' | '￥' | '€' | '£' => {}
            _ => return None,
        }
        is_over = is_begun;
    }
    is_begun.then_some(Shown::Digits { whole, least, most })
}

/// A number: its digits without zeros around them, the first behind the point, times a power
/// of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    is_negative: bool,
    digits: Vec<u8>,
    /// How many digits stand before the point.
    point: i32,
}

impl Number {
    /// Reads `-12.50`, `4.0319028471935E+18`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match rest.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i16>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_number = whole.len() + fraction.len() > 0
            && whole.len() + fraction.len() <= LONGEST
            && whole
                .bytes()
                .chain(fraction.bytes())
                .all(|c| c.is_ascii_digit());
        if !is_number {
            return None;
        }
        let digits = whole.bytes().chain(fraction.bytes()).collect();
        let point = whole.len() as i32 + i32::from(power);
        Some(Self::new(is_negative, digits, point))
    }

    /// Reads the eight bytes of a binary fraction (IEEE 754); `None` where it is no number.
    pub(super) fn of_bits(bits: u64) -> Option<Self> {
        // Enough that none of fifteen digits is lost in a thousand halvings.
        const WIDE: u128 = 10_u128.pow(36);
        let exponent = (bits >> 52 & 0x7ff) as i32;
        let fraction = bits & ((1 << 52) - 1);
        if exponent == 0x7ff {
            return None;
        }
        let implied = u64::from(exponent != 0) << 52;
        let mut number = u128::from(fraction | implied);
        let mut tens = 0;
        let mut twos = exponent.max(1) - 1_075;
        while twos > 0 && number > 0 {
            if number > WIDE {
                number /= 10;
                tens += 1;
            }
            number *= 2;
            twos -= 1;
        }
        while twos < 0 && number > 0 {
            while number < WIDE {
                number *= 10;
                tens -= 1;
            }
            number /= 2;
            twos += 1;
        }
        let digits = number.to_string().into_bytes();
        let point = digits.len() as i32 + tens;
        Some(Self::new(bits >> 63 == 1, digits, point))
    }

    /// Reads a whole number, or its hundredth.
    pub(super) fn of_integer(number: i64, is_hundredth: bool) -> Self {
        let digits = number.unsigned_abs().to_string().into_bytes();
        let point = digits.len() as i32;
        let whole = Self::new(number < 0, digits, point);
        if is_hundredth {
            whole.hundredth()
        } else {
            whole
        }
    }

    /// Returns its hundredth.
    pub(super) fn hundredth(mut self) -> Self {
        self.point -= 2;
        self
    }

    fn new(is_negative: bool, digits: Vec<u8>, point: i32) -> Self {
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let mut number = Self {
            is_negative,
            digits: digits[zeros..].to_vec(),
            point: point - zeros as i32,
        };
        number.trim();
        number
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
    }

    /// Rounds to so many digits.
    fn rounded(mut self, kept: usize) -> Self {
        let is_up = self.digits.get(kept).is_some_and(|digit| *digit >= b'5');
        self.digits.truncate(kept);
        if is_up {
            let nines = self.digits.iter().rev().take_while(|d| **d == b'9').count();
            self.digits.truncate(kept - nines);
            if let Some(digit) = self.digits.last_mut() {
                *digit += 1;
            } else {
                self.digits.push(b'1');
                self.point += 1;
            }
        }
        self.trim();
        self
    }

    /// Returns its text, as a cell of a table in text would have it.
    pub(super) fn text(&self, shown: Shown, is_1904: bool) -> String {
        let time = match shown {
            Shown::Plain => None,
            Shown::Moment => self.moment(is_1904),
            Shown::Span => self.span(),
            Shown::Digits { whole, least, most } => {
                return self.fixed(whole.into(), least.into(), most.into());
            }
        };
        time.unwrap_or_else(|| self.clone().rounded(KEPT).plain())
    }

    /// With at least so many digits before the point, and so many behind it.
    fn fixed(&self, whole: usize, least: usize, most: usize) -> String {
        let mut number = self.clone().rounded(KEPT);
        if number.digits.len() >= RECKONED && number.point <= KEPT as i32 {
            number = match usize::try_from(number.point + most as i32) {
                Ok(kept) => number.rounded(kept),
                Err(_) => Self::new(false, Vec::new(), 0),
            };
        }
        let text = number.plain();
        if number.point > KEPT as i32 {
            return text;
        }
        let (sign, text) = match text.strip_prefix('-') {
            Some(text) => ("-", text),
            None => ("", &*text),
        };
        let (before, behind) = text.split_once('.').unwrap_or((text, ""));
        let dot = if behind.len().max(least) > 0 { "." } else { "" };
        format!("{sign}{before:0>whole$}{dot}{behind:0<least$}")
    }

    /// From sixteen digits on the powers of ten in which spreadsheets show it, which says that
    /// digits are lost.
    fn plain(&self) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        let digits = String::from_utf8_lossy(&self.digits);
        if self.digits.is_empty() || self.point < SMALLEST {
            return "0".to_owned();
        }
        if self.point > KEPT as i32 {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            return format!("{sign}{first}{dot}{rest}E+{:02}", self.point - 1);
        }
        let Ok(whole) = usize::try_from(self.point) else {
            let zeros = "0".repeat(self.point.unsigned_abs() as usize);
            return format!("{sign}0.{zeros}{digits}");
        };
        match self.digits.len().checked_sub(whole) {
            None | Some(0) => {
                let zeros = "0".repeat(whole - self.digits.len());
                format!("{sign}{digits}{zeros}")
            }
            Some(_) if whole == 0 => format!("{sign}0.{digits}"),
            Some(_) => format!("{sign}{}.{}", &digits[..whole], &digits[whole..]),
        }
    }

    /// Its whole days and seconds.
    fn days(&self) -> Option<(u64, u64)> {
        const FRACTION: u32 = 15;
        if self.is_negative || self.point > 7 {
            return None;
        }
        let digit = |place: i32| {
            let at = usize::try_from(place).ok();
            let digit = at.and_then(|at| self.digits.get(at));
            u128::from(digit.map_or(0, |digit| digit - b'0'))
        };
        let number = |from: i32, to: i32| (from..to).fold(0, |sum, place| sum * 10 + digit(place));
        let days = number(0, self.point);
        let fraction = number(self.point, self.point + FRACTION as i32);
        let unit = 10_u128.pow(FRACTION);
        let seconds = days * DAY + (fraction * DAY + unit / 2) / unit;
        Some(((seconds / DAY) as u64, (seconds % DAY) as u64))
    }

    fn moment(&self, is_1904: bool) -> Option<String> {
        let (days, seconds) = self.days()?;
        let clock = NaiveTime::from_num_seconds_from_midnight_opt(seconds as u32, 0)?;
        if days == 0 && !is_1904 {
            return Some(clock.format("%H:%M:%S").to_string());
        }
        if days > LAST_DAY {
            return None;
        }
        let first = match (is_1904, days) {
            (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
            // Spreadsheets count a 29 February 1900 that never was.
            (false, ..60) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
            (false, _) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
        };
        let day = first.checked_add_days(Days::new(days))?;
        Some(if seconds == 0 {
            day.format("%Y-%m-%d").to_string()
        } else {
            day.and_time(clock).format("%Y-%m-%d %H:%M:%S").to_string()
        })
    }

    fn span(&self) -> Option<String> {
        let (days, seconds) = self.days()?;
        let hours = days * 24 + seconds / 3_600;
        Some(format!(
            "{hours}:{:02}:{:02}",
            seconds / 60 % 60,
            seconds % 60
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        Number::read(text).unwrap().text(Shown::Plain, false)
    }

    fn moment(text: &str) -> String {
        Number::read(text).unwrap().text(Shown::Moment, false)
    }

    #[test]
    fn digits_are_kept_as_spreadsheets_show_them() {
        for (text, want) in [
            ("129", "129"),
            ("129.00", "129"),
            ("0.30000000000000004", "0.3"),
            ("238.99999999999997", "239"),
            ("-12.5", "-12.5"),
            ("0", "0"),
            ("-0.0", "0"),
            (".05", "0.05"),
            ("1E-3", "0.001"),
            ("1E+05", "100000"),
            ("13800138000", "13800138000"),
            ("999999999999999", "999999999999999"),
            ("9999999999999999", "1E+16"),
            ("4031902847193518258", "4.03190284719352E+18"),
            ("4.0319028471935182E+18", "4.03190284719352E+18"),
            ("1e300", "1E+300"),
            ("1e-300", "0"),
        ] {
            assert_eq!(plain(text), want, "{text}");
        }
        for text in ["", ".", "1e", "1e99999", "a", "1.2.3", "--1", "0x1", "１"] {
            assert_eq!(Number::read(text), None, "{text}");
        }
    }

    #[test]
    fn binary_fractions_are_their_fifteen_digits() {
        for (number, want) in [
            (129.0_f64, "129"),
            (0.1 + 0.2, "0.3"),
            (239.99, "239.99"),
            (-1_234_567.89, "-1234567.89"),
            (0.0, "0"),
            (1e15, "1E+15"),
            (999_999_999_999_999.0, "999999999999999"),
            (4_031_902_847_193_518_258.0, "4.03190284719352E+18"),
            (1e-10, "0.0000000001"),
            (f64::MAX, "1.79769313486232E+308"),
            (f64::MIN_POSITIVE / 2.0, "0"),
        ] {
            let read = Number::of_bits(number.to_bits()).unwrap();
            assert_eq!(read.text(Shown::Plain, false), want, "{number}");
        }
        assert_eq!(Number::of_bits(f64::NAN.to_bits()), None);
        assert_eq!(
            Number::of_integer(-12_900, true).text(Shown::Plain, false),
            "-129"
        );
        assert_eq!(
            Number::of_integer(5, true).text(Shown::Plain, false),
            "0.05"
        );
    }

    #[test]
    fn days_are_dates() {
        assert_eq!(moment("46348.62604166667"), "2026-11-22 15:01:30");
        assert_eq!(moment("46348"), "2026-11-22");
        assert_eq!(moment("46348.999999"), "2026-11-23");
        assert_eq!(moment("1"), "1900-01-01");
        assert_eq!(moment("59"), "1900-02-28");
        assert_eq!(moment("61"), "1900-03-01");
        assert_eq!(moment("0.75"), "18:00:00");
        assert_eq!(moment("-1"), "-1");
        assert_eq!(moment("1e9"), "1000000000");
        let later = Number::read("44886").unwrap();
        assert_eq!(later.text(Shown::Moment, true), "2026-11-22");
        let span = Number::read("1.0628472222").unwrap();
        assert_eq!(span.text(Shown::Span, false), "25:30:30");
    }

    #[test]
    fn simple_codes_say_how_many_digits_are_shown() {
        for (code, number, want) in [
            ("000000", "123", "000123"),
            ("000000", "-123", "-000123"),
            ("000000", "1234567", "1234567"),
            ("0.00", "33.3333333333333", "33.33"),
            ("0.00", "33.333333333333336", "33.33"),
            ("0.00", "-66.6666666666667", "-66.67"),
            ("0.00", "99.9999999999999", "100.00"),
            ("0.00", "0.00499999999999998", "0.00"),
            ("0.00", "0.00666666666666667", "0.01"),
            ("0.00", "0.000333333333333333", "0.00"),
            ("0", "0.666666666666667", "1"),
            ("0.00", "129", "129.00"),
            ("0.00", "0", "0.00"),
            // Typed.
            ("0.00", "1.995", "1.995"),
            ("0", "129.5", "129.5"),
            ("#.##", "2.5", "2.5"),
            ("#,##0.0#", "1234567", "1234567.0"),
            ("0", "13800138000", "13800138000"),
            ("0", "999999999999999", "999999999999999"),
            ("0", "4031902847193518258", "4.03190284719352E+18"),
            ("0", "999999999999999.9", "1E+15"),
            ("0%", "0.125", "0.125"),
        ] {
            let read = Number::read(number).unwrap();
            assert_eq!(read.text(by_code(code), false), want, "{code} {number}");
        }
    }

    #[test]
    fn codes_say_what_is_a_date() {
        for code in [
            "yyyy-mm-dd hh:mm:ss",
            "m/d/yy",
            "[$-804]yyyy\"年\"m\"月\"d\"日\";@",
            "h:mm AM/PM",
        ] {
            assert_eq!(by_code(code), Shown::Moment, "{code}");
        }
        for code in [
            "General",
            "@",
            "0.00E+00",
            "0%",
            "# ?/?",
            "0,",
            "000-0000",
            "[>99]0.0;0.00",
            "[DBNum1]0",
            "0.00\"",
            "",
        ] {
            assert_eq!(by_code(code), Shown::Plain, "{code}");
        }
        for code in [
            "0.00",
            "#,##0.00\"days\"",
            "[Red]-0.00",
            "0.00_ ",
            "0.00_d",
            "0.00_);[Red]\\(0.00\\)",
            "¥#,##0.00;[Red]-¥#,##0.00",
            "[$¥-804]#,##0.00",
        ] {
            assert_eq!(by_code(code), Shown::HUNDREDTHS, "{code}");
        }
        assert_eq!(by_code("0_d"), Shown::WHOLE);
        assert_eq!(
            (built_in(1), built_in(4)),
            (Shown::WHOLE, Shown::HUNDREDTHS)
        );
        assert_eq!(by_code("[h]:mm:ss"), Shown::Span);
        assert_eq!((built_in(14), built_in(0)), (Shown::Moment, Shown::Plain));
    }
}
