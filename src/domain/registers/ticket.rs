//! Questions to another department, and escalations (S15).

use super::super::deadline::limits::{Limits, Rule, times_in};
use super::super::field::{Enumeration, Field};
use super::super::id::Id;
use super::super::lifecycle::{Lifecycle, State};
use super::super::record::Record;
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Step, Wait};
use super::{ACCOUNT, BUYER, ORDER_NUMBER, entered};

/// Departments (requirements 7.2).
pub static DEPARTMENTS: Enumeration = Enumeration {
    name: "department",
    values: &[
        "warehouse",
        "delivery",
        "after_sales",
        "marketing",
        "operations",
        "tech",
        "hr",
        "finance",
        "production",
        "purchasing",
        "tracing",
        "claims",
        "gm_office",
        "training",
        "qc",
        "printing",
        "other",
    ],
};
/// To whom a thing is escalated.
pub static LEVELS: Enumeration = Enumeration {
    name: "level",
    values: &["agent", "leader", "supervisor", "contact", "manager"],
};
/// What is asked for.
pub static KINDS: Enumeration = Enumeration {
    name: "ticket_kind",
    values: &[
        "question",
        "task",
        "escalation",
        "page_issue",
        "suggestion",
        "incident",
        "trace",
        "claim",
        "other",
    ],
};

/// The department that is asked.
pub const DEPARTMENT: Field<String> = Field::choice("department", &DEPARTMENTS).indexed();
/// To whom it is escalated.
pub const LEVEL: Field<String> = Field::choice("level", &LEVELS);
/// Which colleague is asked.
pub const ASKED: Field<Id> = Field::record("asked", "person");
/// What is asked for.
pub const KIND: Field<String> = Field::choice("kind", &KINDS);
/// The question.
pub const QUESTION: Field<String> = Field::long_text("question").personal().required();
/// The answer.
pub const ANSWER: Field<String> = Field::long_text("answer").personal();
/// By when it is needed, milliseconds UTC.
pub const DUE_AT: Field<i64> = Field::time("due_at");
/// Who in the department took it.
pub const ACCEPTED: Field<String> = Field::text("accepted").personal();
/// Whether the customer was told.
pub const TOLD_CUSTOMER: Field<bool> = Field::flag("told_customer");

static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("open"),
        State::open("accepted"),
        State::open("answered"),
        State::closed("closed").of_merged(),
    ],
    moves: &[
        ("open", &["accepted", "answered", "closed"]),
        ("accepted", &["open", "answered", "closed"]),
        ("answered", &["open", "closed"]),
        ("closed", &["open"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "ticket",
    letter: "D",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Random,
    fields: &[
        DEPARTMENT.spec,
        LEVEL.spec,
        ASKED.spec,
        KIND.spec,
        QUESTION.spec,
        DUE_AT.spec,
        BUYER.spec,
        ORDER_NUMBER.spec,
        ACCOUNT.spec,
        ACCEPTED.spec,
        ANSWER.spec,
        TOLD_CUSTOMER.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "order_number", "department", "level"],
    subject: &["question"],
    columns: &[
        "no",
        "department",
        "level",
        "kind",
        "buyer",
        "question",
        "due_at",
        "answer",
        "told_customer",
    ],
    work: true,
    due,
    wait,
    watches: &[],
};

/// What the asker set, else the shop's limit, until it is answered.
fn due(record: &Record, limits: &Limits) -> Option<Due> {
    if matches!(record.state.as_str(), "answered" | "closed") {
        return None;
    }
    // Answered, it was the asker's turn.
    let ours = times_in(record, &["answered", "closed"]);
    let rule = limits.due_but(Rule::Ticket, record, record.opened, &ours);
    Some(
        record
            .get(DUE_AT)
            .map_or(rule, |at| Due::new(at, Source::Manual)),
    )
}

/// The other side's until it is answered, then the asker's, who tells the customer.
fn wait(record: &Record) -> Wait {
    let answered = record.state == "answered";
    let step = if answered { None } else { asked(record) };
    Wait {
        ours: answered,
        post: Post::AfterSales,
        step,
        since: entered(record),
    }
}

/// The colleague who is named, else the post that stands for the department, else whoever
/// may approve.
fn asked(record: &Record) -> Option<Step> {
    if let Some(person) = record.get(ASKED) {
        return Some(Step::Person(person));
    }
    match record.text(DEPARTMENT.name()) {
        Some("warehouse" | "delivery" | "printing") => Some(Step::Acknowledge(Post::Printing)),
        Some("after_sales") => Some(Step::Acknowledge(Post::AfterSales)),
        Some(_) => None,
        None => record
            .text(LEVEL.name())
            .filter(|level| *level != "agent")
            .map(|_| Step::Approve),
    }
}
