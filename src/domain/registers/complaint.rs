//! Complaints, in the customer's own words (S14).

use super::super::deadline::limits::{Limits, Rule, times_in};
use super::super::field::{Enumeration, Field};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::money::Money;
use super::super::record::Record;
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Wait};
use super::watches::REPEAT_COMPLAINT;
use super::words::{CATEGORY, CHANNEL, FAULT};
use super::{ACCOUNT, BUYER, ORDER_NUMBER, entered, ours};

/// Who brings it.
pub static SOURCES: Enumeration = Enumeration {
    name: "complaint_source",
    values: &["customer", "regulator", "platform"],
};
/// How grave it is.
pub static SEVERITIES: Enumeration = Enumeration {
    name: "severity",
    values: &["general", "serious"],
};
/// Whether it is right.
pub static JUSTIFIED: Enumeration = Enumeration {
    name: "justified",
    values: &["yes", "no", "unclear"],
};
/// How content the customer is, from 5 to 1 (requirements 7.2).
pub static SATISFACTIONS: Enumeration = Enumeration {
    name: "satisfaction",
    values: &[
        "very_satisfied",
        "satisfied",
        "no_opinion",
        "dissatisfied",
        "very_dissatisfied",
    ],
};

/// The customer's own words.
pub const WORDS: Field<String> = Field::long_text("words").personal().required();
/// How they came.
pub const CHANNEL_OF: Field<String> = Field::choice("channel", &CHANNEL);
/// Who brings it.
pub const SOURCE: Field<String> = Field::choice("source", &SOURCES).required();
/// What it is about.
pub const KIND: Field<String> = Field::choice("kind", &CATEGORY);
/// In a line.
pub const SUBJECT: Field<String> = Field::text("subject").personal();
/// How grave it is.
pub const SEVERITY: Field<String> = Field::choice("severity", &SEVERITIES);
/// Whether it is right.
pub const JUSTIFIED_OF: Field<String> = Field::choice("justified", &JUSTIFIED);
/// Whose fault it is.
pub const FAULT_OF: Field<String> = Field::choice("fault", &FAULT);
/// By when we said we would answer, milliseconds UTC.
pub const PROMISED_AT: Field<i64> = Field::time("promised_at");
/// How content the customer is now.
pub const SATISFACTION: Field<String> = Field::choice("satisfaction", &SATISFACTIONS);
/// What we did.
pub const REMEDY: Field<String> = Field::long_text("remedy").personal();
/// What it cost.
pub const REMEDY_AMOUNT: Field<Money> = Field::money("remedy_amount");
/// The complaint that it repeats.
pub const REPEAT_OF: Field<Id> = Field::record("repeat_of", "complaint");

/// Whether it comes from another province than the shop's.
pub const CROSS_REGION: Field<bool> = Field::flag("cross_region");
/// Whether a key account brings it; somebody marks it here.
pub const KEY_ACCOUNT: Field<bool> = Field::flag("key_account");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("received"),
        State::open("verifying"),
        State::open("coordinating"),
        State::open("answered"),
        State::closed("closed").of_merged(),
    ],
    moves: &[
        ("received", &["verifying", "coordinating", "answered"]),
        ("verifying", &["coordinating", "answered"]),
        ("coordinating", &["verifying", "answered"]),
        ("answered", &["closed", "coordinating", "verifying"]),
        ("closed", &["verifying"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "complaint",
    letter: "T",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Random,
    fields: &[
        WORDS.spec,
        BUYER.spec,
        ORDER_NUMBER.spec,
        ACCOUNT.spec,
        CHANNEL_OF.spec,
        SOURCE.spec,
        KIND.spec,
        SUBJECT.spec,
        SEVERITY.spec,
        PROMISED_AT.spec,
        REPEAT_OF.spec,
        JUSTIFIED_OF.spec,
        FAULT_OF.spec,
        REMEDY.spec,
        REMEDY_AMOUNT.spec,
        SATISFACTION.spec,
        CROSS_REGION.spec,
        KEY_ACCOUNT.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "order_number"],
    subject: &["subject", "words"],
    columns: &[
        "no",
        "channel",
        "source",
        "buyer",
        "order_number",
        "words",
        "kind",
        "severity",
        "justified",
        "remedy",
        "satisfaction",
        "repeat_of",
    ],
    work: true,
    due,
    wait,
    watches: &[REPEAT_COMPLAINT],
};

/// The earlier of our word and the shop's 48 h, until it is answered.
fn due(record: &Record, limits: &Limits) -> Option<Due> {
    (!is_answered(record)).then(|| due_of(record, limits))
}

/// The states in which it is the customer's turn.
const THEIRS: [&str; 2] = ["answered", "closed"];

fn is_answered(record: &Record) -> bool {
    THEIRS.contains(&record.state.as_str())
}

/// Returns when it had to be answered, whatever became of it: the earlier of our word and the
/// shop's 48 h, which stand still while it is the customer's turn.
pub fn due_of(record: &Record, limits: &Limits) -> Due {
    // Answered, it was the customer's turn, however it went on.
    let theirs = times_in(record, &THEIRS);
    let rule = limits.due_but(Rule::Complaint, record, record.opened, &theirs);
    let own = record.get(PROMISED_AT).map(|at| Due::new(at, Source::Own));
    own.filter(|own| own.at <= rule.at).unwrap_or(rule)
}

/// Returns when it was answered last (milliseconds UTC) and how long that took us, without the
/// times in which it was the customer's turn; none while no answer holds.
pub fn answered(record: &Record) -> Option<(i64, i64)> {
    let step = record.reached("answered").or(record.reached("closed"));
    let at = step.filter(|_| is_answered(record))?.trace.at;
    let theirs = times_in(record, &THEIRS).into_iter();
    let before = theirs.filter(|(_, over)| *over <= at);
    let theirs: i64 = before.map(|(begun, over)| over - begun).sum();
    Some((at, (at - record.opened - theirs).max(0)))
}

fn wait(record: &Record) -> Wait {
    ours(Post::AfterSales, entered(record))
}
