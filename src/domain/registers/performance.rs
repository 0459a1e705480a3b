//! The marketplace's sheet of what each agent came to on a day (客服绩效): a record for each of
//! its rows. Totals and means stand apart from the agents, and `-` is no value.

use super::super::field::{Enumeration, Field};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::money::Money;
use super::super::register::{Identity, Reach, Register, no_due, no_wait};
use super::ACCOUNT;

/// What a row of the sheet is about.
pub static ROWS: Enumeration = Enumeration {
    name: "performance_row",
    values: &[
        "agent",
        "total",
        "mean",
        SHOP_TOTAL,
        "shop_mean",
        "peer_best",
        "peer_mean",
    ],
};
/// The word of a row that is an agent's.
pub const AGENT: &str = "agent";
/// The word of a row that is the whole shop's.
pub const SHOP_TOTAL: &str = "shop_total";
/// The words of rows that are sums; all others that are no agent's are means.
pub const SUMS: &[&str] = &["total", SHOP_TOTAL];
/// The most that a row can count: no shop has more buyers, and sums of it stay far from where
/// numbers end.
pub const MOST: i64 = 1 << 36;

/// The business day: `2026-11-21`.
pub const DAY: Field<String> = Field::date("day").required().indexed();
/// Up to when the row is known, milliseconds UTC: the end of the day, or before it where it came
/// in while the day ran.
pub const UPTO: Field<i64> = Field::time("upto").mirror();
/// The name of the row: the agent's in the marketplace's chats, or what it sums up.
pub const NICK: Field<String> = Field::text("nick").required().indexed();
/// What it is about.
pub const ROW: Field<String> = Field::choice("row", &ROWS).mirror();
/// Who that agent was.
pub const PERSON: Field<Id> = Field::record("person", "person").mirror();
/// How many buyers asked.
pub const ASKED: Field<i64> = Field::integer("asked").mirror();
/// How many of them paid in the end.
pub const PAID: Field<i64> = Field::integer("paid").mirror();
/// The share of those, in hundredths of a percent.
pub const CONVERSION: Field<i64> = Field::integer("conversion").mirror();
/// How long the first answer took on the average, milliseconds.
pub const FIRST: Field<i64> = Field::integer("first_response").mirror();
/// How long an answer took on the average, milliseconds.
pub const AVERAGE: Field<i64> = Field::integer("average_response").mirror();
/// The share of content buyers, in hundredths of a percent.
pub const CONTENT: Field<i64> = Field::integer("satisfaction").mirror();
/// The share of talks that were answered, in hundredths of a percent.
pub const REPLIED: Field<i64> = Field::integer("replied").mirror();
/// What those who asked paid in the end.
pub const SALES: Field<Money> = Field::money("sales").mirror();
/// What was refunded.
pub const REFUNDED: Field<Money> = Field::money("refunded").mirror();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::closed("imported")],
    moves: &[],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "performance",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        DAY.spec,
        UPTO.spec,
        NICK.spec,
        ROW.spec,
        ACCOUNT.spec,
        PERSON.spec,
        ASKED.spec,
        PAID.spec,
        CONVERSION.spec,
        FIRST.spec,
        AVERAGE.spec,
        CONTENT.spec,
        REPLIED.spec,
        SALES.spec,
        REFUNDED.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["day"],
    subject: &["nick"],
    columns: &[
        "day",
        "nick",
        "row",
        "account",
        "person",
        "asked",
        "paid",
        "conversion",
        "first_response",
        "average_response",
        "satisfaction",
        "replied",
        "sales",
        "refunded",
        "upto",
    ],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
