//! The end of a shift (S19): every open item of the person who leaves is a line, none can be
//! dropped; how loud a line is follows from the item and may only be raised.
//!
//! The sheet is worked on as a local draft; only signing it writes a `handover` record, which
//! the one who takes over answers line by line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Desk;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::register::{Owner, Post};
use crate::domain::registers::{handover, person, sheet};
use crate::exchange::outlet::handover::Figure;
use crate::exchange::outlet::table::Look;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::{Query, Row};

mod answers;
mod around;
mod figures;
mod lines;
mod paper;
mod receive;
mod sign;

pub use crate::exchange::outlet::handover::Point;
pub use around::{Around, Receiver, Unwritten};
pub use figures::{CONSULTS, FIRST_RESPONSE};
pub use lines::severity;
pub use receive::{Answer, Received, ReceivedLine};

/// How long the next shift lasts: what falls due within it cannot wait for the one after.
pub const NEXT_SHIFT: i64 = 8 * 3_600_000;
/// How far into the next shift a time is proposed.
const FIRST_HOUR: i64 = 3_600_000;
/// Times are proposed on the half hour.
const HALF_HOUR: i64 = 1_800_000;
/// The local draft's key.
const DRAFT: &str = "handover";
/// The most sheets that a search for handovers looks at.
const SHEETS: usize = 1_000;

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Severity {
    /// Goes on as it is.
    #[default]
    Green,
    /// Due within the next shift.
    Yellow,
    /// Money above the allowance in flight, a complaint, a promise or platform timeout due
    /// within the next shift, or a contradiction.
    Red,
}

impl Severity {
    /// Returns the word in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    /// Returns the severity of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Green, Self::Yellow, Self::Red]
            .into_iter()
            .find(|severity| severity.word() == word)
    }
}

/// An open item on the sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetLine {
    /// The record's row as it is now.
    pub row: Row,
    /// How it stands, in a sentence.
    pub summary: String,
    /// What is to be done.
    pub next: String,
    /// By when, milliseconds UTC.
    pub due: Option<i64>,
    /// What to do if something happens or does not.
    pub if_then: String,
    /// How loud it is at least.
    pub least: Severity,
    /// How loud it is.
    pub severity: Severity,
}

impl SheetLine {
    /// Returns whether the time by which it is to be done is over: nobody who takes over could
    /// keep it.
    pub fn is_over(&self, now: i64) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// Returns the names of the fields that its severity still asks for: `summary`, `next`,
    /// `due`, `if_then`. A time that is over fills none.
    pub fn missing(&self, now: i64) -> Vec<&'static str> {
        let asked: &[&str] = match self.severity {
            Severity::Red => &["summary", "next", "due", "if_then"],
            Severity::Yellow => &["next", "due"],
            Severity::Green => &[],
        };
        let is_there = |name: &str| match name {
            "summary" => !self.summary.trim().is_empty(),
            "next" => !self.next.trim().is_empty(),
            "due" => self.due.is_some() && !self.is_over(now),
            _ => !self.if_then.trim().is_empty(),
        };
        asked
            .iter()
            .copied()
            .filter(|name| !is_there(name))
            .collect()
    }

    /// Raises the line; below what the item asks for it does not go.
    pub fn raise(&mut self, severity: Severity) {
        self.severity = severity.max(self.least);
    }
}

/// The sheet of a shift that ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Who takes over.
    pub to: Owner,
    /// The word of the shift that ends.
    pub shift: Option<String>,
    /// When it began, milliseconds UTC.
    pub starts: Option<i64>,
    /// When it ends, milliseconds UTC.
    pub ends: Option<i64>,
    /// Every open item, the loudest first.
    pub lines: Vec<SheetLine>,
    /// What to watch out for.
    pub points: Vec<Point>,
    /// What was looked at before leaving, as words.
    pub checks: Vec<String>,
    /// What else is good to know.
    pub note: String,
    /// The shift's figures.
    pub figures: Vec<Figure>,
    /// Numbers of forms given in the shift, as runs.
    pub numbers: Vec<String>,
    /// How many unsent texts the person has.
    pub drafts: usize,
}

