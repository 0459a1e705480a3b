//! A record: what its events add up to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::event::Verb;
use super::field::{Field, FromValue};
use super::id::{Chain, Id, ReplicaId};
use super::payload::{Direction, Meaning, Relation, Say};
use super::register::Owner;
use super::stamp::Stamp;

/// Who did something when, and which event says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The event.
    pub chain: Chain,
    /// Its place in the record's order.
    pub stamp: Stamp,
    /// When it happened, milliseconds UTC.
    pub at: i64,
    /// The author's replica.
    pub replica: ReplicaId,
    /// The act that it belongs to, in the author's stream.
    pub act: u64,
}

/// A live value of a field: a write that no other write names.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The value.
    pub value: Value,
    /// Who wrote it.
    pub trace: Trace,
    /// For mirror fields the newest export that says so, milliseconds UTC.
    pub exported_at: Option<i64>,
}

/// An entry of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who appended it.
    pub trace: Trace,
    /// When it was said, milliseconds UTC: the trace's time, or that of an equal entry that
    /// knows the minute.
    pub at: i64,
    /// What was said.
    pub say: Say,
    /// Whether a reply that was copied here was later seen in a paste or export.
    pub seen_sent: bool,
    /// Equal entries from other batches, in order.
    pub provenance: Vec<Chain>,
    /// Whether it was taken back.
    pub void: bool,
}

/// A step of lifecycle or ownership as it took effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Who took it.
    pub trace: Trace,
    /// `Move` or `Assign`.
    pub verb: Verb,
    /// What was before; empty for the first assign.
    pub from: String,
    /// What is after.
    pub to: String,
    /// A word of a list.
    pub reason: Option<String>,
    /// Free words.
    pub note: Option<String>,
}

/// A person's word.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// Who gave it.
    pub trace: Trace,
    /// What it means.
    pub meaning: Meaning,
    /// The exact thing.
    pub of: Chain,
    /// What the screen showed.
    pub saw: Map<String, Value>,
    /// Free words.
    pub note: Option<String>,
}

/// A relation to another record.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Who made it.
    pub trace: Trace,
    /// The other record.
    pub to: Id,
    /// The other record's register.
    pub register: String,
    /// How they relate.
    pub relation: Relation,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// Who attached it.
    pub trace: Trace,
    /// blake3 of the bytes.
    pub hash: [u8; 32],
    /// The media type.
    pub media: String,
    /// The number of bytes.
    pub size: u64,
    /// The file's name, where it was not erased.
    pub name: Option<String>,
}

/// A contradiction within one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// `concurrent_values`, `illegal_move` or `double_assign`.
    pub kind: &'static str,
    /// The field or state that it is about.
    pub about: String,
    /// The events that contradict each other, in order.
    pub events: Vec<Chain>,
}

/// What a record's events add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The record.
    pub id: Id,
    /// Its register's name.
    pub register: String,
    /// Its state.
    pub state: String,
    /// Who answers for it.
    pub owner: Option<Owner>,
    /// Who answered for it first: never changes by a later assign.
    pub first_owner: Option<Owner>,
    /// When it began, milliseconds UTC.
    pub opened: i64,
    /// When work on it was over, milliseconds UTC.
    pub closed: Option<i64>,
    /// Live values by path, each list in order, the last one shown.
    pub values: BTreeMap<String, Vec<Write>>,
    /// The timeline by time, void entries included.
    pub entries: Vec<Entry>,
    /// Moves and assigns that took effect, in order.
    pub steps: Vec<Step>,
    /// Signatures in order.
    pub signatures: Vec<Signature>,
    /// Links in order.
    pub links: Vec<Link>,
    /// Evidence in order.
    pub attachments: Vec<Attachment>,
    /// Contradictions within the record, sorted.
    pub conflicts: Vec<Conflict>,
    /// Whether the whole record was taken back.
    pub void: bool,
    /// The last stamp, from which the next one follows.
    pub last: Stamp,
    /// The assign that a new assign must name as seen.
    pub assigned_by: Option<Chain>,
    /// Events that are taken back, in order.
    pub voided: Vec<Chain>,
    /// Words that money went out which do not count as executions, in order: the money may be
    /// gone all the same. The judge knows them; the fold of a record alone does not.
    pub unproven: Vec<Signature>,
}

