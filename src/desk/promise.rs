//! Promises to buyers and reminders to ourselves (F7).

use serde_json::json;

use super::Desk;
use super::act::{Act, Done, fields, refused};
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::registers::{follow_up, promise};
use crate::problem::Problem;

impl Desk {
    /// Records what a buyer was promised until when (milliseconds UTC), about an item.
    pub fn promise(
        &mut self,
        about: Id,
        text: &str,
        due: i64,
        amount: Option<Money>,
    ) -> Result<Done, Problem> {
        self.in_future(due)?;
        let (record, register) = self.record(about)?;
        let now = self.now();
        let me = self.me()?.id;
        let id = self.new_id();
        let mut values = concerning(&record);
        values.extend(fields([
            (promise::TEXT.name(), json!(text.trim())),
            (promise::DUE_AT.name(), json!(due)),
            (promise::PROMISED_AT.name(), json!(now)),
            (promise::AMOUNT.name(), json!(amount)),
        ]));
        let mut act = self.act();
        act.begin(&promise::REGISTER, id, values, me);
        act.claim(register, &record, me);
        self.write(act)
    }

    /// Records that something is to be done until a time (milliseconds UTC): a reminder, a
    /// call back, a visit or chasing a carrier.
    pub fn follow_up(
        &mut self,
        about: Option<Id>,
        kind: &str,
        text: &str,
        due: i64,
    ) -> Result<Done, Problem> {
        let mut act = self.act();
        self.add_follow_up(&mut act, about, kind, text, due)?;
        self.write(act)
    }

    /// Adds that something is to be done.
    pub(super) fn add_follow_up(
        &mut self,
        act: &mut Act,
        about: Option<Id>,
        kind: &str,
        text: &str,
        due: i64,
    ) -> Result<(), Problem> {
        self.in_future(due)?;
        if !follow_up::KIND.spec.kind.accepts(&json!(kind)) {
            return Err(refused("problem-follow-up-kind")
                .arg("kind", kind)
                .hint("problem-follow-up-kind-hint"));
        }
        let me = self.me()?.id;
        let mut values = match about {
            Some(id) => concerning(&self.record(id)?.0),
            None => Fields::new(),
        };
        let id = self.new_id();
        values.extend(fields([
            (follow_up::KIND.name(), json!(kind)),
            (follow_up::TEXT.name(), json!(text.trim())),
            (follow_up::DUE_AT.name(), json!(due)),
        ]));
        act.begin(&follow_up::REGISTER, id, values, me);
        Ok(())
    }

    pub(super) fn in_future(&self, due: i64) -> Result<(), Problem> {
        if due > self.now() {
            Ok(())
        } else {
            Err(refused("problem-due-past").hint("problem-due-past-hint"))
        }
    }
}

/// Returns what a new item about a record takes over from it: buyer, customer, order, account.
pub(super) fn concerning(record: &Record) -> Fields {
    let mut values: Fields = ["buyer", "customer", "order", "account", "order_number"]
        .into_iter()
        .filter_map(|path| Some((path.to_owned(), record.value(path)?.clone())))
        .collect();
    if record.register == "order" {
        values.insert("order".into(), json!(record.id.to_string()));
        if let Some(number) = record.text("number") {
            values.insert("order_number".into(), json!(number));
        }
    }
    if record.register == "customer" {
        values.insert("customer".into(), json!(record.id.to_string()));
    }
    values
}