impl Sheet {
    /// Returns the draft's key and text: what the person wrote on the sheet.
    pub fn draft(&self) -> (String, String) {
        let edits = Edits {
            to: Some(self.to.spelling()),
            lines: self
                .lines
                .iter()
                .map(|line| (line.row.id.to_string(), LineEdit::of(line)))
                .collect(),
            points: self
                .points
                .iter()
                .map(|point| (point.text.clone(), point.until))
                .collect(),
            checks: self.checks.clone(),
            note: self.note.clone(),
        };
        let text = serde_json::to_string(&edits).unwrap_or_default();
        (DRAFT.to_owned(), text)
    }

    /// Returns how many lines still lack something.
    pub fn incomplete(&self, now: i64) -> usize {
        self.lines
            .iter()
            .filter(|line| !line.missing(now).is_empty())
            .count()
    }

    /// Returns the time that is proposed where a line's own is over: an hour into the next shift,
    /// on the half hour.
    pub fn next_due(&self, now: i64) -> i64 {
        let begins = self.ends.unwrap_or(now).max(now);
        let early = begins.saturating_add(FIRST_HOUR);
        early.saturating_add((-early).rem_euclid(HALF_HOUR))
    }
}

/// What the person wrote on the sheet, kept until it is signed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Edits {
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    lines: BTreeMap<String, LineEdit>,
    #[serde(default)]
    points: Vec<(String, Option<i64>)>,
    #[serde(default)]
    checks: Vec<String>,
    #[serde(default)]
    note: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct LineEdit {
    summary: String,
    next: String,
    due: Option<i64>,
    if_then: String,
    severity: String,
    /// Whether the deadline is the person's and not the item's.
    #[serde(default)]
    own_due: bool,
}

impl Desk {
    /// Returns the sheet of the person at the desk: every open item of theirs as it is now, with
    /// what they wrote on it so far.
    pub fn handover_draft(&self, words: &Words) -> Result<Sheet, Problem> {
        self.handover_sheet(words, self.edits()?)
    }

    /// Returns the sheet as the items themselves say, without anything that was written on it.
    pub fn handover_fresh(&self, words: &Words) -> Result<Sheet, Problem> {
        self.handover_sheet(words, Edits::default())
    }

    fn handover_sheet(&self, words: &Words, edits: Edits) -> Result<Sheet, Problem> {
        let me = self.me()?.clone();
        let plan = self.shift_of(me.id)?;
        let ends = plan.as_ref().and_then(|plan| plan.get(sheet::ENDS));
        let horizon = ends
            .unwrap_or_default()
            .max(self.now())
            .saturating_add(NEXT_SHIFT);
        let allowance = self.allowance(me.id)?;
        let look = Look {
            words,
            zone: self.zone(),
        };
        let mut lines = Vec::new();
        for row in self.to_hand_over(me.id)? {
            let mut line = self.line(row, horizon, allowance, &look)?;
            if let Some(edit) = edits.lines.get(&line.row.id.to_string()) {
                edit.write_on(&mut line);
            }
            lines.push(line);
        }
        lines.sort_by_key(|line| {
            (
                std::cmp::Reverse(line.severity),
                line.due.unwrap_or(i64::MAX),
                line.row.opened,
                line.row.id,
            )
        });
        let (figures, numbers) = self.shift_figures()?;
        Ok(Sheet {
            to: match edits.to.as_deref().and_then(Owner::parse) {
                Some(to) => to,
                None => self.successor()?,
            },
            shift: plan.as_ref().and_then(|plan| plan.get(sheet::SHIFT_OF)),
            starts: plan.as_ref().and_then(|plan| plan.get(sheet::STARTS)),
            ends,
            lines,
            points: edits
                .points
                .into_iter()
                .map(|(text, until)| Point { text, until })
                .collect(),
            checks: edits.checks,
            note: edits.note,
            figures,
            numbers,
            drafts: self.unsent(me.id)?,
        })
    }

    /// Keeps what the person wrote on the sheet, durably, until it is signed.
    pub fn keep_handover(&mut self, sheet: &Sheet) -> Result<(), Problem> {
        let (person, now) = (self.me()?.id.to_string(), self.now());
        let (key, text) = sheet.draft();
        Ok(self.store_mut().set_draft(&person, &key, &text, now)?)
    }

