//! Orders: those that an export brought, and those of which only the number is known yet.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Act, fields};
use crate::domain::id::Id;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::registers::order;
use crate::problem::{Kind, Problem};
use crate::store::{Query, Row};

/// An order as an act needs it.
#[derive(Debug, Clone)]
pub struct KnownOrder {
    /// The order's record.
    pub id: Id,
    /// The cleaned number.
    pub number: String,
    /// The record, none where the act itself opens it.
    pub record: Option<Record>,
}

impl KnownOrder {
    /// Returns whether no export has brought the order yet: what is paid is not known.
    pub fn is_unverified(&self) -> bool {
        self.record.as_ref().is_none_or(order::is_unverified)
    }
}

/// Returns the order that stands beside a record: itself, the one that it is linked to, else the
/// first of what is related to it.
pub fn order_beside(record: &Record, related: &[Row]) -> Option<Id> {
    if record.register == order::REGISTER.name {
        return Some(record.id);
    }
    let linked = record.text("order").and_then(|id| id.parse().ok());
    let first = || {
        related
            .iter()
            .find(|row| row.register == order::REGISTER.name)
    };
    linked.or_else(|| first().map(|row| row.id))
}

impl Desk {
    /// Returns the order of a number; one that nobody knows is opened by the act, unverified,
    /// with what the person said of it.
    pub(super) fn order(
        &self,
        act: &mut Act,
        number: &str,
        said: Fields,
    ) -> Result<KnownOrder, Problem> {
        let number = clean_number(number)?;
        let account = self.order_account()?;
        let id = self.secret()?.derive("order", &account, &number);
        let known = match self.store().record(id)? {
            Some(record) => Some(record),
            None => self.order_by_number(&number)?,
        };
        let Some(record) = known else {
            let mut values = said;
            values.extend(fields([
                ("number", json!(number)),
                ("account", text_or_null(&account)),
            ]));
            act.open(&order::REGISTER, id, values);
            return Ok(KnownOrder {
                id,
                number,
                record: None,
            });
        };
        Ok(KnownOrder {
            id: record.id,
            number,
            record: Some(record),
        })
    }

    /// Returns the one known order of a number, on whatever account it is.
    pub fn order_by_number(&self, number: &str) -> Result<Option<Record>, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec!["order"],
            fields: vec![("number", number.to_owned())],
            limit: Some(2),
            is_few: true,
            ..Query::default()
        })?;
        match &rows[..] {
            [only] => Ok(self.store().record(only.id)?),
            _ => Ok(None),
        }
    }

    /// Returns the record that an order of this number has, or will have once it is opened.
    pub(super) fn order_id(&self, number: &str) -> Result<Id, Problem> {
        match self.order_by_number(number)? {
            Some(record) => Ok(record.id),
            None => Ok(self
                .secret()?
                .derive("order", &self.order_account()?, number)),
        }
    }

    /// Returns the account of an order that somebody only names: the shop's only one, else the
    /// only one of its home platform, by whose form the number is read. The next import derives
    /// the same id from it.
    fn order_account(&self) -> Result<String, Problem> {
        let only = self.account_for(None)?;
        if !only.is_empty() {
            return Ok(only);
        }
        let home = self.setting("platform")?;
        self.account_for(Some(home.as_deref().unwrap_or("taobao")))
    }

    /// Returns the account that outside numbers belong to where nobody names one: the shop's
    /// only account (of a platform), else none, so that every desk derives the same ids.
    pub fn account_for(&self, platform: Option<&str>) -> Result<String, Problem> {
        let rows = self.store().rows(&Query {
            registers: vec!["account"],
            limit: Some(100),
            ..Query::default()
        })?;
        let mut of_platform = rows.iter().filter(|row| {
            platform.is_none_or(|platform| {
                row.fields.get("platform").and_then(Value::as_str) == Some(platform)
            })
        });
        match (of_platform.next(), of_platform.next()) {
            (Some(only), None) => Ok(only
                .fields
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()),
            _ => Ok(String::new()),
        }
    }
}

fn text_or_null(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        json!(text)
    }
}

/// Returns an order number as ids are derived from it, or says what is wrong with it.
pub fn clean_number(number: &str) -> Result<String, Problem> {
    let cleaned = crate::exchange::intake::clean_number(number);
    if cleaned.is_empty() || crate::exchange::intake::is_masked(&cleaned) {
        return Err(Problem::new(Kind::NotUnderstood, "problem-order-number")
            .arg("number", number)
            .hint("problem-order-number-hint"));
    }
    Ok(cleaned)
}
