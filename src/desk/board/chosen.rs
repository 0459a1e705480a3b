//! What one who approves must see before a word: the sum, the order, what was said to the
//! buyer, what else is asked, how often this buyer asked.

use super::money::{added, amount};
use crate::desk::Desk;
use crate::desk::case::Arithmetic;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::registers::{case, order, promise};
use crate::domain::rules::money as rules;
use crate::exchange::intake::is_masked;
use crate::problem::Problem;
use crate::store::{Query, Row};

/// How far back a buyer's cases are counted, milliseconds.
const MONTH: i64 = 30 * 24 * 3_600_000;
/// The most records of a buyer or an order that are looked at.
const MOST: usize = 200;

/// What is known around a case that waits for a word.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The case.
    pub row: Row,
    /// The order, where one is known.
    pub order: Option<Row>,
    /// Whether an export has brought the order: else what is paid is not verified.
    pub is_verified: bool,
    /// Who asked, and when (milliseconds UTC).
    pub asked: Option<(Id, i64)>,
    /// The word of the reason.
    pub reason: Option<String>,
    /// paid − refunded − asked elsewhere − asked here.
    pub sum: Arithmetic,
    /// What the buyer was promised, and until when.
    pub promise: Option<(String, i64)>,
    /// What else is asked on the order.
    pub elsewhere: Vec<Row>,
    /// How often this buyer asked within 30 days beside this, and for how much; none where
    /// nobody can tell who the buyer is.
    pub buyer: Option<(usize, Vec<Money>)>,
}

impl Desk {
    /// Returns what must be seen before a word on a case.
    pub fn board_chosen(&self, id: Id) -> Result<Chosen, Problem> {
        let (record, _) = self.record(id)?;
        let row = self
            .store()
            .row(id)?
            .ok_or_else(|| crate::desk::act::not_found(&id.to_string()))?;
        let order = row.order_id.map(|order| self.store().record(order));
        let order = order.transpose()?.flatten();
        let asked = rules::request_trace(&record).and_then(|trace| {
            let person = self.people().of_replica(trace.replica)?;
            Some((person.id, trace.at))
        });
        let on_order = match row.order_id {
            Some(order) => self.around(Query {
                order_id: Some(order),
                ..Query::default()
            })?,
            None => Vec::new(),
        };
        let of_buyer = match row.customer {
            Some(customer) => self.around(Query {
                customer: Some(customer),
                ..Query::default()
            })?,
            None => Vec::new(),
        };
        let is_known = row.customer.is_some() && !row.title.as_deref().is_some_and(is_masked);
        Ok(Chosen {
            is_verified: order
                .as_ref()
                .is_some_and(|order| !order::is_unverified(order)),
            order: order
                .map(|order| self.store().row(order.id))
                .transpose()?
                .flatten(),
            asked,
            reason: record.text(case::REASON.name()).map(str::to_owned),
            sum: self.arithmetic(&record)?,
            promise: promise_among(on_order.iter().chain(&of_buyer)),
            elsewhere: cases(&on_order, id).cloned().collect(),
            buyer: is_known.then(|| {
                let since = self.now() - MONTH;
                let recent: Vec<&Row> = cases(&of_buyer, id)
                    .filter(|row| row.opened >= since)
                    .collect();
                (
                    recent.len(),
                    added(recent.iter().filter_map(|row| amount(row))),
                )
            }),
            row,
        })
    }

    fn around(&self, query: Query) -> Result<Vec<Row>, Problem> {
        let mut rows = self.store().rows(&Query {
            limit: Some(MOST),
            ..query
        })?;
        rows.retain(|row| !row.void);
        Ok(rows)
    }
}

fn cases(rows: &[Row], but: Id) -> impl Iterator<Item = &Row> {
    rows.iter()
        .filter(move |row| row.register == case::REGISTER.name && row.id != but)
}

/// The promise that ends first.
fn promise_among<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<(String, i64)> {
    rows.filter(|row| row.register == promise::REGISTER.name && row.closed.is_none())
        .filter_map(|row| {
            let text = row.fields.get(promise::TEXT.name());
            Some((row.due?, text.and_then(String::from_value)?))
        })
        .min()
        .map(|(due, text)| (text, due))
}
