//! Finding (F3): anything pasted — an order number, the end of one, a waybill, a telephone
//! number, a name, a chat — leads to records; from any record to the buyer's card.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Desk;
use crate::domain::id::Id;
use crate::domain::payload::Direction;
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::exchange::intake::is_masked;
use crate::problem::Problem;
use crate::store::{Effort, Hit, Indexed, Query, Rest, Row};
use crate::text::fold::fold;

/// The most pieces of a paste that are looked up.
const PIECES: usize = 24;
/// From how many digits on a run within a paste may be a number of ours.
const DIGITS: usize = 4;
/// From how many characters on texts are searched: a single one is in every text.
const TEXT: usize = 2;
/// How much a key may cost that changes what is looked for.
const KEY: Effort = Effort {
    texts: 2_000,
    time: Duration::from_millis(40),
};
/// How much it may cost to look further, which a person asks for and sees.
const FURTHER: Effort = Effort {
    texts: 20_000,
    time: Duration::from_millis(400),
};
/// How much of what was said a card shows.
const LAST_WORDS: usize = 4;
/// How closely a record bears what is its buyer's name.
const NAMED: u8 = 2;
/// The fields that name the buyer.
const NAMES: [&str; 3] = ["buyer", "said_buyer", "name"];
/// The fields that hold a number by which records are found.
const NUMBERS: [&str; 4] = ["number", "order_number", "waybill", "phone"];
/// The most records of one buyer.
const MOST: usize = 500;

/// What a find found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Records by number or name: exact numbers first, then an exact buyer's (the open ones, of
    /// them the talk, what is one's own, what others have), then the open ones, the newest first.
    pub records: Vec<Row>,
    /// Whether more records than these bear it, which are read on to.
    pub has_more: bool,
    /// Whether more records bear it than are read on to.
    pub is_bounded: bool,
    /// Places where it was said or written, the newest first.
    pub said: Vec<Hit>,
    /// How many texts the index has not reached yet.
    pub behind: u64,
    /// What was looked through.
    pub indexed: Indexed,
    /// Where the look through the texts left off, none where it went through all.
    pub rest: Option<Rest>,
}

impl Found {
    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.said.is_empty()
    }

    /// Returns whether a row is among the records, or among those that are read on to.
    fn holds(&self, row: &Row, text: &str) -> bool {
        self.records.iter().any(|known| known.id == row.id) || self.has_more && bears(row, text)
    }
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastWords {
    /// The conversation.
    pub record: Id,
    /// When, milliseconds UTC.
    pub at: i64,
    /// Who spoke to whom.
    pub direction: Direction,
    /// The speaker, uncleaned.
    pub author: String,
    /// The text, uncleaned.
    pub text: String,
}

/// All that is known of one buyer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Card {
    /// The customer's record, where the buyer is known by one.
    pub customer: Option<Record>,
    /// The name as the shop sees it, uncleaned; empty where nobody knows it.
    pub buyer: String,
    /// Whether the platform masked the name: then only the order tells who it is.
    pub masked: bool,
    /// The orders, the newest first.
    pub orders: Vec<Row>,
    /// Open work, the most urgent first; promises among it.
    pub open: Vec<Row>,
    /// Open promises, the nearest first.
    pub promises: Vec<Row>,
    /// What is over, the newest first.
    pub closed: Vec<Row>,
    /// What was said last between the buyer and us, oldest first.
    pub last_words: Vec<LastWords>,
}

impl Desk {
    /// Finds records and texts by whatever was typed or pasted.
    pub fn find(&self, text: &str, limit: usize) -> Result<Found, Problem> {
        let text = text.trim();
        let mut found = Found::default();
        if text.is_empty() {
            return Ok(found);
        }
        found.indexed = self.store().indexed()?;
        self.find_records(text, &mut found, limit)?;
        self.find_said(text, &mut found, limit)?;
        Ok(found)
    }

    /// The places where a text was said, at most `limit` beside those that the records are.
    fn find_said(&self, text: &str, found: &mut Found, limit: usize) -> Result<(), Problem> {
        let is_line = !text.contains('\n') && text.chars().count() >= TEXT;
        if !is_line {
            return Ok(());
        }
        // The records say it too.
        let most = limit.saturating_add(found.records.len());
        let said = self.store().search_briefly(text, most, KEY)?;
        let hits = said.hits.into_iter();
        found.said = hits.filter(|hit| !found.holds(&hit.row, text)).collect();
        found.behind = said.behind;
        found.rest = said.rest;
        // The search has brought it on.
        found.indexed = self.store().indexed()?;
        Ok(())
    }

