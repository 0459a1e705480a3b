//! The desk at a time gone by: what it had heard until then, for reading.

use super::Desk;
use super::values::{Reading, time_gone_by};
use crate::chance::{FixedClock, Random};
use crate::domain::deadline::calendar::written;
use crate::domain::id::Id;
use crate::problem::{Kind, Problem};
use crate::store::{LookingBack, Store};

impl Desk {
    /// Reads a time gone by, milliseconds UTC: as [`super::values::time`] does, but a duration
    /// is how long ago, and a day alone is its end, or now.
    ///
    /// Fails where it is still to come, and where nothing had come in by then.
    pub fn gone_by(&self, text: &str) -> Result<i64, Problem> {
        let (now, zone) = (self.now(), self.zone());
        let time = time_gone_by(text, Reading { now, zone })?.ok_or_else(|| {
            Problem::new(Kind::Refused, "problem-past-to-come")
                .arg("value", text.trim())
                .hint("problem-past-hint")
        })?;
        let refused = |message| Problem::new(Kind::NotFound, message).hint("problem-past-hint");
        match self.store().first_arrival()? {
            Some(first) if first <= time => Ok(time),
            Some(first) => Err(refused("problem-past-nothing")
                .arg("value", text.trim())
                .arg("first", written(first, self.zone()))),
            None => Err(refused("problem-past-empty")),
        }
    }

    /// Returns the desk as it was at a time (milliseconds UTC), none where `going_on` says that
    /// nobody waits for it any more. The same person sits at it; nothing can be written there.
    pub fn past(
        &self,
        time: i64,
        dice: Box<dyn Random>,
        going_on: &mut dyn FnMut(LookingBack) -> bool,
    ) -> Result<Option<Self>, Problem> {
        match self.store().past(time, going_on)? {
            Some(past) => Ok(Some(self.sitting_at(past, time, dice)?)),
            None => Ok(None),
        }
    }

    /// Returns a desk that knows one record as it was at a time (milliseconds UTC), and whatever
    /// names it. Contradictions with other records are not there.
    pub fn past_of(&self, record: Id, time: i64, dice: Box<dyn Random>) -> Result<Self, Problem> {
        self.sitting_at(self.store().past_of(record, time)?, time, dice)
    }

    /// Sits down at a store of the past.
    pub fn sitting_at(
        &self,
        past: Store,
        time: i64,
        dice: Box<dyn Random>,
    ) -> Result<Self, Problem> {
        let mut desk = Self::open(past, Box::new(FixedClock(time)), dice)?;
        desk.me.clone_from(&self.me);
        desk.is_locked = self.is_locked;
        Ok(desk)
    }
}

#[cfg(test)]
mod tests {
    use crate::chance::{FixedClock, SeededRandom};
    use crate::desk::begin::init_drill;

    const NOW: i64 = 1_795_333_560_000;

    #[test]
    fn of_one_record_nothing_else_is_made_up() {
        use crate::desk::shop_tests::Shop;
        use crate::desk::todo::View;
        let shop = Shop::sample("林晓");
        let desk = &shop.desk;
        let todo = desk.todo(View::All).unwrap();
        let all: Vec<_> = todo.buyers.iter().flat_map(|buyer| &buyer.items).collect();
        assert!(all.len() > 10);
        for item in all {
            let dice = Box::new(SeededRandom::new("past"));
            let past = desk.past_of(item.row.id, desk.now(), dice).unwrap();
            let there = past.todo(View::All).unwrap();
            let others = there.buyers.iter().flat_map(|buyer| &buyer.items);
            let others: Vec<_> = others.filter(|one| one.row.id != item.row.id).collect();
            assert!(others.is_empty(), "{others:?}");
            assert_eq!(past.store().held_counts().unwrap(), (0, 0));
            let (then, now) = (
                past.record(item.row.id).unwrap().0,
                desk.record(item.row.id).unwrap().0,
            );
            assert_eq!(then, now);
        }
    }

    #[test]
    fn a_time_gone_by_is_read_backwards_and_never_to_come() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, random) = (FixedClock(NOW), SeededRandom::new("Li"));
        let place = folder.path().join("s");
        init_drill(&place, "S", "Li", Box::new(clock), Box::new(random)).unwrap();
        // A day later, at 15:46 in the shop's zone.
        let store = crate::store::Store::open(&place).unwrap();
        let later = FixedClock(NOW + 86_400_000);
        let random = Box::new(SeededRandom::new("Li"));
        let desk = super::Desk::open(store, Box::new(later), random).unwrap();
        let hour = 3_600_000;
        assert_eq!(desk.gone_by("2h").unwrap(), NOW + 22 * hour);
        assert_eq!(
            desk.gone_by(" 15:00 ").unwrap(),
            NOW + 24 * hour - 46 * 60_000
        );
        // The day it all began ends in its last minute; today's end is now.
        let evening = NOW + 8 * hour + 14 * 60_000 - 1;
        assert_eq!(desk.gone_by("2026-11-22").unwrap(), evening);
        assert_eq!(desk.gone_by("2026-11-23").unwrap(), NOW + 24 * hour);
        for (text, message) in [
            ("16:00", "problem-past-to-come"),
            ("2026-11-24", "problem-past-to-come"),
            ("2026-11-21", "problem-past-nothing"),
            ("25h", "problem-past-nothing"),
            ("when", "problem-cli-time"),
        ] {
            assert_eq!(desk.gone_by(text).unwrap_err().message, message, "{text}");
        }
    }
}
