//! Which records are about one customer: those that name the same customer record, the same
//! order, or the same buyer on the same account, and what hangs on those in turn.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::nobody;
use crate::desk::Desk;
use crate::domain::id::Id;
use crate::domain::register::Register;
use crate::domain::registers::{self, BUYER, IDENTIFYING};
use crate::exchange::intake::is_masked;
use crate::problem::{Kind, Problem};
use crate::store::{Order, Query, Row};

/// How many rows are read at once.
const PAGE: usize = 1_000;
/// The fields that hold a buyer's name as the marketplace or we know it.
const BUYERS: [&str; 2] = ["buyer", "said_buyer"];
/// The fewest characters of a name, and of what is spelled in ASCII, that tell somebody apart.
const NAME_MIN: usize = 2;
const ASCII_MIN: usize = 4;

/// The records about a customer.
pub(super) struct Web {
    pub rows: BTreeMap<Id, Row>,
    /// The customer's names, unmasked.
    pub names: BTreeSet<String>,
}

impl Web {
    /// Finds everything about the customer that a name, a number or an id means.
    pub fn around(desk: &Desk, name: &str) -> Result<Self, Problem> {
        let name = name.trim();
        let mut seeds = match name.parse() {
            Ok(id) => desk.store().row(id)?.into_iter().collect(),
            Err(_) => desk.store().bearing(name)?,
        };
        if seeds.is_empty() {
            seeds = desk.store().named(name)?;
        }
        seeds.retain(is_about_customers);
        if seeds.is_empty() {
            return Err(nobody(name));
        }
        one_customer(name, &seeds)?;
        let mut web = Self {
            rows: BTreeMap::new(),
            names: BTreeSet::new(),
        };
        let mut open = seeds;
        while let Some(row) = open.pop() {
            if !is_about_customers(&row) || web.rows.contains_key(&row.id) {
                continue;
            }
            open.extend(beside(desk, &row)?);
            web.names.extend(names(&row));
            web.rows.insert(row.id, row);
        }
        Ok(web)
    }

    /// Returns the words by which a text is known to be about the customer.
    pub fn signs(&self) -> BTreeSet<String> {
        let tell = |row: &Row| -> Vec<String> {
            let texts = IDENTIFYING.iter().filter_map(|name| text(row, name));
            texts.map(str::to_owned).collect()
        };
        let long = |word: &String| {
            let least = if word.is_ascii() { ASCII_MIN } else { NAME_MIN };
            word.chars().count() >= least && !is_masked(word)
        };
        self.rows.values().flat_map(tell).filter(long).collect()
    }
}

/// Returns whether a row is of a register that knows buyers: others are about the shop.
fn is_about_customers(row: &Row) -> bool {
    registers::by_name(&row.register).is_some_and(knows_buyers)
}

fn knows_buyers(register: &Register) -> bool {
    register.field(BUYER.name()).is_some()
}

fn text<'a>(row: &'a Row, field: &str) -> Option<&'a str> {
    row.fields.get(field).and_then(Value::as_str)
}

fn names(row: &Row) -> Vec<String> {
    let all = BUYERS
        .iter()
        .chain(&["name"])
        .filter_map(|name| text(row, name));
    let good = all.filter(|name| name.chars().count() >= NAME_MIN && !is_masked(name));
    good.map(str::to_owned).collect()
}

/// Refuses a name that customers of several accounts bear: it would take one for the other.
fn one_customer(name: &str, seeds: &[Row]) -> Result<(), Problem> {
    let accounts: BTreeSet<&str> = seeds
        .iter()
        .filter_map(|row| text(row, "account"))
        .collect();
    if accounts.len() < 2 {
        return Ok(());
    }
    let candidates: Vec<String> = accounts
        .iter()
        .filter_map(|account| {
            let of = |row: &&Row| text(row, "account") == Some(*account);
            let row = seeds.iter().find(of)?;
            Some(format!("{account}: {}", row.id))
        })
        .collect();
    Err(Problem::new(Kind::NotUnderstood, "problem-ambiguous")
        .arg("what", name)
        .arg("candidates", candidates.join(", "))
        .hint("problem-ambiguous-hint"))
}

/// Returns the records that are about the same customer as one.
fn beside(desk: &Desk, row: &Row) -> Result<Vec<Row>, Problem> {
    let mut found = Vec::new();
    let by = |customer, order_id| Query {
        customer,
        order_id,
        order: Order::Opened,
        limit: Some(PAGE),
        ..Query::default()
    };
    if row.customer.is_some() {
        found.extend(all(desk, by(row.customer, None))?);
    }
    if row.order_id.is_some() {
        found.extend(all(desk, by(None, row.order_id))?);
    }
    if let Some(number) = &row.order_number {
        let same = |other: &Row| other.order_number.as_ref() == Some(number);
        found.extend(desk.store().bearing(number)?.into_iter().filter(same));
    }
    let named = BUYERS.iter().filter_map(|name| text(row, name));
    for buyer in named.filter(|buyer| !is_masked(buyer)) {
        let same = |other: &Row| {
            BUYERS.iter().any(|name| text(other, name) == Some(buyer)) && may_be_one(row, other)
        };
        found.extend(desk.store().bearing(buyer)?.into_iter().filter(same));
    }
    if let Some(buyer) = text(row, "buyer_id").filter(|buyer| !is_masked(buyer)) {
        let same = |other: &Row| text(other, "buyer_id") == Some(buyer);
        found.extend(desk.store().bearing(buyer)?.into_iter().filter(same));
    }
    if let Some(record) = desk.store().record(row.id)? {
        for link in &record.links {
            found.extend(desk.store().row(link.to)?);
        }
    }
    Ok(found)
}

/// Buyers of one name are one where their accounts are. What names no account is taken along, but
/// leads to no account: through it one would come from one shop's buyer to another's.
fn may_be_one(row: &Row, other: &Row) -> bool {
    match (text(row, "account"), text(other, "account")) {
        (Some(one), Some(other)) => one == other,
        (_, None) => true,
        (None, Some(_)) => false,
    }
}

/// Returns all rows of a query, page by page.
pub(super) fn all(desk: &Desk, mut query: Query) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    loop {
        let page = desk.store().rows(&query)?;
        let is_last = page.len() < PAGE;
        query.after = page.last().map(|row| row.cursor(query.order));
        rows.extend(page);
        if is_last {
            return Ok(rows);
        }
    }
}
