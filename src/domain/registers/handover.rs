//! Handover sheets: what one shift leaves to the next, line by line (S19, requirements 6).

use serde_json::Value;

use super::super::deadline::limits::Limits;
use super::super::field::{Enumeration, Field, FieldSpec};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Due, Identity, Owner, Post, Reach, Register, Source, Step, Wait};
use super::entered;
use super::words::{COLOUR, SHIFT};

/// What became of a line.
pub static ACKS: Enumeration = Enumeration {
    name: "line_ack",
    values: &["open", "accepted", "changed", "asked", "returned"],
};

/// Who leaves.
pub const FROM: Field<Id> = Field::record("from", "person").required().indexed();
/// Who takes over: a person's id or a post's word.
pub const TO: Field<String> = Field::text("to").required().indexed();
/// The business day: `2026-11-22`.
pub const DAY: Field<String> = Field::date("day").required().indexed();
/// The shift that ends.
pub const SHIFT_OF: Field<String> = Field::choice("shift", &SHIFT);
/// When the shift began, milliseconds UTC.
pub const STARTS: Field<i64> = Field::time("starts");
/// When the shift ends, milliseconds UTC.
pub const ENDS: Field<i64> = Field::time("ends");
/// The lines by number of two digits.
pub const LINES: Field<Value> = Field::map("lines", LINE).hidden();
/// What to watch out for, by number of two digits.
pub const POINTS: Field<Value> = Field::map("points", POINT).hidden();
/// The numbers of forms given in the shift, first and last of each run.
pub const NUMBERS: Field<Vec<String>> = Field::texts("numbers").hidden();
/// The shift's figures as `word=count`.
pub const WORKLOAD: Field<Vec<String>> = Field::texts("workload").hidden();
/// What was looked at before leaving, as words.
pub const CHECKS: Field<Vec<String>> = Field::texts("checks").hidden();
/// Who looked over it as the second person.
pub const SECOND: Field<Id> = Field::record("second", "person");
/// What else is good to know.
pub const NOTE: Field<String> = Field::long_text("note").personal();

/// Cell: the record's id.
pub const LINE_RECORD: Field<String> = Field::text("record");
/// Cell: its register.
pub const LINE_REGISTER: Field<String> = Field::text("register");
/// Cell: whom it is about.
pub const LINE_TITLE: Field<String> = Field::text("title").personal();
/// Cell: what is to be done.
pub const LINE_NEXT: Field<String> = Field::text("next").personal();
/// Cell: by when, milliseconds UTC.
pub const LINE_DUE: Field<i64> = Field::time("due");
/// Cell: how loud it is.
pub const LINE_SEVERITY: Field<String> = Field::choice("severity", &COLOUR);
/// Cell: what to do if something happens or does not.
pub const LINE_IF_THEN: Field<String> = Field::text("if_then").personal();
/// Cell: how it stands, in a sentence.
pub const LINE_SUMMARY: Field<String> = Field::text("summary").personal();
/// Cell: what became of it.
pub const LINE_ACK: Field<String> = Field::choice("ack", &ACKS);
/// Cell: who said so.
pub const LINE_ACK_BY: Field<Id> = Field::record("ack_by", "person");
/// Cell: when, milliseconds UTC.
pub const LINE_ACK_AT: Field<i64> = Field::time("ack_at");
/// Cell: a question, another time, or why it was returned.
pub const LINE_NOTE: Field<String> = Field::text("note").personal();
/// Cell of a point: the words.
pub const POINT_TEXT: Field<String> = Field::text("text").personal();
/// Cell of a point: until when it holds, milliseconds UTC.
pub const POINT_UNTIL: Field<i64> = Field::time("until");

static LINE: &[FieldSpec] = &[
    LINE_RECORD.spec,
    LINE_REGISTER.spec,
    LINE_TITLE.spec,
    LINE_NEXT.spec,
    LINE_DUE.spec,
    LINE_SEVERITY.spec,
    LINE_IF_THEN.spec,
    LINE_SUMMARY.spec,
    LINE_ACK.spec,
    LINE_ACK_BY.spec,
    LINE_ACK_AT.spec,
    LINE_NOTE.spec,
];
static POINT: &[FieldSpec] = &[POINT_TEXT.spec, POINT_UNTIL.spec];

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("draft"),
        State::open("signed"),
        State::closed("acknowledged"),
        State::closed("withdrawn"),
    ],
    moves: &[
        ("draft", &["signed", "withdrawn"]),
        ("signed", &["acknowledged", "draft", "withdrawn"]),
        ("acknowledged", &["signed"]),
        ("withdrawn", &["draft"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "handover",
    letter: "H",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        FROM.spec,
        TO.spec,
        DAY.spec,
        SHIFT_OF.spec,
        STARTS.spec,
        ENDS.spec,
        SECOND.spec,
        NOTE.spec,
        LINES.spec,
        POINTS.spec,
        NUMBERS.spec,
        WORKLOAD.spec,
        CHECKS.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["from", "day"],
    subject: &["to", "note"],
    columns: &["day", "shift", "from", "to", "starts", "ends"],
    work: true,
    due,
    wait,
    watches: &[],
};

/// A draft is due when the shift ends.
fn due(record: &Record, _: &Limits) -> Option<Due> {
    if record.state != "draft" {
        return None;
    }
    record.get(ENDS).map(|at| Due::new(at, Source::Rule))
}

/// The leaver's until it is signed, then the one's who takes over.
fn wait(record: &Record) -> Wait {
    let to = record.text(TO.name()).and_then(Owner::parse);
    let step = match to {
        Some(Owner::Person(person)) => Some(Step::Person(person)),
        Some(Owner::Post(post)) => Some(Step::Acknowledge(post)),
        None => None,
    };
    let signed = record.state == "signed";
    Wait {
        ours: !signed,
        post: Post::General,
        step: step.filter(|_| signed),
        since: entered(record),
    }
}
