//! Words by which records are found: indexed fields, and the numbers and names that people
//! type. The only place that knows how they are spelled in the table `word`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rusqlite::Connection;
use serde_json::Value;

use crate::domain::field::{FieldSpec, Kind};
use crate::domain::register::Register;
use crate::domain::registers::{self, COMMON};
use crate::text::fold::fold;
use crate::text::pinyin::spellings;

use super::error::Result;
use super::many::{Many, bind};
use super::project::text_of;

/// Numbers from their beginning.
pub(super) const NUMBERS: i64 = 1;
/// Numbers from their end: people give the last four digits.
pub(super) const ENDS: i64 = 2;
/// Names from their beginning.
pub(super) const NAMES: i64 = 3;
/// Names by the first letters of how they are read, from their beginning.
pub(super) const INITIALS: i64 = 4;
/// Says by what rules words are made: other rules build them anew.
pub(super) const RULES: &str = "words 3";
/// The longest word kept, in characters.
const LONGEST: usize = 64;

static WORDS: LazyLock<Many> =
    LazyLock::new(|| Many::of("INSERT OR IGNORE INTO word", &["slot", "word", "no"]));

/// Words, each with its slot.
pub(super) type Words = BTreeSet<(i64, String)>;

/// Which of a row's words are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of them.
    All,
    /// Those without which a record is not found by what it says: the late ones are left out.
    Prompt,
}

/// Returns whether a slot's words may come later: they say nothing that another slot's do not.
pub(super) fn is_late(slot: i64) -> bool {
    matches!(slot, ENDS | INITIALS)
}

/// Where the value of an indexed field stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) slot: i64,
    pub(super) word: String,
    /// Whether other fields' values stand there too: the field itself must be compared.
    pub(super) is_shared: bool,
}

impl Place {
    /// Returns the place of a value. Numbers and names stand once, where people find them.
    pub(super) fn of(register: &Register, field: &FieldSpec, value: &str) -> Self {
        let shared = match field.kind {
            Kind::Number => number_found(value).map(|word| (NUMBERS, word)),
            Kind::Text => name_found(value).map(|word| (NAMES, word)),
            _ => None,
        };
        let is_shared = shared.is_some();
        let (slot, word) =
            shared.unwrap_or_else(|| (slot(register.name, field.name), value.to_owned()));
        Self {
            slot,
            word,
            is_shared,
        }
    }
}

