//! The order of events: 47 bits of UTC milliseconds and 16 bits of counter.

/// The place of an event in time, as its author saw it; it grows per record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stamp(pub i64);

impl Stamp {
    /// The first stamp that is out of bounds (Q9).
    pub const END: i64 = 1 << 62;

    /// Returns the stamp of a new event on a record: the greater of the wall clock (`now`,
    /// milliseconds UTC) and the record's last folded stamp plus one.
    ///
    /// Only stamps of this record move it: a wrong clock elsewhere moves nothing here. Behind
    /// the last stamp there is nothing, so who writes it can close no record: later events share
    /// it, their chains order them, and what names the values that it replaces does.
    pub fn next(now: i64, last: Option<Stamp>) -> Self {
        let clock = now.max(0) << 16;
        let next = last.map_or(clock, |last| clock.max(last.0.saturating_add(1)));
        Self(next.min(Self::END - 1))
    }

    /// Returns the author's wall clock within the stamp, in milliseconds UTC.
    pub fn millis(self) -> i64 {
        self.0 >> 16
    }

    /// Returns whether the stamp is one that may be written or read.
    pub fn is_in_bounds(self) -> bool {
        (0..Self::END).contains(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_runs_back_does_not_reorder_a_record() {
        let first = Stamp::next(1_000, None);
        let second = Stamp::next(900, Some(first));
        assert!(second > first);
        assert_eq!(Stamp::next(2_000, Some(second)).millis(), 2_000);
    }

    #[test]
    fn the_last_stamp_of_all_closes_no_record() {
        let last = Stamp(Stamp::END - 1);
        assert!(Stamp::next(1_000, Some(last)).is_in_bounds());
        assert!(Stamp::next(1_000, Some(Stamp(i64::MAX))).is_in_bounds());
    }
}
