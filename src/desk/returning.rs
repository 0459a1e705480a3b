//! A buyer who comes back is best served by who served them last, where that person works now.
//!
//! It is told and not done: a desk that has not heard of the last talk or of the day's plan would
//! give the same talk to somebody else.

use super::Desk;
use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::domain::registers::{conversation, order, sheet};
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

/// How many talks are looked through for one that a person had.
const LAST: usize = 20;

/// Who had the buyer's talk before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// The person.
    pub person: Id,
    /// When that talk began, milliseconds UTC.
    pub at: i64,
    /// Whether they work now: in their shift by today's plan, and at the desk.
    pub is_on_shift: bool,
}

impl Desk {
    /// Returns who had the buyer's last talk before a record; none where nobody is known.
    pub fn had_before(&self, record: &Record) -> Result<Option<Before>, Problem> {
        let talk = |row: &Row| match row.owner {
            Some(Owner::Person(person)) => Some((row.opened, row.id, person)),
            _ => None,
        };
        let talks = self.last_talks(record)?;
        let last = talks
            .iter()
            .filter(|row| !row.void)
            .filter(|row| (row.opened, row.id) < (record.opened, record.id))
            .filter_map(talk)
            .max();
        let Some((at, _, person)) = last else {
            return Ok(None);
        };
        Ok(Some(Before {
            person,
            at,
            is_on_shift: self.is_on_shift(person)?,
        }))
    }

    /// The newest talks of the same buyer, and about the same order.
    fn last_talks(&self, record: &Record) -> Result<Vec<Row>, Problem> {
        let id = |path: &str| record.text(path).and_then(|id| id.parse::<Id>().ok());
        let newest = Query {
            registers: vec![conversation::REGISTER.name],
            opened_before: Some(record.opened.saturating_add(1)),
            order: Order::Opened,
            limit: Some(LAST),
            ..Query::default()
        };
        let mut talks = Vec::new();
        if let Some(customer) = id("customer") {
            let customer = Some(customer);
            talks.extend(self.store().rows(&Query {
                customer,
                ..newest.clone()
            })?);
        }
        let is_order = record.register == order::REGISTER.name;
        if let Some(order) = is_order.then_some(record.id).or_else(|| id("order")) {
            let order_id = Some(order);
            talks.extend(self.store().rows(&Query { order_id, ..newest })?);
        }
        Ok(talks)
    }

    fn is_on_shift(&self, person: Id) -> Result<bool, Problem> {
        let now = self.now();
        let is_now = |line: Record| {
            let starts = line.get(sheet::STARTS).unwrap_or(i64::MAX);
            let ends = line.get(sheet::ENDS).unwrap_or_default();
            starts <= now && now < ends
        };
        let is_planned = self.shift_of(person)?.is_some_and(is_now);
        Ok(is_planned && self.presence_of(person)? == "present")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::desk::act::fields;
    use crate::desk::shop_tests::{Shop, unowned_talk};

    fn talk(desk: &mut Desk, customer: Id) -> Record {
        let about = fields([
            ("buyer", json!("回头客")),
            ("customer", json!(customer.to_string())),
        ]);
        unowned_talk(desk, about)
    }

    #[test]
    fn a_buyer_who_comes_back_is_theirs_who_had_the_last_talk_while_they_work() {
        let Shop {
            folder: _folder,
            mut desk,
        } = Shop::sample("林晓");
        let me = desk.me().unwrap().clone();
        let customer = desk.new_id();
        let first = talk(&mut desk, customer);
        assert_eq!(desk.had_before(&first).unwrap(), None, "the buyer is new");
        let all = desk.candidates(&[first.id]).unwrap();
        // However often the buyer came before, it is the last talk that counts.
        let mut act = desk.act();
        for _ in 0..205 {
            let about = fields([("customer", json!(customer.to_string()))]);
            let id = desk.new_id();
            act.begin(&conversation::REGISTER, id, about, me.id);
        }
        desk.write(act).unwrap();
        let works = |desk: &Desk, person: Id| desk.is_on_shift(person).unwrap();
        let here = all.iter().rfind(|one| works(&desk, one.person)).unwrap();
        let away = all.iter().find(|one| !works(&desk, one.person)).unwrap();
        for (person, is_on_shift) in [(here.person, true), (away.person, false)] {
            let last = talk(&mut desk, customer);
            desk.transfer(last.id, Owner::Person(person), "peak")
                .unwrap();
            let again = talk(&mut desk, customer);
            let before = desk.had_before(&again).unwrap().unwrap();
            assert_eq!((before.person, before.is_on_shift), (person, is_on_shift));
            // Whoever works stands first for it, with the reason; who does not, does not.
            let first = desk.candidates(&[again.id]).unwrap().remove(0);
            assert_eq!(first.person == person && first.had_last, is_on_shift);
        }
    }
}
