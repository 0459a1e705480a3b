//! Clock and dice as values handed in: the wall clock and the system's random
//! numbers are read here and nowhere else, so that every act can be played again.

use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::problem::{Kind, Problem};

/// 2200-01-01T00:00Z in ms: a wall clock beyond it is broken, and would make
/// stamps that nobody could follow.
pub const LATEST: i64 = 7_258_118_400_000;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The time now, in ms UTC.
    fn now(&self) -> i64;

    /// A count of microseconds that runs with the clock: how long something took is the
    /// difference of two.
    fn ticks(&self) -> i64 {
        self.now().saturating_mul(1_000)
    }
}

/// The machine's wall clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock(());

impl SystemClock {
    /// The wall clock, if it can be right: refused before 1970 and from 2200 on.
    pub fn start() -> Result<Self, Problem> {
        let clock = Self(());
        check(clock.now())?;
        Ok(clock)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => -millis(before.duration()),
        }
    }

    fn ticks(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, micros)
    }
}

/// Refuses a time (ms UTC) that no sane clock shows.
pub fn check(now: i64) -> Result<(), Problem> {
    if (0..LATEST).contains(&now) {
        return Ok(());
    }
    Err(Problem::new(Kind::Refused, "problem-clock").hint("problem-clock-hint"))
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// A clock that stands still: `--now` and tests.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(
    /// The time it shows, in ms UTC.
    pub i64,
);

impl Clock for FixedClock {
    fn now(&self) -> i64 {
        self.0
    }
}

/// A clock set to a given time that runs on from there: the sample shop.
#[derive(Clone, Copy, Debug)]
pub struct RunningClock {
    start: i64,
    since: Instant,
}

impl RunningClock {
    /// Starts at this time, in ms UTC.
    #[must_use]
    pub fn starting_at(start: i64) -> Self {
        Self {
            start,
            since: Instant::now(),
        }
    }
}

impl Clock for RunningClock {
    fn now(&self) -> i64 {
        self.start.saturating_add(millis(self.since.elapsed()))
    }

    fn ticks(&self) -> i64 {
        micros(self.since.elapsed())
    }
}

/// Gives random bytes.
pub trait Random: Send {
    /// Fills the buffer.
    fn fill(&mut self, buffer: &mut [u8]);

    /// A random number over the whole range.
    fn u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A random number below `limit`, evenly (0 where the limit is 0).
    fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 {
            return 0;
        }
        // The rest of the range that would favour small numbers is thrown again.
        let even = u64::MAX - u64::MAX % limit;
        loop {
            let number = self.u64();
            if number < even {
                return number % limit;
            }
        }
    }
}

/// Random bytes fit for keys: 32 bytes of the operating system's, expanded by
/// BLAKE3, so that only the start can fail.
pub struct SystemRandom(blake3::OutputReader);

impl SystemRandom {
    /// Asks the operating system for a seed.
    pub fn start() -> Result<Self, Problem> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|err| {
            Problem::new(Kind::Defect, "problem-random").caused_by(err.to_string())
        })?;
        Ok(Self(expand(&seed)))
    }
}

impl Random for SystemRandom {
    fn fill(&mut self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }
}

impl fmt::Debug for SystemRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The state is as good as every key made from it.
        f.write_str("SystemRandom")
    }
}

/// Random bytes that a seed decides: drills, the sample shop, generated stores, tests.
#[derive(Clone, Debug)]
pub struct SeededRandom(blake3::OutputReader);

impl SeededRandom {
    /// The same seed gives the same bytes on every machine.
    #[must_use]
    pub fn new(seed: impl AsRef<[u8]>) -> Self {
        Self(expand(seed.as_ref()))
    }
}

impl Random for SeededRandom {
    fn fill(&mut self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }
}

fn expand(seed: &[u8]) -> blake3::OutputReader {
    blake3::Hasher::new_derive_key("zhiban random v1")
        .update(seed)
        .finalize_xof()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        assert!(SystemClock::start().unwrap().now() > 1_700_000_000_000);
        assert_eq!(FixedClock(7).now(), 7);
        let running = RunningClock::starting_at(1_000);
        let (first, then) = (running.now(), running.now());
        assert!(1_000 <= first && first <= then && then < 60_000);
        assert!(check(-1).is_err());
        assert!(check(LATEST).is_err());
        assert!(check(LATEST - 1).is_ok());
    }

    #[test]
    fn a_seed_decides_the_bytes() {
        let mut whole = [0; 40];
        SeededRandom::new("a").fill(&mut whole);
        let mut parts = [0; 40];
        let mut random = SeededRandom::new("a");
        random.fill(&mut parts[..7]);
        random.fill(&mut parts[7..]);
        assert_eq!(whole, parts);
        // Fixed for good: generated stores must be the same in every release.
        assert_eq!(SeededRandom::new("zhiban").u64(), GOLDEN);
        assert_ne!(SeededRandom::new("b").u64(), SeededRandom::new("a").u64());
    }

    const GOLDEN: u64 = 9_568_650_834_991_713_358;

    #[test]
    fn below_stays_below() {
        let mut random = SeededRandom::new([1, 2, 3]);
        assert_eq!(random.below(0), 0);
        let mut seen = [false; 7];
        for _ in 0..500 {
            seen[random.below(7) as usize] = true;
        }
        assert_eq!(seen, [true; 7]);
        let (mut one, mut two) = (
            SystemRandom::start().unwrap(),
            SystemRandom::start().unwrap(),
        );
        assert_ne!(one.u64(), two.u64());
    }
}
