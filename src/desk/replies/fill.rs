//! Filling the variables of a reply; one that nothing is known for blocks copying.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::desk::Desk;
use crate::desk::act::refused;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::record::Record;
use crate::domain::registers::{case, customer, order, parcel, promise};
use crate::exchange::intake::is_masked;
use crate::exchange::intake::replies::variables;
use crate::exchange::outlet::table::Look;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::store::Query;
use crate::text::clean;

/// The shop's setting with its return addresses, one a line.
pub(in crate::desk) const RETURN_ADDRESS: &str = "return_address";

/// What is known of the open item: values by our names of variables, several where a person has
/// to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The values.
    pub values: BTreeMap<&'static str, Vec<String>>,
    /// The word of the stage in which the purchase stands.
    pub stage: Option<String>,
    /// The time, milliseconds UTC.
    pub now: i64,
}

impl Context {
    fn put(&mut self, name: &'static str, value: Option<impl Into<String>>) {
        let Some(value) = value.map(Into::into) else {
            return;
        };
        let value = clean::line(value.trim()).into_owned();
        // Nobody is addressed by a name that the platform masked.
        if value.is_empty() || is_masked(&value) || self.values.contains_key(name) {
            return;
        }
        self.values.insert(name, vec![value]);
    }
}

/// A variable that could not be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// The name as the text writes it.
    pub written: String,
    /// Our name for it, none where it is not known.
    pub name: Option<&'static str>,
}

/// A variable with several values, of which a person chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Our name.
    pub name: &'static str,
    /// The name as the text writes it.
    pub written: String,
    /// The values.
    pub options: Vec<String>,
    /// Which one is chosen, none yet.
    pub chosen: Option<usize>,
}

/// A reply's text with its variables filled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// The text; what is missing stands in it in braces still.
    pub text: String,
    /// What is missing, in the text's order, each once.
    pub missing: Vec<Blank>,
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// What was filled in: our name and the value, in the text's order, each once.
    pub used: Vec<(&'static str, String)>,
}

impl Filled {
    /// Returns whether nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Refuses a text in which something is missing.
    pub fn complete(&self) -> Result<(), Problem> {
        if self.is_complete() {
            return Ok(());
        }
        let names: Vec<String> = self
            .missing
            .iter()
            .map(|blank| format!("{{{}}}", blank.written))
            .collect();
        Err(refused("problem-reply-missing")
            .arg("count", names.len())
            .arg("names", names.join(" "))
            .hint("problem-reply-missing-hint"))
    }
}

/// Fills a text's variables; `chosen` names by variable which of several values to take.
pub fn fill(text: &str, context: &Context, chosen: &BTreeMap<&'static str, usize>) -> Filled {
    let mut filled = Filled::default();
    let mut end = 0;
    for variable in variables::find(text) {
        filled.text.push_str(&text[end..variable.range.start]);
        end = variable.range.end;
        let options = variable
            .name
            .and_then(|name| Some((name, context.values.get(name)?)));
        let value = options
            .and_then(|(name, options)| filled.choose(name, &variable.written, options, chosen));
        if let Some(value) = value {
            filled.text.push_str(&value);
            continue;
        }
        filled.text.push_str(&text[variable.range.clone()]);
        let blank = Blank {
            written: variable.written,
            name: variable.name,
        };
        if !filled.missing.contains(&blank) {
            filled.missing.push(blank);
        }
    }
    filled.text.push_str(&text[end..]);
    filled
}

impl Filled {
    fn choose(
        &mut self,
        name: &'static str,
        written: &str,
        options: &[String],
        chosen: &BTreeMap<&'static str, usize>,
    ) -> Option<String> {
        let picked = chosen.get(name).copied().filter(|at| *at < options.len());
        if options.len() > 1 && self.choices.iter().all(|choice| choice.name != name) {
            let (written, options) = (written.to_owned(), options.to_vec());
            self.choices.push(Choice {
                name,
                written,
                options,
                chosen: picked,
            });
        }
        let value = match options {
            [only] => only.clone(),
            several => several.get(picked?)?.clone(),
        };
        if self.used.iter().all(|(known, _)| *known != name) {
            self.used.push((name, value.clone()));
        }
        Some(value)
    }
}

