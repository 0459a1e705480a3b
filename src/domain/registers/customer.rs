//! Customers: the card and archive of S04.

use super::super::field::{Enumeration, Field};
use super::super::lifecycle::{Lifecycle, State};
use super::super::register::{Identity, Reach, Register, no_due, no_wait};
use super::words::PLATFORM;
use super::{ACCOUNT, BUYER};

/// How a customer is addressed.
pub static TITLES: Enumeration = Enumeration {
    name: "title",
    values: &["mr", "ms", "none"],
};

/// The name on the marketplace.
pub const NICK: Field<String> = BUYER.indexed();
/// The platform's buyer id, from which the record's id is derived.
pub const BUYER_ID: Field<String> = Field::number("buyer_id").personal().indexed();
/// The real name.
pub const NAME: Field<String> = Field::text("name").personal();
/// How the customer is addressed.
pub const TITLE: Field<String> = Field::choice("title", &TITLES);
/// The telephone number.
pub const PHONE: Field<String> = Field::number("phone").personal().indexed();
/// The usual address.
pub const ADDRESS: Field<String> = Field::long_text("address").personal();
/// The mail address.
pub const EMAIL: Field<String> = Field::text("email").personal();
/// Whether the customer is on our friend list.
pub const FRIEND: Field<bool> = Field::flag("friend");
/// The birthday: `2000-11-22`.
pub const BIRTHDAY: Field<String> = Field::date("birthday").personal();
/// What else is good to know.
pub const NOTE: Field<String> = Field::long_text("note").personal();
/// The marketplace.
pub const PLATFORM_OF: Field<String> = Field::choice("platform", &PLATFORM);

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("active"), State::closed("merged")],
    moves: &[("active", &["merged"]), ("merged", &["active"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "customer",
    letter: "",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Derived("buyer_id"),
    fields: &[
        NICK.spec,
        NAME.spec,
        TITLE.spec,
        PHONE.spec,
        ADDRESS.spec,
        EMAIL.spec,
        BIRTHDAY.spec,
        FRIEND.spec,
        NOTE.spec,
        ACCOUNT.spec,
        PLATFORM_OF.spec,
        BUYER_ID.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "name", "phone", "buyer_id"],
    subject: &["note", "name"],
    columns: &["buyer", "name", "title", "phone", "account", "tags"],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[],
};