    fn edits(&self) -> Result<Edits, Problem> {
        let text = self.store().draft(&self.me()?.id.to_string(), DRAFT)?;
        // A draft of another release that cannot be read is begun anew.
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    fn unsent(&self, person: Id) -> Result<usize, Problem> {
        let drafts = self.store().drafts(&person.to_string())?;
        Ok(drafts
            .iter()
            .filter(|draft| draft.key != DRAFT && !draft.text.trim().is_empty())
            .count())
    }

    /// Returns the open items that a person's handover must list; the sheets themselves are not
    /// among them.
    pub fn to_hand_over(&self, person: Id) -> Result<Vec<Row>, Problem> {
        let mut rows = self.owned_open(person)?;
        rows.retain(|row| row.register != handover::REGISTER.name && !row.void);
        Ok(rows)
    }

    /// Returns how many open items of the person stand in no handover that was signed today; a
    /// line that came back counts as open again. None of who was retired: they hand on nothing.
    pub fn not_handed_over(&self) -> Result<usize, Problem> {
        let me = self.me()?;
        if self.is_retired(me.replica)? {
            return Ok(0);
        }
        let me = me.id;
        let mut handed = std::collections::BTreeSet::new();
        for row in self.sheets(&[("day", self.business_day(self.now())?)])? {
            let mine = row
                .fields
                .get(handover::FROM.name())
                .and_then(Id::from_value)
                == Some(me);
            if !mine || !matches!(row.state.as_str(), "signed" | "acknowledged") {
                continue;
            }
            let lines = row
                .fields
                .get(handover::LINES.name())
                .and_then(Value::as_object);
            let stands =
                |line: &&Value| line.get("ack").and_then(Value::as_str) != Some("returned");
            handed.extend(
                lines
                    .into_iter()
                    .flat_map(|lines| lines.values())
                    .filter(stands)
                    .filter_map(|line| line.get("record").and_then(Id::from_value)),
            );
        }
        Ok(self
            .to_hand_over(me)?
            .iter()
            .filter(|row| !handed.contains(&row.id))
            .count())
    }

    /// The handover sheets with these values, the newest first.
    fn sheets(&self, fields: &[(&'static str, String)]) -> Result<Vec<Row>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec![handover::REGISTER.name],
            fields: fields.to_vec(),
            order: crate::store::Order::Opened,
            limit: Some(SHEETS),
            ..Query::default()
        })?;
        Ok(rows.into_iter().filter(|row| !row.void).collect())
    }

    /// Returns who takes over by today's plan and works for the shop, else the person's first post.
    pub fn successor(&self) -> Result<Owner, Problem> {
        let me = self.me()?;
        let lines = self.plan_of_today()?;
        let person = |row: &Row, field: &str| row.fields.get(field).and_then(Id::from_value);
        let follower = lines
            .iter()
            .filter(|row| person(row, sheet::FOLLOWS.name()) == Some(me.id))
            .filter_map(|row| self.people().by_id(person(row, sheet::PERSON.name())?))
            .find(|one| one.id != me.id && one.serves());
        Ok(match follower {
            Some(follower) => Owner::Person(follower.id),
            None => Owner::Post(me.posts.first().copied().unwrap_or(Post::General)),
        })
    }

    /// What the person may refund in one case without asking, in minor units: the person's own
    /// limit, else the shop's.
    fn allowance(&self, id: Id) -> Result<i64, Problem> {
        let own = self
            .store()
            .record(id)?
            .and_then(|record| record.get(person::LIMIT_CASE));
        if let Some(limit) = own {
            return Ok(limit.minor);
        }
        let limit = self.setting("limit_case")?;
        let limit =
            limit.and_then(|limit| Money::parse(&limit, crate::domain::money::Currency::CNY).ok());
        Ok(limit.map_or(0, |limit| limit.minor))
    }
}

impl LineEdit {
    fn of(line: &SheetLine) -> Self {
        Self {
            summary: line.summary.clone(),
            next: line.next.clone(),
            due: line.due,
            if_then: line.if_then.clone(),
            severity: line.severity.word().to_owned(),
            own_due: line.due != line.row.due,
        }
    }

    /// What the item itself says (its deadline, how loud it is) is never older than the item.
    fn write_on(&self, line: &mut SheetLine) {
        line.summary.clone_from(&self.summary);
        line.next.clone_from(&self.next);
        line.if_then.clone_from(&self.if_then);
        if self.own_due {
            line.due = self.due;
        }
        line.raise(Severity::of(&self.severity).unwrap_or_default());
    }
}