    /// How far a record of the buyer who was looked for is from the person at the desk: the talk
    /// with the buyer first, then what is theirs, what nobody has, what a colleague has.
    fn remoteness(&self, row: &Row) -> u8 {
        let me = self.signed_in().map(|me| Owner::Person(me.id));
        match row.owner {
            _ if row.register == "conversation" => 0,
            owner if owner.is_some() && owner == me => 1,
            None | Some(Owner::Post(_)) => 2,
            Some(Owner::Person(_)) => 3,
        }
    }

    /// The records that bear a piece of a text, at most `limit`.
    fn find_records(&self, text: &str, found: &mut Found, limit: usize) -> Result<(), Problem> {
        let mut known = BTreeSet::new();
        let mut records: Vec<Row> = Vec::new();
        (found.has_more, found.is_bounded) = (false, false);
        for piece in pieces(text) {
            if records.len() >= limit {
                // What the other pieces lead to is not known.
                found.has_more = true;
                break;
            }
            let mut borne = self.store().borne(piece, limit)?;
            borne.rows.sort_by_key(|row| {
                let closeness = closeness(row, piece);
                let is_named = closeness == NAMED;
                let near = is_named.then(|| (row.closed.is_some(), self.remoteness(row)));
                (closeness, near)
            });
            let new = borne.rows.into_iter();
            records.extend(new.filter(|row| known.insert(row.id)));
            found.has_more |= borne.has_more;
            found.is_bounded |= borne.is_bounded;
        }
        found.has_more |= records.len() > limit;
        records.truncate(limit);
        found.records = records;
        Ok(())
    }

    /// Reads on in the records that bear a text, for at most `limit` more.
    pub fn find_more(&self, text: &str, found: &mut Found, limit: usize) -> Result<(), Problem> {
        if !found.has_more {
            return Ok(());
        }
        let text = text.trim();
        let most = found.records.len().saturating_add(limit);
        self.find_records(text, found, most)?;
        if found.is_bounded && !found.has_more {
            // What would be read on to was left out of what was said, and here that ends early.
            return self.find_said(text, found, limit);
        }
        let shown: BTreeSet<Id> = found.records.iter().map(|row| row.id).collect();
        found.said.retain(|hit| !shown.contains(&hit.row.id));
        Ok(())
    }

    /// Looks further back for a text, from where `found` left off, for at most `limit` more.
    pub fn find_further(&self, text: &str, found: &mut Found, limit: usize) -> Result<(), Problem> {
        let Some(rest) = found.rest else {
            return Ok(());
        };
        let more = self
            .store()
            .search_further(text.trim(), limit, FURTHER, rest)?;
        for hit in more.hits {
            // A field written again with the same words is one hit.
            let is_again = |said: &Hit| said.row.id == hit.row.id && said.snippet == hit.snippet;
            if !found.holds(&hit.row, text) && !found.said.iter().any(is_again) {
                found.said.push(hit);
            }
        }
        found.rest = more.rest;
        Ok(())
    }

    /// Returns the card of the buyer whom a record is about.
    pub fn card(&self, id: Id) -> Result<Card, Problem> {
        let (record, _) = self.record(id)?;
        let customer = match record.register.as_str() {
            "customer" => Some(record.clone()),
            _ => match record.text("customer").and_then(|id| id.parse::<Id>().ok()) {
                Some(id) => self.store().record(id)?,
                None => None,
            },
        };
        let rows = self.rows_of_buyer(&record, customer.as_ref())?;
        let mut card = Card {
            buyer: buyer(&record, customer.as_ref()),
            customer,
            ..Card::default()
        };
        card.masked = is_masked(&card.buyer);
        for row in rows {
            match (row.register.as_str(), row.closed) {
                ("order", _) => card.orders.push(row),
                ("customer", _) => {}
                (_, Some(_)) => card.closed.push(row),
                (register, None) => {
                    if register == "promise" {
                        card.promises.push(row.clone());
                    }
                    card.open.push(row);
                }
            }
        }
        card.orders.sort_by_key(|row| std::cmp::Reverse(row.opened));
        card.open
            .sort_by_key(|row| (row.due.unwrap_or(i64::MAX), row.since));
        card.promises.sort_by_key(|row| row.due.unwrap_or(i64::MAX));
        card.closed.sort_by_key(|row| std::cmp::Reverse(row.closed));
        card.last_words = self.said_last(&card, &record)?;
        Ok(card)
    }

