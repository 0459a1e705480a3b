//! All registers, one file each. To add one: its file, one line here, its words.

pub mod account;
pub mod allowance;
pub mod attendance;
pub mod case;
pub mod complaint;
pub mod conversation;
pub mod customer;
pub mod follow_up;
pub mod handover;
pub mod import;
pub mod meeting;
pub mod note;
pub mod notice;
pub mod order;
pub mod parcel;
pub mod performance;
pub mod person;
pub mod promise;
pub mod reply;
pub mod report;
pub mod review;
pub mod reviewed;
pub mod setting;
pub mod sheet;
pub mod snooze;
pub mod stock_out;
#[cfg(test)]
mod tests;
pub mod ticket;
pub mod view;
pub mod watches;
pub mod words;

use serde_json::Value;

use super::field::{Field, FieldSpec, FromValue};
use super::id::Id;
use super::record::Record;
use super::register::{Post, Register, Wait};

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
/// How high an item was escalated.
pub const ESCALATED: Field<String> = Field::choice("escalated", &ticket::LEVELS).hidden();
/// To whom, by their records, in order.
pub const ESCALATED_TO: Field<Vec<String>> = Field::texts("escalated_to").hidden();
/// Free words that people filter by.
pub const TAGS: Field<Vec<String>> = Field::texts("tags");

/// Returns whether a field's texts are the words of posts.
pub fn names_posts(field: &FieldSpec) -> bool {
    [notice::AUDIENCE.name(), person::POSTS.name()].contains(&field.name)
}

/// Returns the first text of a field of posts that is the word of none: whatever is for it would
/// reach nobody.
pub fn unknown_post(field: &FieldSpec, value: &Value) -> Option<String> {
    let texts = Vec::<String>::from_value(value).filter(|_| names_posts(field));
    let mut texts = texts.unwrap_or_default().into_iter();
    texts.find(|text| Post::of(text).is_none())
}

/// The order's number as its record or a person wrote it.
pub const ORDER_NUMBER: Field<String> = Field::number("order_number").indexed();

/// Names of personal fields whose values tell who somebody is: by them a text that is no event
/// (a draft) is known to be about a person who is to be erased.
pub const IDENTIFYING: &[&str] = &[
    "buyer",
    "buyer_id",
    "name",
    "phone",
    "address",
    "email",
    "receiver",
    "said_buyer",
    "said_address",
    "invoice_title",
    "to_whom",
];

/// Fields that every register has beside its own.
pub static COMMON: &[FieldSpec] = &[
    NUMBER.spec,
    CUSTOMER.spec,
    ORDER.spec,
    SNOOZED_UNTIL.spec,
    snooze::SNOOZED_FOR.spec,
    ESCALATED.spec,
    ESCALATED_TO.spec,
    TAGS.spec,
    reviewed::REVIEWED.spec,
];

/// Every register that this zhiban knows.
pub static ALL: &[&Register] = &[
    &conversation::REGISTER,
    &order::REGISTER,
    &customer::REGISTER,
    &case::REGISTER,
    &note::REGISTER,
    &promise::REGISTER,
    &follow_up::REGISTER,
    &complaint::REGISTER,
    &ticket::REGISTER,
    &review::REGISTER,
    &parcel::REGISTER,
    &stock_out::REGISTER,
    &notice::REGISTER,
    &reply::REGISTER,
    &handover::REGISTER,
    &sheet::REGISTER,
    &attendance::REGISTER,
    &meeting::REGISTER,
    &import::REGISTER,
    &performance::REGISTER,
    &report::REGISTER,
    &account::REGISTER,
    &allowance::REGISTER,
    &person::REGISTER,
    &setting::REGISTER,
    &view::REGISTER,
];

/// Returns the register of a hashed name.
pub fn by_name(name: &str) -> Option<&'static Register> {
    ALL.iter().copied().find(|register| register.name == name)
}

/// Returns when a record came into its present state, milliseconds UTC.
fn entered(record: &Record) -> i64 {
    record
        .last_move()
        .map_or(record.opened, |step| step.trace.at)
}

/// The wait of a record whose next step is ours.
fn ours(post: Post, since: i64) -> Wait {
    Wait {
        ours: true,
        post,
        step: None,
        since,
    }
}

/// Returns the post of a stage's word.
fn opt_post(word: Option<String>) -> Option<Post> {
    word.and_then(|word| Post::of(&word))
}
