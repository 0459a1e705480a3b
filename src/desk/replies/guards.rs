//! What a filled reply says of the purchase, held against what is known of it: the order number
//! of another buyer, a sum that nobody knows, an address that was not chosen.

use super::{Context, Filled};
use crate::domain::money::{Currency, Money};
use crate::exchange::intake::replies::behind_a_sum;

/// How many digits an order number has at least and at most.
const ORDER_DIGITS: std::ops::RangeInclusive<usize> = 16..=20;

/// How something that a reply says is held against what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is the purchase's.
    Fits,
    /// It is another one's.
    Differs,
    /// Nothing is known to hold it against: a person has to look.
    Unknown,
    /// It is not filled in yet.
    Open,
    /// The reply does not say it.
    Unsaid,
}

impl Held {
    /// Returns the end of the message id.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Differs => "differs",
            Self::Unknown => "unknown",
            Self::Open => "open",
            Self::Unsaid => "unsaid",
        }
    }
}

/// One thing that is held against what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// What: `buyer`, `order`, `amount`, `address`; the end of the message id.
    pub what: &'static str,
    /// How it is.
    pub held: Held,
}

/// Holds a filled reply against what is known of the purchase.
pub fn guards(filled: &Filled, context: &Context) -> [Guard; 4] {
    let held = |what, held| Guard { what, held };
    [
        held(
            "buyer",
            variable(filled, &["buyer", "receiver"]).unwrap_or(Held::Unsaid),
        ),
        held(
            "order",
            said(filled, context, "order", &order_numbers(&filled.text)),
        ),
        held("amount", amount(filled, context)),
        held(
            "address",
            variable(filled, &["return_address", "address"]).unwrap_or(Held::Unsaid),
        ),
    ]
}

/// How variables of these names are filled, none where the text has none of them.
fn variable(filled: &Filled, names: &[&str]) -> Option<Held> {
    let is_open = filled
        .missing
        .iter()
        .any(|blank| blank.name.is_some_and(|name| names.contains(&name)));
    let is_filled = filled.used.iter().any(|(name, _)| names.contains(name));
    match (is_open, is_filled) {
        (true, _) => Some(Held::Open),
        (false, true) => Some(Held::Fits),
        (false, false) => None,
    }
}

/// Holds what a text says against the known values of a variable.
fn said(filled: &Filled, context: &Context, name: &str, said: &[String]) -> Held {
    if variable(filled, &[name]) == Some(Held::Open) {
        return Held::Open;
    }
    if said.is_empty() {
        return Held::Unsaid;
    }
    match context.values.get(name) {
        Some(known) if said.iter().all(|one| known.contains(one)) => Held::Fits,
        Some(_) => Held::Differs,
        None => Held::Unknown,
    }
}

/// A sum of the canned text is the shop's word and no purchase's: a person has to look at it.
fn amount(filled: &Filled, context: &Context) -> Held {
    let known: Vec<i64> = context
        .values
        .get("amount")
        .into_iter()
        .flatten()
        .filter_map(|written| minor(written))
        .collect();
    if variable(filled, &["amount"]) == Some(Held::Open) {
        return Held::Open;
    }
    let said = sums(&filled.text);
    if said.is_empty() {
        Held::Unsaid
    } else if said.iter().all(|sum| known.contains(sum)) {
        Held::Fits
    } else {
        Held::Unknown
    }
}

/// Runs of digits that are as long as order numbers.
fn order_numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|run| ORDER_DIGITS.contains(&run.len()))
        .map(str::to_owned)
        .collect()
}

fn minor(written: &str) -> Option<i64> {
    Money::parse(written.trim_start_matches(['¥', '￥']), Currency::CNY)
        .ok()
        .map(|money| money.minor)
}

/// Sums of money that a text names: behind a sign, or before the word.
fn sums(text: &str) -> Vec<i64> {
    let is_figure = |c: char| c.is_ascii_digit() || c == '.';
    let mut sums = Vec::new();
    for (at, sign) in text.match_indices(['¥', '￥']) {
        let rest = text[at + sign.len()..].trim_start();
        let end = rest.find(|c| !is_figure(c)).unwrap_or(rest.len());
        sums.extend(minor(rest[..end].trim_end_matches('.')));
    }
    let behind = behind_a_sum().iter();
    for (at, _) in behind.flat_map(|word| text.match_indices(word.as_str())) {
        let before = text[..at].trim_end();
        let start = before.rfind(|c| !is_figure(c)).map_or(0, |last| {
            last + before[last..].chars().next().map_or(1, char::len_utf8)
        });
        let is_counted = before[..start].trim_end().ends_with(['¥', '￥']);
        if !is_counted {
            sums.extend(minor(&before[start..]));
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::replies::fill;
    use std::collections::BTreeMap;

    fn context() -> Context {
        let mut context = Context::default();
        for (name, value) in [
            ("buyer", "阳光小屋"),
            ("order", "4031902847193518258"),
            ("amount", "¥239.00"),
        ] {
            context.values.insert(name, vec![value.to_owned()]);
        }
        context
            .values
            .insert("return_address", vec!["杭州仓".into(), "中山仓".into()]);
        context
    }

    fn held(text: &str, chosen: &BTreeMap<&'static str, usize>, context: &Context) -> Vec<Held> {
        let filled = fill(text, context, chosen);
        guards(&filled, context)
            .iter()
            .map(|guard| guard.held)
            .collect()
    }

    #[test]
    fn what_is_filled_fits_and_what_is_not_chosen_is_open() {
        let text = "{买家}，订单 {订单号} 寄到 {退货地址}";
        let mut chosen = BTreeMap::new();
        assert_eq!(
            held(text, &chosen, &context()),
            [Held::Fits, Held::Fits, Held::Unsaid, Held::Open]
        );
        chosen.insert("return_address", 1);
        assert_eq!(held(text, &chosen, &context())[3], Held::Fits);
        assert_eq!(held("您好", &chosen, &context()), [Held::Unsaid; 4]);
    }

    #[test]
    fn the_order_number_of_another_buyer_is_seen() {
        let none = BTreeMap::new();
        let text = "您的订单 4031902847193516613 已发出，单号 312";
        assert_eq!(held(text, &none, &context())[1], Held::Differs);
        assert_eq!(held(text, &none, &Context::default())[1], Held::Unknown);
    }

    #[test]
    fn a_sum_fits_only_where_the_purchase_has_it() {
        let none = BTreeMap::new();
        let of = |text: &str| held(text, &none, &context())[2];
        assert_eq!(of("退您 239 元，¥239.00 原路退回"), Held::Fits);
        assert_eq!(of("满 200 元包邮"), Held::Unknown);
        assert_eq!(of("退您 18 块"), Held::Unknown);
        assert_eq!(of("退您 {金额}"), Held::Fits);
        assert_eq!(of("第 1 次"), Held::Unsaid);
    }
}
