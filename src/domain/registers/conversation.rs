//! Conversations: what of a chat, call or mail outlives the moment.

use super::super::deadline::limits::{Limits, Rule};
use serde_json::Value;

use super::super::field::{Enumeration, Field, FieldSpec};
use super::super::lifecycle::{Lifecycle, State};
use super::super::money::Money;
use super::super::payload::Direction;
use super::super::record::Record;
use super::super::register::{Due, Identity, LAST_WORDS, Post, Reach, Register, Wait};
use super::words::{CATEGORY, CHANNEL, FAULT, STAGE};
use super::{ACCOUNT, BUYER, ORDER_NUMBER, opt_post};

/// How a talk ended (requirements 7.2).
pub static OUTCOMES: Enumeration = Enumeration {
    name: "outcome",
    values: &[
        "ordered",
        "thinking",
        "out_of_stock",
        "price",
        "not_suitable",
        "solved",
        "passed_on",
        "no_answer",
        "ad",
    ],
};
/// How hard it was.
pub static COMPLEXITIES: Enumeration = Enumeration {
    name: "complexity",
    values: &["simple", "complex"],
};

/// The platform's conversation number.
pub const NUMBER: Field<String> = Field::number("number").indexed();
/// How the buyer reached us.
pub const CHANNEL_OF: Field<String> = Field::choice("channel", &CHANNEL);
/// The channel of words that were left while nobody was there.
pub const LEFT_WORDS: &str = "board";
/// The buyer's name as the shop sees it.
pub const NICK: Field<String> = BUYER.indexed();
/// What it is about.
pub const CATEGORY_OF: Field<String> = Field::choice("category", &CATEGORY);
/// Whose kind of work it is.
pub const STAGE_OF: Field<String> = Field::choice("stage", &STAGE);
/// How it ended; asked for on closing.
pub const OUTCOME: Field<String> = Field::choice("outcome", &OUTCOMES);
/// Whether the buyer accepted the solution.
pub const ACCEPTED: Field<bool> = Field::flag("accepted");
/// How content the buyer is, as they said themselves.
pub const SATISFACTION: Field<String> =
    Field::choice("satisfaction", &super::complaint::SATISFACTIONS);
/// How hard it was.
pub const COMPLEXITY: Field<String> = Field::choice("complexity", &COMPLEXITIES);
/// Whose fault it is.
pub const FAULT_OF: Field<String> = Field::choice("fault", &FAULT);
/// What was found out before a solution was given.
pub const FACTS: Field<String> = Field::long_text("facts").personal();
/// How many pieces the buyer wants, before an order says it.
pub const QUANTITY: Field<i64> = Field::integer("quantity");
/// At what price, before an order says it.
pub const PRICE: Field<Money> = Field::money("price");
/// When it is to be there, before an order says it.
pub const DELIVERY: Field<String> = Field::text("delivery");
/// The steps that were taken with the buyer, by their names.
pub const STEPS: Field<Value> = Field::map("steps", STEP_CELLS).hidden();
/// How often the call was on hold.
pub const HOLDS: Field<Value> = Field::map("holds", HOLD_CELLS).hidden();

/// Cell: when the step was taken, milliseconds UTC.
pub const STEP_AT: Field<i64> = Field::time("at").hidden();

static STEP_CELLS: &[FieldSpec] = &[STEP_AT.spec];

/// Cell: why the buyer had to wait.
pub const HOLD_REASON: Field<String> = Field::text("reason").personal().hidden();
/// Cell: since when, milliseconds UTC.
pub const HOLD_SINCE: Field<i64> = Field::time("since").hidden();
/// Cell: until when, milliseconds UTC.
pub const HOLD_UNTIL: Field<i64> = Field::time("until").hidden();

static HOLD_CELLS: &[FieldSpec] = &[HOLD_REASON.spec, HOLD_SINCE.spec, HOLD_UNTIL.spec];

/// Whether an advertiser wrote, not a buyer.
pub const AD: Field<bool> = Field::flag("ad");
/// The buyer's language as people name it.
pub const LANGUAGE: Field<String> = Field::text("language");
/// The paste or file that opened it.
pub const BATCH: Field<String> = Field::text("batch").hidden();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("open"), State::closed("closed").of_merged()],
    moves: &[("open", &["closed"]), ("closed", &["open"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "conversation",
    letter: "C",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Derived("number"),
    fields: &[
        NICK.spec,
        ACCOUNT.spec,
        CHANNEL_OF.spec,
        STAGE_OF.spec,
        CATEGORY_OF.spec,
        OUTCOME.spec,
        ACCEPTED.spec,
        SATISFACTION.spec,
        COMPLEXITY.spec,
        FAULT_OF.spec,
        FACTS.spec,
        QUANTITY.spec,
        PRICE.spec,
        DELIVERY.spec,
        AD.spec,
        LANGUAGE.spec,
        ORDER_NUMBER.spec,
        NUMBER.spec,
        BATCH.spec,
        STEPS.spec,
        HOLDS.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "number"],
    subject: &[LAST_WORDS, "category", "stage"],
    columns: &[
        "buyer", "account", "channel", "stage", "category", "outcome",
    ],
    work: true,
    due,
    wait,
    watches: &[],
};

/// The first answer to a waiting chat (003 L93), by the shop's limit; none to an advertiser.
fn due(record: &Record, limits: &Limits) -> Option<Due> {
    let wait = wait(record);
    wait.ours
        .then(|| limits.due(Rule::Reply, record, wait.since))
}

/// Ours while the buyer spoke last, or while nobody spoke yet. An advertiser is no buyer.
fn wait(record: &Record) -> Wait {
    let last = record.last_said();
    let since = record
        .buyer_waits_since()
        .or(last.map(|(_, at)| at))
        .unwrap_or(record.opened);
    Wait {
        ours: record.get(AD) != Some(true)
            && last.is_none_or(|(direction, _)| direction == Direction::In),
        post: opt_post(record.get(STAGE_OF)).unwrap_or(Post::General),
        step: None,
        since,
    }
}
