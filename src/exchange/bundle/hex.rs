//! Bytes as lower-case hexadecimal text in JSON: one spelling, checked.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use crate::domain::id::spell_hex;

/// N bytes that JSON shows as 2 N lower-case hexadecimal digits; N is at most 64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const N: usize>(
    /// The bytes.
    pub [u8; N],
);

const DIGITS: &[u8; 16] = b"0123456789abcdef";
/// A value that is no digit.
const NONE: u8 = 0xFF;
/// The value of each byte as a digit; a table because a bundle has a hundred digits a line.
const VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut digit = 0;
    while digit < 16 {
        values[DIGITS[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
}

impl<const N: usize> Hex<N> {
    /// Returns the bytes that the text spells, if it spells exactly N.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 2 * N {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
            if high == NONE || low == NONE {
                return None;
            }
            *byte = high << 4 | low;
        }
        Some(Self(bytes))
    }

    fn spell(self, into: &mut [u8; 128]) -> &str {
        // Digits are ASCII; an empty text would be refused by every reader.
        spell_hex(&self.0, &mut into[..2 * N]).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spell(&mut [0; 128]))
    }
}

impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hex({self})")
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.serialize_str(self.spell(&mut [0; 128]))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Digits<const N: usize>;

        impl<const N: usize> Visitor<'_> for Digits<N> {
            type Value = Hex<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} lower-case hexadecimal digits", 2 * N)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hex<N>, E> {
                Hex::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str("text"), &self))
            }
        }

        reader.deserialize_str(Digits)
    }
}

/// Reads a value that is there: `null` is not a way to leave it out.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    reader: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(reader).map(Some)
}

/// Reads and writes ids by their text.
pub(super) mod text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<T: Display, S: Serializer>(id: &T, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(id)
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        reader: D,
    ) -> Result<T, D::Error> {
        String::deserialize(reader)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        let hex = Hex([0xAB, 0x01]);
        assert_eq!(hex.to_string(), "ab01");
        assert_eq!(Hex::parse("ab01"), Some(hex));
        assert_eq!(Hex::<2>::parse("AB01"), None);
        assert_eq!(Hex::<2>::parse("ab0"), None);
        assert_eq!(Hex::<2>::parse("ab0g"), None);
        assert_eq!(
            serde_json::to_string(&Hex([0xFF; 64])).unwrap(),
            format!("\"{}\"", "ff".repeat(64))
        );
        assert!(serde_json::from_str::<Hex<2>>("\"é01\"").is_err());
        assert_eq!(
            serde_json::from_str::<Hex<2>>("\"\\u0061b01\"").unwrap(),
            hex
        );
    }
}
