//! After-sales cases: refunds, returns, exchanges, repairs, disputes (S12, requirements 7.1).

use serde_json::Value;

use super::super::deadline::limits::{Limits, Rule};
use super::super::field::{Enumeration, Field, FieldSpec};
use super::super::lifecycle::{Lifecycle, State};
use super::super::money::Money;
use super::super::record::{Record, Signature};
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Step, Wait};
use super::super::rules::money;
use super::watches::{
    ALLOWANCE_EXCEEDED, DOUBLE_EXECUTION, DOUBLE_REFUND, OVERPAYMENT, UNAPPROVED_EXECUTION,
};
use super::words::FAULT;
use super::{ACCOUNT, BUYER, ORDER_NUMBER, entered};

/// What the buyer asks for, in the order of the form's digits.
pub static KINDS: Enumeration = Enumeration {
    name: "case_kind",
    values: &[
        "refund_only",
        "return_refund",
        "exchange",
        "reship",
        "repair",
        "dispute",
        "price_difference",
    ],
};
/// Why (platform-facts 5.3, requirements 7.1).
pub static REASONS: Enumeration = Enumeration {
    name: "case_reason",
    values: &[
        "not_wanted",
        "wrong_size",
        "colour_or_style",
        "material",
        "faded",
        "quality",
        "not_as_described",
        "damaged_in_transit",
        "packaging",
        "wrong_item",
        "short",
        "empty_parcel",
        "late_shipment",
        "not_delivered",
        "no_tracking",
        "lost",
        "refused_damaged",
        "stock_out",
        "counterfeit",
        "invoice",
        "allergy",
        "freight",
        "seven_days",
        "agreed",
        "wrong_address",
        "price_protection",
        "other",
    ],
};
/// Where the goods are.
pub static GOODS_STATES: Enumeration = Enumeration {
    name: "goods_state",
    values: &[
        "not_shipped",
        "shipped",
        "not_received",
        "received",
        "returned",
    ],
};
/// Who pays the freight back.
pub static FREIGHT_PAYERS: Enumeration = Enumeration {
    name: "freight_payer",
    values: &["ours", "buyer", "carrier", "insurance", "none"],
};
/// To where the money goes.
pub static PAYEES: Enumeration = Enumeration {
    name: "payee",
    values: &["original", "other"],
};
/// What the platform says of the refund: TOP's refund states in common words, first the
/// refund's and then the exchange's.
pub static PLATFORM_STATES: Enumeration = Enumeration {
    name: "refund_state",
    values: &[
        "wait_seller_agree",
        "wait_buyer_return_goods",
        "wait_seller_confirm_goods",
        "seller_refuse_buyer",
        "success",
        "closed",
        "wait_buyer_confirm_redo_send_goods",
        "wait_seller_confirm_return_address",
        "wait_seller_consign_goods",
        "exchange_transform_to_refund",
        "exchange_wait_buyer_confirm_goods",
        "platform_handling",
        "unknown",
    ],
};

/// What the buyer asks for.
pub const KIND: Field<String> = Field::choice("kind", &KINDS).required();
/// The lines it is about, by sub-order number.
pub const LINES: Field<Value> = Field::map("lines", CELLS);
/// Why.
pub const REASON: Field<String> = Field::choice("reason", &REASONS).required();
/// Where the goods are.
pub const GOODS_STATE: Field<String> = Field::choice("goods_state", &GOODS_STATES);
/// Whose fault it is.
pub const FAULT_OF: Field<String> = Field::choice("fault", &FAULT).required();
/// The buyer's own words.
pub const WORDS: Field<String> = Field::long_text("words").personal();
/// What proves it.
pub const EVIDENCE_NOTE: Field<String> = Field::long_text("evidence_note").personal();
/// What shall be refunded, freight within it.
pub const AMOUNT: Field<Money> = Field::money("amount").required();
/// The freight within it.
pub const FREIGHT: Field<Money> = Field::money("freight");
/// Who pays the freight back.
pub const FREIGHT_PAYER: Field<String> = Field::choice("freight_payer", &FREIGHT_PAYERS);
/// A small compensation beside it.
pub const COMPENSATION: Field<Money> = Field::money("compensation");
/// To where the money goes.
pub const PAYEE: Field<String> = Field::choice("payee", &PAYEES);
/// What the buyer had paid, as the author's screen showed it.
pub const PAID: Field<Money> = Field::money("paid").hidden();
/// Whether that came from an export.
pub const PAID_VERIFIED: Field<bool> = Field::flag("paid_verified").hidden();
/// Whether the buyer heard kind, amount and way again and agreed.
pub const READ_BACK: Field<bool> = Field::flag("read_back").required();
/// When to look again for the goods, milliseconds UTC.
pub const CHASE_AT: Field<i64> = Field::time("chase_at");
/// By when we want it done, milliseconds UTC.
pub const DUE_AT: Field<i64> = Field::time("due_at");
/// What else is good to know.
pub const NOTE: Field<String> = Field::long_text("note").personal();
/// The carrier that brings the goods back.
pub const RETURN_CARRIER: Field<String> = Field::text("return_carrier");
/// Its number.
pub const RETURN_WAYBILL: Field<String> = Field::number("return_waybill").indexed();
/// How many pieces came back.
pub const GOODS_COUNT: Field<i64> = Field::integer("goods_count");
/// The number under which the other goods went out.
pub const EXCHANGE_WAYBILL: Field<String> = Field::number("exchange_waybill");
/// The policy that was looked up, with its date.
pub const POLICY: Field<String> = Field::text("policy").hidden();
/// The platform's refund number.
pub const REFUND_NUMBER: Field<String> = Field::number("refund_number").indexed();
/// What the platform says.
pub const PLATFORM_STATE: Field<String> =
    Field::choice("platform_state", &PLATFORM_STATES).mirror();
