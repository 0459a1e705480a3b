//! Meetings: what a shift begins with, what a day and a week end with, and what is to be done
//! after them (S25).

use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Identity, Post, Reach, Register, no_due, no_wait};
use super::words::POST;

/// The meetings that a shop holds.
pub static KINDS: Enumeration = Enumeration {
    name: "meeting_kind",
    values: &["morning", "evening", "weekly", "month_plan"],
};
/// The word of the meeting that talks the plan of the next month over.
pub const MONTH_PLAN: &str = "month_plan";

/// Which meeting it is.
pub const KIND: Field<String> = Field::choice("kind", &KINDS).required().indexed();
/// The business day: `2026-11-22`.
pub const DAY: Field<String> = Field::date("day").required().indexed();
/// Whose meeting it is, where it is one post's and not the shop's.
pub const POST_OF: Field<String> = Field::choice("post", &POST);
/// Who sits at which account from when to when.
pub const SPLIT: Field<String> = Field::long_text("split");
/// The figures of the day or the week.
pub const NUMBERS: Field<String> = Field::long_text("numbers");
/// The cases that are talked over.
pub const CASES: Field<String> = Field::long_text("cases").personal();
/// What went well and what did not.
pub const EXPERIENCE: Field<String> = Field::long_text("experience").personal();
/// What the checks of quality and the training came to.
pub const QUALITY: Field<String> = Field::long_text("quality").personal();
/// What matters next: today, tomorrow or next week.
pub const FOCUS: Field<String> = Field::long_text("focus").personal();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("open"),
        State::closed("finished"),
        State::closed("cancelled"),
    ],
    moves: &[
        ("open", &["finished", "cancelled"]),
        ("finished", &["open"]),
        ("cancelled", &["open"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "meeting",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        KIND.spec,
        DAY.spec,
        POST_OF.spec,
        SPLIT.spec,
        NUMBERS.spec,
        CASES.spec,
        EXPERIENCE.spec,
        QUALITY.spec,
        FOCUS.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["day"],
    subject: &["kind"],
    columns: &["day", "kind", "post", "numbers", "focus"],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};

/// Returns the sections of a kind of meeting, in the order in which they are gone through.
pub fn sections(kind: &str) -> &'static [Field<String>] {
    match kind {
        "morning" => &[SPLIT, NUMBERS, FOCUS],
        "evening" => &[NUMBERS, CASES, FOCUS],
        MONTH_PLAN => &[NUMBERS, FOCUS],
        _ => &[NUMBERS, EXPERIENCE, QUALITY, FOCUS],
    }
}

/// Returns whose meeting a record is; none for the shop's.
pub fn post_of(record: &Record) -> Option<Post> {
    record.get(POST_OF).as_deref().and_then(Post::of)
}
