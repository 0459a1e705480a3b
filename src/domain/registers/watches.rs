//! Rules across records: money paid twice or beyond what was paid, promises given twice,
//! complaints that repeat. Watches of one name share their keys over registers.

use std::collections::BTreeMap;

use super::super::event::Verb;
use super::super::id::Id;
use super::super::money::Money;
use super::super::payload::Meaning;
use super::super::record::Record;
use super::super::register::{Finding, Watch};
use super::{ORDER_NUMBER, case, complaint, order, promise};

/// More refunded or agreed on an order than was paid for it.
pub const OVERPAYMENT: Watch = Watch {
    name: "overpayment",
    key: order_key,
    judge: overpayment,
};
/// More pieces of one order line claimed than were bought.
pub const DOUBLE_REFUND: Watch = Watch {
    name: "double_refund",
    key: order_key,
    judge: double_refund,
};
/// One case executed more than once.
pub const DOUBLE_EXECUTION: Watch = Watch {
    name: "double_execution",
    key: own_key,
    judge: double_execution,
};
/// Two promises of money on one order.
pub const DOUBLE_PROMISE: Watch = Watch {
    name: "double_promise",
    key: order_key,
    judge: double_promise,
};
/// A further complaint on one order that does not say which one it repeats.
pub const REPEAT_COMPLAINT: Watch = Watch {
    name: "repeat_complaint",
    key: order_key,
    judge: repeat_complaint,
};

/// The order's number, the same whether a record only quotes it or is the order.
fn order_key(record: &Record) -> Option<String> {
    if record.void {
        return None;
    }
    let number = if record.register == order::REGISTER.name {
        order::NUMBER
    } else {
        ORDER_NUMBER
    };
    record
        .text(number.name())
        .filter(|number| !number.is_empty())
        .map(str::to_owned)
}

fn own_key(record: &Record) -> Option<String> {
    Some(record.id.to_string()).filter(|_| !record.void)
}

fn of<'a>(records: &'a [Record], register: &str) -> impl Iterator<Item = &'a Record> {
    records
        .iter()
        .filter(move |record| !record.void && record.register == register)
}

/// Returns whether a case's money went out or was agreed to go.
fn binds_money(case: &Record) -> bool {
    let agreed = matches!(
        case.state.as_str(),
        "approved" | "awaiting_goods" | "goods_received" | "to_execute"
    );
    agreed || was_executed(case)
}

/// Money that went out stays out, whatever is moved afterwards, unless the step itself was
/// moved back.
fn was_executed(case: &Record) -> bool {
    let steps = case.steps.iter().filter(|step| step.verb == Verb::Move);
    steps.fold(false, |executed, step| {
        match (step.from.as_str(), step.to.as_str()) {
            (_, "executed") => true,
            ("executed", "to_execute") => false,
            _ => executed,
        }
    })
}

/// What was paid for the order: by the order's export, else by a case that saw one.
fn paid(records: &[Record]) -> Option<Money> {
    let order = of(records, "order").find_map(|order| order.get(order::PAID));
    let seen = || {
        of(records, "case")
            .filter(|case| case.get(case::PAID_VERIFIED) == Some(true))
            .filter_map(|case| case.get(case::PAID))
            .max_by_key(|paid| paid.minor)
    };
    order.or_else(seen)
}

/// Amounts in another currency than was paid cannot be added up and are shown as well.
fn overpayment(_: &str, records: &[Record]) -> Vec<Finding> {
    let Some(paid) = paid(records) else {
        return Vec::new();
    };
    let claims: Vec<(Id, Money)> = of(records, "case")
        .filter(|case| binds_money(case))
        .filter_map(|case| Some((case.id, case.get(case::AMOUNT)?)))
        .collect();
    let total = claims
        .iter()
        .try_fold(Money { minor: 0, ..paid }, |sum, (_, amount)| {
            sum.plus(*amount)
        });
    if total.is_some_and(|total| total.minor <= paid.minor) {
        return Vec::new();
    }
    let evidence = format!("paid={};claims={}", spelled(paid), amounts(&claims));
    vec![finding(
        "overpayment",
        claims.iter().map(|(id, _)| *id),
        evidence,
    )]
}

