//! Orders: the platform's facts as mirror fields, and how far our own hands are (S09).
//!
//! An order is not work by itself: what waits about an order is a note, a case, a stock-out
//! or a follow-up, and each of these stands in the list of what waits. The order's own lists
//! are views (unpaid, to ship, abnormal, unverified); its deadline is the shipment's.

use serde_json::Value;

use super::super::deadline::limits::{Limits, Rule};
use super::super::field::{Enumeration, Field, FieldSpec};
use super::super::lifecycle::{Lifecycle, State};
use super::super::money::Money;
use super::super::record::Record;
use super::super::register::{Due, Identity, Post, Reach, Register, Source, Wait};
use super::watches::{DOUBLE_REFUND, OVERPAYMENT};
use super::words::{FLAG, PLATFORM};
use super::{ACCOUNT, BUYER, entered};

/// What the platform says of an order; TOP's trade states in common words.
pub static PLATFORM_STATES: Enumeration = Enumeration {
    name: "order_state",
    values: &[
        "unpaid",
        "to_ship",
        "part_shipped",
        "shipped",
        "signed",
        "success",
        "closed",
        "closed_unpaid",
        "unknown",
    ],
};
/// What the platform says of a line's refund.
pub static REFUND_STATES: Enumeration = Enumeration {
    name: "line_refund",
    values: &[
        "none",
        "requested",
        "agreed",
        "refused",
        "success",
        "closed",
        "unknown",
    ],
};

/// The order's number, from which the record's id is derived.
pub const NUMBER: Field<String> = Field::number("number").indexed().required();
/// The marketplace.
pub const PLATFORM_OF: Field<String> = Field::choice("platform", &PLATFORM);
/// The buyer's name on the platform.
pub const BUYER_OF: Field<String> = BUYER.mirror().indexed();
/// The platform's buyer id.
pub const BUYER_ID: Field<String> = Field::number("buyer_id").personal().mirror();
/// What the platform says of it.
pub const PLATFORM_STATE: Field<String> = Field::choice("platform_state", &PLATFORM_STATES)
    .mirror()
    .indexed();
/// What the buyer paid.
pub const PAID: Field<Money> = Field::money("paid").mirror();
/// What the buyer had to pay.
pub const PAYABLE: Field<Money> = Field::money("payable").mirror();
/// The freight within it.
pub const FREIGHT: Field<Money> = Field::money("freight").mirror();
/// What was taken off.
pub const DISCOUNT: Field<Money> = Field::money("discount").mirror();
/// What the platform says was refunded.
pub const REFUNDED: Field<Money> = Field::money("refunded").mirror();
/// The currency's code.
pub const CURRENCY: Field<String> = Field::text("currency").mirror();
/// The buyer's message.
pub const BUYER_MESSAGE: Field<String> = Field::long_text("buyer_message").personal().mirror();
/// The seller's memo.
pub const SELLER_MEMO: Field<String> = Field::long_text("seller_memo").personal().mirror();
/// The memo's flag.
pub const FLAG_OF: Field<String> = Field::choice("flag", &FLAG).mirror();
/// Who receives the goods.
pub const RECEIVER: Field<String> = Field::text("receiver").personal().mirror();
/// The receiver's telephone number.
pub const PHONE: Field<String> = Field::number("phone").personal().mirror();
/// The receiver's address.
pub const ADDRESS: Field<String> = Field::long_text("address").personal().mirror();
/// When it was placed, milliseconds UTC.
pub const PLACED_AT: Field<i64> = Field::time("placed_at").mirror();
/// When it was paid, milliseconds UTC.
pub const PAID_AT: Field<i64> = Field::time("paid_at").mirror();
/// When it was shipped, milliseconds UTC.
pub const SHIPPED_AT: Field<i64> = Field::time("shipped_at").mirror();
/// By when it must be shipped, milliseconds UTC.
pub const SHIP_DUE_AT: Field<i64> = Field::time("ship_due_at").mirror();
/// When it ended, milliseconds UTC.
pub const CLOSED_AT: Field<i64> = Field::time("closed_at").mirror();
/// Why it ended.
pub const CLOSED_REASON: Field<String> = Field::text("closed_reason").mirror();
/// Who carries it.
pub const CARRIER: Field<String> = Field::text("carrier").mirror();
/// The carrier's number.
pub const WAYBILL: Field<String> = Field::number("waybill").mirror().indexed();
/// What stands on the invoice.
pub const INVOICE_TITLE: Field<String> = Field::text("invoice_title").personal().mirror();
/// How many pieces.
pub const ITEM_COUNT: Field<i64> = Field::integer("item_count").mirror();
/// What was bought, in a line.
pub const TITLE: Field<String> = Field::text("title").mirror();
/// The lines by sub-order number.
pub const LINES: Field<Value> = Field::map("lines", CELLS).mirror();
/// What an agent typed before an export brought the order: the buyer.
pub const SAID_BUYER: Field<String> = Field::text("said_buyer").personal();
/// What an agent typed: the goods.
pub const SAID_ITEM: Field<String> = Field::text("said_item");
/// What an agent typed: the amount.
pub const SAID_AMOUNT: Field<Money> = Field::money("said_amount");
/// What an agent typed: the address.
pub const SAID_ADDRESS: Field<String> = Field::long_text("said_address").personal();
/// Who looked at the receiver's data when: the author and time of each write say so, never what
/// was seen.
pub const REVEALS: Field<Value> = Field::map("reveals", REVEAL_CELLS).hidden();

/// Cell: the names of the fields that were shown whole.
pub const REVEAL_SHOWN: Field<Vec<String>> = Field::texts("shown").hidden();

