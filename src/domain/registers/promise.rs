//! Promises: our own word to a buyer, with the hour by which it must be kept.

use super::super::deadline::limits::Limits;
use super::super::field::Field;
use super::super::lifecycle::{Lifecycle, State};
use super::super::money::Money;
use super::super::record::Record;
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Wait};
use super::watches::DOUBLE_PROMISE;
use super::{ACCOUNT, BUYER, ORDER_NUMBER, entered, ours};

/// What was promised.
pub const TEXT: Field<String> = Field::text("text").personal().required();
/// The money that was promised, if any.
pub const AMOUNT: Field<Money> = Field::money("amount");
/// When the word was given, milliseconds UTC.
pub const PROMISED_AT: Field<i64> = Field::time("promised_at");
/// By when it must be kept, milliseconds UTC.
pub const DUE_AT: Field<i64> = Field::time("due_at").required();
/// To whom, where it is not the buyer.
pub const TO_WHOM: Field<String> = Field::text("to_whom").personal();
/// When it was kept, milliseconds UTC.
pub const KEPT_AT: Field<i64> = Field::time("kept_at").hidden();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("open"),
        State::closed("kept"),
        State::closed("broken"),
        State::closed("released"),
    ],
    moves: &[
        ("open", &["kept", "broken", "released"]),
        ("kept", &["open"]),
        ("broken", &["open"]),
        ("released", &["open"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "promise",
    letter: "P",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Random,
    fields: &[
        TEXT.spec,
        DUE_AT.spec,
        AMOUNT.spec,
        BUYER.spec,
        ORDER_NUMBER.spec,
        ACCOUNT.spec,
        TO_WHOM.spec,
        PROMISED_AT.spec,
        KEPT_AT.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "to_whom", "order_number"],
    subject: &["text"],
    columns: &["buyer", "text", "amount", "due_at", "order_number"],
    work: true,
    due,
    wait,
    watches: &[DOUBLE_PROMISE],
};

fn due(record: &Record, _: &Limits) -> Option<Due> {
    if record.state != "open" {
        return None;
    }
    record.get(DUE_AT).map(|at| Due::new(at, Source::Own))
}

fn wait(record: &Record) -> Wait {
    ours(Post::AfterSales, entered(record))
}
