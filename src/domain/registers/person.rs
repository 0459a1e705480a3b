//! People and keys: the roster of design section 6.

use serde_json::Value;

use super::super::field::{Field, FieldSpec};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::money::Money;
use super::super::register::{Identity, Reach, Register, no_due, no_wait};
use super::ACCOUNT;
use super::words::ROLE;

/// The person's name.
pub const NAME: Field<String> = Field::text("name").personal().required();
/// The short name that colleagues use.
pub const NICK: Field<String> = Field::text("nick").personal();
/// What the person may do.
pub const ROLE_OF: Field<String> = Field::choice("role", &ROLE).required();
/// The words of the person's posts.
pub const POSTS: Field<Vec<String>> = Field::texts("posts");
/// The leader of the person's group.
pub const LEADER: Field<Id> = Field::record("leader", "person");
/// What the person may refund in one case without approval.
pub const LIMIT_CASE: Field<Money> = Field::money("limit_case");
/// What the person may refund in a business day without approval.
pub const LIMIT_DAY: Field<Money> = Field::money("limit_day");
/// The person's replicas by id.
pub const REPLICAS: Field<Value> = Field::map("replicas", CELLS).hidden();

/// The ed25519 key, 64 hex.
pub const KEY: Field<String> = Field::text("key");
/// The X25519 key to which bundles are encrypted.
pub const RECIPIENT: Field<String> = Field::text("recipient");
/// The letters in numbers for people.
pub const LETTERS: Field<String> = Field::text("letters");
/// When it was admitted, milliseconds UTC.
pub const ADMITTED: Field<i64> = Field::time("admitted");
/// The last event that counts, where it was retired.
pub const CUT_SEQ: Field<i64> = Field::integer("cut_seq");
/// That event's chain, 64 hex.
pub const CUT_CHAIN: Field<String> = Field::text("cut_chain");

static CELLS: &[FieldSpec] = &[
    KEY.spec,
    RECIPIENT.spec,
    LETTERS.spec,
    ADMITTED.spec,
    CUT_SEQ.spec,
    CUT_CHAIN.spec,
];

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("active"), State::closed("left")],
    moves: &[("active", &["left"]), ("left", &["active"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "person",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        NAME.spec,
        NICK.spec,
        ROLE_OF.spec,
        POSTS.spec,
        LEADER.spec,
        ACCOUNT.spec,
        LIMIT_CASE.spec,
        LIMIT_DAY.spec,
        REPLICAS.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["nick", "name"],
    subject: &["role"],
    columns: &[
        "name",
        "nick",
        "role",
        "posts",
        "leader",
        "limit_case",
        "limit_day",
    ],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