impl Desk {
    /// Returns what replies can say about an item: from itself, its order, customer and parcel,
    /// from the person and the shop. Without an item only the latter.
    pub fn reply_context(&self, about: Option<&Record>, words: &Words) -> Result<Context, Problem> {
        let now = self.now();
        let mut context = Context {
            now,
            ..Context::default()
        };
        let look = Look {
            words,
            zone: self.zone(),
        };
        if let Some(record) = about {
            self.context_of(record, &mut context, &look)?;
        }
        let account = about.and_then(|record| record.text("account"));
        context.put(
            "shop",
            account.or(self.store().shop().map(|shop| shop.name.as_str())),
        );
        context.put("agent", self.signed_in().map(|me| me.name.as_str()));
        context.put("date", look.time(now).split(' ').next());
        if let Some(addresses) = self.setting(RETURN_ADDRESS)? {
            let lines = addresses
                .lines()
                .map(|line| clean::line(line.trim()).into_owned());
            let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
            if !lines.is_empty() {
                context.values.insert("return_address", lines);
            }
        }
        Ok(context)
    }

    fn context_of(
        &self,
        record: &Record,
        context: &mut Context,
        look: &Look<'_>,
    ) -> Result<(), Problem> {
        let other = |name: &str| -> Result<Option<Record>, Problem> {
            let id = record.text(name).and_then(|id| id.parse::<Id>().ok());
            Ok(match id {
                Some(id) => self.store().record(id)?,
                None => None,
            })
        };
        let order = if record.register == order::REGISTER.name {
            Some(record.clone())
        } else {
            other("order")?
        };
        let customer = if record.register == customer::REGISTER.name {
            Some(record.clone())
        } else {
            other("customer")?
        };
        context.stage = stage(record, order.as_ref());
        context.put("buyer", record.text("buyer"));
        context.put("order", record.text("order_number"));
        context.put(
            "carrier",
            record
                .text("carrier")
                .or(record.text(case::RETURN_CARRIER.name())),
        );
        if record.register == parcel::REGISTER.name {
            context.put("waybill", record.text(parcel::WAYBILL.name()));
        }
        let amount = match record.register.as_str() {
            "case" => record.get(case::AMOUNT),
            "promise" => record.get(promise::AMOUNT),
            _ => None,
        };
        context.put("amount", amount.map(|amount| amount.to_string()));
        context.put("time", self.promised_until(record)?.map(|at| look.time(at)));
        if let Some(order) = &order {
            of_order(order, context, look);
        }
        if let Some(customer) = &customer {
            context.put("buyer", customer.text("buyer"));
            context.put("phone", customer.text("phone"));
            context.put("address", customer.text("address"));
            context.put("receiver", customer.text("name"));
            let title = customer
                .text(customer::TITLE.name())
                .filter(|title| *title != "none");
            context.put("title", title.map(|title| look.value("title", title)));
        }
        Ok(())
    }

    /// The nearest hour that the buyer was promised.
    fn promised_until(&self, record: &Record) -> Result<Option<i64>, Problem> {
        if record.register == promise::REGISTER.name {
            return Ok(record.get(promise::DUE_AT));
        }
        let id = |name: &str| record.text(name).and_then(|id| id.parse::<Id>().ok());
        let order = if record.register == order::REGISTER.name {
            Some(record.id)
        } else {
            id("order")
        };
        let (customer, order_id) = match (order, id("customer")) {
            (Some(order), _) => (None, Some(order)),
            (None, Some(customer)) => (Some(customer), None),
            (None, None) => return Ok(None),
        };
        let rows = self.store().rows(&Query {
            registers: vec![promise::REGISTER.name],
            open_only: true,
            customer,
            order_id,
            limit: Some(1),
            ..Query::default()
        })?;
        Ok(rows.first().and_then(|row| row.due))
    }
}