static REVEAL_CELLS: &[FieldSpec] = &[REVEAL_SHOWN.spec];

/// Cell: the goods.
pub const LINE_TITLE: Field<String> = Field::text("title").mirror();
/// Cell: the merchant's code.
pub const LINE_SKU: Field<String> = Field::number("sku").mirror();
/// Cell: colour, size.
pub const LINE_VARIANT: Field<String> = Field::text("variant").mirror();
/// Cell: how many.
pub const LINE_QUANTITY: Field<i64> = Field::integer("quantity").mirror();
/// Cell: the price of one.
pub const LINE_PRICE: Field<Money> = Field::money("price").mirror();
/// Cell: what was paid for the line.
pub const LINE_PAID: Field<Money> = Field::money("paid").mirror();
/// Cell: what the platform says of its refund.
pub const LINE_REFUND_STATE: Field<String> = Field::choice("refund_state", &REFUND_STATES).mirror();
/// Cell: what was refunded.
pub const LINE_REFUNDED: Field<Money> = Field::money("refunded").mirror();
/// Cell: what the platform says of the line.
pub const LINE_STATE: Field<String> = Field::choice("state", &PLATFORM_STATES).mirror();

static CELLS: &[FieldSpec] = &[
    LINE_TITLE.spec,
    LINE_SKU.spec,
    LINE_VARIANT.spec,
    LINE_QUANTITY.spec,
    LINE_PRICE.spec,
    LINE_PAID.spec,
    LINE_REFUND_STATE.spec,
    LINE_REFUNDED.spec,
    LINE_STATE.spec,
];

/// What our own hands did. Steps may be left out, and printing may have to begin anew.
static LIFECYCLE: Lifecycle = Lifecycle {
    states: &[
        State::open("open"),
        State::open("checked"),
        State::open("printed"),
        State::open("packed"),
        State::open("handed_over"),
        State::closed("done"),
    ],
    moves: &[
        (
            "open",
            &["checked", "printed", "packed", "handed_over", "done"],
        ),
        (
            "checked",
            &["open", "printed", "packed", "handed_over", "done"],
        ),
        (
            "printed",
            &["open", "checked", "packed", "handed_over", "done"],
        ),
        (
            "packed",
            &["open", "checked", "printed", "handed_over", "done"],
        ),
        ("handed_over", &["packed", "done"]),
        ("done", &["open"]),
    ],
};

/// The register.
pub static REGISTER: Register = Register {
    name: "order",
    letter: "",
    version: 1,
    reach: Reach::Post,
    identity: Identity::Derived("number"),
    fields: &[
        NUMBER.spec,
        ACCOUNT.spec,
        PLATFORM_OF.spec,
        SAID_BUYER.spec,
        SAID_ITEM.spec,
        SAID_AMOUNT.spec,
        SAID_ADDRESS.spec,
        BUYER_OF.spec,
        BUYER_ID.spec,
        PLATFORM_STATE.spec,
        LINES.spec,
        TITLE.spec,
        ITEM_COUNT.spec,
        PAID.spec,
        PAYABLE.spec,
        FREIGHT.spec,
        DISCOUNT.spec,
        REFUNDED.spec,
        CURRENCY.spec,
        BUYER_MESSAGE.spec,
        SELLER_MEMO.spec,
        FLAG_OF.spec,
        RECEIVER.spec,
        PHONE.spec,
        ADDRESS.spec,
        PLACED_AT.spec,
        PAID_AT.spec,
        SHIP_DUE_AT.spec,
        SHIPPED_AT.spec,
        CARRIER.spec,
        WAYBILL.spec,
        CLOSED_AT.spec,
        CLOSED_REASON.spec,
        INVOICE_TITLE.spec,
        REVEALS.spec,
    ],
    lifecycle: &LIFECYCLE,
    title: &["buyer", "said_buyer", "number"],
    subject: &["title", "said_item", "number"],
    columns: &[
        "number",
        "buyer",
        "platform_state",
        "title",
        "paid",
        "placed_at",
        "ship_due_at",
        "flag",
    ],
    work: false,
    due,
    wait,
    watches: &[OVERPAYMENT, DOUBLE_REFUND],
};

/// Returns whether no export has brought the order yet: what it says is only what we typed.
pub fn is_unverified(record: &Record) -> bool {
    !record
        .values
        .values()
        .flatten()
        .any(|write| write.exported_at.is_some())
}

/// Returns whether the platform waits for the shipment.
pub fn is_to_ship(record: &Record) -> bool {
    matches!(
        record.text(PLATFORM_STATE.name()),
        Some("to_ship" | "part_shipped")
    )
}

/// Returns whether a state of the platform says that all goods are on their way or there.
pub fn says_shipped(state: &str) -> bool {
    matches!(state, "shipped" | "signed" | "success")
}

/// Returns whether the platform says that all goods are on their way or there.
pub fn is_shipped(record: &Record) -> bool {
    record.text(PLATFORM_STATE.name()).is_some_and(says_shipped)
}

/// The shipment's end: the platform's own time, else payment and the shop's limit
/// (`taobao.ship_within`).
fn due(record: &Record, limits: &Limits) -> Option<Due> {
    if !is_to_ship(record) {
        return None;
    }
    let platform = record
        .get(SHIP_DUE_AT)
        .map(|at| Due::new(at, Source::Platform));
    platform.or_else(|| Some(limits.due(Rule::Ship, record, record.get(PAID_AT)?)))
}

fn wait(record: &Record) -> Wait {
    Wait {
        ours: is_to_ship(record),
        post: Post::Printing,
        step: None,
        since: entered(record),
    }
}
