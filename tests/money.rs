//! Refunds are money: nothing counts that was not approved by somebody else for exactly this,
//! money that went out all the same is shown until a supervisor closes it, and no order of
//! arrival decides.
//!
//! Random forms are short; `ZHIBAN_MONEY_SEEDS=10000` chooses how many shops are tried.
#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

#[path = "money/approvals.rs"]
mod approvals;
#[path = "money/evasions.rs"]
mod evasions;
#[path = "money/offline.rs"]
mod offline;
#[path = "money/rights.rs"]
mod rights;
#[path = "money/roster.rs"]
mod roster;
#[path = "money/shop.rs"]
mod shop;
#[path = "money/verbal.rs"]
mod verbal;
