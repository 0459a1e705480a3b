//! The shapes of `assets/sample/people.toml` and `script.toml`.

use serde::Deserialize;

/// The people of the sample shop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Crew {
    /// The shop's name.
    pub shop: String,
    /// The store's name on its platform, to which orders and talks belong.
    pub account: String,
    /// When the shop was begun, in its zone.
    pub begun: String,
    /// The day that the sheet of shifts is for.
    pub day: String,
    /// Who is signed in for the visitor.
    pub visitor: String,
    /// Who pastes what nobody of the shop answered yet.
    pub importer: String,
    /// Everybody, leaders before those whom they lead.
    pub person: Vec<Colleague>,
}

/// A person and their shift.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Colleague {
    pub name: String,
    pub full_name: Option<String>,
    pub role: String,
    pub posts: Vec<String>,
    pub letters: String,
    pub leader: Option<String>,
    /// The most that they may approve in one case, in whole units of the shop's currency.
    pub limit_case: Option<i64>,
    pub shift: String,
    pub starts: String,
    pub ends: String,
    pub lunch: String,
}

/// What happened.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    /// What is known of conversations beside what was said.
    pub talk: Vec<TalkFacts>,
    /// Acts in order.
    pub act: Vec<Step>,
}

/// What is known of a conversation beside what was said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TalkFacts {
    pub number: String,
    pub stage: String,
    pub category: String,
    pub complexity: String,
    /// What was found out.
    pub facts: Option<String>,
    /// Whether the buyer accepted.
    pub accepted: Option<bool>,
    /// Whose fault it is.
    pub fault: Option<String>,
    /// The steps that were taken with the buyer.
    #[serde(default)]
    pub steps: Vec<String>,
}

/// One act.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Step {
    /// When, as `11-22 14:10`.
    pub at: String,
    /// Who.
    pub by: String,
    /// Which act.
    #[serde(rename = "do")]
    pub kind_of_act: String,
    /// By which later acts name what it opened.
    pub name: Option<String>,
    /// The record that it is done to.
    pub on: Option<String>,
    /// The record from which it was begun.
    pub about: Option<String>,
    pub register: Option<String>,
    /// `FIELD=VALUE` words.
    pub set: Vec<String>,
    pub to: Option<String>,
    pub text: Option<String>,
    pub kind: Option<String>,
    pub order: Option<String>,
    pub old: Option<String>,
    pub new: Option<String>,
    pub flag: Option<String>,
    pub buyer: Option<String>,
    pub subject: Option<String>,
    pub due: Option<String>,
    pub amount: Option<String>,
    pub reason: Option<String>,
    pub outcome: Option<String>,
    pub file: Option<String>,
    pub exported_at: Option<String>,
    /// The column by which an earlier export of the file is cut.
    pub column: Option<String>,
    /// Lines of a handover.
    pub lines: Vec<HandoverLine>,
}

/// What a person writes on a line of a handover.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HandoverLine {
    /// The item.
    pub on: String,
    pub summary: String,
    pub next: String,
    pub due: String,
    pub if_then: String,
}
