//! What stands around the lines of a sheet: what was said and done, what is at hand, who
//! receives it, and what does not agree with the last export.

use serde_json::Value;

use crate::desk::Desk;
use crate::desk::people::Person;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::Direction;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::domain::registers::{note, order, parcel, sheet};
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

/// The most rows of one sort that are looked at.
const MOST: usize = 1_000;
/// The states of a note in which the memo should stand on the platform.
const WRITTEN: [&str; 5] = ["flagged", "confirmed", "told", "acknowledged", "closed"];

/// What stands around a line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Around {
    /// What we said last to the buyer, and when, milliseconds UTC.
    pub said: Option<(String, i64)>,
    /// What was written down last among us, and when.
    pub done: Option<(String, i64)>,
    /// How many sentences the conversation has.
    pub talk: Option<usize>,
    /// The waybills of the order.
    pub waybills: Vec<String>,
    /// What the order was paid.
    pub paid: Option<Money>,
    /// What open cases of the order ask.
    pub pending: Option<Money>,
}

/// Somebody to whom a sheet goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Who.
    pub person: Person,
    /// The word of their shift today.
    pub shift: Option<String>,
    /// When it begins, milliseconds UTC.
    pub starts: Option<i64>,
    /// The word of their presence: `absent`, `present`, `away` or `off`.
    pub presence: String,
}

/// A note of which the last export of its order knows nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritten {
    /// The note.
    pub note: Id,
    /// The order's number.
    pub order: String,
    /// When the export was made, milliseconds UTC.
    pub exported_at: i64,
}

impl Desk {
    /// Returns what stands around a line of a sheet.
    pub fn handover_around(&self, row: &Row) -> Result<Around, Problem> {
        let mut around = Around::default();
        let Some(record) = self.store().record(row.id)? else {
            return Ok(around);
        };
        let order = record.text("order").and_then(|id| id.parse::<Id>().ok());
        let talk = if record.register == "conversation" {
            Some(record.clone())
        } else {
            self.talk_about(order, &record)?
        };
        for one in [Some(&record), talk.as_ref()].into_iter().flatten() {
            around.said = around.said.or_else(|| last(one, Direction::Out));
            around.done = around.done.or_else(|| last(one, Direction::Internal));
        }
        if let Some(talk) = &talk {
            let said = talk.entries.iter().filter(|entry| {
                !entry.void && matches!(entry.say.direction, Direction::In | Direction::Out)
            });
            around.talk = Some(said.count()).filter(|count| *count > 0);
        }
        if let Some(order) = order {
            let sum = self.arithmetic_of(Some(order), None, Money::cny(0))?;
            around.paid = sum.paid;
            around.pending = Some(sum.elsewhere);
            around.waybills = self.waybills_of(order)?;
        }
        Ok(around)
    }

    /// The newest conversation about an order, else with the customer of a record.
    fn talk_about(&self, order: Option<Id>, record: &Record) -> Result<Option<Record>, Problem> {
        let customer = record.text("customer").and_then(|id| id.parse::<Id>().ok());
        for (order_id, customer) in [(order, None), (None, customer)] {
            if order_id.is_none() && customer.is_none() {
                continue;
            }
            let rows = self.store().rows(&Query {
                registers: vec!["conversation"],
                order_id,
                customer,
                order: Order::Opened,
                limit: Some(1),
                ..Query::default()
            })?;
            if let Some(row) = rows.first() {
                return Ok(self.store().record(row.id)?);
            }
        }
        Ok(None)
    }

    fn waybills_of(&self, order: Id) -> Result<Vec<String>, Problem> {
        let parcels = self.store().rows(&Query {
            registers: vec![parcel::REGISTER.name],
            order_id: Some(order),
            limit: Some(MOST),
            ..Query::default()
        })?;
        let text = |row: &Row| {
            let waybill = row.fields.get(parcel::WAYBILL.name())?;
            waybill.as_str().map(str::to_owned)
        };
        let mut waybills: Vec<String> = parcels.iter().filter_map(text).collect();
        if waybills.is_empty() {
            let known = self.store().record(order)?;
            waybills.extend(known.and_then(|order| order.get(order::WAYBILL)));
        }
        Ok(waybills)
    }

