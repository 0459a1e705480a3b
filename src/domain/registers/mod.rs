//! All registers, one file each. To add one: its file, one line here, its words.

use super::field::{Field, FieldSpec};
use super::id::Id;
use super::register::Register;

/// The customer that a record is about.
pub const CUSTOMER: Field<Id> = Field::record("customer", "customer").hidden();
/// The order that a record is about.
pub const ORDER: Field<Id> = Field::record("order", "order").hidden();
/// The buyer's name as the shop sees it; masked names are shown but identify nobody.
pub const BUYER: Field<String> = Field::text("buyer").personal();
/// The account (one store on one platform) that a record belongs to.
pub const ACCOUNT: Field<String> = Field::text("account");
/// The number for people: register's letter, replica's letters, count.
pub const NUMBER: Field<String> = Field::number("no").hidden();
/// Until when a record is out of sight, milliseconds UTC.
pub const SNOOZED_UNTIL: Field<i64> = Field::time("snoozed_until").hidden();
/// Free words that people filter by.
pub const TAGS: Field<Vec<String>> = Field::texts("tags");

/// Fields that every register has beside its own.
pub static COMMON: &[FieldSpec] = &[NUMBER.spec, CUSTOMER.spec, ORDER.spec, SNOOZED_UNTIL.spec, TAGS.spec];

/// Every register that this zhiban knows.
pub static ALL: &[&Register] = &[];

/// Returns the register of a hashed name.
pub fn by_name(name: &str) -> Option<&'static Register> {
    ALL.iter().copied().find(|register| register.name == name)
}
