//! Attendance: who signed in when, was away and why, and left (S01).

use super::super::field::{Enumeration, Field};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};

/// Why somebody leaves the desk.
pub static REASONS: Enumeration = Enumeration {
    name: "away_reason",
    values: &["meal", "break", "meeting", "errand", "unwell", "other"],
};

/// Whose it is.
pub const PERSON: Field<Id> = Field::record("person", "person").required().indexed();
/// The business day: `2026-11-22`.
pub const DAY: Field<String> = Field::date("day").required().indexed();
/// How many minutes after the plan's time the person signed in.
pub const LATE_MINUTES: Field<i64> = Field::integer("late_minutes");
/// Why the person is away now.
pub const REASON: Field<String> = Field::choice("reason", &REASONS);
/// Whether the person looked for unanswered chats in the marketplace's client before going.
pub const CHECKED_CLIENT: Field<bool> = Field::flag("checked_client");
/// Why the shift ended without a handover.
pub const OVERRIDE: Field<String> = Field::text("override_reason").hidden();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("absent"),
        State::open("present"),
        State::open("away"),
        State::closed("off"),
    ],
    moves: &[
        ("absent", &["present", "off"]),
        ("present", &["away", "off"]),
        ("away", &["present", "off"]),
        ("off", &["present"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "attendance",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        PERSON.spec,
        DAY.spec,
        LATE_MINUTES.spec,
        REASON.spec,
        CHECKED_CLIENT.spec,
        OVERRIDE.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["person"],
    subject: &["reason", "day"],
    columns: &["day", "person", "late_minutes", "reason"],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
