//! What the whole shop keeps about itself: its platform, its hours, when its day ends, when
//! labels are printed and until when an order leaves on the same day (ux 10, step 4).

use chrono::NaiveTime;

use crate::desk::Desk;
use crate::domain::registers::words::PLATFORM;
use crate::problem::{Kind, Problem};

/// The setting of the opening hours: `09:00-23:00`.
pub(super) const HOURS: &str = "hours";
/// The setting of the home platform.
const HOME: &str = "platform";
/// The setting of the hour at which the business day ends.
const DAY_END: &str = "day_end";
/// The setting of the printing waves.
pub(in crate::desk) const WAVES: &str = "print_waves";
/// The setting of the time until which an order leaves on the same day.
pub(super) const CUTOFF: &str = "cutoff";
/// The settings by which a shop tells of itself.
pub(in crate::desk) const KEYS: [&str; 5] = [HOME, HOURS, DAY_END, WAVES, CUTOFF];
/// The latest hour at which a business day can end.
const LATEST_END: u32 = 12;

/// What a shop says about itself, as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShopFacts {
    /// The home platform, by whose form numbers are read.
    pub platform: String,
    /// From when to when somebody is there: `09:00-23:00`.
    pub hours: String,
    /// The hour at which the business day ends: `4`.
    pub day_end: String,
    /// When labels are printed: `10:30 14:00 16:00`.
    pub waves: String,
    /// Until when an order leaves on the same day: `16:30`.
    pub cutoff: String,
}

impl ShopFacts {
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            (HOME, self.platform.trim()),
            (HOURS, self.hours.trim()),
            (DAY_END, self.day_end.trim()),
            (WAVES, self.waves.trim()),
            (CUTOFF, self.cutoff.trim()),
        ]
    }

    /// Refuses what cannot be read; what is empty is not asked for.
    fn check(&self) -> Result<(), Problem> {
        let mut pairs = self.pairs().into_iter();
        pairs.try_for_each(|(key, value)| check(key, value))
    }
}

/// Refuses what cannot be read as the shop's setting of a key; what is empty is not asked for.
pub(in crate::desk) fn check(key: &str, value: &str) -> Result<(), Problem> {
    let value = value.trim();
    let is_readable = value.is_empty()
        || match key {
            HOME => PLATFORM.values.contains(&value),
            HOURS => hours(value).is_some(),
            DAY_END => value.parse::<u32>().is_ok_and(|hour| hour <= LATEST_END),
            WAVES => waves(value).is_some(),
            CUTOFF => clock(value).is_some(),
            _ => true,
        };
    if is_readable {
        return Ok(());
    }
    Err(Problem::new(Kind::NotUnderstood, "problem-shop-fact")
        .arg("value", value)
        .hint(hint(key)))
}

/// Reads the times at which labels are printed, with the marks that people type between them;
/// none where one of them is no time.
pub(in crate::desk) fn waves(text: &str) -> Option<Vec<NaiveTime>> {
    let marks = |mark: char| {
        mark.is_whitespace() || [',', ';', '\u{3001}', '\u{ff0c}', '\u{ff1b}'].contains(&mark)
    };
    let times = text.split(marks).filter(|one| !one.is_empty());
    times.map(clock).collect()
}

fn hint(key: &str) -> &'static str {
    match key {
        HOME => "problem-shop-platform-hint",
        HOURS => "problem-shop-hours-hint",
        DAY_END => "problem-shop-day-hint",
        _ => "problem-shop-clock-hint",
    }
}

pub(super) fn clock(text: &str) -> Option<NaiveTime> {
    let text = text.trim().replace('\u{ff1a}', ":");
    NaiveTime::parse_from_str(&text, "%H:%M").ok()
}

fn hours(text: &str) -> Option<(NaiveTime, NaiveTime)> {
    let (from, to) = text.split_once(['-', '~', '\u{2014}', '\u{81f3}'])?;
    Some((clock(from)?, clock(to)?))
}

impl Desk {
    /// Returns what the shop says about itself; what it has not said is empty.
    pub fn shop_facts(&self) -> Result<ShopFacts, Problem> {
        let said = |key: &str| Ok::<_, Problem>(self.setting(key)?.unwrap_or_default());
        Ok(ShopFacts {
            platform: said(HOME)?,
            hours: said(HOURS)?,
            day_end: said(DAY_END)?,
            waves: said(WAVES)?,
            cutoff: said(CUTOFF)?,
        })
    }

    /// Keeps what the shop says about itself; only what changed is written.
    ///
    /// Fails, with nothing kept, where something cannot be read.
    pub fn keep_shop_facts(&mut self, facts: &ShopFacts) -> Result<(), Problem> {
        facts.check()?;
        let mut pairs = facts.pairs().into_iter();
        pairs.try_for_each(|(key, value)| self.set_shop_setting(key, value))
    }

    /// Sets one of the shop's settings that people set by hand; only what changes is written.
    ///
    /// Fails, with nothing set, where the value cannot be one of it.
    pub fn set_shop_setting(&mut self, key: &str, value: &str) -> Result<(), Problem> {
        let value = value.trim();
        if self.setting(key)?.as_deref().unwrap_or_default() != value {
            self.set_setting(key, value)?;
        }
        Ok(())
    }

    /// Returns the opening hours, where the shop has said them.
    pub fn opening_hours(&self) -> Result<Option<(NaiveTime, NaiveTime)>, Problem> {
        Ok(self.setting(HOURS)?.and_then(|text| hours(&text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;

    #[test]
    fn what_a_shop_says_is_kept_and_what_cannot_be_read_is_not() {
        let place = tempfile::tempdir().unwrap();
        let (clock, random) = (FixedClock(1_795_333_560_000), SeededRandom::new("shop"));
        let (clock, random) = (Box::new(clock), Box::new(random));
        let mut desk = init_drill(&place.path().join("data"), "s", "n", clock, random).unwrap();
        let facts = ShopFacts {
            platform: "taobao".into(),
            hours: "09:00-23:00".into(),
            day_end: "3".into(),
            waves: "10\u{ff1a}30\u{ff0c}14:00\u{3001}15\u{ff1a}50".into(),
            cutoff: "16\u{ff1a}30".into(),
        };
        desk.keep_shop_facts(&facts).unwrap();
        assert_eq!(desk.shop_facts().unwrap(), facts);
        let heads = desk.store().heads().unwrap();
        desk.keep_shop_facts(&facts).unwrap();
        assert_eq!(desk.store().heads().unwrap(), heads, "nothing changed");
        let wave = desk.next_wave().unwrap();
        assert_eq!(wave, Some(1_795_333_560_000 + 4 * 60_000), "wide marks too");
        let (from, to) = desk.opening_hours().unwrap().unwrap();
        assert_eq!(
            (from.to_string(), to.to_string()),
            ("09:00:00".into(), "23:00:00".into())
        );
        for wrong in [
            ShopFacts {
                hours: "all day".into(),
                ..facts.clone()
            },
            ShopFacts {
                day_end: "25".into(),
                ..facts.clone()
            },
            ShopFacts {
                waves: "10:30 noon".into(),
                ..facts.clone()
            },
            ShopFacts {
                platform: "ebay".into(),
                ..facts.clone()
            },
        ] {
            let problem = desk.keep_shop_facts(&wrong).unwrap_err();
            assert_eq!(problem.message, "problem-shop-fact", "{wrong:?}");
            assert_eq!(desk.shop_facts().unwrap(), facts);
        }
    }
}
