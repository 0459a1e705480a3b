//! Parcels: what the carrier says, and the ones with a problem (S11).
//!
//! A parcel that moves is nobody's work; marking a problem makes it so.

use super::super::deadline::limits::Limits;
use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Wait};
use super::{ACCOUNT, BUYER, ORDER_NUMBER, entered, ours};

/// What the carrier says.
pub static PLATFORM_STATES: Enumeration = Enumeration {
    name: "parcel_state",
    values: &[
        "created",
        "collected",
        "in_transit",
        "delivering",
        "signed",
        "refused",
        "returned",
        "problem",
        "unknown",
    ],
};
/// What is wrong with it (requirements 7.2).
pub static PROBLEMS: Enumeration = Enumeration {
    name: "parcel_problem",
    values: &[
        "lost",
        "damaged",
        "delayed",
        "abnormal",
        "out_of_range",
        "none",
    ],
};

/// The carrier's number, from which the record's id is derived.
pub const WAYBILL: Field<String> = Field::number("waybill").required().indexed();
/// The carrier.
pub const CARRIER: Field<String> = Field::text("carrier");
/// What the carrier says.
pub const PLATFORM_STATE: Field<String> = Field::choice("platform_state", &PLATFORM_STATES)
    .mirror()
    .indexed();
/// When it was last seen, milliseconds UTC.
pub const LAST_SCAN_AT: Field<i64> = Field::time("last_scan_at").mirror().indexed();
/// What the carrier said then.
pub const LAST_SCAN_TEXT: Field<String> = Field::text("last_scan_text").personal().mirror();
/// What is wrong with it.
pub const PROBLEM: Field<String> = Field::choice("problem", &PROBLEMS);
/// When to look again, milliseconds UTC.
pub const NEXT_CHECK_AT: Field<i64> = Field::time("next_check_at");
/// Whether the buyer was told.
pub const TOLD: Field<bool> = Field::flag("told");
/// What the carrier answered us.
pub const ANSWER: Field<String> = Field::long_text("answer").personal();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::closed("moving"),
        State::open("problem"),
        State::closed("settled"),
    ],
    moves: &[
        ("moving", &["problem", "settled"]),
        ("problem", &["settled", "moving"]),
        ("settled", &["problem"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "parcel",
    letter: "",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Derived("waybill"),
    fields: &[
        WAYBILL.spec,
        CARRIER.spec,
        ORDER_NUMBER.spec,
        BUYER.spec,
        ACCOUNT.spec,
        PLATFORM_STATE.spec,
        LAST_SCAN_AT.spec,
        LAST_SCAN_TEXT.spec,
        PROBLEM.spec,
        NEXT_CHECK_AT.spec,
        ANSWER.spec,
        TOLD.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "waybill"],
    subject: &["problem", "last_scan_text", "waybill"],
    columns: &[
        "waybill",
        "carrier",
        "order_number",
        "platform_state",
        "last_scan_at",
        "problem",
        "next_check_at",
        "told",
    ],
    work: true,
    due,
    wait,
    watches: &[],
};

fn due(record: &Record, _: &Limits) -> Option<Due> {
    if record.state != "problem" {
        return None;
    }
    record
        .get(NEXT_CHECK_AT)
        .map(|at| Due::new(at, Source::Manual))
}

fn wait(record: &Record) -> Wait {
    ours(Post::InSales, entered(record))
}
