//! Taking over: each line is accepted, accepted with a change, asked about or returned; the
//! owner moves on accepting, who was asked first stays.

use serde_json::{Value, json};

use super::{Point, Severity};
use crate::desk::Desk;
use crate::desk::act::{Act, Done, fields, refused};
use crate::domain::authority::Role;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::payload::{Meaning, Payload};
use crate::domain::record::{Record, Step};
use crate::domain::register::{Owner, Register};
use crate::domain::registers::{follow_up, handover, person};
use crate::problem::{Kind, Problem};
use crate::store::Row;

/// Why the owner changes, as a word of the transfer reasons.
const REASON: &str = "shift_end";

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
    fn word(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Change(_) => "changed",
            Self::Ask(_) => "asked",
            Self::Return(_) => "returned",
        }
    }

    fn note(self) -> Option<String> {
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

    /// Answers one line of a sheet.
    pub fn answer_line(&mut self, id: Id, no: usize, answer: Answer<'_>) -> Result<Done, Problem> {
        self.answer_lines(id, &[no], answer)
    }

    /// Answers several lines alike in one act; when every line is accepted or returned, the
    /// receipt is signed with it. Leaders and above may take over for somebody absent.
    pub fn answer_lines(
        &mut self,
        id: Id,
        nos: &[usize],
        answer: Answer<'_>,
    ) -> Result<Done, Problem> {
        if answer.note().is_some_and(|note| note.is_empty()) {
            return Err(refused("problem-handover-words").hint("problem-handover-words-hint"));
        }
        let (record, register) = sheet_record(self, id)?;
        self.may_take(&record)?;
        let sheet = self.handover(id)?;
        let mut act = self.act();
        for no in nos {
            let line = sheet
                .lines
                .iter()
                .find(|line| line.no == *no)
                .ok_or_else(|| {
                    Problem::new(Kind::NotFound, "problem-handover-line")
                        .arg("line", no)
                        .arg("count", sheet.lines.len())
                        .hint("problem-handover-line-hint")
                })?;
            self.mark(&mut act, register, &record, line, answer)?;
            self.follow(&mut act, &sheet, line, answer)?;
        }
        let done = |line: &ReceivedLine| {
            if nos.contains(&line.no) {
                !matches!(answer, Answer::Ask(_))
            } else {
                !line.is_open()
            }
        };
        if sheet.lines.iter().all(done) {
            receipt(&mut act, register, &record, &sheet);
        }
        self.write(act)
    }

    /// Signs the receipt of a sheet whose lines are all answered, also of one without lines.
    pub fn handover_receipt(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, register) = sheet_record(self, id)?;
        self.may_take(&record)?;
        let sheet = self.handover(id)?;
        if sheet.open() > 0 {
            return Err(refused("problem-handover-open")
                .arg("count", sheet.open())
                .hint("problem-handover-open-hint"));
        }
        let mut act = self.act();
        receipt(&mut act, register, &record, &sheet);
        self.write(act)
    }

    fn may_take(&self, record: &Record) -> Result<(), Problem> {
        if record.state != "signed" {
            return Err(refused("problem-handover-state"));
        }
        let me = self.me()?;
        let to = record.text(handover::TO.name()).and_then(Owner::parse);
        let leads = matches!(me.role, Role::Leader | Role::Supervisor | Role::Manager);
        let leaves = record.get(handover::FROM) == Some(me.id);
        if !leaves && (leads || to.is_some_and(|to| me.owners().contains(&to))) {
            return Ok(());
        }
        Err(refused("problem-handover-not-yours").hint("problem-handover-not-yours-hint"))
    }

    /// Writes the answer on the line.
    fn mark(
        &self,
        act: &mut Act,
        register: &'static Register,
        record: &Record,
        line: &ReceivedLine,
        answer: Answer<'_>,
    ) -> Result<(), Problem> {
        let me = self.me()?.id;
        let key = record
            .keys(handover::LINES.name())
            .into_iter()
            .find(|key| key.parse() == Ok(line.no));
        let key = key.unwrap_or_default().to_owned();
        let path = |cell: &str| format!("{}/{key}/{cell}", handover::LINES.name());
        let mut values = fields([]);
        values.insert(path(handover::LINE_ACK.name()), json!(answer.word()));
        values.insert(path(handover::LINE_ACK_BY.name()), json!(me.to_string()));
        values.insert(path(handover::LINE_ACK_AT.name()), json!(self.now()));
        values.insert(
            path(handover::LINE_NOTE.name()),
            answer.note().map_or(Value::Null, Value::String),
        );
        act.set(register, record, values);
        Ok(())
    }

    /// Moves the item, or says to those who must know why it did not move.
    fn follow(
        &mut self,
        act: &mut Act,
        sheet: &Received,
        line: &ReceivedLine,
        answer: Answer<'_>,
    ) -> Result<(), Problem> {
        let me = self.me()?.id;
        let item = self.store().record(line.record)?;
        let owner = item.as_ref().and_then(|item| item.owner);
        if let Some(item) = item.as_ref().filter(|item| item.closed.is_none()) {
            let register = crate::desk::act::register(&item.register)?;
            let leaver = sheet.from.map(Owner::Person);
            match answer {
                // What somebody else took meanwhile stays theirs.
                Answer::Accept | Answer::Change(_)
                    if owner == leaver || !matches!(owner, Some(Owner::Person(_))) =>
                {
                    hand(act, register, item, Owner::Person(me), answer.note());
                }
                Answer::Return(_) if owner == Some(Owner::Person(me)) => {
                    if let Some(leaver) = leaver {
                        hand(act, register, item, leaver, answer.note());
                    }
                }
                _ => {}
            }
        }
        match answer {
            Answer::Ask(text) => self.tell(act, sheet.from, line, text),
            Answer::Return(text) => {
                self.tell(act, sheet.from, line, text);
                let leader = self.leader_of(sheet.from)?.filter(|leader| *leader != me);
                self.tell(act, leader, line, text);
            }
            Answer::Accept | Answer::Change(_) => {}
        }
        Ok(())
    }

    fn leader_of(&self, id: Option<Id>) -> Result<Option<Id>, Problem> {
        let Some(id) = id else { return Ok(None) };
        Ok(self
            .store()
            .record(id)?
            .and_then(|record| record.get(person::LEADER)))
    }

    /// Opens a mention for a colleague about a line.
    fn tell(&mut self, act: &mut Act, whom: Option<Id>, line: &ReceivedLine, text: &str) {
        let Some(whom) = whom else { return };
        let id = self.new_id();
        let row = line.row.as_ref();
        let about = fields([
            (follow_up::KIND.name(), json!("mention")),
            (
                follow_up::SUBJECT.name(),
                json!(if line.summary.is_empty() {
                    &line.title
                } else {
                    &line.summary
                }),
            ),
            (follow_up::TEXT.name(), json!(text.trim())),
            (follow_up::PERSON.name(), json!(whom.to_string())),
            (follow_up::DUE_AT.name(), json!(line.due)),
            ("buyer", json!(line.title)),
            (
                "order",
                json!(row.and_then(|row| row.order_id).map(|id| id.to_string())),
            ),
            (
                "customer",
                json!(row.and_then(|row| row.customer).map(|id| id.to_string())),
            ),
        ]);
        act.begin(&follow_up::REGISTER, id, about, whom);
    }
}

fn sheet_record(desk: &Desk, id: Id) -> Result<(Record, &'static Register), Problem> {
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

fn hand(
    act: &mut Act,
    register: &'static Register,
    item: &Record,
    to: Owner,
    note: Option<String>,
) {
    let saw = item.assigned_by.map(|chain| chain.short());
    act.add(
        register,
        item.id,
        Payload::Assign {
            saw,
            to,
            reason: Some(REASON.into()),
            note,
        },
    );
}

/// The receipt: a word on the signed sheet, and its end.
fn receipt(act: &mut Act, register: &'static Register, record: &Record, sheet: &Received) {
    let Some(signed) = record.reached("signed") else {
        return;
    };
    let saw = std::iter::once(("lines".to_owned(), json!(sheet.lines.len()))).collect();
    act.add(
        register,
        record.id,
        Payload::Sign {
            meaning: Meaning::Acknowledge,
            of: signed.trace.chain,
            saw,
            note: None,
        },
    );
    act.step(register, record, "acknowledged", None);
}
