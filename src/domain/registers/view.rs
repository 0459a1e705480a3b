//! Views that people keep: a question by which lists are narrowed, under a name.

use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};

/// Who sees a view.
pub static SCOPES: Enumeration = Enumeration {
    name: "view_scope",
    values: &["mine", "shop"],
};

/// By what it is asked for.
pub const NAME: Field<String> = Field::text("name").personal().required();
/// What it asks, in the query language of lists: it may name a buyer.
pub const QUERY: Field<String> = Field::text("query").personal().required();
/// Who sees it; only its author where it is not there.
pub const SCOPE: Field<String> = Field::choice("scope", &SCOPES);

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("active"), State::closed("ended")],
    moves: &[("active", &["ended"]), ("ended", &["active"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "view",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[NAME.spec, QUERY.spec, SCOPE.spec],
    lifecycle: &LIFECYCLE,
    title: &["name"],
    subject: &["query"],
    columns: &["name", "query", "scope"],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
