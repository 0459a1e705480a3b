//! PINs: for each replica of this machine at most one, beside its keys.
//!
//! A PIN guards the screen, and acting in somebody's name through zhiban. It encrypts nothing:
//! who reads the files of this operating-system account reads keys and database without it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::domain::id::{Chain, Id, ReplicaId};

use super::error::{Result, StoreError};
use super::{Store, keys, place};

/// How a file's name ends.
const END: &str = "pin";
/// The fewest and the most digits.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=8;
/// The cost of a try, as scrypt counts it: 2^15 blocks of 8, 32 MiB and some 100 ms.
const COST: (u8, u32, u32) = (15, 8, 1);
/// The most that a file may ask for, so that a damaged one cannot take the machine's memory.
const COST_MOST: (u8, u32, u32) = (18, 16, 4);
/// So many wrong tries are free; each further one makes the next wait.
const FREE: u32 = 5;
/// The longest wait, milliseconds.
const LONGEST: i64 = 60_000;

/// Four to eight digits that a person knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(..)")
    }
}

impl Pin {
    /// Returns the PIN that a person typed, full-width digits too; none where it is not four to
    /// eight digits.
    pub fn read(typed: &str) -> Option<Self> {
        let digits: String = typed.trim().nfkc().collect();
        let fits = DIGITS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then_some(Self(digits))
    }
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It is the PIN, or there is none to guess.
    Right,
    /// It is not; the next try waits so many milliseconds.
    Wrong(i64),
    /// It was not looked at: so many milliseconds are left to wait.
    TooEarly(i64),
}

/// A PIN as it is kept, with the wrong tries since the last right one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    log_n: u8,
    r: u32,
    p: u32,
    salt: String,
    hash: String,
    wrong: u32,
    /// The last wrong try, milliseconds UTC.
    last: i64,
}

impl Kept {
    fn of(pin: &Pin, salt: [u8; 16]) -> Result<Self> {
        let (log_n, r, p) = COST;
        Ok(Self {
            log_n,
            r,
            p,
            salt: Id(salt).to_string(),
            hash: hash(pin, salt, COST)?.to_string(),
            wrong: 0,
            last: 0,
        })
    }

    /// Milliseconds that the next try waits after the last wrong one.
    fn pause(&self) -> i64 {
        match self.wrong.checked_sub(FREE) {
            Some(further) => LONGEST.min(1_000 << further.min(6)),
            None => 0,
        }
    }

    fn is(&self, pin: &Pin) -> Result<bool> {
        let damaged = || StoreError::Damaged("PIN file".to_owned());
        let salt: Id = self.salt.parse().map_err(|_| damaged())?;
        let kept: Chain = self.hash.parse().map_err(|_| damaged())?;
        let fits = self.log_n <= COST_MOST.0 && self.r <= COST_MOST.1 && self.p <= COST_MOST.2;
        if !fits {
            return Err(damaged());
        }
        let found = hash(pin, salt.0, (self.log_n, self.r, self.p))?;
        // Compared as hashes of hashes: how long that takes says nothing of the bytes.
        Ok(blake3::hash(&found.0) == blake3::hash(&kept.0))
    }
}

fn hash(pin: &Pin, salt: [u8; 16], (log_n, r, p): (u8, u32, u32)) -> Result<Chain> {
    let damaged = |_| StoreError::Damaged("PIN file".to_owned());
    let params = scrypt::Params::new(log_n, r, p, 32).map_err(damaged)?;
    let mut out = [0; 32];
    scrypt::scrypt(pin.0.as_bytes(), &salt, &params, &mut out)
        .map_err(|_| StoreError::Damaged("PIN file".to_owned()))?;
    Ok(Chain(out))
}

fn path_of(folder: &Path, replica: ReplicaId) -> PathBuf {
    keys::path_of(folder, replica).with_extension(END)
}

fn read(folder: &Path, replica: ReplicaId) -> Result<Option<Kept>> {
    let path = path_of(folder, replica);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(StoreError::io(&path)(fault)),
    };
    let kept = serde_json::from_slice(&bytes);
    kept.map(Some)
        .map_err(|_| StoreError::Damaged(format!("PIN file {}", path.display())))
}

fn write(folder: &Path, replica: ReplicaId, kept: &Kept) -> Result<()> {
    let path = path_of(folder, replica);
    let bytes = serde_json::to_vec(kept)
        .map_err(|fault| StoreError::Damaged(format!("PIN file: {fault}")))?;
    place::write_private(&path, &bytes)
}

impl Store {
    /// Returns whether a replica of this machine has a PIN.
    pub fn has_pin(&self, replica: ReplicaId) -> bool {
        path_of(&self.folder, replica).exists()
    }