/// Kinds that give goods or their price back; a repair or a difference in price may meet a
/// refund of the same line.
fn takes_line(case: &Record) -> bool {
    let kind = case.text(case::KIND.name());
    let live = binds_money(case) || case.state == "submitted";
    live && !matches!(kind, Some("repair" | "price_difference"))
}

fn double_refund(_: &str, records: &[Record]) -> Vec<Finding> {
    let mut lines: BTreeMap<&str, Vec<(Id, i64)>> = BTreeMap::new();
    let mut bought: BTreeMap<&str, i64> = BTreeMap::new();
    for order in of(records, "order") {
        for key in order.keys(order::LINES.name()) {
            if let Some(quantity) =
                order.cell(order::LINES.name(), key, order::LINE_QUANTITY.name())
            {
                bought.insert(key, quantity);
            }
        }
    }
    for case in of(records, "case").filter(|case| takes_line(case)) {
        for key in case.keys(case::LINES.name()) {
            let cell = |name| case.cell::<i64>(case::LINES.name(), key, name);
            let quantity = cell(case::LINE_QUANTITY.name()).unwrap_or(1);
            if let Some(count) = cell(case::LINE_BOUGHT.name()) {
                bought.entry(key).or_insert(count);
            }
            if quantity > 0 {
                lines.entry(key).or_default().push((case.id, quantity));
            }
        }
    }
    lines
        .into_iter()
        .filter(|(key, claims)| {
            let claimed = claims
                .iter()
                .fold(0_i64, |sum, (_, quantity)| sum.saturating_add(*quantity));
            claims.len() > 1 && claimed > bought.get(key).copied().unwrap_or(1)
        })
        .map(|(key, claims)| {
            let quantities: Vec<String> = claims
                .iter()
                .map(|(id, quantity)| format!("{id}:{quantity}"))
                .collect();
            let count = bought.get(key).copied().unwrap_or(1);
            let evidence = format!("line={key};bought={count};claims={}", quantities.join(","));
            finding("double_refund", claims.iter().map(|(id, _)| *id), evidence)
        })
        .collect()
}

fn double_execution(_: &str, records: &[Record]) -> Vec<Finding> {
    of(records, "case")
        .filter_map(|case| {
            let words: Vec<String> = case
                .signatures
                .iter()
                .filter(|signature| signature.meaning == Meaning::Execute)
                .map(|signature| signature.trace.chain.to_string())
                .collect();
            let evidence = format!("executions={}", words.join(","));
            (words.len() > 1).then(|| finding("double_execution", [case.id], evidence))
        })
        .collect()
}

fn double_promise(_: &str, records: &[Record]) -> Vec<Finding> {
    let promises: Vec<(Id, Money)> = of(records, "promise")
        .filter(|record| matches!(record.state.as_str(), "open" | "kept"))
        .filter_map(|record| Some((record.id, record.get(promise::AMOUNT)?)))
        .filter(|(_, amount)| amount.minor > 0)
        .collect();
    if promises.len() < 2 {
        return Vec::new();
    }
    let evidence = format!("promises={}", amounts(&promises));
    vec![finding(
        "double_promise",
        promises.iter().map(|(id, _)| *id),
        evidence,
    )]
}

/// Each complaint but the first names the one that it repeats.
fn repeat_complaint(_: &str, records: &[Record]) -> Vec<Finding> {
    let mut complaints: Vec<&Record> = of(records, "complaint").collect();
    complaints.sort_by_key(|record| (record.opened, record.id));
    let Some((first, rest)) = complaints.split_first() else {
        return Vec::new();
    };
    rest.iter()
        .filter(|record| record.get(complaint::REPEAT_OF).is_none())
        .map(|record| {
            finding(
                "repeat_complaint",
                [first.id, record.id],
                format!("complaint={}", record.id),
            )
        })
        .collect()
}

fn finding(kind: &'static str, records: impl IntoIterator<Item = Id>, evidence: String) -> Finding {
    let mut records: Vec<Id> = records.into_iter().collect();
    records.sort();
    records.dedup();
    Finding {
        kind,
        records,
        evidence,
    }
}

fn spelled(amount: Money) -> String {
    format!("{}{}", amount.minor, amount.currency.code())
}

fn amounts(claims: &[(Id, Money)]) -> String {
    let words: Vec<String> = claims
        .iter()
        .map(|(id, amount)| format!("{id}:{}", spelled(*amount)))
        .collect();
    words.join(",")
}