/// By when the platform wants our answer, milliseconds UTC.
pub const PLATFORM_DUE_AT: Field<i64> = Field::time("platform_due_at").mirror();
/// What the platform says is refunded.
pub const PLATFORM_AMOUNT: Field<Money> = Field::money("platform_amount").mirror();
/// The states of which the buyer was told.
pub const TOLD: Field<Vec<String>> = Field::texts("told").hidden();
/// Who agreed by word of mouth, until the signature comes.
pub const APPROVER: Field<String> = Field::text("approver").hidden();

/// Cell: the goods.
pub const LINE_TITLE: Field<String> = Field::text("title");
/// Cell: how many pieces it is about.
pub const LINE_QUANTITY: Field<i64> = Field::integer("quantity");
/// Cell: how many were bought.
pub const LINE_BOUGHT: Field<i64> = Field::integer("bought");
/// Cell: what was paid for the line.
pub const LINE_PAID: Field<Money> = Field::money("paid");
/// Cell: what shall be refunded for it.
pub const LINE_REFUND: Field<Money> = Field::money("refund");

static CELLS: &[FieldSpec] = &[
    LINE_TITLE.spec,
    LINE_QUANTITY.spec,
    LINE_BOUGHT.spec,
    LINE_PAID.spec,
    LINE_REFUND.spec,
];

