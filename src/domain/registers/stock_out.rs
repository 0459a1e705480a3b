//! Stock-outs: what cannot be sold now, and whether buyers who wait were told (S10).

use super::super::deadline::limits::Limits;
use super::super::field::Field;
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Wait};
use super::{ACCOUNT, entered, ours};

/// The merchant's code.
pub const SKU: Field<String> = Field::number("sku").required().indexed();
/// The goods.
pub const TITLE: Field<String> = Field::text("title");
/// Since when, milliseconds UTC.
pub const SINCE: Field<i64> = Field::time("since");
/// When it is expected again, milliseconds UTC.
pub const EXPECTED_AT: Field<i64> = Field::time("expected_at");
/// What can be offered instead.
pub const SUBSTITUTE: Field<String> = Field::text("substitute");
/// Whether the buyers who wait were told.
pub const NOTIFIED: Field<bool> = Field::flag("notified");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("open"), State::closed("closed").of_merged()],
    moves: &[("open", &["closed"]), ("closed", &["open"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "stock_out",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        SKU.spec,
        TITLE.spec,
        SINCE.spec,
        EXPECTED_AT.spec,
        SUBSTITUTE.spec,
        NOTIFIED.spec,
        ACCOUNT.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["title", "sku"],
    subject: &["substitute", "sku"],
    columns: &[
        "sku",
        "title",
        "since",
        "expected_at",
        "substitute",
        "notified",
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
    record
        .get(EXPECTED_AT)
        .map(|at| Due::new(at, Source::Manual))
}

/// Ours until the buyers were told; then only the goods are awaited.
fn wait(record: &Record) -> Wait {
    let wait = ours(Post::General, entered(record));
    Wait {
        ours: record.get(NOTIFIED) != Some(true),
        ..wait
    }
}