    /// Keeps a PIN for a replica of this machine, salted with dice, in a file that only its owner
    /// reads; wrong tries are forgotten.
    pub fn set_pin(&mut self, replica: ReplicaId, pin: &Pin, salt: [u8; 16]) -> Result<()> {
        if !self.keys.contains_key(&replica) {
            return Err(StoreError::NoKey(replica));
        }
        write(&self.folder, replica, &Kept::of(pin, salt)?)
    }

    /// Tries a PIN at a time (milliseconds UTC). The fifth wrong try and each further one make
    /// the next wait: 1, 2, 4… seconds, a minute at most, also after a restart; nobody is ever
    /// locked out for good. A try is counted before it is looked at, so that a kill saves none.
    pub fn try_pin(&mut self, replica: ReplicaId, pin: &Pin, now: i64) -> Result<Tried> {
        let Some(mut kept) = read(&self.folder, replica)? else {
            return Ok(Tried::Right);
        };
        if now < kept.last {
            // The clock was set back: the wait begins anew, and is no longer than it was.
            kept.last = now;
            write(&self.folder, replica, &kept)?;
        }
        let left = kept.last + kept.pause() - now;
        if left > 0 && kept.wrong > 0 {
            return Ok(Tried::TooEarly(left));
        }
        kept.wrong = kept.wrong.saturating_add(1);
        kept.last = now;
        write(&self.folder, replica, &kept)?;
        if !kept.is(pin)? {
            return Ok(Tried::Wrong(kept.pause()));
        }
        kept.wrong = 0;
        kept.last = 0;
        write(&self.folder, replica, &kept)?;
        Ok(Tried::Right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::seal::ReplicaKey;
    use crate::store::Shop;

    fn store(folder: &Path) -> (Store, ReplicaId) {
        let mut store = if Store::exists(folder) {
            Store::open(folder).unwrap()
        } else {
            Store::create(folder, Shop::drill("S")).unwrap()
        };
        let replica = store.add_replica(ReplicaKey::from_secret(&[7; 32]));
        (store, replica.unwrap())
    }

    fn pin(digits: &str) -> Pin {
        Pin::read(digits).unwrap()
    }

    #[test]
    fn a_pin_is_four_to_eight_digits_of_any_width() {
        for good in ["1234", "12345678", " 1234 ", "１２３４"] {
            assert!(Pin::read(good).is_some(), "{good}");
        }
        assert_eq!(Pin::read("１２３４"), Pin::read("1234"));
        for bad in ["", "123", "123456789", "12a4", "12 34", "四四四四"] {
            assert!(Pin::read(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{:?}", pin("1234")), "Pin(..)");
    }

    #[test]
    fn after_five_wrong_tries_each_further_one_waits_across_restarts_and_never_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let (mut one, replica) = store(folder.path());
        assert_eq!(
            one.try_pin(replica, &pin("0000"), 0).unwrap(),
            Tried::Right,
            "there is none to guess"
        );
        one.set_pin(replica, &pin("2468"), [3; 16]).unwrap();
        assert!(one.has_pin(replica));
        let mut now = 1_000_000;
        for _ in 0..4 {
            let tried = one.try_pin(replica, &pin("1111"), now).unwrap();
            assert_eq!(tried, Tried::Wrong(0));
        }
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let Tried::Wrong(pause) = one.try_pin(replica, &pin("1111"), now).unwrap() else {
                panic!("it was looked at");
            };
            pauses.push(pause / 1_000);
            drop(one);
            (one, _) = store(folder.path());
            assert_eq!(
                one.try_pin(replica, &pin("2468"), now + pause - 1).unwrap(),
                Tried::TooEarly(1),
                "the right one waits as well, and the wait is not made longer"
            );
            now += pause;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        // A clock that was set back ends no wait, and makes none endless.
        now -= 900_000;
        let early = one.try_pin(replica, &pin("2468"), now).unwrap();
        assert_eq!(early, Tried::TooEarly(60_000));
        let tried = one.try_pin(replica, &pin("2468"), now + 60_000).unwrap();
        assert_eq!(tried, Tried::Right);
        let tried = one.try_pin(replica, &pin("1111"), now + 60_000).unwrap();
        assert_eq!(tried, Tried::Wrong(0), "a right one forgets the wrong ones");
    }

    #[test]
    fn the_file_says_nothing_of_the_digits_and_a_damaged_one_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (mut one, replica) = store(folder.path());
        one.set_pin(replica, &pin("31415926"), [3; 16]).unwrap();
        let path = path_of(folder.path(), replica);
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("31415926"), "{text}");
        fs::write(&path, &text[..text.len() / 2]).unwrap();
        assert!(one.try_pin(replica, &pin("31415926"), 1).is_err());
        fs::write(&path, text.replace("\"log_n\":15", "\"log_n\":40")).unwrap();
        assert!(one.try_pin(replica, &pin("31415926"), 1).is_err());
        let other = ReplicaKey::from_secret(&[8; 32]).replica();
        assert!(one.set_pin(other, &pin("1234"), [3; 16]).is_err());
    }
}
