//! Handovers name records of many customers in one event. The events that name the erased one
//! go, and what they said of the others is written again.

use std::collections::BTreeSet;

use super::web::all;
use super::{NAMED, erase};
use crate::desk::Desk;
use crate::desk::act::{Act, change};
use crate::domain::event::Event;
use crate::domain::id::{Chain, Id};
use crate::domain::payload::{Fields, Payload};
use crate::domain::record::Record;
use crate::domain::registers::handover::{LINE_RECORD, LINES, REGISTER};
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

/// The handovers that say something of a customer.
pub(super) struct Sheets(Vec<Sheet>);

struct Sheet {
    record: Record,
    events: Vec<Chain>,
    /// What the erased events said of others.
    again: Fields,
}

impl Sheets {
    /// Finds the handovers that name one of these records, or say one of these words.
    pub fn naming(
        desk: &Desk,
        records: &BTreeSet<Id>,
        signs: &BTreeSet<String>,
    ) -> Result<Self, Problem> {
        let query = Query {
            registers: vec![REGISTER.name],
            order: Order::Opened,
            limit: Some(1_000),
            ..Query::default()
        };
        let mut sheets = Vec::new();
        for row in all(desk, query)? {
            sheets.extend(sheet(desk, &row, records, signs)?);
        }
        Ok(Self(sheets))
    }

    /// Returns how many events go.
    pub fn events(&self) -> usize {
        self.0.iter().map(|sheet| sheet.events.len()).sum()
    }

    /// Returns the handovers.
    pub fn records(&self) -> impl Iterator<Item = Id> {
        self.0.iter().map(|sheet| sheet.record.id)
    }

    /// Adds the erasures to an act, and what is to be said again.
    pub fn write(&self, act: &mut Act, reason: &str) {
        for sheet in &self.0 {
            for events in sheet.events.chunks(NAMED) {
                act.add(&REGISTER, sheet.record.id, erase(events, reason));
            }
            if !sheet.again.is_empty() {
                let change = change(&sheet.record, sheet.again.clone());
                act.add(&REGISTER, sheet.record.id, Payload::Set(change));
            }
        }
    }
}

fn sheet(
    desk: &Desk,
    row: &Row,
    records: &BTreeSet<Id>,
    signs: &BTreeSet<String>,
) -> Result<Option<Sheet>, Problem> {
    let Some(record) = desk.store().record(row.id)? else {
        return Ok(None);
    };
    let is_named = |key: &&str| {
        let named = record.cell::<String>(LINES.name(), key, LINE_RECORD.name());
        named
            .and_then(|id| id.parse().ok())
            .is_some_and(|id| records.contains(&id))
    };
    let lines: Vec<String> = record
        .keys(LINES.name())
        .into_iter()
        .filter(is_named)
        .map(|key| format!("{}/{key}/", LINES.name()))
        .collect();
    let tells = |path: &str, value: &serde_json::Value| {
        let is_line = lines.iter().any(|line| path.starts_with(line.as_str()));
        let says = |text: &str| signs.iter().any(|sign| text.contains(sign.as_str()));
        is_line || value.as_str().is_some_and(says)
    };
    let mut events = Vec::new();
    for event in desk.store().events(row.id)? {
        if event.body.personal().is_some() && says_any(&event, &tells) {
            events.push(event.chain);
        }
    }
    if events.is_empty() {
        return Ok(None);
    }
    let again = again(&record, &events, &tells);
    Ok(Some(Sheet {
        record,
        events,
        again,
    }))
}

fn is_personal(path: &str) -> bool {
    REGISTER.field(path).is_some_and(|field| field.personal)
}

fn says_any(event: &Event, tells: &dyn Fn(&str, &serde_json::Value) -> bool) -> bool {
    match Payload::read(event) {
        Some(Payload::Open(change) | Payload::Set(change)) => change
            .fields
            .iter()
            .any(|(path, value)| is_personal(path) && tells(path, value)),
        _ => event.body.personal().is_some_and(|personal| {
            let text = String::from_utf8_lossy(&personal.bytes);
            tells("", &serde_json::Value::String(text.into_owned()))
        }),
    }
}

/// Returns the shown personal values that stood in these events and are not about the customer.
fn again(
    record: &Record,
    events: &[Chain],
    tells: &dyn Fn(&str, &serde_json::Value) -> bool,
) -> Fields {
    let shown = record
        .values
        .iter()
        .filter_map(|(path, live)| Some((path, live.last()?)));
    shown
        .filter(|(path, write)| {
            is_personal(path)
                && events.contains(&write.trace.chain)
                && !write.value.is_null()
                && !tells(path, &write.value)
        })
        .map(|(path, write)| (path.clone(), write.value.clone()))
        .collect()
}
