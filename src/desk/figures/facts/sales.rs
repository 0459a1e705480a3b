//! Which talk led to which order: the same buyer or the order that the talk names, begun before
//! it was placed, and placed by the end of the day after.

use std::collections::HashMap;

use super::{Buyer, Item, Kind, flag};
use crate::desk::figures::period::Days;
use crate::domain::id::Id;

/// Marks talks that an order followed and orders that a talk led to; an order is of who answered
/// first for the last such talk before it.
pub(super) fn attribute(items: &mut [Item], orders_of: &HashMap<Id, Id>, days: &Days) {
    let (mut by_buyer, mut by_order) = (HashMap::new(), HashMap::new());
    for (place, item) in items.iter().enumerate() {
        if item.kind == Kind::Talk {
            let places: &mut Vec<usize> = by_buyer.entry(item.buyer).or_default();
            places.push(place);
            if let Some(order) = orders_of.get(&item.id) {
                let places: &mut Vec<usize> = by_order.entry(*order).or_default();
                places.push(place);
            }
        }
    }
    for place in 0..items.len() {
        if items[place].kind != Kind::Order {
            continue;
        }
        let led = led_to(&items[place], items, &by_buyer, &by_order, days);
        let last = led.iter().copied().max_by_key(|talk| items[*talk].at);
        for talk in led {
            items[talk].flags |= flag::ORDERED;
        }
        if let Some(last) = last {
            items[place].by = items[last].by;
            items[place].flags |= flag::SOLD;
        }
    }
}

fn led_to(
    order: &Item,
    items: &[Item],
    by_buyer: &HashMap<Buyer, Vec<usize>>,
    by_order: &HashMap<Id, Vec<usize>>,
    days: &Days,
) -> Vec<usize> {
    let talks = [by_buyer.get(&order.buyer), by_order.get(&order.id)];
    let talks = talks.into_iter().flatten().flatten().copied();
    talks
        .filter(|talk| {
            let begun = items[*talk].at;
            begun <= order.at && order.at < days.end_of_next_day(begun)
        })
        .collect()
}