fn of_order(order: &Record, context: &mut Context, look: &Look<'_>) {
    context.put("order", order.text(order::NUMBER.name()));
    context.put(
        "buyer",
        order.text("buyer").or(order.text(order::SAID_BUYER.name())),
    );
    context.put(
        "item",
        order
            .text(order::TITLE.name())
            .or(order.text(order::SAID_ITEM.name())),
    );
    let first = order.keys(order::LINES.name()).into_iter().next();
    let line = first
        .and_then(|key| order.cell::<String>(order::LINES.name(), key, order::LINE_TITLE.name()));
    context.put("item", line);
    context.put(
        "amount",
        order.get(order::PAID).map(|paid: Money| paid.to_string()),
    );
    context.put("carrier", order.text(order::CARRIER.name()));
    context.put("waybill", order.text(order::WAYBILL.name()));
    context.put("receiver", order.text(order::RECEIVER.name()));
    context.put("phone", order.text(order::PHONE.name()));
    context.put("address", order.text(order::ADDRESS.name()));
    context.put(
        "ship_due",
        order.get(order::SHIP_DUE_AT).map(|at| look.time(at)),
    );
}

/// In which stage a purchase stands, as a word.
fn stage(record: &Record, order: Option<&Record>) -> Option<String> {
    if matches!(record.register.as_str(), "case" | "complaint" | "review") {
        return Some("after_sales".to_owned());
    }
    if let Some(stage) = record.value("stage").and_then(Value::as_str) {
        return Some(stage.to_owned());
    }
    let state = order?.text(order::PLATFORM_STATE.name())?;
    Some(match state {
        "unpaid" | "closed_unpaid" => "pre_sales".to_owned(),
        "to_ship" | "part_shipped" | "shipped" => "in_sales".to_owned(),
        "signed" | "success" | "closed" => "after_sales".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        let mut context = Context::default();
        context.put("buyer", Some("阳光小屋"));
        context.put("order", Some("4031902847193518258"));
        context.values.insert(
            "return_address",
            vec!["杭州仓 {订单号}".into(), "中山仓".into()],
        );
        context
    }

    #[test]
    fn what_is_missing_stays_and_blocks() {
        let filled = fill(
            "您好，{买家}，{訂單號} 寄到 {退货地址}，{快递}{没有的}{快递}",
            &context(),
            &BTreeMap::new(),
        );
        assert_eq!(
            filled.text,
            "您好，阳光小屋，4031902847193518258 寄到 {退货地址}，{快递}{没有的}{快递}"
        );
        let missing: Vec<&str> = filled
            .missing
            .iter()
            .map(|blank| blank.written.as_str())
            .collect();
        assert_eq!(missing, ["退货地址", "快递", "没有的"]);
        assert_eq!(filled.choices[0].options.len(), 2);
        let problem = filled.complete().unwrap_err();
        assert_eq!(problem.argument("count"), Some("3"));
    }

    #[test]
    fn a_choice_fills_and_a_value_is_no_text_with_variables() {
        let chosen = BTreeMap::from([("return_address", 0)]);
        let filled = fill("寄到 {return}", &context(), &chosen);
        assert_eq!(filled.text, "寄到 杭州仓 {订单号}");
        assert!(filled.is_complete());
        assert_eq!(filled.choices[0].chosen, Some(0));
        assert!(
            !fill(
                "寄到 {return}",
                &context(),
                &BTreeMap::from([("return_address", 7)])
            )
            .is_complete()
        );
    }

    #[test]
    fn a_masked_name_addresses_nobody() {
        let mut context = Context::default();
        context.put("buyer", Some("t**3"));
        context.put("order", Some(" "));
        assert!(context.values.is_empty());
    }
}
