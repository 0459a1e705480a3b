//! Accounts: one store on one platform.

use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};
use super::words::PLATFORM;

/// What an account is for (requirements 7.2).
pub static KINDS: Enumeration = Enumeration {
    name: "account_kind",
    values: &["presales", "aftersales", "main"],
};

/// The name by which records name the account.
pub const NAME: Field<String> = Field::text("name").required().indexed();
/// The marketplace.
pub const PLATFORM_OF: Field<String> = Field::choice("platform", &PLATFORM).required();
/// What it is for.
pub const KIND: Field<String> = Field::choice("kind", &KINDS);
/// Whether who sits there answers nobody and only hands on what comes in (003 L9).
pub const ROUTES_ONLY: Field<bool> = Field::flag("routes_only");
/// The store's name as exports spell it.
pub const SHOP_NAME: Field<String> = Field::text("shop_name");
/// The names under which our people write in its chats.
pub const AGENTS: Field<Vec<String>> = Field::texts("agents");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("active"), State::closed("ended")],
    moves: &[("active", &["ended"]), ("ended", &["active"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "account",
    letter: "",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        NAME.spec,
        PLATFORM_OF.spec,
        KIND.spec,
        SHOP_NAME.spec,
        AGENTS.spec,
        ROUTES_ONLY.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["name"],
    subject: &["shop_name", "platform"],
    columns: &["name", "platform", "kind", "shop_name"],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
