//! The timeline as lines: entries and steps by time, wrapped, newest at the bottom.

use super::told::{begun_lines, marks_under};
use crate::desk::marks::Marks;
use crate::domain::event::Verb;
use crate::domain::field::Kind;
use crate::domain::payload::Direction;
use crate::domain::record::{Entry, Record, Step};
use crate::domain::register::{Owner, Register};
use crate::i18n::Words;
use crate::store::Row;
use crate::text::clean;
use crate::text::width::{Ambiguous, columns};
use crate::text::wrap::wrap;
use crate::tui::panes::side::hidden;
use crate::tui::theme::Ink;
use crate::tui::words::{Speech, short_author};

/// Columns of time and speaker before the text.
pub const INDENT: u16 = 14;
const SPEAKER: usize = 7;

/// One row of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLine {
    /// The time, on the first row of an entry.
    pub time: String,
    /// The speaker, on the first row of an entry.
    pub who: String,
    /// The text of this row.
    pub text: String,
    /// What zhiban says about the text, behind it: in a colour of its own, since anybody can
    /// write the same words.
    pub mark: String,
    /// How it is meant.
    pub ink: Ink,
    /// What kind of row it is.
    pub kind: LineKind,
}

/// What kind of row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Something that was said or done.
    Said,
    /// Something told under the row above.
    Under,
    /// A day, over the whole width.
    Day,
    /// The end of a paste, over the whole width.
    Paste,
}

/// What a timeline is made of.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// The record.
    pub record: &'a Record,
    /// What is told beside its entries.
    pub marks: &'a Marks,
    /// What else there is of the same buyer or order.
    pub related: &'a [Row],
}

