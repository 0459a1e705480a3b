//! What the printing room must know at a glance: how many notices it has not acknowledged, how
//! many of them came after printing, what is out of stock, and when the next wave goes.

use super::Desk;
use super::start::shop::{WAVES, waves};
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::{Post, Step};
use crate::domain::registers::{note, order, stock_out};
use crate::problem::Problem;
use crate::store::{Query, Row};

/// The most orders of a state that are counted.
const ORDERS: usize = 10_000;
/// The most notices that are looked at.
const MOST: usize = 1_000;

/// The printing room's counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PrintingCounts {
    /// Notices that the room has not acknowledged.
    pub unsigned: u64,
    /// Those among them whose order was printed already.
    pub late: u64,
    /// What is out of stock.
    pub stock_outs: u64,
}

/// The orders that are to go out today against their parcels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parcels {
    /// How many orders.
    pub orders: usize,
    /// How many of them have a waybill.
    pub with_parcel: usize,
    /// The numbers of those without.
    pub without: Vec<String>,
}

/// Returns whether an order's state says that it was printed.
pub fn is_printed(state: &str) -> bool {
    matches!(state, "printed" | "packed" | "handed_over")
}

/// How far an order is at printing, as far as is known here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Printing {
    /// Not printed.
    #[default]
    Waits,
    /// Printed by our own hands.
    Printed,
    /// The platform knows its waybill.
    HasWaybill,
    /// The platform says that all of it was shipped.
    Shipped,
}

/// Returns whether an order is past printing, as [`printing_of`] says of its record.
fn is_past(row: &Row) -> bool {
    let text = |name: &str| row.fields.get(name).and_then(|value| value.as_str());
    let is_shipped = text(order::PLATFORM_STATE.name()).is_some_and(order::says_shipped);
    is_printed(&row.state) || is_shipped || text(order::WAYBILL.name()).is_some()
}

impl Desk {
    /// Counts what the printing room has not acknowledged, and what is out of stock.
    pub fn printing_counts(&self) -> Result<PrintingCounts, Problem> {
        let told = self.store().rows(&Query {
            registers: vec![note::REGISTER.name],
            step: Some(Step::Acknowledge(Post::Printing)),
            open_only: true,
            limit: Some(MOST),
            ..Query::default()
        })?;
        let orders: Vec<Id> = told.iter().filter_map(|row| row.order_id).collect();
        let orders = self.store().rows_by_id(&orders)?;
        let out = self.store().count(&Query {
            registers: vec![stock_out::REGISTER.name],
            open_only: true,
            ..Query::default()
        })?;
        Ok(PrintingCounts {
            unsigned: told.len() as u64,
            late: orders.iter().filter(|order| is_past(order)).count() as u64,
            stock_outs: out.n,
        })
    }

    /// Returns when the next wave of the shop's plan goes (`print_waves`), milliseconds UTC; none
    /// where there is no plan, or none is left today.
    pub fn next_wave(&self) -> Result<Option<i64>, Problem> {
        let planned = self.setting(WAVES)?.unwrap_or_default();
        let now = self.now();
        let today = chrono::DateTime::from_timestamp_millis(now)
            .map(|now| now.with_timezone(&self.zone()).date_naive());
        let times = waves(&planned).unwrap_or_default();
        let times = times.into_iter().filter_map(|time| {
            let at = today?.and_time(time).and_local_timezone(self.zone());
            Some(at.earliest()?.timestamp_millis())
        });
        Ok(times.filter(|at| *at > now).min())
    }

    /// Counts the orders that are to go out today against those that have a parcel: what waits
    /// for its shipment, and what was shipped since the business day began.
    pub fn parcels_today(&self) -> Result<Parcels, Problem> {
        let begins = self.day_begins(self.now())?;
        let mut parcels = Parcels::default();
        for state in ["to_ship", "part_shipped", "shipped"] {
            let rows = self.store().rows(&Query {
                registers: vec![order::REGISTER.name],
                fields: vec![(order::PLATFORM_STATE.name(), state.to_owned())],
                limit: Some(ORDERS),
                ..Query::default()
            })?;
            for row in rows.iter().filter(|row| !row.void) {
                let shipped = row.fields.get(order::SHIPPED_AT.name());
                let shipped = shipped.and_then(serde_json::Value::as_i64);
                if state == "shipped" && shipped.is_none_or(|at| at < begins) {
                    continue;
                }
                let text = |name: &str| row.fields.get(name).and_then(|value| value.as_str());
                parcels.orders += 1;
                if text(order::WAYBILL.name()).is_some() {
                    parcels.with_parcel += 1;
                } else if let Some(number) = text(order::NUMBER.name()) {
                    parcels.without.push(number.to_owned());
                }
            }
        }
        Ok(parcels)
    }

    /// Returns whether the person at the desk works at the printing post first of all, whose
    /// start screen is its own.
    pub fn is_of_printing(&self) -> bool {
        self.signed_in()
            .is_some_and(|me| me.posts.first() == Some(&Post::Printing))
    }
}

/// Returns whether an order is past printing, as far as its record says: whatever is changed
/// then is a late edit.
pub fn is_past_printing(order: Option<&Record>) -> bool {
    order.is_some_and(|order| printing_of(order) != Printing::Waits)
}

/// Returns how far an order is at printing, as far as its record says.
pub fn printing_of(order: &Record) -> Printing {
    if order::is_shipped(order) {
        Printing::Shipped
    } else if is_printed(&order.state) {
        Printing::Printed
    } else if order.get(order::WAYBILL).is_some() {
        Printing::HasWaybill
    } else {
        Printing::Waits
    }
}

#[cfg(test)]
mod tests {
    use crate::chance::{FixedClock, SeededRandom};

    #[test]
    fn the_next_wave_is_the_first_that_has_not_gone() {
        // 2026-11-22T15:46+08:00.
        let now = 1_795_333_560_000;
        let folder = tempfile::tempdir().unwrap();
        let (clock, random) = (FixedClock(now), SeededRandom::new("wave"));
        let place = folder.path().join("data");
        let (clock, random) = (Box::new(clock), Box::new(random));
        let mut desk =
            crate::desk::begin::init_drill(&place, "shop", "name", clock, random).unwrap();
        assert_eq!(desk.next_wave().unwrap(), None);
        for (plan, minutes) in [
            ("16:30, 10:30 16:00", Some(14)),
            ("10：30，15：47", Some(1)),
            ("10:30 15:46", None),
        ] {
            desk.set_setting("print_waves", plan).unwrap();
            let wave = desk.next_wave().unwrap();
            assert_eq!(
                wave,
                minutes.map(|minutes| now + minutes * 60_000),
                "{plan}"
            );
        }
        let refused = desk.set_setting("print_waves", "25:00 x").unwrap_err();
        assert_eq!(refused.message, "problem-shop-fact");
    }
}