/// A small sum goes from `submitted` straight on; an amendment goes back to `submitted`; any
/// open case can end because the buyer withdrew or the platform decided.
static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("draft"),
        State::open("submitted"),
        State::open("approved"),
        State::open("refused"),
        State::open("awaiting_goods"),
        State::open("goods_received"),
        State::open("to_execute"),
        State::open("executed"),
        State::open("told"),
        State::closed("closed"),
    ],
    moves: &[
        ("draft", &["submitted", "closed"]),
        (
            "submitted",
            &[
                "approved",
                "refused",
                "awaiting_goods",
                "to_execute",
                "closed",
            ],
        ),
        (
            "approved",
            &[
                "to_execute",
                "awaiting_goods",
                "submitted",
                "refused",
                "closed",
            ],
        ),
        ("refused", &["told", "submitted", "closed"]),
        (
            "awaiting_goods",
            &[
                "goods_received",
                "to_execute",
                "submitted",
                "refused",
                "closed",
            ],
        ),
        (
            "goods_received",
            &[
                "to_execute",
                "awaiting_goods",
                "submitted",
                "refused",
                "closed",
            ],
        ),
        (
            "to_execute",
            &[
                "executed",
                "awaiting_goods",
                "submitted",
                "refused",
                "closed",
            ],
        ),
        ("executed", &["told", "to_execute", "closed"]),
        ("told", &["closed", "submitted"]),
        ("closed", &["submitted"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "case",
    letter: "R",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Derived("refund_number"),
    fields: &[
        KIND.spec,
        ORDER_NUMBER.spec,
        BUYER.spec,
        ACCOUNT.spec,
        LINES.spec,
        REASON.spec,
        GOODS_STATE.spec,
        FAULT_OF.spec,
        WORDS.spec,
        EVIDENCE_NOTE.spec,
        AMOUNT.spec,
        FREIGHT.spec,
        FREIGHT_PAYER.spec,
        COMPENSATION.spec,
        PAYEE.spec,
        READ_BACK.spec,
        CHASE_AT.spec,
        DUE_AT.spec,
        NOTE.spec,
        RETURN_CARRIER.spec,
        RETURN_WAYBILL.spec,
        GOODS_COUNT.spec,
        EXCHANGE_WAYBILL.spec,
        REFUND_NUMBER.spec,
        PLATFORM_STATE.spec,
        PLATFORM_DUE_AT.spec,
        PLATFORM_AMOUNT.spec,
        PAID.spec,
        PAID_VERIFIED.spec,
        POLICY.spec,
        TOLD.spec,
        APPROVER.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "order_number", "refund_number"],
    subject: &["words", "reason", "kind"],
    columns: &[
        "no",
        "kind",
        "buyer",
        "order_number",
        "amount",
        "reason",
        "fault",
        "platform_state",
        "platform_due_at",
        "chase_at",
    ],
    work: true,
    due,
    wait,
    watches: &[
        OVERPAYMENT,
        DOUBLE_REFUND,
        DOUBLE_EXECUTION,
        UNAPPROVED_EXECUTION,
        ALLOWANCE_EXCEEDED,
    ],
};

/// Returns whether the platform has done with it.
pub fn platform_is_done(record: &Record) -> bool {
    matches!(
        record.text(PLATFORM_STATE.name()),
        Some("success" | "closed")
    )
}

/// Platform before rule before hand (`deadline.source_order`), by what is to be done next:
/// an answer to the buyer's request, a look for the goods, or what a person set.
fn due(record: &Record, limits: &Limits) -> Option<Due> {
    if LIFECYCLE.is_closed(&record.state) {
        return None;
    }
    let platform = record
        .get(PLATFORM_DUE_AT)
        .filter(|_| !platform_is_done(record));
    if let Some(at) = platform.filter(|_| !matches!(record.state.as_str(), "executed" | "told")) {
        return Some(Due::new(at, Source::Platform));
    }
    let manual = |at| Due::new(at, Source::Manual);
    let set = record.get(DUE_AT).map(manual);
    let rule = match record.state.as_str() {
        "draft" | "submitted" | "approved" => Some(answer_by(record, limits)),
        "awaiting_goods" => record.get(CHASE_AT).map(manual),
        _ => None,
    };
    [set, rule].into_iter().flatten().min_by_key(|due| due.at)
}

fn answer_by(record: &Record, limits: &Limits) -> Due {
    let rule = if record.text(GOODS_STATE.name()) == Some("not_shipped") {
        Rule::RefundUnshipped
    } else {
        Rule::Refund
    };
    limits.due(rule, record, record.opened)
}

fn wait(record: &Record) -> Wait {
    let state = record.state.as_str();
    Wait {
        ours: !matches!(state, "submitted" | "awaiting_goods"),
        post: Post::AfterSales,
        step: next_hand(record),
        since: entered(record),
    }
}

/// Who else must act now: somebody who may approve, the one who may carry it out, or the one
/// who agreed by word of mouth and has not signed.
fn next_hand(record: &Record) -> Option<Step> {
    let person =
        |sign: &Signature, name: &str| money::named_record(&sign.saw, name).map(Step::Person);
    if let Some(witness) = money::unsigned_witness(record) {
        return person(witness, money::APPROVER);
    }
    match record.state.as_str() {
        "submitted" => Some(Step::Approve),
        // Until the money is gone, whoever may approve can still say no to what was agreed.
        _ if money::provisional_witness(record).is_some() => Some(Step::Approve),
        "approved" | "goods_received" | "to_execute" => {
            person(money::standing_approval(record)?, money::EXECUTOR_PERSON)
        }
        _ => None,
    }
}

/// Returns whether a field is part of what is asked, so that a change of it is an amendment
/// that voids an approval.
pub fn is_asked(path: &str) -> bool {
    path.starts_with("lines/")
        || [
            KIND.name(),
            AMOUNT.name(),
            FREIGHT.name(),
            COMPENSATION.name(),
            PAYEE.name(),
            REASON.name(),
            ORDER_NUMBER.name(),
            ACCOUNT.name(),
            "order",
        ]
        .contains(&path)
}

/// Returns the fields without which a case of this kind cannot be submitted, in the form's
/// order (requirements 7.1).
pub fn required(kind: &str) -> &'static [&'static str] {
    match kind {
        "reship" | "repair" | "exchange" => &["kind", "reason", "fault", "read_back"],
        "dispute" => &["kind", "reason", "fault", "words"],
        _ => &["kind", "reason", "fault", "amount", "read_back"],
    }
}
