//! How old each kind of export is: a fact on screen, since a list made from an old file cannot
//! see what came later (ux 3.4).

use chrono::NaiveDate;

use super::Desk;
use super::settings::{HOUR, duration};
use crate::problem::Problem;

/// The newest export of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The kind: `orders`, `refunds`, `parcels`…
    pub kind: String,
    /// The time from which it is, milliseconds UTC.
    pub exported_at: i64,
    /// Whether it is older than the shop's limit for this kind.
    pub stale: bool,
    /// Of a kind of which each file is about a day: the last day that is there, and how many days
    /// ago that was.
    pub of_day: Option<(NaiveDate, i64)>,
}

/// The kind of export that is about a day.
pub const OF_DAY: &str = "scores";

/// The kinds of export that what waits comes from.
pub const OF_WORK: &[&str] = &["orders", "refunds", "parcels", "reviews"];

/// What a list cannot see, because its source is old or was never there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blind {
    /// The kind of export.
    pub kind: &'static str,
    /// The time behind which nothing is known; none where there never was an export.
    pub since: Option<i64>,
}

/// Returns the kinds of export by which records of a register become known; none where people
/// write them here.
pub fn kinds_of(register: &str) -> &'static [&'static str] {
    match register {
        "order" => &["orders"],
        "case" => &["refunds"],
        "parcel" => &["parcels"],
        "review" => &["reviews"],
        "performance" => &[OF_DAY],
        _ => &[],
    }
}

/// Returns what a list from these kinds of export cannot see.
pub fn blind(known: &[Freshness], kinds: &[&'static str]) -> Vec<Blind> {
    let blind = kinds.iter().filter_map(|kind| {
        let newest = known.iter().find(|one| one.kind == *kind);
        let since = match newest {
            Some(newest) if !newest.stale => return None,
            Some(newest) => Some(newest.exported_at),
            None => None,
        };
        Some(Blind { kind, since })
    });
    blind.collect()
}

/// Returns what the list of what waits cannot see. A shop may have no refunds or parcels in its
/// exports; orders it has.
pub fn blind_to_work(known: &[Freshness]) -> Vec<Blind> {
    let mut blind = blind(known, OF_WORK);
    blind.retain(|one| one.since.is_some() || one.kind == "orders");
    blind
}

impl Desk {
    /// Returns the newest export of each kind, by kind.
    pub fn freshness(&self) -> Result<Vec<Freshness>, Problem> {
        let now = self.now();
        let newest = self.store().newest_exports()?;
        newest
            .into_iter()
            .map(|(kind, exported_at)| {
                let hours = self
                    .setting(&format!("stale_{kind}_hours"))?
                    .and_then(|hours| duration(&hours, HOUR));
                let limit = hours.unwrap_or_else(|| usual_limit(&kind) * HOUR);
                let of_day = if kind == OF_DAY {
                    self.day_and_age(exported_at)?
                } else {
                    None
                };
                Ok(Freshness {
                    of_day,
                    stale: now.saturating_sub(exported_at) > limit,
                    kind,
                    exported_at,
                })
            })
            .collect()
    }

    /// The day up to whose end an export speaks, and how many days ago that was.
    fn day_and_age(&self, upto: i64) -> Result<Option<(NaiveDate, i64)>, Problem> {
        let days = self.days()?;
        let day = days.of(upto - 1).zip(days.of(self.now()));
        Ok(day.map(|(day, today)| (day, (today - day).num_days())))
    }
}

/// The hours after which a kind of export is old, where the shop has not said (ux 3.4).
fn usual_limit(kind: &str) -> i64 {
    match kind {
        "orders" | "items" | "refunds" => 3,
        "parcels" => 6,
        _ => 24,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kind: &str, stale: bool) -> Freshness {
        Freshness {
            kind: kind.into(),
            exported_at: 7,
            stale,
            of_day: None,
        }
    }

    #[test]
    fn what_is_old_or_was_never_there_is_not_seen() {
        let never = Blind {
            kind: "orders",
            since: None,
        };
        assert_eq!(blind_to_work(&[]), [never]);
        assert_eq!(blind_to_work(&[known("orders", false)]), []);
        let old = |kind| Blind {
            kind,
            since: Some(7),
        };
        let all = [known("orders", true), known("refunds", true)];
        assert_eq!(blind_to_work(&all), [old("orders"), old("refunds")]);
        // Another kind of file says nothing about orders.
        assert_eq!(
            blind_to_work(&[known("scores", false), known("parcels", true)]),
            [never, old("parcels")]
        );
        assert_eq!(blind(&[], kinds_of("case")).len(), 1);
        assert_eq!(blind(&[], kinds_of("note")), []);
    }
}
