//! Handovers name records of many customers in one event. The events that name the erased one
//! go, and what they said of the others is written again. So it is with the views that people
//! keep; one that asks for the erased ends.

use std::collections::BTreeSet;

use super::web::all;
use super::{NAMED, erase};
use crate::desk::Desk;
use crate::desk::act::{Act, change};
use crate::domain::event::Event;
use crate::domain::id::{Chain, Id};
use crate::domain::payload::{Fields, Payload};
use crate::domain::record::Record;
use crate::domain::register::Register;
use crate::domain::registers::handover::{self, LINE_RECORD, LINES};
use crate::domain::registers::{self, view};
use crate::problem::Problem;
use crate::store::{Order, Query, Row};

/// The handovers and views that say something of a customer.
pub(super) struct Sheets(Vec<Sheet>);

struct Sheet {
    record: Record,
    register: &'static Register,
    events: Vec<Chain>,
    /// What the erased events said of others.
    again: Fields,
    /// Whether it is a view that asks for the customer.
    ends: bool,
}

impl Sheets {
    /// Finds the handovers and views that name one of these records, or say one of these words.
    pub fn naming(
        desk: &Desk,
        records: &BTreeSet<Id>,
        signs: &BTreeSet<String>,
    ) -> Result<Self, Problem> {
        let query = Query {
            registers: vec![handover::REGISTER.name, view::REGISTER.name],
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

    /// Returns those of a register.
    pub fn of(&self, register: &Register) -> impl Iterator<Item = Id> {
        let sheets = self.0.iter();
        sheets
            .filter(|sheet| sheet.register.name == register.name)
            .map(|sheet| sheet.record.id)
    }

    /// Adds the erasures to an act, and what is to be said again.
    pub fn write(&self, act: &mut Act, reason: &str) {
        for sheet in &self.0 {
            for events in sheet.events.chunks(NAMED) {
                act.add(sheet.register, sheet.record.id, erase(events, reason));
            }
            if !sheet.again.is_empty() {
                let change = change(&sheet.record, sheet.again.clone());
                act.add(sheet.register, sheet.record.id, Payload::Set(change));
            }
            if sheet.ends {
                act.step(sheet.register, &sheet.record, "ended", None);
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
    let register = registers::by_name(&row.register);
    let Some((record, register)) = desk.store().record(row.id)?.zip(register) else {
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
        if event.body.personal().is_some() && says_any(register, &event, &tells) {
            events.push(event.chain);
        }
    }
    if events.is_empty() {
        return Ok(None);
    }
    let again = again(register, &record, &events, &tells);
    let asks = [view::NAME.name(), view::QUERY.name()];
    let asks = asks.iter().any(|path| {
        let said = record.value(path);
        said.is_some_and(|said| tells(path, said))
    });
    Ok(Some(Sheet {
        ends: register.name == view::REGISTER.name && asks && record.closed.is_none(),
        record,
        register,
        events,
        again,
    }))
}

fn is_personal(register: &Register, path: &str) -> bool {
    register.field(path).is_some_and(|field| field.personal)
}

fn says_any(
    register: &Register,
    event: &Event,
    tells: &dyn Fn(&str, &serde_json::Value) -> bool,
) -> bool {
    match Payload::read(event) {
        Some(Payload::Open(change) | Payload::Set(change)) => change
            .fields
            .iter()
            .any(|(path, value)| is_personal(register, path) && tells(path, value)),
        _ => event.body.personal().is_some_and(|personal| {
            let text = String::from_utf8_lossy(&personal.bytes);
            tells("", &serde_json::Value::String(text.into_owned()))
        }),
    }
}

/// Returns the shown personal values that stood in these events and are not about the customer.
fn again(
    register: &Register,
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
            is_personal(register, path)
                && events.contains(&write.trace.chain)
                && !write.value.is_null()
                && !tells(path, &write.value)
        })
        .map(|(path, write)| (path.clone(), write.value.clone()))
        .collect()
}
