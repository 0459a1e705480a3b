//! One side of what people must look at: who, when, where, and what they said.

use serde_json::Value;

use super::verb_id;
use crate::desk::Desk;
use crate::desk::reading::{Reader, field_label};
use crate::domain::deadline::calendar;
use crate::domain::event::{Event, Verb};
use crate::domain::field::{FieldSpec, FromValue, Kind};
use crate::domain::id::{Chain, Id, ReplicaId};
use crate::domain::money::Money;
use crate::domain::payload::Payload;
use crate::domain::record::{Record, Step};
use crate::domain::register::{Owner, Register};
use crate::domain::registers;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Contradiction, Row};
use crate::text::mask;

/// The most fields that a side names.
const FIELDS: usize = 3;

/// What one side says. The texts are uncleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The author's name, the replica's first digits where the roster names nobody.
    pub who: String,
    /// The author's replica: on which desk.
    pub replica: ReplicaId,
    /// The letters of that replica's numbers.
    pub place: String,
    /// When, by the author's clock, milliseconds UTC.
    pub at: Option<i64>,
    /// What: a value, a step, an amount.
    pub what: String,
}

impl Desk {
    /// Returns whose a replica is, its first digits where nobody is known.
    pub fn who(&self, replica: ReplicaId) -> String {
        match self.people().of_replica(replica) {
            Some(person) => person.name.clone(),
            None => replica.to_string()[..8].to_owned(),
        }
    }

    pub(super) fn side(
        &self,
        replica: ReplicaId,
        at: Option<i64>,
        what: String,
    ) -> Result<Side, Problem> {
        Ok(Side {
            who: self.who(replica),
            replica,
            place: self.store().letters(replica)?,
            at,
            what,
        })
    }

    /// The sides of a contradiction: the events that it rests on, else the records.
    pub(super) fn sides_of(
        &self,
        one: &Contradiction,
        words: &Words,
    ) -> Result<Vec<Side>, Problem> {
        let mut records = Vec::new();
        for id in &one.records {
            records.extend(self.store().record(*id)?);
        }
        if let ("concurrent_values", [record]) = (one.kind.as_str(), &records[..]) {
            let live = record.values.get(&one.about).map(Vec::as_slice);
            let register = registers::by_name(&record.register);
            let said = live.unwrap_or_default().iter().map(|write| {
                let what = self.value_named(register, &one.about, &write.value, words);
                self.side(write.trace.replica, Some(write.trace.at), what)
            });
            return said.collect();
        }
        let mut sides = Vec::new();
        if let ("illegal_move", [record]) = (one.kind.as_str(), &records[..]) {
            sides.extend(self.state_met(record, &one.about, words)?);
        }
        for chain in chains(&one.evidence) {
            for id in &one.records {
                if let Some(event) = self.store().event(*id, chain)? {
                    sides.push(self.side_of_event(&event, &one.about, words)?);
                }
            }
        }
        if sides.is_empty() {
            for record in &records {
                sides.push(self.side_of_record(record, words)?);
            }
        }
        Ok(sides)
    }

    /// The step by which a record came into the state that an illegal move met.
    fn state_met(
        &self,
        record: &Record,
        about: &str,
        words: &Words,
    ) -> Result<Option<Side>, Problem> {
        let met = about.split('>').next().unwrap_or_default();
        let comes = |step: &&Step| step.verb == Verb::Move && step.to == met;
        let Some(step) = record.steps.iter().rfind(comes) else {
            return Ok(None);
        };
        let what = state_step(&record.register, &step.from, &step.to, words);
        self.side(step.trace.replica, Some(step.trace.at), what)
            .map(Some)
    }

    /// A record as a side: its last step, its number and amount.
    fn side_of_record(&self, record: &Record, words: &Words) -> Result<Side, Problem> {
        let last = record.steps.last();
        let trace = if let Some(step) = last {
            Some((step.trace.replica, step.trace.at))
        } else {
            let events = self.store().events(record.id)?;
            let first = events.first();
            first.map(|event| (event.head.replica, event.head.at))
        };
        let (replica, at) = trace.unwrap_or_default();
        let row = self.store().row(record.id)?;
        let what = row.map_or_else(String::new, |row| self.row_called(&row, words));
        self.side(replica, Some(at), what)
    }