/// Returns the slot of an indexed field: a hash, so that declarations may change places.
fn slot(register: &str, field: &str) -> i64 {
    let hash = blake3::hash(format!("{register}.{field}").as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    // Above the fixed slots.
    (1 << 32) | i64::from(u32::from_le_bytes([a, b, c, d]))
}

/// Returns a number as it is compared: letters and digits alone, folded.
pub(super) fn number_word(text: &str) -> String {
    fold(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .take(LONGEST)
        .collect()
}

/// Returns a name as it is compared.
pub(super) fn name_word(text: &str) -> String {
    fold(text).trim().chars().take(LONGEST).collect()
}

/// Returns the first letters that somebody typed instead of a name; a single one says nothing.
pub(super) fn initials_word(text: &str) -> Option<String> {
    let word = name_word(text);
    let is_meant = word.len() > 1
        && word.chars().all(|c| c.is_ascii_alphanumeric())
        && word.chars().any(|c| c.is_ascii_lowercase());
    is_meant.then_some(word)
}

/// Returns a number from its end.
pub(super) fn end_word(text: &str) -> String {
    number_word(text).chars().rev().collect()
}

/// Words of new and changed rows, written together at the end of a transaction: in their order
/// and many by one statement they cost half of what they cost one by one.
#[derive(Debug, Default)]
pub(super) struct Fresh(Vec<(i64, String, i64)>);

impl Fresh {
    /// Brings the words of a record's row up to date. New ones wait for [`Fresh::write`].
    pub(super) fn replace(
        &mut self,
        conn: &Connection,
        no: i64,
        old: Words,
        mut new: Words,
    ) -> Result<()> {
        if !old.is_empty() {
            self.write(conn)?;
        }
        for word in old {
            if !new.remove(&word) {
                conn.prepare_cached("DELETE FROM word WHERE slot = ?1 AND word = ?2 AND no = ?3")?
                    .execute((word.0, &word.1, no))?;
            }
        }
        self.0
            .extend(new.into_iter().map(|(slot, word)| (slot, word, no)));
        Ok(())
    }

    /// Takes those words of a record that are in such slots; the record may have them already.
    pub(super) fn add(&mut self, no: i64, words: Words, is_wanted: impl Fn(i64) -> bool) {
        let wanted = words.into_iter().filter(|(slot, _)| is_wanted(*slot));
        self.0.extend(wanted.map(|(slot, word)| (slot, word, no)));
    }

    /// Writes all that wait.
    pub(super) fn write(&mut self, conn: &Connection) -> Result<()> {
        self.0.sort_unstable();
        WORDS.write(conn, &self.0, |query, before, (slot, word, no)| {
            bind(query, before, &[slot, word, no])
        })?;
        self.0.clear();
        Ok(())
    }
}

/// Returns whether a number for people is in use.
pub(super) fn is_taken(conn: &Connection, number: &str) -> Result<bool> {
    let mut query =
        conn.prepare_cached("SELECT EXISTS(SELECT 1 FROM word WHERE slot = ?1 AND word = ?2)")?;
    Ok(query.query_row((NUMBERS, number_word(number)), |row| row.get(0))?)
}

/// Returns words of a row of a register that shows these values.
pub(super) fn of_row(register: &str, shown: &Value, extent: Extent) -> Words {
    let mut making = Making {
        extent,
        words: Words::new(),
    };
    if let Some(register) = registers::by_name(register) {
        for field in register.fields.iter().chain(COMMON) {
            if let Some(value) = shown.get(field.name) {
                making.field(register, field, value);
            }
        }
    }
    making.words
}

/// The words of one row while they are made.
struct Making {
    extent: Extent,
    words: Words,
}

impl Making {
    fn field(&mut self, register: &Register, field: &FieldSpec, value: &Value) {
        if field.indexed {
            let mut add = |value| {
                let place = Place::of(register, field, &text_of(value));
                self.words.insert((place.slot, place.word));
            };
            match value {
                Value::Array(list) => list.iter().for_each(add),
                one => add(one),
            }
        }
        match (field.kind, value) {
            (Kind::Number, Value::String(number)) => self.number(number),
            (Kind::Text, Value::String(name))
                if field.indexed || register.title.contains(&field.name) =>
            {
                self.name(name);
            }
            (Kind::Map(cells), Value::Object(rows)) => {
                for (key, row) in rows {
                    self.map_row(cells, key, row);
                }
            }
            _ => {}
        }
    }

    fn map_row(&mut self, cells: &[FieldSpec], key: &str, row: &Value) {
        // A day is no number by which anything is found.
        let is_day = key.parse::<chrono::NaiveDate>().is_ok();
        if !is_day && key.bytes().any(|byte| byte.is_ascii_digit()) {
            self.number(key);
        }
        let numbers = cells
            .iter()
            .filter(|cell| matches!(cell.kind, Kind::Number));
        for cell in numbers {
            if let Some(Value::String(number)) = row.get(cell.name) {
                self.number(number);
            }
        }
    }

    fn name(&mut self, name: &str) {
        if let Some(name) = name_found(name) {
            if self.extent == Extent::All {
                let spelled = spellings(&name).into_iter();
                self.words.extend(spelled.map(|word| (INITIALS, word)));
            }
            self.words.insert((NAMES, name));
        }
    }

    fn number(&mut self, number: &str) {
        if let Some(word) = number_found(number) {
            if self.extent == Extent::All {
                self.words.insert((ENDS, word.chars().rev().collect()));
            }
            self.words.insert((NUMBERS, word));
        }
    }
}

/// Returns the word by which a number is found; a masked one is shown and finds nothing.
fn number_found(number: &str) -> Option<String> {
    let is_masked = number.contains(['*', '#', '$']);
    Some(number_word(number)).filter(|word| !is_masked && !word.is_empty())
}

/// Returns the word by which a name is found; a masked one is shown and finds nothing.
fn name_found(name: &str) -> Option<String> {
    let is_masked = name.contains(['*', '#']);
    Some(name_word(name)).filter(|word| !is_masked && !word.is_empty())
}
