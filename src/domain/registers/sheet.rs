//! The day's plan (今日分工): a record a person and day, so that two desks may plan different
//! people at once (S02 in small).

use super::super::field::Field;
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};
use super::ACCOUNT;
use super::words::{POST, SHIFT};

/// The business day: `2026-11-22`.
pub const DAY: Field<String> = Field::date("day").required().indexed();
/// Whose line it is.
pub const PERSON: Field<Id> = Field::record("person", "person").required().indexed();
/// The shift.
pub const SHIFT_OF: Field<String> = Field::choice("shift", &SHIFT);
/// When it begins, milliseconds UTC.
pub const STARTS: Field<i64> = Field::time("starts").required();
/// When it ends, milliseconds UTC.
pub const ENDS: Field<i64> = Field::time("ends").required();
/// The post that day.
pub const POST_OF: Field<String> = Field::choice("post", &POST);
/// When lunch begins, milliseconds UTC.
pub const LUNCH_AT: Field<i64> = Field::time("lunch_at");
/// When dinner begins, milliseconds UTC.
pub const DINNER_AT: Field<i64> = Field::time("dinner_at");
/// Whose work this person takes over when the shift begins.
pub const FOLLOWS: Field<Id> = Field::record("follows", "person");
/// A duty of the day.
pub const DUTY: Field<String> = Field::text("duty");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("planned"),
        State::open("approved"),
        State::closed("cancelled"),
    ],
    moves: &[
        ("planned", &["approved", "cancelled"]),
        ("approved", &["planned", "cancelled"]),
        ("cancelled", &["planned"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "sheet",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        DAY.spec,
        PERSON.spec,
        SHIFT_OF.spec,
        STARTS.spec,
        ENDS.spec,
        POST_OF.spec,
        ACCOUNT.spec,
        LUNCH_AT.spec,
        DINNER_AT.spec,
        FOLLOWS.spec,
        DUTY.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["person"],
    subject: &["post", "shift"],
    columns: &[
        "day",
        "person",
        "shift",
        "starts",
        "ends",
        "post",
        "account",
        "lunch_at",
        "dinner_at",
        "follows",
    ],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
