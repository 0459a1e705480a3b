//! Allowances: numbered grants of one sum (design section 6): to one replica, which may refund
//! so much without asking, or to one person, whose word of mouth may be relied upon so far.

use super::super::field::{Enumeration, Field};
use super::super::id::{Id, ReplicaId};
use super::super::lifecycle::{Lifecycle, State};
use super::super::money::Money;
use super::super::record::Record;
use super::super::register::{Identity, Reach, Register, no_due, no_wait};
use super::watches::ALLOWANCE_EXCEEDED;

/// What an allowance is for.
pub static KINDS: Enumeration = Enumeration {
    name: "allowance_kind",
    values: &["spend", "spot"],
};

/// What it is for: `spend` by its replica without approval, or `spot` for approvals by word of
/// mouth of its person.
pub const KIND: Field<String> = Field::choice("kind", &KINDS).required();
/// Whose it is.
pub const PERSON: Field<Id> = Field::record("person", "person").required();
/// The one replica that may spend it, 32 hex.
pub const REPLICA: Field<String> = Field::text("replica");
/// The whole sum.
pub const AMOUNT: Field<Money> = Field::money("amount").required();
/// The most for one case.
pub const CASE_CAP: Field<Money> = Field::money("case_cap");
/// The first business day on which it may be used.
pub const FROM_DAY: Field<String> = Field::date("from_day");
/// The last business day on which it may be used.
pub const TO_DAY: Field<String> = Field::date("to_day");
/// Why it was given.
pub const NOTE: Field<String> = Field::long_text("note");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[State::open("valid"), State::closed("closed")],
    moves: &[("valid", &["closed"])],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "allowance",
    letter: "A",
    version: 1,
    reach: Reach::All,
    identity: Identity::Random,
    fields: &[
        KIND.spec,
        PERSON.spec,
        REPLICA.spec,
        AMOUNT.spec,
        CASE_CAP.spec,
        FROM_DAY.spec,
        TO_DAY.spec,
        NOTE.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["no"],
    subject: &["kind"],
    columns: &[
        "no", "kind", "person", "amount", "case_cap", "from_day", "to_day",
    ],
    work: false,
    due: no_due,
    wait: no_wait,
    watches: &[ALLOWANCE_EXCEEDED],
};

/// What an allowance grants, by what the fold can know: days and revocation are held to at the
/// desk, because no fold reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The person for whose word of mouth it stands; none for money to spend.
    pub approver: Option<Id>,
    /// The replica that may spend it; none for word of mouth.
    pub replica: Option<ReplicaId>,
    /// The whole sum.
    pub amount: Money,
    /// The most for one case.
    pub case_cap: Option<Money>,
}

impl Terms {
    /// Returns what a record grants; none where it was taken back or says nothing usable.
    pub fn of(record: &Record) -> Option<Self> {
        if record.void {
            return None;
        }
        let amount = record.get(AMOUNT)?;
        let case_cap = record.get(CASE_CAP);
        let (approver, replica) = match record.text(KIND.name())? {
            "spend" => (None, Some(record.get(REPLICA)?.parse().ok()?)),
            "spot" => (Some(record.get(PERSON)?), None),
            _ => return None,
        };
        Some(Self {
            approver,
            replica,
            amount,
            case_cap,
        })
    }

    /// Returns whether one case of this amount is within the sum and the cap for one case.
    pub fn covers(&self, asked: Money) -> bool {
        let within = |cap: Money| cap.minus(asked).is_some_and(|rest| rest.minor >= 0);
        asked.minor >= 0 && within(self.amount) && self.case_cap.is_none_or(within)
    }
}
