//! Imports: which file brought what, and how old its facts are.

use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};
use super::ACCOUNT;

/// What a file holds.
pub static KINDS: Enumeration = Enumeration {
    name: "import_kind",
    values: &[
        "orders",
        "items",
        "refunds",
        "conversations",
        "replies",
        "reviews",
        "parcels",
        "scores",
        "stock_outs",
        "customers",
        "sheets",
        "other",
    ],
};

/// The file's name.
pub const FILE: Field<String> = Field::text("file").personal();
/// What it holds.
pub const KIND: Field<String> = Field::choice("kind", &KINDS).indexed();
/// By which profile it was read.
pub const PROFILE: Field<String> = Field::text("profile");
/// In which encoding it was.
pub const ENCODING: Field<String> = Field::text("encoding");
/// How old its facts are, milliseconds UTC.
pub const EXPORTED_AT: Field<i64> = Field::time("exported_at");
/// Rows that were read.
pub const READ: Field<i64> = Field::integer("read");
/// Rows that made a new record.
pub const NEW: Field<i64> = Field::integer("new");
/// Rows that changed a record.
pub const CHANGED: Field<i64> = Field::integer("changed");
/// Rows that said what was known.
pub const SAME: Field<i64> = Field::integer("same");
/// Rows that wait for something.
pub const HELD: Field<i64> = Field::integer("held");
/// Rows that were refused.
pub const REFUSED: Field<i64> = Field::integer("refused");
/// Rows that were not taken, because somebody stopped it.
pub const LEFT: Field<i64> = Field::integer("left");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::closed("done")],
    moves: &[],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "import",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        FILE.spec,
        KIND.spec,
        PROFILE.spec,
        ENCODING.spec,
        ACCOUNT.spec,
        EXPORTED_AT.spec,
        READ.spec,
        NEW.spec,
        CHANGED.spec,
        SAME.spec,
        HELD.spec,
        REFUSED.spec,
        LEFT.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["file", "kind"],
    subject: &["profile", "kind"],
    columns: &[
        "kind",
        "file",
        "account",
        "exported_at",
        "read",
        "new",
        "changed",
        "same",
        "refused",
    ],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
