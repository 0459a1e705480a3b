//! Settings of the whole shop: dated, a supervisor's, in bundles.

use super::super::field::Field;
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};

/// Which setting; in a drill shop `replica` says who a replica's person is.
pub const KEY: Field<String> = Field::text("key").required().indexed();
/// The value as text or JSON.
pub const VALUE: Field<String> = Field::long_text("value");
/// Since when it holds, milliseconds UTC; the record's beginning where it is not there.
pub const SINCE: Field<i64> = Field::time("since");
/// Why it was set.
pub const NOTE: Field<String> = Field::long_text("note");
/// Beside the key `replica`: the person's name.
pub const NAME: Field<String> = Field::text("name").hidden();

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("valid"), State::closed("ended")],
    moves: &[("valid", &["ended"]), ("ended", &["valid"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "setting",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[KEY.spec, VALUE.spec, SINCE.spec, NOTE.spec, NAME.spec],
    lifecycle: &LIFECYCLE,
    title: &["key"],
    subject: &["value", "name"],
    columns: &["key", "value", "since"],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
