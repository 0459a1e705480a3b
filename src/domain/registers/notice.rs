//! Notices: what everybody must know now; reading one is a signature (S10, S25).

use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};
use super::ACCOUNT;

/// What it is about.
pub static KINDS: Enumeration = Enumeration {
    name: "notice_kind",
    values: &[
        "rule", "campaign", "stock", "price", "incident", "print", "other",
    ],
};

/// What it is about.
pub const KIND: Field<String> = Field::choice("kind", &KINDS).required();
/// The headline.
pub const TITLE: Field<String> = Field::text("title").required();
/// The words.
pub const TEXT: Field<String> = Field::long_text("text");
/// From when it holds, milliseconds UTC.
pub const VALID_FROM: Field<i64> = Field::time("valid_from");
/// Until when it holds, milliseconds UTC.
pub const VALID_UNTIL: Field<i64> = Field::time("valid_until");
/// The words of the posts that it is for; empty for everybody.
pub const AUDIENCE: Field<Vec<String>> = Field::texts("audience");
/// Whether each reader signs that it was read.
pub const MUST_READ: Field<bool> = Field::flag("must_read");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("published"),
        State::open("draft"),
        State::closed("ended"),
    ],
    moves: &[
        ("published", &["draft", "ended"]),
        ("draft", &["published", "ended"]),
        ("ended", &["published"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "notice",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        KIND.spec,
        TITLE.spec,
        TEXT.spec,
        VALID_FROM.spec,
        VALID_UNTIL.spec,
        AUDIENCE.spec,
        MUST_READ.spec,
        ACCOUNT.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["title"],
    subject: &["text"],
    columns: &[
        "kind",
        "title",
        "valid_from",
        "valid_until",
        "audience",
        "must_read",
    ],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