    /// The record and everything of the same customer and of the same orders. A masked name
    /// leads to nobody else.
    fn rows_of_buyer(
        &self,
        record: &Record,
        customer: Option<&Record>,
    ) -> Result<Vec<Row>, Problem> {
        let mut rows: Vec<Row> = self.store().row(record.id)?.into_iter().collect();
        let mut known: BTreeSet<Id> = rows.iter().map(|row| row.id).collect();
        let mut add = |rows: &mut Vec<Row>, more: Vec<Row>| {
            rows.extend(
                more.into_iter()
                    .filter(|row| !row.void && known.insert(row.id)),
            );
        };
        if let Some(customer) = customer {
            let of = Query {
                customer: Some(customer.id),
                order: crate::store::Order::Opened,
                limit: Some(MOST),
                ..Query::default()
            };
            add(&mut rows, self.store().rows(&of)?);
        }
        let mut orders: BTreeSet<Id> = rows.iter().filter_map(|row| row.order_id).collect();
        orders.extend(
            rows.iter()
                .filter(|row| row.register == "order")
                .map(|row| row.id),
        );
        for order in orders {
            add(&mut rows, self.store().row(order)?.into_iter().collect());
            let of = Query {
                order_id: Some(order),
                limit: Some(MOST),
                ..Query::default()
            };
            add(&mut rows, self.store().rows(&of)?);
        }
        Ok(rows)
    }

    /// What was said last in the buyer's newest conversations.
    fn said_last(&self, card: &Card, record: &Record) -> Result<Vec<LastWords>, Problem> {
        let talks = card
            .open
            .iter()
            .chain(&card.closed)
            .filter(|row| row.register == "conversation");
        let mut ids: Vec<Id> = talks.take(LAST_WORDS).map(|row| row.id).collect();
        if record.register == "conversation" && !ids.contains(&record.id) {
            ids.push(record.id);
        }
        let mut words = Vec::new();
        for id in ids {
            let Some(talk) = self.store().record(id)? else {
                continue;
            };
            let spoken = talk.entries.iter().rev().filter(|entry| {
                !entry.void && matches!(entry.say.direction, Direction::In | Direction::Out)
            });
            words.extend(spoken.take(LAST_WORDS).map(|entry| LastWords {
                record: id,
                at: entry.at,
                direction: entry.say.direction,
                author: entry.say.author.clone().unwrap_or_default(),
                text: entry.say.text.clone().unwrap_or_default(),
            }));
        }
        words.sort_by_key(|one| one.at);
        let more = words.len().saturating_sub(LAST_WORDS);
        words.drain(..more);
        Ok(words)
    }
}

/// The pieces of a paste, the whole first, then what may be a number, the longest first.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    if !text.contains('\n') {
        pieces.push(text);
    }
    let number = |c: char| c.is_ascii_alphanumeric() || c == '-' || ('０'..='９').contains(&c);
    let mut runs: Vec<&str> = text
        .split(|c: char| !number(c))
        .filter(|run| run.chars().filter(|c| c.is_numeric()).count() >= DIGITS && *run != text)
        .collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.len()));
    pieces.extend(runs);
    pieces.truncate(PIECES);
    let mut known = BTreeSet::new();
    pieces.retain(|piece| known.insert(*piece));
    pieces
}

/// Whether a record is found by a number or a name, as far as its fields tell.
fn bears(row: &Row, text: &str) -> bool {
    let asked = fold(text);
    let asked = asked.trim();
    let field = |name: &&str| row.fields.get(*name).and_then(|value| value.as_str());
    let mut names = NAMES.iter().filter_map(field).map(fold);
    let mut numbers = NUMBERS.iter().filter_map(field).map(fold);
    names.any(|name| name.trim().starts_with(asked))
        || numbers.any(|number| number.starts_with(asked) || number.ends_with(asked))
}

/// How closely a record bears exactly this: 0 as its own number, 1 as its order's, [`NAMED`] as
/// its buyer's name, more than that not.
fn closeness(row: &Row, text: &str) -> u8 {
    let asked = fold(text);
    let is = |value: Option<&str>| value.is_some_and(|value| fold(value).trim() == asked.trim());
    let field = |name: &str| row.fields.get(name).and_then(|value| value.as_str());
    let own = is(row.number.as_deref())
        || is(field("number"))
        || row.register == "parcel" && is(field("waybill"));
    if own {
        0
    } else if is(field("order_number")) || is(field("waybill")) {
        1
    } else if NAMES.iter().any(|name| is(field(name))) {
        NAMED
    } else {
        NAMED + 1
    }
}

fn buyer(record: &Record, customer: Option<&Record>) -> String {
    let names = [
        record.text("buyer"),
        customer.and_then(|customer| customer.text("buyer")),
        record.text("said_buyer"),
    ];
    names
        .into_iter()
        .flatten()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_falls_into_what_may_be_numbers() {
        assert_eq!(pieces("4031902847193518258"), ["4031902847193518258"]);
        assert_eq!(
            pieces("单号：4031902847193518258，运单YT7700012345 t**3 12"),
            [
                "单号：4031902847193518258，运单YT7700012345 t**3 12",
                "4031902847193518258",
                "YT7700012345"
            ]
        );
        assert_eq!(pieces("买家 08:15\n到哪了 8258\n8258"), ["8258"]);
        assert!(pieces(&"1234567 ".repeat(1_000)).len() <= PIECES);
    }
}
