//! Money: integer minor units and a currency, read from digits, never from floats.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ISO 4217 code in three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The yuan, in which most shops sell.
    pub const CNY: Currency = Currency(*b"CNY");

    /// Returns the currency of a three-letter code.
    pub fn of(code: &str) -> Option<Self> {
        let bytes = <[u8; 3]>::try_from(code.as_bytes()).ok()?;
        bytes
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(bytes))
    }

    /// Returns how many decimal digits the minor unit has (ISO 4217).
    pub fn digits(self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"VND" | b"CLP" | b"ISK" | b"PYG" | b"UGX" | b"XAF" | b"XOF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// Returns the code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the sign that people write before an amount; the code where there is none.
    pub fn sign(&self) -> String {
        match &self.0 {
            b"CNY" | b"JPY" => "¥".into(),
            b"USD" => "$".into(),
            b"TWD" => "NT$".into(),
            b"HKD" => "HK$".into(),
            b"EUR" => "€".into(),
            b"GBP" => "£".into(),
            _ => format!("{} ", self.code()),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::of(&code).ok_or("not a currency code of three capital letters")
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// An amount in minor units (fen, cents) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The minor units; negative where money flows back.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotMoney {
    /// There are no digits, or something that is not a digit.
    #[error("not a number")]
    NotANumber,
    /// More decimal digits than the currency has; nothing is rounded.
    #[error("more decimals than the currency has")]
    TooFine,
    /// Larger than 64 bits of minor units.
    #[error("too large")]
    TooLarge,
}

impl Money {
    /// Returns an amount of yuan in fen.
    pub const fn cny(minor: i64) -> Self {
        Self {
            minor,
            currency: Currency::CNY,
        }
    }

    /// Reads a plain decimal such as `129`, `-3.5` or `1,299.00` by its digits.
    ///
    /// Signs and units around the number are the caller's to strip; zeros beyond the
    /// currency's digits are accepted, anything finer is refused.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, NotMoney> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let whole = ungrouped(whole)?;
        if whole.is_empty() && decimals.is_empty() || !decimals.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(NotMoney::NotANumber);
        }
        let wanted = currency.digits() as usize;
        let (kept, finer) = decimals.split_at(decimals.len().min(wanted));
        if finer.bytes().any(|digit| digit != b'0') {
            return Err(NotMoney::TooFine);
        }
        let all = format!("{whole}{kept:0<wanted$}");
        let minor: i64 = all.parse().map_err(|_| NotMoney::TooLarge)?;
        Ok(Self {
            minor: if negative { -minor } else { minor },
            currency,
        })
    }

    /// Returns the sum, or none where the currencies differ or 64 bits do not hold it.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.same(other)?;
        Some(Self {
            minor: self.minor.checked_add(other.minor)?,
            ..self
        })
    }

    /// Returns the difference, or none where the currencies differ or 64 bits do not hold it.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.same(other)?;
        Some(Self {
            minor: self.minor.checked_sub(other.minor)?,
            ..self
        })
    }

    /// Returns the amount without its sign, as `129.00`.
    pub fn plain(&self) -> String {
        let digits = self.currency.digits() as usize;
        let minus = if self.minor < 0 { "-" } else { "" };
        let all = format!("{:0>width$}", self.minor.unsigned_abs(), width = digits + 1);
        let (whole, decimals) = all.split_at(all.len() - digits);
        if digits == 0 {
            format!("{minus}{whole}")
        } else {
            format!("{minus}{whole}.{decimals}")
        }
    }

    /// Returns the currency and the plain decimal: `USD 5.00`.
    pub fn with_code(&self) -> String {
        format!("{} {}", self.currency.code(), self.plain())
    }

    fn same(self, other: Self) -> Option<()> {
        (self.currency == other.currency).then_some(())
    }
}

/// Thousands commas are read only where they stand at thousands: `1,29` is no number.
fn ungrouped(whole: &str) -> Result<String, NotMoney> {
    let groups: Vec<&str> = whole.split(',').collect();
    let well_grouped = groups.len() == 1
        || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    let digits = groups.concat();
    if well_grouped && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(NotMoney::NotANumber)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        match plain.strip_prefix('-') {
            Some(rest) => write!(f, "-{}{rest}", self.currency.sign()),
            None => write!(f, "{}{plain}", self.currency.sign()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn yuan(text: &str) -> Result<i64, NotMoney> {
        Money::parse(text, Currency::CNY).map(|money| money.minor)
    }

    #[test]
    fn reads_digits_and_refuses_the_rest() {
        assert_eq!(yuan("129"), Ok(12_900));
        assert_eq!(yuan("1,299.5"), Ok(129_950));
        assert_eq!(yuan("0.10"), Ok(10));
        assert_eq!(yuan("-3.00"), Ok(-300));
        assert_eq!(yuan("54.040"), Ok(5_404));
        assert_eq!(yuan("54.041"), Err(NotMoney::TooFine));
        for text in [
            "", ".", "-", "1e3", "1,29", "12.3.4", "NaN", "1 2", "--1", "1.-2",
        ] {
            assert_eq!(yuan(text), Err(NotMoney::NotANumber), "{text}");
        }
        assert_eq!(yuan("99999999999999999999"), Err(NotMoney::TooLarge));
        let yen = Currency::of("JPY").unwrap();
        assert_eq!(Money::parse("120", yen).unwrap().to_string(), "¥120");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(minor in -1_000_000_000_000i64..1_000_000_000_000) {
            prop_assert_eq!(yuan(&Money::cny(minor).plain()), Ok(minor));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = yuan(&text);
        }
    }
}
