//! How many things a person registered today by the one line, and how long each took: local to
//! this machine, for the person's own eyes.

use serde::{Deserialize, Serialize};

use super::Desk;
use crate::problem::Problem;

/// The local setting that holds a person's pace.
const PACE: &str = "capture_pace";
/// Longer than this nobody types one line: they were interrupted. 5 minutes.
const INTERRUPTED: i64 = 300_000;

/// What was registered on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    #[serde(default)]
    day: String,
    /// How many.
    #[serde(default)]
    pub count: u32,
    /// How many of them were measured.
    #[serde(default)]
    measured: u32,
    /// How long the measured ones took together, milliseconds.
    #[serde(default)]
    millis: i64,
}

impl Pace {
    /// Returns how long one took on average, milliseconds; none where none was measured.
    pub fn average(&self) -> Option<i64> {
        self.millis.checked_div(i64::from(self.measured))
    }
}

impl Desk {
    /// Returns what the person at the desk registered today.
    pub fn pace(&self) -> Result<Pace, Problem> {
        let kept = self.store().setting_local(&self.pace_key()?)?;
        let pace: Pace = kept
            .and_then(|kept| serde_json::from_str(&kept).ok())
            .unwrap_or_default();
        let day = self.business_day(self.now())?;
        if pace.day == day {
            return Ok(pace);
        }
        Ok(Pace {
            day,
            ..Pace::default()
        })
    }

    /// Counts one more that took so many milliseconds.
    pub fn count_pace(&mut self, millis: i64) -> Result<(), Problem> {
        let mut pace = self.pace()?;
        pace.count = pace.count.saturating_add(1);
        if (1..=INTERRUPTED).contains(&millis) {
            pace.measured = pace.measured.saturating_add(1);
            pace.millis = pace.millis.saturating_add(millis);
        }
        let (key, text) = (
            self.pace_key()?,
            serde_json::to_string(&pace).unwrap_or_default(),
        );
        Ok(self.store_mut().set_setting_local(&key, Some(&text))?)
    }

    fn pace_key(&self) -> Result<String, Problem> {
        Ok(format!("{PACE}/{}", self.me()?.id))
    }
}

#[cfg(test)]
mod tests {
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;

    #[test]
    fn a_day_counts_all_and_measures_what_was_not_interrupted() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Box::new(FixedClock(1_795_333_560_000));
        let random = Box::new(SeededRandom::new("Li"));
        let mut desk = init_drill(&folder.path().join("s"), "S", "Li", clock, random).unwrap();
        assert_eq!(desk.pace().unwrap().average(), None);
        for millis in [4_000, 8_000, 3_600_000, 0] {
            desk.count_pace(millis).unwrap();
        }
        let pace = desk.pace().unwrap();
        assert_eq!((pace.count, pace.average()), (4, Some(6_000)));
    }
}
