//! The recovery code of a shop's founder: few enough characters to copy by hand, from which keys
//! and secret follow again on a new machine.

use super::id::{ShopId, ShopSecret};
use super::seal::ReplicaKey;

/// The characters of a code: digits and capitals without I, L, O and U, which hands confuse.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many bytes the dice give.
const SEED: usize = 16;
/// How many bytes find mistakes in copying.
const SUM: usize = 4;
/// How many characters stand together.
const GROUP: usize = 4;

/// A text that is no recovery code, or one with a slip of the pen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a recovery code")]
pub struct NotACode;

/// What a founder's keys and the shop's secret follow from.
#[derive(Clone, PartialEq, Eq)]
pub struct Recovery([u8; SEED]);

impl Recovery {
    /// Returns the recovery of these dice.
    pub fn of_dice(dice: [u8; SEED]) -> Self {
        Self(dice)
    }

    /// Returns the founder's signing key.
    pub fn key(&self) -> ReplicaKey {
        ReplicaKey::from_secret(&self.derive("zhiban recovery v1: signing key of the founder"))
    }

    /// Returns the 32 secret bytes of the founder's X25519 key.
    pub fn opening(&self) -> [u8; 32] {
        self.derive("zhiban recovery v1: opening key of the founder")
    }

    /// Returns the shop's secret.
    pub fn secret(&self) -> ShopSecret {
        ShopSecret(self.derive("zhiban recovery v1: secret of the shop"))
    }

    /// Returns the shop's id.
    pub fn shop(&self) -> ShopId {
        ShopId::of_founder(&self.key().public())
    }

    /// Returns the code: eight groups of four characters, the last two groups of which only find
    /// mistakes.
    pub fn code(&self) -> String {
        let mut bytes = self.0.to_vec();
        bytes.extend(self.sum());
        let mut code = String::new();
        for (at, character) in encode(&bytes).enumerate() {
            if at > 0 && at % GROUP == 0 {
                code.push('-');
            }
            code.push(character);
        }
        code
    }

    /// Reads a code; case, blanks and hyphens do not count, and I, L and O are read as the
    /// digits that they look like.
    ///
    /// Fails where a character is wrong, missing or too many.
    pub fn read(code: &str) -> Result<Self, NotACode> {
        let mut digits = Vec::new();
        for character in code.chars() {
            if character.is_whitespace() || character == '-' {
                continue;
            }
            digits.push(digit(character).ok_or(NotACode)?);
        }
        let bytes = decode(&digits).ok_or(NotACode)?;
        let (seed, sum) = bytes.split_at(SEED);
        let read = Self(seed.try_into().map_err(|_| NotACode)?);
        if read.sum() == *sum {
            Ok(read)
        } else {
            Err(NotACode)
        }
    }

    fn sum(&self) -> [u8; SUM] {
        let mut sum = [0; SUM];
        sum.copy_from_slice(&self.derive("zhiban recovery v1: check of the code")[..SUM]);
        sum
    }

    fn derive(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(purpose, &self.0)
    }
}

impl std::fmt::Debug for Recovery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What it holds is for paper alone.
        f.write_str("Recovery")
    }
}

/// Five bytes are eight characters.
fn encode(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.chunks(5).flat_map(|five| {
        let number = five
            .iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        (0..8)
            .rev()
            .map(move |place| char::from(ALPHABET[(number >> (5 * place)) as usize & 31]))
    })
}

fn decode(digits: &[u8]) -> Option<[u8; SEED + SUM]> {
    let mut bytes = Vec::with_capacity(SEED + SUM);
    for eight in digits.chunks(8) {
        let number = eight
            .iter()
            .fold(0_u64, |number, digit| number << 5 | u64::from(*digit));
        bytes.extend(&number.to_be_bytes()[3..]);
    }
    if digits.len() == (SEED + SUM) / 5 * 8 {
        bytes.try_into().ok()
    } else {
        None
    }
}

fn digit(character: char) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|known| char::from(*known) == character)
        .map(|at| at as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_a_hand_copies_it() {
        let recovery = Recovery::of_dice(*b"0123456789abcdef");
        let code = recovery.code();
        // Final: it is on paper.
        assert_eq!(code, "60RK-4CSM-6MV3-EE1S-C5H6-6S35-CS94-YJEM");
        assert_eq!(Recovery::read(&code), Ok(recovery.clone()));
        let sloppy = code
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert_eq!(Recovery::read(&sloppy), Ok(recovery.clone()));
        assert_eq!(
            recovery.shop(),
            ShopId::of_founder(&recovery.key().public())
        );
        assert_ne!(recovery.opening(), recovery.key().secret());
    }

    #[test]
    fn every_single_slip_is_found() {
        let code = Recovery::of_dice([0xA7; 16]).code();
        for (at, right) in code.char_indices().filter(|(_, right)| *right != '-') {
            for wrong in ALPHABET.iter().map(|byte| char::from(*byte)) {
                let mut slip = code.clone();
                slip.replace_range(at..=at, &wrong.to_string());
                assert_eq!(Recovery::read(&slip).is_ok(), wrong == right, "{slip}");
            }
        }
        assert!(Recovery::read(&code[1..]).is_err());
        assert!(Recovery::read(&format!("{code}0")).is_err());
        assert!(Recovery::read("").is_err());
    }
}
