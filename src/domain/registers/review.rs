//! Reviews (S16): answered within a week where they are not good.

use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Due, Identity, Limits, Post, Reach, Register, Source, Wait};
use super::{ACCOUNT, BUYER, ORDER_NUMBER, entered};

/// How good it is.
pub static LEVELS: Enumeration = Enumeration {
    name: "review_level",
    values: &["good", "neutral", "bad"],
};
/// The kind of shop that it stands in.
pub static SHOP_KINDS: Enumeration = Enumeration {
    name: "shop_kind",
    values: &["c_shop", "mall"],
};

/// The platform's number, from which the record's id is derived.
pub const REVIEW_ID: Field<String> = Field::number("review_id").indexed();
/// How good it is.
pub const LEVEL: Field<String> = Field::choice("level", &LEVELS).indexed().required();
/// The stars, 1 to 5.
pub const STARS: Field<i64> = Field::integer("stars");
/// When it was posted, milliseconds UTC.
pub const POSTED_AT: Field<i64> = Field::time("posted_at");
/// The words.
pub const TEXT: Field<String> = Field::long_text("text").personal();
/// The kind of shop that it stands in.
pub const SHOP_KIND: Field<String> = Field::choice("shop_kind", &SHOP_KINDS);
/// What we answered under it.
pub const PUBLIC_REPLY: Field<String> = Field::long_text("public_reply");
/// Why it was written.
pub const CAUSE: Field<String> = Field::text("cause");
/// Whether our service was the cause.
pub const SERVICE_RELATED: Field<bool> = Field::flag("service_related");
/// When we spoke to the buyer, milliseconds UTC.
pub const CONTACTED_AT: Field<i64> = Field::time("contacted_at");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("open"),
        State::open("contacted"),
        State::closed("answered"),
        State::closed("closed").of_merged(),
    ],
    moves: &[
        ("open", &["contacted", "answered", "closed"]),
        ("contacted", &["open", "answered", "closed"]),
        ("answered", &["open"]),
        ("closed", &["open"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "review",
    letter: "",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Derived("review_id"),
    fields: &[
        REVIEW_ID.spec,
        LEVEL.spec,
        STARS.spec,
        ORDER_NUMBER.spec,
        BUYER.spec,
        ACCOUNT.spec,
        SHOP_KIND.spec,
        POSTED_AT.spec,
        TEXT.spec,
        CAUSE.spec,
        SERVICE_RELATED.spec,
        CONTACTED_AT.spec,
        PUBLIC_REPLY.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "order_number", "review_id"],
    subject: &["text", "level"],
    columns: &[
        "level",
        "stars",
        "buyer",
        "order_number",
        "posted_at",
        "text",
        "cause",
        "public_reply",
    ],
    work: true,
    due,
    wait,
    watches: &[],
};

fn needs_answer(record: &Record) -> bool {
    !LIFECYCLE.is_closed(&record.state) && record.text(LEVEL.name()) != Some("good")
}

/// The shop's limit from the day it was posted, for what is not good.
fn due(record: &Record, limits: &Limits) -> Option<Due> {
    needs_answer(record).then(|| {
        let posted = record.get(POSTED_AT).unwrap_or(record.opened);
        Due {
            at: posted.saturating_add(limits.review),
            source: Source::Rule,
        }
    })
}

fn wait(record: &Record) -> Wait {
    Wait {
        ours: needs_answer(record),
        post: Post::AfterSales,
        step: None,
        since: entered(record),
    }
}
