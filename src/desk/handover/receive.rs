//! Taking over: each line is accepted, accepted with a change, asked about or returned; the
//! owner moves on accepting, who was asked first stays.

use super::{Point, Severity};
use crate::desk::Desk;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::record::{Record, Step};
use crate::domain::register::{Owner, Register};
use crate::domain::registers::handover;
use crate::problem::Problem;
use crate::store::Row;

/// What the one who takes over says to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Takes it as it stands.
    Accept,
    /// Takes it, with another time or way.
    Change(&'a str),
    /// Asks the leaver first.
    Ask(&'a str),
    /// Does not take it: the reason.
    Return(&'a str),
}

impl Answer<'_> {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Change(_) => "changed",
            Self::Ask(_) => "asked",
            Self::Return(_) => "returned",
        }
    }

    pub(super) fn note(self) -> Option<String> {
        match self {
            Self::Accept => None,
            Self::Change(text) | Self::Ask(text) | Self::Return(text) => {
                Some(text.trim().to_owned())
            }
        }
    }
}

/// A line as the one who takes over sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedLine {
    /// Its number, from 1.
    pub no: usize,
    /// The item.
    pub record: Id,
    /// The item's register.
    pub register: String,
    /// Whom it is about.
    pub title: String,
    /// How it stood when the sheet was signed.
    pub summary: String,
    /// What is to be done.
    pub next: String,
    /// By when, milliseconds UTC.
    pub due: Option<i64>,
    /// What to do if something happens or does not.
    pub if_then: String,
    /// How loud it is.
    pub severity: Severity,
    /// `open`, `accepted`, `changed`, `asked` or `returned`.
    pub ack: String,
    /// Who said so.
    pub ack_by: Option<Id>,
    /// When, milliseconds UTC.
    pub ack_at: Option<i64>,
    /// The change, the question or the reason.
    pub note: String,
    /// Whether the item changed after the sheet was signed and before it was answered.
    pub changed: bool,
    /// The item as it is now, none where it is not here (yet).
    pub row: Option<Row>,
}

impl ReceivedLine {
    /// Returns whether the line waits for an answer.
    pub fn is_open(&self) -> bool {
        matches!(self.ack.as_str(), "open" | "asked")
    }
}

/// A signed sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The sheet's record.
    pub id: Id,
    /// Its number for people.
    pub number: Option<String>,
    /// Its state.
    pub state: String,
    /// Who leaves.
    pub from: Option<Id>,
    /// Who takes over.
    pub to: Option<Owner>,
    /// The business day, `2026-11-22`.
    pub day: String,
    /// The word of the shift that ended.
    pub shift: Option<String>,
    /// When it was signed, milliseconds UTC.
    pub signed_at: Option<i64>,
    /// The first twelve digits of the signed event's hash, in fours; none before it is signed.
    pub seal: Option<String>,
    /// Whether every word on it is proven to be its author's.
    pub is_proven: bool,
    /// The second person, where there was one.
    pub second: Option<Id>,
    /// What else was written.
    pub note: String,
    /// What to watch out for.
    pub points: Vec<Point>,
    /// The lines by number.
    pub lines: Vec<ReceivedLine>,
    /// How many open items the leaver had.
    pub open_items: usize,
}

impl Received {
    /// Returns how many lines have this answer.
    pub fn count(&self, ack: &str) -> usize {
        self.lines.iter().filter(|line| line.ack == ack).count()
    }

    /// Returns how many lines wait for an answer.
    pub fn open(&self) -> usize {
        self.lines.iter().filter(|line| line.is_open()).count()
    }
}

/// The first six bytes as hex, `3f9c-20b1-7e44`.
fn in_fours(hash: &[u8; 32]) -> String {
    let fours = hash[..6].chunks(2).map(|pair| {
        let digits = pair.iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>()
    });
    fours.collect::<Vec<_>>().join("-")
}

impl Desk {
    /// Returns the signed sheets that wait for the person at the desk or one of their posts, the
    /// newest first.
    pub fn handovers_for_me(&self) -> Result<Vec<Received>, Problem> {
        let me = self.me()?.clone();
        let mut all = Vec::new();
        for owner in me.owners() {
            all.extend(self.sheets(&[(handover::TO.name(), owner.spelling())])?);
        }
        let mine = |row: &Row| {
            row.fields
                .get(handover::FROM.name())
                .and_then(Id::from_value)
                == Some(me.id)
        };
        all.retain(|row| row.state == "signed" && !mine(row));
        self.read_sheets(&all)
    }

    /// Returns all signed sheets of the shop that nobody has acknowledged, the newest first: for
    /// leaders and supervisors.
    pub fn handovers_waiting(&self) -> Result<Vec<Received>, Problem> {
        let mut all = self.sheets(&[])?;
        all.retain(|row| row.state == "signed");
        self.read_sheets(&all)
    }

