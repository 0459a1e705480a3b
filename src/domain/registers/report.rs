//! Reports that were written: which day, week or month, and by whom (S22). What stands in them is
//! counted anew from the records; that one was written is the fact.

use super::super::field::{Enumeration, Field};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};

/// Over how long a time a report is.
pub static KINDS: Enumeration = Enumeration {
    name: "report_kind",
    values: &["day", "week", "month"],
};

/// Over how long a time it is.
pub const KIND: Field<String> = Field::choice("kind", &KINDS).required();
/// The first business day of it: `2026-11-22`.
pub const DAY: Field<String> = Field::date("day").required().indexed();
/// Who wrote it.
pub const BY: Field<Id> = Field::record("by", "person");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("written"), State::closed("withdrawn")],
    moves: &[("written", &["withdrawn"]), ("withdrawn", &["written"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "report",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[KIND.spec, DAY.spec, BY.spec],
    lifecycle: &LIFECYCLE,
    title: &["day"],
    subject: &["kind"],
    columns: &["day", "kind", "by"],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