impl Record {
    /// Returns a field's shown value, none where nothing was written or it was cleared.
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.write(path)
            .map(|write| &write.value)
            .filter(|value| !value.is_null())
    }

    /// Returns the write whose value is shown.
    pub fn write(&self, path: &str) -> Option<&Write> {
        self.values.get(path)?.last()
    }

    /// Returns a declared field's shown value in the type that code uses.
    pub fn get<T: FromValue>(&self, field: Field<T>) -> Option<T> {
        T::from_value(self.value(field.name())?)
    }

    /// Returns a text field's shown value by its name.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.value(path)?.as_str()
    }

    /// Returns a cell's shown value within a map, in the type that code uses.
    pub fn cell<T: FromValue>(&self, map: &str, key: &str, cell: &str) -> Option<T> {
        T::from_value(self.value(&format!("{map}/{key}/{cell}"))?)
    }

    /// Returns the keys of a map's rows, in order.
    pub fn keys(&self, map: &str) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for path in self
            .values
            .range(format!("{map}/")..format!("{map}0"))
            .map(|(path, _)| path)
        {
            if let Some((_, key, _)) = split_cell(path)
                && keys.last() != Some(&key)
            {
                keys.push(key);
            }
        }
        keys
    }

    /// Returns the shown values as plain JSON, maps as nested objects.
    pub fn shown(&self) -> Value {
        let mut shown = Map::new();
        for (path, writes) in &self.values {
            let Some(value) = writes
                .last()
                .map(|write| &write.value)
                .filter(|value| !value.is_null())
            else {
                continue;
            };
            match split_cell(path) {
                None => {
                    shown.insert(path.clone(), value.clone());
                }
                Some((map, key, cell)) => insert_cell(&mut shown, map, key, cell, value),
            }
        }
        Value::Object(shown)
    }

    /// Returns whether somebody outside spoke last, and when; system and internal entries and
    /// entries taken back do not count.
    pub fn last_said(&self) -> Option<(Direction, i64)> {
        self.entries
            .iter()
            .rev()
            .find(|entry| {
                !entry.void && matches!(entry.say.direction, Direction::In | Direction::Out)
            })
            .map(|entry| (entry.say.direction, entry.at))
    }

    /// Returns since when the buyer has been waiting: the first of their entries after our last.
    pub fn buyer_waits_since(&self) -> Option<i64> {
        self.entries
            .iter()
            .rev()
            .filter(|entry| {
                !entry.void && matches!(entry.say.direction, Direction::In | Direction::Out)
            })
            .take_while(|entry| entry.say.direction == Direction::In)
            .last()
            .map(|entry| entry.at)
    }

    /// Returns what the buyer said last in words: a picture or a card alone (`[图片]`) is
    /// passed over, unless nothing else was said.
    pub fn buyers_last(&self) -> Option<&Entry> {
        let said = || {
            self.entries
                .iter()
                .rev()
                .filter(|entry| !entry.void && entry.say.direction == Direction::In)
                .filter(|entry| entry.say.text.is_some())
        };
        let in_words = |entry: &&Entry| {
            let text = entry.say.text.as_deref();
            text.is_some_and(|text| !is_placeholder(text))
        };
        said().find(in_words).or_else(|| said().next())
    }

    /// Returns the words of [`Record::buyers_last`].
    pub fn buyers_last_words(&self) -> Option<&str> {
        self.buyers_last()
            .and_then(|entry| entry.say.text.as_deref())
    }

    /// Returns the last move that took effect.
    pub fn last_move(&self) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.verb == Verb::Move)
    }

    /// Returns when the record last entered a state, milliseconds UTC.
    pub fn reached(&self, state: &str) -> Option<&Step> {
        self.steps
            .iter()
            .rev()
            .find(|step| step.verb == Verb::Move && step.to == state)
    }
}

/// Whether a text is nothing but a picture or a card: one pair of square brackets.
fn is_placeholder(text: &str) -> bool {
    let inner = text
        .trim()
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| !inner.contains(['[', ']']))
}

fn split_cell(path: &str) -> Option<(&str, &str, &str)> {
    let (map, rest) = path.split_once('/')?;
    let (key, cell) = rest.rsplit_once('/')?;
    Some((map, key, cell))
}

fn insert_cell(shown: &mut Map<String, Value>, map: &str, key: &str, cell: &str, value: &Value) {
    let rows = shown
        .entry(map)
        .or_insert_with(|| Value::Object(Map::new()));
    let Some(rows) = rows.as_object_mut() else {
        return;
    };
    let row = rows.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if let Some(row) = row.as_object_mut() {
        row.insert(cell.to_owned(), value.clone());
    }
}