    /// Returns the sheets that the person at the desk signed, the newest first: to see what
    /// became of the lines.
    pub fn handovers_of_mine(&self) -> Result<Vec<Received>, Problem> {
        let me = self.me()?.id;
        let mut all = self.sheets(&[(handover::FROM.name(), me.to_string())])?;
        all.retain(|row| row.state != "draft");
        self.read_sheets(&all)
    }

    fn read_sheets(&self, rows: &[Row]) -> Result<Vec<Received>, Problem> {
        rows.iter().map(|row| self.handover(row.id)).collect()
    }

    /// Returns a sheet with its lines as they are now.
    pub fn handover(&self, id: Id) -> Result<Received, Problem> {
        let (record, _) = sheet_record(self, id)?;
        let signed = record.reached("signed").cloned();
        let mut lines: Vec<ReceivedLine> = Vec::new();
        for key in record.keys(handover::LINES.name()) {
            lines.extend(self.received_line(&record, key, signed.as_ref())?);
        }
        lines.sort_by_key(|line| line.no);
        let point = |key: &str| Point {
            text: record
                .cell(handover::POINTS.name(), key, handover::POINT_TEXT.name())
                .unwrap_or_default(),
            until: record.cell(handover::POINTS.name(), key, handover::POINT_UNTIL.name()),
        };
        let points = record
            .keys(handover::POINTS.name())
            .into_iter()
            .map(point)
            .collect();
        Ok(Received {
            id,
            number: record.text("no").map(str::to_owned),
            state: record.state.clone(),
            from: record.get(handover::FROM),
            to: record.text(handover::TO.name()).and_then(Owner::parse),
            day: record.get(handover::DAY).unwrap_or_default(),
            shift: record.get(handover::SHIFT_OF),
            seal: signed.as_ref().map(|step| in_fours(&step.trace.chain.0)),
            is_proven: record.unproven.is_empty(),
            signed_at: signed.map(|step| step.trace.at),
            second: record.get(handover::SECOND),
            note: record.get(handover::NOTE).unwrap_or_default(),
            points,
            open_items: open_items(&record).unwrap_or(lines.len()),
            lines,
        })
    }

    fn received_line(
        &self,
        record: &Record,
        key: &str,
        signed: Option<&Step>,
    ) -> Result<Option<ReceivedLine>, Problem> {
        let Some(item) = cell::<Id>(record, key, handover::LINE_RECORD.name()) else {
            return Ok(None);
        };
        let text = |name: &str| cell::<String>(record, key, name).unwrap_or_default();
        let now = self.store().record(item)?;
        let ack = text(handover::LINE_ACK.name());
        let changed = now.is_some_and(|now| {
            signed.is_some_and(|signed| now.last.millis() > signed.trace.stamp.millis())
        });
        let waits = matches!(ack.as_str(), "" | "open" | "asked");
        Ok(Some(ReceivedLine {
            no: key.parse().unwrap_or(usize::MAX),
            record: item,
            register: text(handover::LINE_REGISTER.name()),
            title: text(handover::LINE_TITLE.name()),
            summary: text(handover::LINE_SUMMARY.name()),
            next: text(handover::LINE_NEXT.name()),
            due: cell(record, key, handover::LINE_DUE.name()),
            if_then: text(handover::LINE_IF_THEN.name()),
            severity: Severity::of(&text(handover::LINE_SEVERITY.name())).unwrap_or_default(),
            ack: if ack.is_empty() {
                "open".to_owned()
            } else {
                ack
            },
            ack_by: cell(record, key, handover::LINE_ACK_BY.name()),
            ack_at: cell(record, key, handover::LINE_ACK_AT.name()),
            note: text(handover::LINE_NOTE.name()),
            changed: changed && waits,
            row: self.store().row(item)?,
        }))
    }
}

pub(super) fn sheet_record(desk: &Desk, id: Id) -> Result<(Record, &'static Register), Problem> {
    let (record, register) = desk.record(id)?;
    if register.name == handover::REGISTER.name {
        Ok((record, register))
    } else {
        Err(crate::desk::act::not_found(&id.to_string()))
    }
}

fn cell<T: FromValue>(record: &Record, key: &str, name: &str) -> Option<T> {
    record.cell(handover::LINES.name(), key, name)
}

/// How many open items the leaver had, as the figures say.
pub(super) fn open_items(record: &Record) -> Option<usize> {
    let figures = record.get(handover::WORKLOAD)?;
    figures
        .iter()
        .find_map(|figure| figure.strip_prefix("open_items=")?.parse().ok())
}