enum Moment<'a> {
    Entry(&'a Entry),
    Step(&'a Step),
    /// Something that was begun beside the talk.
    Begun(&'a Row),
}

impl Moment<'_> {
    fn at(&self) -> i64 {
        match self {
            Self::Entry(entry) => entry.at,
            Self::Step(step) => step.trace.at,
            Self::Begun(row) => row.opened,
        }
    }
}

/// Returns the last `most` rows of a record's timeline in this width.
pub fn timeline(
    told: Told<'_>,
    speech: Speech<'_>,
    width: u16,
    ambiguous: Ambiguous,
    most: usize,
) -> Vec<TimeLine> {
    let moments = moments(told);
    let room = usize::from(width.saturating_sub(INDENT).max(4));
    // From the newest back, so that a long talk costs what is shown of it.
    let mut groups: Vec<Vec<TimeLine>> = Vec::new();
    let mut rows = 0;
    let mut later: Option<i64> = None;
    for moment in moments.iter().rev() {
        let at = moment.at();
        if let Some(later) = later.filter(|later| speech.day(*later) != speech.day(at)) {
            groups.push(vec![rule(speech.long_day(later), LineKind::Day)]);
            rows += 1;
        }
        later = Some(at);
        let lines = match moment {
            Moment::Entry(entry) => {
                let mut lines = entry_lines(entry, told.marks, speech, room, ambiguous);
                lines.extend(marks_under(entry, told.marks, speech));
                lines
            }
            Moment::Step(step) => step_lines(told.record, step, speech, room, ambiguous),
            Moment::Begun(row) => begun_lines(row, speech, room, ambiguous),
        };
        rows += lines.len();
        groups.push(lines);
        if rows >= most {
            break;
        }
    }
    if let Some(first) = later.filter(|_| rows < most) {
        groups.push(vec![rule(speech.long_day(first), LineKind::Day)]);
    }
    groups.into_iter().rev().flatten().collect()
}

/// Everything that happened, by time; with a talk also what was begun because of it.
fn moments(told: Told<'_>) -> Vec<Moment<'_>> {
    let record = told.record;
    let is_talk = record.register == "conversation";
    let begun = told.related.iter().filter(|row| {
        is_talk
            && matches!(row.register.as_str(), "note" | "case" | "complaint")
            && row.opened >= record.opened
            && record.closed.is_none_or(|closed| row.opened <= closed)
    });
    let entries = record.entries.iter().map(Moment::Entry);
    let steps = record.steps.iter().map(Moment::Step);
    let mut moments: Vec<Moment<'_>> = entries
        .chain(steps)
        .chain(begun.map(Moment::Begun))
        .collect();
    moments.sort_by_key(Moment::at);
    moments
}

/// Returns how many rows of a record's timeline stand below what was said at a time.
pub fn rows_after(
    told: Told<'_>,
    at: i64,
    speech: Speech<'_>,
    width: u16,
    ambiguous: Ambiguous,
) -> usize {
    let mut later = told.record.clone();
    later.entries.retain(|entry| entry.at > at);
    later.steps.retain(|step| step.trace.at > at);
    let begun: Vec<Row> = told
        .related
        .iter()
        .filter(|row| row.opened > at)
        .cloned()
        .collect();
    let later = Told {
        record: &later,
        related: &begun,
        ..told
    };
    timeline(later, speech, width, ambiguous, usize::MAX).len()
}

pub(super) fn rule(text: String, kind: LineKind) -> TimeLine {
    TimeLine {
        time: String::new(),
        who: String::new(),
        text,
        mark: String::new(),
        ink: Ink::Dim,
        kind,
    }
}

fn entry_lines(
    entry: &Entry,
    marks: &Marks,
    speech: Speech<'_>,
    room: usize,
    ambiguous: Ambiguous,
) -> Vec<TimeLine> {
    let say = &entry.say;
    let (who, ink) = match say.direction {
        Direction::In => (speech.words.get("who-buyer").to_string(), Ink::In),
        Direction::Out => (
            named(say.author.as_deref().map(short_author), || {
                speech.words.get("who-us").to_string()
            }),
            Ink::Out,
        ),
        Direction::Internal => (speech.words.get("who-internal").to_string(), Ink::Internal),
        Direction::System => (speech.words.get("who-system").to_string(), Ink::System),
    };
    let mut text = match &say.text {
        Some(text) => clean::screen(text, ambiguous).into_owned(),
        None => speech.words.get("entry-gone").to_string(),
    };
    if say.direction == Direction::Internal
        && let Some(author) = &say.author
    {
        text = format!("{}: {text}", clean::line(author));
    }
    let state = if entry.void {
        Some("entry-void")
    } else if say.copied && entry.seen_sent {
        Some("entry-sent")
    } else if say.copied {
        Some("entry-copied")
    } else {
        None
    };
    let unread = marks.unread.get(&entry.trace.chain).map(|since| {
        let span = speech.span(speech.now - since);
        speech.words.with("talk-unread", &[("span", span.into())])
    });
    let mark = state.map(|state| format!("[{}]", speech.words.get(state)));
    let mark = mark.or(unread);
    let ink = if entry.void { Ink::Dim } else { ink };
    let lines = wrapped(speech.clock(entry.at), who, &text, ink, room, ambiguous);
    marked(lines, mark.unwrap_or_default(), room, ambiguous)
}

fn step_lines(
    record: &Record,
    step: &Step,
    speech: Speech<'_>,
    room: usize,
    ambiguous: Ambiguous,
) -> Vec<TimeLine> {
    let who = speech
        .people
        .of_replica(step.trace.replica)
        .map(|person| person.name.clone());
    let mut who = who.unwrap_or_else(|| step.trace.replica.to_string()[..6].to_owned());
    let owner = |spelling: &str| {
        Owner::parse(spelling)
            .map(|owner| speech.owner(Some(owner)))
            .unwrap_or_default()
    };
    let what = if step.verb == Verb::Assign {
        let by = std::mem::take(&mut who);
        let (from, to) = (owner(&step.from), owner(&step.to));
        let id = if from.is_empty() {
            "step-claim"
        } else {
            "step-assign"
        };
        who = speech.words.get(id).to_string();
        // Whoever is no side of it gave the work to somebody else.
        let by = if by == from || by == to {
            String::new()
        } else {
            format!("  ({by})")
        };
        if from.is_empty() {
            format!("{to}{by}")
        } else {
            format!("{from} > {to}{by}")
        }
    } else {
        let (from, to) = (
            speech.state(&record.register, &step.from),
            speech.state(&record.register, &step.to),
        );
        speech
            .words
            .with("step-move", &[("from", from.into()), ("to", to.into())])
    };
    let reason = step.reason.as_ref().map(|reason| {
        let id = format!("value-transfer_reason-{reason}");
        if speech.words.has(&id) {
            speech.words.get(&id).to_string()
        } else {
            reason.clone()
        }
    });
    let extra: Vec<String> = reason.into_iter().chain(step.note.clone()).collect();
    let text = if extra.is_empty() {
        what
    } else {
        format!("{what}  {}", extra.join(" "))
    };
    wrapped(
        speech.clock(step.trace.at),
        who,
        &text,
        Ink::System,
        room,
        ambiguous,
    )
}

fn named(author: Option<&str>, otherwise: impl Fn() -> String) -> String {
    author
        .filter(|author| !author.trim().is_empty())
        .map_or_else(otherwise, str::to_owned)
}

pub(super) fn wrapped(
    time: String,
    who: String,
    text: &str,
    ink: Ink,
    room: usize,
    ambiguous: Ambiguous,
) -> Vec<TimeLine> {
    let mut lines = Vec::new();
    let who = crate::text::width::fit(&clean::line(&who), SPEAKER, ambiguous).to_string();
    let turned = if clean::is_turned(text) {
        columns(clean::TURNED, ambiguous)
    } else {
        0
    };
    for range in wrap(text, room.saturating_sub(turned).max(2), ambiguous) {
        let first = lines.is_empty();
        let row = text[range].trim_end_matches('\n');
        let before = if clean::is_turned(row) {
            clean::TURNED
        } else {
            ""
        };
        lines.push(TimeLine {
            time: if first { time.clone() } else { String::new() },
            who: if first { who.clone() } else { String::new() },
            text: format!("{before}{row}"),
            mark: String::new(),
            ink,
            kind: LineKind::Said,
        });
    }
    lines
}

/// Puts a mark behind the last row, or below it where it has no room there.
fn marked(
    mut lines: Vec<TimeLine>,
    mark: String,
    room: usize,
    ambiguous: Ambiguous,
) -> Vec<TimeLine> {
    let Some(last) = lines.last_mut().filter(|_| !mark.is_empty()) else {
        return lines;
    };
    if columns(&last.text, ambiguous) + 2 + columns(&mark, ambiguous) <= room {
        last.mark = mark;
        return lines;
    }
    let below = TimeLine {
        time: String::new(),
        who: String::new(),
        text: String::new(),
        mark,
        ..last.clone()
    };
    lines.push(below);
    lines
}

/// Returns a record's own facts as label and value, for items that are not talks.
pub fn facts(
    record: &Record,
    register: &'static Register,
    speech: Speech<'_>,
) -> Vec<(String, String)> {
    register
        .fields
        .iter()
        .filter(|field| {
            !field.hidden && !matches!(field.kind, Kind::Record(name) if name != "person")
        })
        .filter_map(|field| {
            let value = match field.kind {
                Kind::Map(_) => titles(record, field.name, speech.words),
                _ => hidden(field.name, &speech.value(field, record.value(field.name)?)),
            };
            (!value.is_empty()).then(|| (speech.label(register, field), value))
        })
        .collect()
}

/// The titles of a map's rows, such as an order's lines, in one line.
fn titles(record: &Record, map: &str, words: &Words) -> String {
    let titles: Vec<&str> = record
        .keys(map)
        .into_iter()
        .filter_map(|key| record.text(&format!("{map}/{key}/title")))
        .collect();
    titles.join(&words.get("list-comma"))
}
