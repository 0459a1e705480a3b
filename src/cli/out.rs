//! What commands print: words for people, one JSON object a line for programs.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

pub(super) use crate::domain::deadline::calendar::written as local;
use crate::domain::field::{FieldSpec, Kind as FieldKind};
use crate::domain::money::Money;
use crate::domain::register::{Owner, Register};
use crate::domain::registers;
use crate::i18n::{Arg, Words};
use crate::problem::{Kind, Problem};
use crate::text::clean;

/// Where and how a command speaks.
#[derive(Debug)]
pub(super) struct Out {
    /// The reader's words.
    pub words: Words,
    /// Whether programs read.
    pub json: bool,
    /// Whether only results and problems are said.
    pub quiet: bool,
}

impl Out {
    /// Prints a line for people, cleaned.
    pub fn line(&self, text: &str) -> Result<(), Problem> {
        write_out(&format!("{}\n", clean::line(text)))
    }

    /// Prints a sentence for people, unless asked to be quiet or to speak JSON.
    pub fn say(&self, id: &str, args: &[(&str, Arg<'_>)]) -> Result<(), Problem> {
        if self.quiet || self.json {
            Ok(())
        } else {
            self.line(&self.words.with(id, args))
        }
    }

    /// Prints text of several lines for people or into a file, cleaned line by line.
    pub fn block(&self, text: &str) -> Result<(), Problem> {
        let lines: Vec<String> = text
            .lines()
            .map(|line| clean::line(line).into_owned())
            .collect();
        write_out(&format!("{}\n", lines.join("\n")))
    }

    /// Prints one JSON object on a line of its own.
    pub fn object(&self, value: &Value) -> Result<(), Problem> {
        write_out(&format!("{}\n", clean::json(&value.to_string())))
    }

    /// Prints bytes that are for programs and hold nothing from outside.
    pub fn raw(&self, bytes: &[u8]) -> Result<(), Problem> {
        write_out(&String::from_utf8_lossy(bytes))
    }

    /// Prints the bytes of a workbook for who takes them into a file.
    pub fn workbook(&self, bytes: &[u8]) -> Result<(), Problem> {
        write_bytes(bytes)
    }

    /// Says what went wrong, on standard error: one sentence, one hint.
    pub fn problem(&self, problem: &Problem) {
        let (sentence, hint) = self.words.problem(problem);
        let hint = hint.filter(|_| !self.quiet);
        let text: Vec<String> = std::iter::once(sentence)
            .chain(hint)
            .map(|line| clean::line(&line).into_owned())
            .collect();
        // Nobody is left to tell where even standard error is closed.
        let _ = writeln!(io::stderr(), "{}", text.join("\n"));
    }
}

/// Writes to standard output; a reader that went away (`| head`) ends the command quietly.
fn write_out(text: &str) -> Result<(), Problem> {
    write_bytes(text.as_bytes())
}

fn write_bytes(bytes: &[u8]) -> Result<(), Problem> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => Err(closed()),
        Err(fault) => Err(Problem::new(Kind::NotSaved, "problem-cli-output").caused_by(fault)),
        Ok(()) => Ok(()),
    }
}

/// The end of a command whose reader went away: nothing to say.
fn closed() -> Problem {
    Problem::new(Kind::NotSaved, CLOSED)
}

/// The message of a problem that is not said.
pub(super) const CLOSED: &str = "problem-cli-output-closed";

/// Returns a time as programs read it: RFC 3339, UTC.
pub(super) fn rfc3339(at: i64) -> Value {
    DateTime::from_timestamp_millis(at).map_or(Value::Null, |at| {
        json!(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    })
}

/// Returns a record's shown values as programs read them: times as text, the rest as stored.
pub(super) fn fields_json(register: Option<&'static Register>, shown: &Value) -> Value {
    let Some(shown) = shown.as_object() else {
        return shown.clone();
    };
    let fields: Map<String, Value> = shown
        .iter()
        .map(|(name, value)| {
            let field = register.and_then(|register| field_of(register, name));
            (
                name.clone(),
                field.map_or_else(|| value.clone(), |field| value_json(field, value)),
            )
        })
        .collect();
    Value::Object(fields)
}

fn field_of(register: &'static Register, name: &str) -> Option<&'static FieldSpec> {
    register
        .fields
        .iter()
        .chain(registers::COMMON)
        .find(|field| field.name == name)
}

fn value_json(field: &FieldSpec, value: &Value) -> Value {
    match (field.kind, value) {
        (FieldKind::Time, value) => value.as_i64().map_or_else(|| value.clone(), rfc3339),
        (FieldKind::Map(cells), Value::Object(rows)) => {
            let row_json = |row: &Value| match row {
                Value::Object(row) => row
                    .iter()
                    .map(|(name, value)| {
                        let cell = cells.iter().find(|cell| cell.name == name);
                        (
                            name.clone(),
                            cell.map_or_else(|| value.clone(), |cell| value_json(cell, value)),
                        )
                    })
                    .collect(),
                other => other.clone(),
            };
            Value::Object(
                rows.iter()
                    .map(|(key, row)| (key.clone(), row_json(row)))
                    .collect(),
            )
        }
        _ => value.clone(),
    }
}

/// Returns a value as people read it.
pub(super) fn value_text(field: &FieldSpec, value: &Value, words: &Words, zone: Tz) -> String {
    match (field.kind, value) {
        (FieldKind::Time, value) => value.as_i64().map(|at| local(at, zone)).unwrap_or_default(),
        (FieldKind::Money, value) => serde_json::from_value::<Money>(value.clone())
            .map(|money| money.to_string())
            .unwrap_or_default(),
        (FieldKind::Choice(list), Value::String(word)) => words
            .get(&format!("value-{}-{word}", list.name))
            .to_string(),
        (FieldKind::Flag, Value::Bool(yes)) => words
            .get(if *yes { "cli-yes" } else { "cli-no" })
            .to_string(),
        (FieldKind::Texts, Value::Array(texts)) => texts
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        (_, Value::String(text)) => text.clone(),
        (_, value) => value.to_string(),
    }
}

/// Returns whose an item is, as people and programs read it: a name, or a post's word.
pub(super) fn owner_name(
    owner: Option<Owner>,
    name_of: impl Fn(Owner) -> Option<String>,
) -> Option<String> {
    let owner = owner?;
    Some(name_of(owner).unwrap_or_else(|| owner.spelling()))
}
