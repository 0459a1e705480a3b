//! Follow-ups: reminders, call-backs, visits, urges at the carrier, mentions of a colleague
//! (S11, S17).

use super::super::deadline::limits::Limits;
use super::super::field::{Enumeration, Field};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Step, Wait};
use super::{ACCOUNT, BUYER, ORDER_NUMBER, entered};

/// What is to be done.
pub static KINDS: Enumeration = Enumeration {
    name: "follow_up_kind",
    values: &[
        "reminder",
        "callback",
        "visit",
        "urge",
        "mention",
        "escalation",
        "intercept",
        "care",
        "correction",
        "unpaid",
        "action",
    ],
};

/// What is to be done.
pub const KIND: Field<String> = Field::choice("kind", &KINDS).required().indexed();
/// What it is about.
pub const SUBJECT: Field<String> = Field::text("subject").personal().required();
/// What else is good to know.
pub const TEXT: Field<String> = Field::long_text("text").personal();
/// By when, milliseconds UTC.
pub const DUE_AT: Field<i64> = Field::time("due_at").required();
/// Which colleague it is meant for.
pub const PERSON: Field<Id> = Field::record("person", "person");
/// Whether the customer agreed to be called.
pub const CONSENT: Field<bool> = Field::flag("consent");
/// What the customer has from it.
pub const BENEFIT: Field<String> = Field::long_text("benefit").personal();
/// What came of it.
pub const RESULT: Field<String> = Field::long_text("result").personal();
/// Whether the customer was told.
pub const TOLD_CUSTOMER: Field<bool> = Field::flag("told_customer");
/// The carrier that is urged.
pub const CARRIER: Field<String> = Field::text("carrier");
/// The record out of which it came: what was returned in a review, the meeting that decided it.
pub const ABOUT: Field<String> = Field::text("about").hidden().indexed();
/// The parcel that it is about.
pub const WAYBILL: Field<String> = Field::number("waybill").indexed();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("open"),
        State::closed("done"),
        State::closed("cancelled").of_merged(),
    ],
    moves: &[
        ("open", &["done", "cancelled"]),
        ("done", &["open"]),
        ("cancelled", &["open"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "follow_up",
    letter: "F",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Random,
    fields: &[
        KIND.spec,
        SUBJECT.spec,
        DUE_AT.spec,
        BUYER.spec,
        ORDER_NUMBER.spec,
        ACCOUNT.spec,
        PERSON.spec,
        TEXT.spec,
        CARRIER.spec,
        WAYBILL.spec,
        CONSENT.spec,
        RESULT.spec,
        BENEFIT.spec,
        TOLD_CUSTOMER.spec,
        ABOUT.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "order_number", "waybill", "subject"],
    subject: &["subject", "text", "kind"],
    columns: &[
        "kind",
        "buyer",
        "subject",
        "due_at",
        "carrier",
        "waybill",
        "result",
        "told_customer",
    ],
    work: true,
    due,
    wait,
    watches: &[],
};

fn due(record: &Record, _: &Limits) -> Option<Due> {
    if record.state != "open" {
        return None;
    }
    record.get(DUE_AT).map(|at| Due::new(at, Source::Manual))
}

/// Ours; a mention waits for the colleague whom it names.
fn wait(record: &Record) -> Wait {
    let mention = record.text(KIND.name()) == Some("mention");
    let step = record.get(PERSON).filter(|_| mention).map(Step::Person);
    Wait {
        ours: step.is_none(),
        post: Post::AfterSales,
        step,
        since: entered(record),
    }
}
