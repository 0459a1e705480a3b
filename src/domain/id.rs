//! Identities: shops, replicas, records, events, and ids derived from what the
//! outside names.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

/// A text that is not an id of the wanted length in hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {wanted} hexadecimal digits")]
pub struct NotAnId {
    /// How many digits an id of this kind has.
    pub wanted: usize,
}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The number of bytes.
            pub const LEN: usize = $len;

            /// Returns the id that these bytes spell, if there are exactly enough.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                <[u8; $len]>::try_from(bytes).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; 2 * $len];
                f.write_str(spell_hex(&self.0, &mut digits)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let mut bytes = [0; $len];
                parse_hex(text, &mut bytes).map(|()| Self(bytes))
            }
        }
    };
}

/// Spells bytes in hexadecimal digits, two each: in one piece, for ids are spelled by the million.
pub(crate) fn spell_hex<'a>(bytes: &[u8], digits: &'a mut [u8]) -> Result<&'a str, fmt::Error> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xf)];
    }
    std::str::from_utf8(digits).map_err(|_| fmt::Error)
}

bytes_id!(
    /// The identity of a record.
    Id, 16
);
bytes_id!(
    /// The identity of a shop: what its replicas have in common.
    ShopId, 16
);
bytes_id!(
    /// One person on one machine: the first half of blake3 of the replica's public key.
    ReplicaId, 16
);
bytes_id!(
    /// The hash that an event is: blake3 over its predecessor and its head.
    Chain, 32
);
bytes_id!(
    /// The first 8 bytes of an event's chain hash, as `was` names events.
    ShortId, 8
);
bytes_id!(
    /// The shop's secret, from which ids of outside things are derived; never in a bundle.
    ShopSecret, 32
);
bytes_id!(
    /// A 16-byte keyed hash of folded text, by which equal entries are found.
    TextHash, 16
);

impl Chain {
    /// Returns the event's short id.
    pub fn short(&self) -> ShortId {
        let mut short = [0; 8];
        short.copy_from_slice(&self.0[..8]);
        ShortId(short)
    }

    /// Returns what a word names that is about a record's id and not about an event.
    pub fn padded(id: Id) -> Self {
        let mut chain = [0; 32];
        chain[..16].copy_from_slice(&id.0);
        Self(chain)
    }

    /// Returns whether this is an id and not an event's hash.
    pub fn is_padded(&self) -> bool {
        self.0[16..] == [0; 16]
    }
}

impl ReplicaId {
    /// Returns the id of the replica that signs with this ed25519 public key.
    pub fn of_key(public: &[u8; 32]) -> Self {
        Self(first_16(&blake3::hash(public)))
    }
}

impl Id {
    /// Returns the beginning that tells it from others: eight digits of one that is hashed, sixteen
    /// of one that begins with its time, which a minute's records share.
    pub fn beginning(&self) -> String {
        let is_timed = self.0[6] >> 4 == 7 && self.0[8] >> 6 == 2;
        let mut digits = self.to_string();
        digits.truncate(if is_timed { 16 } else { 8 });
        digits
    }

    /// Returns a UUID v7 made from a time (milliseconds UTC) and ten random bytes.
    pub fn at(now: i64, dice: [u8; 10]) -> Self {
        let millis = u64::try_from(now).unwrap_or(0);
        Self(
            *uuid::Builder::from_unix_timestamp_millis(millis, &dice)
                .into_uuid()
                .as_bytes(),
        )
    }
}

impl ShopId {
    /// Returns the id of the drill shop of this name: drill stores of one name are one shop.
    pub fn of_drill(name: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(b"zhiban/drill/shop/v1\0")
            .update(name.as_bytes());
        Self(first_16(&hasher.finalize()))
    }
}

impl ShopId {
    /// Returns the id of the shop that the holder of this ed25519 public key founded: everybody
    /// can tell whose first word about the roster counts, whatever a carrier adds.
    pub fn of_founder(public: &[u8; 32]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"zhiban/shop/v1\0").update(public);
        Self(first_16(&hasher.finalize()))
    }
}

impl ShopSecret {
    /// Returns the secret of the drill shop of this name; no protection at all, by intent.
    pub fn of_drill(name: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(b"zhiban/drill/secret/v1\0")
            .update(name.as_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    /// Returns the id of the record that stands for an outside thing: keyed blake3 over
    /// register, account and cleaned number, each behind its length (u32, little-endian).
    ///
    /// The number must have been cleaned, and a masked value must never get here: it
    /// identifies nobody.
    pub fn derive(&self, register: &str, account: &str, number: &str) -> Id {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in [register, account, number] {
            hasher
                .update(&(part.len() as u32).to_le_bytes())
                .update(part.as_bytes());
        }
        Id(first_16(&hasher.finalize()))
    }

    /// Returns the hash by which equal entries are recognised: keyed blake3 over the side's
    /// byte and the folded text: NFKC, lower case, without white space. This folding is final;
    /// what search folds beyond it may grow.
    pub fn text(&self, side: u8, text: &str) -> TextHash {
        let folded: String = text
            .nfkc()
            .flat_map(char::to_lowercase)
            .filter(|c| !c.is_whitespace())
            .collect();
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&[side]).update(folded.as_bytes());
        TextHash(first_16(&hasher.finalize()))
    }
}

fn first_16(hash: &blake3::Hash) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.as_bytes()[..16]);
    half
}

fn parse_hex(text: &str, into: &mut [u8]) -> Result<(), NotAnId> {
    let fault = NotAnId {
        wanted: into.len() * 2,
    };
    if text.len() != fault.wanted {
        return Err(fault);
    }
    for (byte, pair) in into.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])
            .zip(digit(pair[1]))
            .map(|(high, low)| high << 4 | low)
            .ok_or(fault)?;
    }
    Ok(())
}

/// Only lower-case digits are an id: one thing has one spelling.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_has_one_spelling() {
        let id = Id([0xAB; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        let short = ShortId([0x00, 0x01, 0x0f, 0x10, 0x9a, 0xbc, 0xf0, 0xff]);
        assert_eq!(short.to_string(), "00010f109abcf0ff");
        assert!(id.to_string().to_uppercase().parse::<Id>().is_err());
        assert!("ab".parse::<Id>().is_err());
    }

    #[test]
    fn derived_ids_keep_their_parts_apart() {
        let secret = ShopSecret::of_drill("shop");
        assert_eq!(
            secret.derive("order", "a", "12"),
            secret.derive("order", "a", "12")
        );
        assert_ne!(
            secret.derive("order", "a", "12"),
            secret.derive("order", "a1", "2")
        );
        assert_ne!(
            secret.derive("order", "a", "12"),
            secret.derive("parcel", "a", "12")
        );
        assert_ne!(
            secret.derive("order", "a", "1"),
            ShopSecret::of_drill("other").derive("order", "a", "1")
        );
    }

    #[test]
    fn a_record_id_is_a_uuid_v7_in_time_order() {
        let early = Id::at(1_000_000, [9; 10]);
        let late = Id::at(1_000_001, [0; 10]);
        assert!(early < late);
        assert_eq!(early.0[6] >> 4, 7);
        // Two of one moment are told from each other, in most lists.
        let beside = Id::at(1_000_000, [200; 10]);
        assert_ne!(early.beginning(), beside.beginning());
        assert_eq!(early.beginning().len(), 16);
        assert_eq!(Id([0x11; 16]).beginning(), "11111111");
    }
}