    /// An event as a side; of a change only the field `about` where it holds it.
    pub(super) fn side_of_event(
        &self,
        event: &Event,
        about: &str,
        words: &Words,
    ) -> Result<Side, Problem> {
        let register = registers::by_name(&event.head.register);
        let verb = Verb::of(event.head.verb);
        let what = match Payload::read(event) {
            Some(Payload::Open(change) | Payload::Set(change)) => {
                let only = change.fields.get(about);
                let said: Vec<String> = match only {
                    Some(value) => vec![self.value_named(register, about, value, words)],
                    None => change
                        .fields
                        .iter()
                        .take(FIELDS)
                        .map(|(path, value)| self.value_named(register, path, value, words))
                        .collect(),
                };
                format!("{} {}", words.get(&verb_id(verb)), said.join("  "))
            }
            Some(Payload::Move { from, to, .. }) => {
                state_step(&event.head.register, &from, &to, words)
            }
            Some(Payload::Assign { to, .. }) => {
                format!(
                    "{} {}",
                    words.get(&verb_id(verb)),
                    self.owner_named_in(to, words)
                )
            }
            Some(Payload::Sign { meaning, .. }) => words
                .get(&format!("held-sign-{}", meaning.word()))
                .to_string(),
            _ => words.get(&verb_id(verb)).to_string(),
        };
        self.side(event.head.replica, Some(event.head.at), what)
    }

    /// Returns what records are called, in their own words.
    pub fn called(&self, ids: &[Id], words: &Words) -> Result<String, Problem> {
        let rows = self.store().rows_by_id(ids)?;
        let called: Vec<String> = rows.iter().map(|row| self.row_called(row, words)).collect();
        Ok(called.join("   "))
    }

    /// Returns what a record is called, the word of its register where it has no row.
    pub(super) fn called_or(
        &self,
        id: Id,
        register: &str,
        words: &Words,
    ) -> Result<String, Problem> {
        let called = self.called(&[id], words)?;
        let known = format!("register-{register}");
        Ok(match called.is_empty() {
            false => called,
            true if words.has(&known) => words.get(&known).to_string(),
            true => register.to_owned(),
        })
    }

    fn row_called(&self, row: &Row, words: &Words) -> String {
        let reader = Reader {
            words,
            people: self.people(),
        };
        let name = row.number.clone().unwrap_or_else(|| reader.title(row));
        let state = words.get(&format!("state-{}-{}", row.register, row.state));
        let mut parts = vec![
            words.get(&format!("register-{}", row.register)).to_string(),
            name,
            state.to_string(),
        ];
        let amount = row.fields.get("amount").and_then(Money::from_value);
        parts.extend(amount.map(|amount| amount.to_string()));
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    }

    fn owner_named_in(&self, owner: Owner, words: &Words) -> String {
        let people = self.people();
        Reader { words, people }.owner(owner)
    }

    fn value_named(
        &self,
        register: Option<&'static Register>,
        path: &str,
        value: &Value,
        words: &Words,
    ) -> String {
        let Some((register, field)) =
            register.and_then(|register| Some((register, register.field(path)?)))
        else {
            return format!("{path} {value}");
        };
        let label = field_label(words, register, field);
        let said = self.value_said(field, value, words);
        format!("{label} {}", masked(field, said))
    }

    fn value_said(&self, field: &FieldSpec, value: &Value, words: &Words) -> String {
        match (field.kind, value) {
            (Kind::Money, value) => Money::from_value(value).map(|money| money.to_string()),
            (Kind::Time, value) => value.as_i64().map(|at| calendar::written(at, self.zone())),
            (Kind::Choice(list), Value::String(word)) => Some(
                words
                    .get(&format!("value-{}-{word}", list.name))
                    .to_string(),
            ),
            (Kind::Flag, Value::Bool(yes)) => {
                let id = if *yes { "flag-yes" } else { "flag-no" };
                Some(words.get(id).to_string())
            }
            (Kind::Record("person"), Value::String(id)) => id
                .parse()
                .ok()
                .map(|id| self.owner_named_in(Owner::Person(id), words)),
            (_, Value::String(text)) => Some(text.clone()),
            (_, Value::Null) => None,
            (_, value) => Some(value.to_string()),
        }
        .unwrap_or_default()
    }
}

/// What is personal as far as it is needed to tell one side from the other; the whole is in the
/// record, on request.
fn masked(field: &FieldSpec, said: String) -> String {
    if !field.personal {
        return said;
    }
    match field.name {
        "phone" => mask::phone(&said),
        "address" => mask::address(&said),
        "receiver" => mask::name(&said),
        _ => mask::free_text(&said),
    }
}

fn state_step(register: &str, from: &str, to: &str, words: &Words) -> String {
    let state = |state: &str| words.get(&format!("state-{register}-{state}")).to_string();
    format!("{} > {}", state(from), state(to))
}

/// The chains that a contradiction's evidence names.
fn chains(evidence: &str) -> Vec<Chain> {
    evidence
        .split(|c: char| !c.is_ascii_hexdigit())
        .filter(|word| word.len() == 64)
        .filter_map(|word| word.parse().ok())
        .collect()
}