    /// Returns who of today's plan a sheet goes to: the person, or those of the post whose shift
    /// is not over when the leaver's ends, those who begin last first.
    pub fn receivers(&self, to: Owner, ends: Option<i64>) -> Result<Vec<Receiver>, Problem> {
        let until = ends.unwrap_or_else(|| self.now());
        let me = self.me()?.id;
        let wanted = |person: &Person| match to {
            Owner::Person(id) => person.id == id,
            Owner::Post(post) => person.id != me && person.posts.contains(&post) && person.serves(),
        };
        let lines = self.plan_of_today()?;
        let mut receivers = Vec::new();
        for person in self.people().all().iter().filter(|person| wanted(person)) {
            let of = |row: &&Row| {
                let planned = row.fields.get(sheet::PERSON.name());
                planned.and_then(Id::from_value) == Some(person.id)
            };
            let works_on = |row: &&Row| {
                let ends = row.fields.get(sheet::ENDS.name());
                ends.and_then(Value::as_i64).is_some_and(|end| end > until)
            };
            let mut own = lines.iter().filter(of);
            let first = own.clone().next();
            let after = own.find(works_on);
            if matches!(to, Owner::Post(_)) && after.is_none() {
                continue;
            }
            let plan = after.or(first);
            let number = |name: &str| plan.and_then(|row| row.fields.get(name)?.as_i64());
            let shift = plan.and_then(|row| row.fields.get(sheet::SHIFT_OF.name()));
            receivers.push(Receiver {
                shift: shift.and_then(|shift| shift.as_str()).map(str::to_owned),
                starts: number(sheet::STARTS.name()),
                presence: self.presence_of(person.id)?,
                person: person.clone(),
            });
        }
        receivers.sort_by_key(|one| std::cmp::Reverse(one.starts));
        Ok(receivers)
    }

    /// Returns the person's notes of which a later export of the order shows neither flag nor
    /// words: the memo was not written on the platform.
    pub fn unwritten_notes(&self) -> Result<Vec<Unwritten>, Problem> {
        let me = self.me()?.id;
        let mut unwritten = Vec::new();
        for row in self.owned_open(me)? {
            if row.void
                || row.register != note::REGISTER.name
                || !WRITTEN.contains(&row.state.as_str())
            {
                continue;
            }
            let Some(record) = self.store().record(row.id)? else {
                continue;
            };
            let order = record.text("order").and_then(|id| id.parse::<Id>().ok());
            let known = match order {
                Some(order) => self.store().record(order)?,
                None => None,
            };
            if let Some(exported_at) = known.and_then(|order| lacks(&record, &order)) {
                unwritten.push(Unwritten {
                    note: record.id,
                    order: record.text("order_number").unwrap_or_default().to_owned(),
                    exported_at,
                });
            }
        }
        Ok(unwritten)
    }
}

fn last(record: &Record, direction: Direction) -> Option<(String, i64)> {
    let entry = record
        .entries
        .iter()
        .rev()
        .find(|entry| !entry.void && entry.say.direction == direction)?;
    Some((entry.say.text.clone()?, entry.at))
}

/// When the export was made that is later than the note's flag and shows neither this flag nor
/// what the note says; none where it shows them, or where no later export came.
fn lacks(note: &Record, order: &Record) -> Option<i64> {
    let flagged = note.reached("flagged")?.trace.at;
    let exported = [order::FLAG_OF.name(), order::SELLER_MEMO.name()]
        .into_iter()
        .chain([order::PLATFORM_STATE.name()])
        .filter_map(|path| order.write(path)?.exported_at)
        .max()
        .filter(|at| *at > flagged)?;
    let is_flagged = note.text(note::FLAG_OF.name()) == order.text(order::FLAG_OF.name());
    let new = note.text(note::NEW.name()).unwrap_or_default();
    let said = new.split_whitespace().last().unwrap_or_default();
    let memo = order.text(order::SELLER_MEMO.name()).unwrap_or_default();
    let is_said = memo.contains(said);
    (!is_flagged || !is_said).then_some(exported)
}
