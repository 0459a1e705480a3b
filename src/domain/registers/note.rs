//! Order notes: the five steps of S08, in their order, up to the printing room's word.

use super::super::deadline::limits::Limits;
use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Step, Wait};
use super::words::FLAG;
use super::{ACCOUNT, BUYER, ORDER_NUMBER, entered};

/// What is changed.
pub static KINDS: Enumeration = Enumeration {
    name: "note_kind",
    values: &[
        "address",
        "attribute",
        "courier",
        "invoice_title",
        "greeting_card",
        "delivery_time",
        "gift",
        "hold",
        "other",
    ],
};
/// What is done to the order (requirements 7.2).
pub static JOBS: Enumeration = Enumeration {
    name: "order_job",
    values: &[
        "new",
        "supplement",
        "exchange",
        "cancel",
        "change",
        "confirm",
    ],
};
/// What the printing room answers.
pub static ANSWERS: Enumeration = Enumeration {
    name: "print_answer",
    values: &["done", "intercepted", "already_sent", "not_found"],
};

/// What is changed.
pub const KIND: Field<String> = Field::choice("kind", &KINDS).required();
/// What is done to the order.
pub const JOB: Field<String> = Field::choice("job", &JOBS);
/// What it was before.
pub const OLD: Field<String> = Field::long_text("old").personal();
/// What it shall be.
pub const NEW: Field<String> = Field::long_text("new").personal().required();
/// The flag put beside the seller's memo.
pub const FLAG_OF: Field<String> = Field::choice("flag", &FLAG);
/// The carrier that will bring it.
pub const COURIER: Field<String> = Field::text("courier");
/// The buyer's words that confirm it.
pub const QUOTE: Field<String> = Field::long_text("quote").personal();
/// Whether the order had been printed.
pub const PRINTED: Field<bool> = Field::flag("printed");
/// Whether the change came after printing.
pub const LATE_CHANGE: Field<bool> = Field::flag("late_change").hidden();
/// The printing wave before which it must be told, milliseconds UTC.
pub const WAVE_AT: Field<i64> = Field::time("wave_at");
/// What the printing room answered.
pub const ANSWER: Field<String> = Field::choice("answer", &ANSWERS).hidden();

/// The steps cannot be skipped; each can be taken back until printing was told.
static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("draft"),
        State::open("changed"),
        State::open("flagged"),
        State::open("confirmed"),
        State::open("told"),
        State::closed("acknowledged"),
        State::closed("revoked"),
        State::closed("withdrawn"),
    ],
    moves: &[
        ("draft", &["changed", "withdrawn"]),
        ("changed", &["flagged", "draft", "withdrawn"]),
        ("flagged", &["confirmed", "changed", "withdrawn"]),
        ("confirmed", &["told", "flagged", "withdrawn"]),
        ("told", &["acknowledged", "revoked"]),
        ("withdrawn", &["draft"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "note",
    letter: "N",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Random,
    fields: &[
        ORDER_NUMBER.spec,
        BUYER.spec,
        ACCOUNT.spec,
        KIND.spec,
        JOB.spec,
        OLD.spec,
        NEW.spec,
        COURIER.spec,
        FLAG_OF.spec,
        QUOTE.spec,
        WAVE_AT.spec,
        PRINTED.spec,
        LATE_CHANGE.spec,
        ANSWER.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "order_number"],
    subject: &["new", "kind"],
    columns: &[
        "order_number",
        "buyer",
        "kind",
        "job",
        "new",
        "flag",
        "wave_at",
        "printed",
        "late_change",
        "answer",
    ],
    work: true,
    due,
    wait,
    watches: &[],
};

/// The printing wave, by the shop's plan of the day.
fn due(record: &Record, _: &Limits) -> Option<Due> {
    if LIFECYCLE.is_closed(&record.state) {
        return None;
    }
    record.get(WAVE_AT).map(|at| Due::new(at, Source::Rule))
}

/// The agent's until printing was told, then the printing room's.
fn wait(record: &Record) -> Wait {
    let told = record.state == "told";
    let step = told.then_some(Step::Acknowledge(Post::Printing));
    Wait {
        ours: !told,
        post: Post::PreSales,
        step,
        since: entered(record),
    }
}
