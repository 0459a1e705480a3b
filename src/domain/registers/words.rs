//! Enumerations that several registers share. Their words are hashed and final.

use super::super::field::Enumeration;

/// Marketplaces.
pub static PLATFORM: Enumeration = Enumeration {
    name: "platform",
    values: &["taobao", "tmall", "douyin", "pdd", "shopify", "jd", "other"],
};
/// Ways by which a customer reaches us (requirements 7.2).
pub static CHANNEL: Enumeration = Enumeration {
    name: "channel",
    values: &[
        "chat", "phone", "email", "visit", "letter", "board", "hotline", "group",
    ],
};
/// Where in a purchase a talk stands; the words of the posts that do it.
pub static STAGE: Enumeration = Enumeration {
    name: "stage",
    values: &["pre_sales", "in_sales", "after_sales", "general"],
};
/// Posts, as `register::Post` spells them.
pub static POST: Enumeration = Enumeration {
    name: "post",
    values: &[
        "pre_sales",
        "in_sales",
        "after_sales",
        "general",
        "printing",
    ],
};
/// Roles, as `authority::Role` spells them.
pub static ROLE: Enumeration = Enumeration {
    name: "role",
    values: &["agent", "leader", "supervisor", "manager", "auditor"],
};
/// Whose fault a loss is (platform-facts 5.3).
pub static FAULT: Enumeration = Enumeration {
    name: "fault",
    values: &["ours", "buyer", "carrier", "platform", "unclear"],
};
/// Languages in which replies are written.
pub static LANGUAGE: Enumeration = Enumeration {
    name: "language",
    values: &["zh_cn", "zh_tw", "en"],
};
/// The flags beside a seller's memo: TOP's codes 0 to 10 in order (platform-facts 5.2).
pub static FLAG: Enumeration = Enumeration {
    name: "flag",
    values: &[
        "grey",
        "red",
        "yellow",
        "green",
        "blue",
        "purple",
        "orange",
        "light_blue",
        "light_pink",
        "dark_green",
        "peach",
    ],
};
/// Shifts of a day.
pub static SHIFT: Enumeration = Enumeration {
    name: "shift",
    values: &["early", "middle", "late", "night"],
};
/// What a talk or a complaint is about (requirements 7.2).
pub static CATEGORY: Enumeration = Enumeration {
    name: "category",
    values: &[
        "product",
        "size",
        "price",
        "cart",
        "payment",
        "freight",
        "card",
        "order_confirm",
        "order_change",
        "order_cancel",
        "invoice",
        "courier_wish",
        "ship_faster",
        "logistics",
        "damage",
        "delay",
        "loss",
        "return",
        "exchange",
        "refund",
        "dispute",
        "review",
        "complaint",
        "tracing",
        "claim",
        "cod",
        "suggestion",
        "praise",
        "thanks",
        "market_info",
        "fake_shop",
        "page",
        "special_goods",
        "equipment",
        "other",
    ],
};
/// How loud a thing is in lists.
pub static COLOUR: Enumeration = Enumeration {
    name: "colour",
    values: &["red", "yellow", "green"],
};
/// Why work changes hands (requirements 7.2): the reasons of `assign`.
pub static TRANSFER_REASON: Enumeration = Enumeration {
    name: "transfer_reason",
    values: &[
        "after_sales",
        "peak",
        "escalation",
        "main_account",
        "shift_end",
        "meal",
        "language",
        "supervisor_approved",
        "claim",
        "lease_expired",
        "handover",
        "returned",
        "other",
    ],
};
