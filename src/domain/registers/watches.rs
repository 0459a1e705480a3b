//! Rules across records: money paid twice or beyond what was paid, promises given twice,
//! complaints that repeat. Watches of one name share their keys over registers.

use std::collections::BTreeMap;

use super::super::event::Verb;
use super::super::id::Id;
use super::super::money::Money;
use super::super::payload::Meaning;
use super::super::record::{Record, Signature};
use super::super::register::{Finding, Watch};
use super::super::rules::money;
use super::{ORDER_NUMBER, allowance, case, complaint, order, promise};

/// More refunded or agreed on an order than was paid for it.
pub const OVERPAYMENT: Watch = Watch {
    name: "overpayment",
    keys: order_key,
    judge: overpayment,
};
/// More pieces of one order line claimed than were bought.
pub const DOUBLE_REFUND: Watch = Watch {
    name: "double_refund",
    keys: order_key,
    judge: double_refund,
};
/// One case executed more than once.
pub const DOUBLE_EXECUTION: Watch = Watch {
    name: "double_execution",
    keys: own_key,
    judge: double_execution,
};
/// Money that went out without an execution that counts.
pub const UNAPPROVED_EXECUTION: Watch = Watch {
    name: "unapproved_execution",
    keys: own_key,
    judge: unapproved_execution,
};
/// More spent or promised on an allowance than it grants.
pub const ALLOWANCE_EXCEEDED: Watch = Watch {
    name: "allowance_exceeded",
    keys: allowance_keys,
    judge: allowance_exceeded,
};
/// Two promises of money on one order.
pub const DOUBLE_PROMISE: Watch = Watch {
    name: "double_promise",
    keys: order_key,
    judge: double_promise,
};
/// A further complaint on one order that does not say which one it repeats.
pub const REPEAT_COMPLAINT: Watch = Watch {
    name: "repeat_complaint",
    keys: order_key,
    judge: repeat_complaint,
};

/// The order's number, the same whether a record only quotes it or is the order.
fn order_key(record: &Record) -> Vec<String> {
    if !is_in_sight(record) {
        return Vec::new();
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
        .into_iter()
        .collect()
}

fn own_key(record: &Record) -> Vec<String> {
    let key = Some(record.id.to_string()).filter(|_| is_in_sight(record));
    key.into_iter().collect()
}

/// What was taken back is out of sight, but for a case for which money went out.
fn is_in_sight(record: &Record) -> bool {
    !record.void || record.register == case::REGISTER.name && money::went_out(record)
}

/// The allowances that a case draws on, or the allowance itself. Money that went out is drawn
/// also where the case was taken back.
fn allowance_keys(record: &Record) -> Vec<String> {
    if record.register == allowance::REGISTER.name {
        return vec![record.id.to_string()];
    }
    let mut keys: Vec<String> = draws(record).map(|(id, _)| id.to_string()).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// What a case draws on allowances: each execution without approval, each word of mouth.
fn draws(case: &Record) -> impl Iterator<Item = (Id, Money)> {
    case.signatures
        .iter()
        .filter(|sign| matches!(sign.meaning, Meaning::Execute | Meaning::Witness))
        .filter_map(|sign| {
            let allowance = money::named_record(&sign.saw, money::GRANT)?;
            Some((allowance, money::amount(&sign.saw)?))
        })
}

/// Returns what cases drew on an allowance, case by case; where a sum does not fit its
/// currency or 64 bits, none.
pub fn drawn(allowance: Id, cases: &[&Record]) -> Vec<(Id, Money)> {
    cases
        .iter()
        .filter(|record| record.register == case::REGISTER.name)
        .flat_map(|record| {
            draws(record)
                .filter(|(id, _)| *id == allowance)
                .map(|(_, amount)| (record.id, amount))
        })
        .collect()
}

fn of<'a>(records: &[&'a Record], register: &str) -> impl Iterator<Item = &'a Record> {
    records
        .iter()
        .copied()
        .filter(move |record| is_in_sight(record) && record.register == register)
}

/// Returns whether a case's money went out or was agreed to go.
fn binds_money(case: &Record) -> bool {
    let agreed = matches!(
        case.state.as_str(),
        "approved" | "awaiting_goods" | "goods_received" | "to_execute"
    );
    agreed || money::was_executed(case)
}

/// What was paid for the order: by the order's export, else by a case that saw one.
fn paid(records: &[&Record]) -> Option<Money> {
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
fn overpayment(_: &str, records: &[&Record]) -> Vec<Finding> {
    let Some(paid) = paid(records) else {
        return Vec::new();
    };
    let claims: Vec<(Id, Money)> = of(records, "case")
        .filter(|case| binds_money(case))
        .filter_map(|case| Some((case.id, case.get(case::AMOUNT)?)))
        // An amount below nothing must not make room for another.
        .filter(|(_, amount)| amount.minor >= 0)
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

fn double_refund(_: &str, records: &[&Record]) -> Vec<Finding> {
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

/// All words that money went out, whether they count or not: each may be money.
fn all_executions(case: &Record) -> Vec<&Signature> {
    let mut all: Vec<&Signature> = money::executions(case).chain(&case.unproven).collect();
    all.sort_by_key(|sign| (sign.trace.stamp, sign.trace.chain));
    all
}

fn double_execution(_: &str, records: &[&Record]) -> Vec<Finding> {
    of(records, "case")
        .filter_map(|case| {
            let words: Vec<String> = all_executions(case)
                .iter()
                .map(|signature| signature.trace.chain.to_string())
                .collect();
            let evidence = format!("executions={}", words.join(","));
            (words.len() > 1).then(|| finding("double_execution", [case.id], evidence))
        })
        .collect()
}

/// The step says that money went out, or a word does, and no execution of it counts.
fn unapproved_execution(_: &str, records: &[&Record]) -> Vec<Finding> {
    of(records, "case")
        .filter(|case| money::executions(case).next().is_none())
        .filter_map(|case| {
            let words = case.unproven.iter().map(|sign| sign.trace.chain);
            let steps = case
                .steps
                .iter()
                .filter(|step| step.verb == Verb::Move && step.to == "executed")
                .map(|step| step.trace.chain);
            if case.unproven.is_empty() && !money::was_executed(case) {
                return None;
            }
            let all: Vec<String> = words.chain(steps).map(|chain| chain.to_string()).collect();
            let evidence = format!("executions={}", all.join(","));
            Some(finding("unapproved_execution", [case.id], evidence))
        })
        .collect()
}

fn allowance_exceeded(key: &str, records: &[&Record]) -> Vec<Finding> {
    let grants = records.iter().filter(|record| record.id.to_string() == key);
    grants
        .filter_map(|grant| {
            let granted = grant.get(allowance::AMOUNT)?;
            let drawn = drawn(grant.id, records);
            let none = Money {
                minor: 0,
                ..granted
            };
            let total = drawn
                .iter()
                .try_fold(none, |sum, (_, amount)| sum.plus(*amount));
            if total.is_some_and(|total| total.minor <= granted.minor) {
                return None;
            }
            let evidence = format!("granted={};drawn={}", spelled(granted), amounts(&drawn));
            let all = drawn.iter().map(|(id, _)| *id).chain([grant.id]);
            Some(finding("allowance_exceeded", all, evidence))
        })
        .collect()
}

fn double_promise(_: &str, records: &[&Record]) -> Vec<Finding> {
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
fn repeat_complaint(_: &str, records: &[&Record]) -> Vec<Finding> {
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
