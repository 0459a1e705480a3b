//! After-sale cases: what is asked, who may grant it, who does it, once.

use serde_json::{Value, json};

use super::Desk;
use super::act::{Done, fields, refused};
use super::promise::concerning;
use crate::domain::authority::Role;
use crate::domain::field::FromValue;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::payload::{Fields, Payload};
use crate::domain::record::Record;
use crate::domain::register::Owner;
use crate::domain::registers::case;
use crate::domain::registers::order;
use crate::domain::rules::money;
use crate::problem::{Kind, Problem};
use crate::store::Query;

/// What a refund or return asks, as far as it is filled in.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The order's number, imported or not.
    pub order: String,
    /// The item from which the form was opened.
    pub about: Option<Id>,
    /// The values of the form's fields by name.
    pub values: Fields,
}

/// The sum that decides whether a case may be paid: paid − refunded − asked elsewhere − asked
/// here. All amounts in minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arithmetic {
    /// What the order was paid, none where no export says so yet.
    pub paid: Option<Money>,
    /// What was refunded already.
    pub refunded: Money,
    /// What other open cases of the order ask.
    pub elsewhere: Money,
    /// What this case asks.
    pub asked: Money,
}

impl Arithmetic {
    /// Returns what would be left; none where what is paid is not known.
    pub fn left(&self) -> Option<Money> {
        self.paid?
            .minus(self.refunded)?
            .minus(self.elsewhere)?
            .minus(self.asked)
    }

    /// Returns the most that may still be asked.
    pub fn limit(&self) -> Option<Money> {
        self.paid?.minus(self.refunded)?.minus(self.elsewhere)
    }
}

impl Desk {
    /// Writes a case as a draft, or changes a draft; an unknown order is opened with it.
    pub fn draft_case(&mut self, draft: Option<Id>, request: &Request) -> Result<Done, Problem> {
        check(&request.values)?;
        if let Some(id) = draft {
            let (record, _) = self.record(id)?;
            if record.state != "draft" {
                return Err(refused("problem-case-locked").hint("problem-case-locked-hint"));
            }
            return self.set_fields(id, request.values.clone());
        }
        let me = self.me()?.id;
        let id = self.new_id();
        let mut act = self.act();
        let order = self.order(&mut act, &request.order, Fields::new())?;
        let mut values = match request.about {
            Some(about) => concerning(&self.record(about)?.0),
            None => order.record.as_ref().map(concerning).unwrap_or_default(),
        };
        let paid = order
            .record
            .as_ref()
            .filter(|_| !order.is_unverified())
            .and_then(|record| record.get(order::PAID));
        values.extend(fields([
            ("order", json!(order.id.to_string())),
            ("order_number", json!(order.number)),
            (case::PAID.name(), json!(paid)),
            (case::PAID_VERIFIED.name(), json!(paid.is_some())),
        ]));
        values.extend(request.values.clone());
        act.begin(&case::REGISTER, id, values, me);
        let done = self.write(act)?;
        Ok(Done {
            records: std::iter::once(id)
                .chain(done.records.into_iter().filter(|one| *one != id))
                .collect(),
            ..done
        })
    }

    /// Submits a draft: what is asked is fixed from now on. Refused where a required field is
    /// missing, the customer's read-back is not ticked, or more is asked than is left of what
    /// was paid; what is paid may be unverified, which an approver sees.
    pub fn submit_case(&mut self, id: Id) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        super::item::allowed(register, &record, "submitted")?;
        if let Some(missing) = missing(&record.shown()).first() {
            return Err(refused("problem-field-missing")
                .arg("field", *missing)
                .arg("register", register.name));
        }
        let sum = self.arithmetic(&record)?;
        if money::asks_money(&money::binding(&record)) && sum.asked.minor <= 0 {
            return Err(not_positive(sum.asked));
        }
        if sum.left().is_some_and(|left| left.minor < 0) {
            return Err(refused("problem-case-above-paid")
                .arg("asked", sum.asked)
                .arg("limit", sum.limit().unwrap_or(sum.asked))
                .hint("problem-case-above-paid-hint"));
        }
        let me = self.me()?.id;
        let mut act = self.act();
        act.claim(register, &record, me);
        let mut values = fields([
            (case::PAID.name(), json!(sum.paid)),
            (case::PAID_VERIFIED.name(), json!(sum.paid.is_some())),
        ]);
        values.retain(|path, value| record.value(path) != Some(value));
        if record.value("no").is_none() {
            act.number(register, &record, values);
        } else if !values.is_empty() {
            act.set(register, &record, values);
        }
        act.step(register, &record, "submitted", None);
        if let Some(reason) = self.may_grant_alone(&sum)? {
            // Within one's own allowance nobody else is asked: the record says so.
            let granted = Payload::Move {
                from: "submitted".into(),
                to: "approved".into(),
                reason: Some(reason.into()),
                note: None,
            };
            act.add(register, id, granted);
        }
        self.write(act)
    }

    /// Changes a submitted case: the request as it was stays in the log, and an approval of it
    /// no longer counts.
    pub fn amend_case(&mut self, id: Id, values: &Fields) -> Result<Done, Problem> {
        check(values)?;
        let (record, register) = self.record(id)?;
        if matches!(record.state.as_str(), "executed" | "told" | "closed") {
            return Err(refused("problem-case-over").hint("problem-case-over-hint"));
        }
        let me = self.me()?.id;
        let mut act = self.act();
        act.claim(register, &record, me);
        act.set(register, &record, values.clone());
        if !matches!(record.state.as_str(), "draft" | "submitted")
            && register.lifecycle.allows(&record.state, "submitted")
        {
            act.step(register, &record, "submitted", Some("amended"));
        }
        self.write(act)
    }

    /// Takes a case back with a reason: a draft by its author, a submitted one by a supervisor.
    pub fn void_case(&mut self, id: Id, reason: &str) -> Result<Done, Problem> {
        let (record, register) = self.record(id)?;
        if reason.trim().is_empty() {
            return Err(refused("problem-reason-missing"));
        }
        if money::went_out(&record) {
            return Err(refused("problem-case-over").hint("problem-case-over-hint"));
        }
        let me = self.me()?.clone();
        if record.state != "draft" && !matches!(me.role, Role::Supervisor | Role::Manager) {
            return Err(refused("problem-case-void-role").hint("problem-case-void-role-hint"));
        }
        let mut act = self.act();
        act.add(
            register,
            id,
            Payload::Void {
                events: None,
                reason: Some(reason.to_owned()),
            },
        );
        self.write(act)
    }

    /// Returns the sum of a case against its order and the order's other cases.
    pub fn arithmetic(&self, record: &Record) -> Result<Arithmetic, Problem> {
        let order = record
            .value("order")
            .and_then(Value::as_str)
            .and_then(|id| id.parse::<Id>().ok());
        let asked = record.get(case::AMOUNT).unwrap_or(Money::cny(0));
        self.arithmetic_of(order, Some(record.id), asked)
    }

    /// Returns the sum for an amount that a form asks on an order, beside a case that is left out.
    pub fn arithmetic_of(
        &self,
        order: Option<Id>,
        but: Option<Id>,
        asked: Money,
    ) -> Result<Arithmetic, Problem> {
        let none = Money { minor: 0, ..asked };
        let mut sum = Arithmetic {
            paid: None,
            refunded: none,
            elsewhere: none,
            asked,
        };
        let Some(order) = order else { return Ok(sum) };
        if let Some(known) = self.store().record(order)? {
            sum.paid = known.get(order::PAID);
            sum.refunded = known.get(order::REFUNDED).unwrap_or(none);
        }
        let others = self.store().rows(&Query {
            registers: vec!["case"],
            order_id: Some(order),
            limit: Some(1_000),
            ..Query::default()
        })?;
        for other in others.iter().filter(|row| Some(row.id) != but) {
            if other.void && !self.money_went_out(other.id)? {
                continue;
            }
            let amount = other
                .fields
                .get("amount")
                .and_then(|value| serde_json::from_value(value.clone()).ok());
            let counts = matches!(
                other.state.as_str(),
                "submitted" | "approved" | "awaiting_goods" | "goods_received" | "to_execute"
            );
            // What was executed is in the platform's refunded sum after the next import; until
            // then it is counted here, so that it cannot be asked twice.
            let executed =
                other.void || matches!(other.state.as_str(), "executed" | "told" | "closed");
            // An amount below nothing must not make room for another.
            let Some(amount) = amount.filter(|amount: &Money| amount.minor > 0) else {
                continue;
            };
            if counts && !other.void {
                sum.elsewhere = sum.elsewhere.plus(amount).unwrap_or(sum.elsewhere);
            } else if executed && other.fields.get("platform_state").is_none() {
                sum.refunded = sum
                    .refunded
                    .plus(amount)
                    .unwrap_or(sum.refunded)
                    .max(sum.refunded);
            }
        }
        Ok(sum)
    }

    fn money_went_out(&self, case: Id) -> Result<bool, Problem> {
        let record = self.store().record(case)?;
        Ok(record.as_ref().is_some_and(money::went_out))
    }

    /// Returns why the person may grant the sum without asking: this replica's allowance has so
    /// much left, or in a practice shop without allowances the shop's limit for one case.
    fn may_grant_alone(&self, sum: &Arithmetic) -> Result<Option<&'static str>, Problem> {
        let limit = self.free_limit()?;
        let alone = sum.paid.is_some()
            && limit.is_some_and(|limit| {
                let left = limit.amount.minus(sum.asked);
                left.is_some_and(|left| left.minor >= 0)
            });
        let reason = limit.map(|limit| {
            if limit.is_allowance {
                "within_grant"
            } else {
                "within_limit"
            }
        });
        Ok(reason.filter(|_| alone))
    }
}

/// Returns the names of the fields that a form still needs, in its order.
pub fn missing(values: &Value) -> Vec<&'static str> {
    let has = |name: &str| values.get(name).is_some_and(|value| !value.is_null());
    let kind = values
        .get(case::KIND.name())
        .and_then(Value::as_str)
        .unwrap_or_default();
    case::required(kind)
        .iter()
        .copied()
        .filter(|name| {
            !has(name) || *name == "read_back" && values.get(*name) != Some(&json!(true))
        })
        .collect()
}

fn check(values: &Fields) -> Result<(), Problem> {
    for (path, value) in values {
        let field = case::REGISTER.field(path).filter(|field| !field.mirror);
        if !field.is_some_and(|field| field.kind.accepts(value)) {
            return Err(Problem::new(Kind::NotUnderstood, "problem-field-value")
                .arg("field", path)
                .arg("value", value)
                .hint("problem-field-value-hint"));
        }
        let is_sum = [case::AMOUNT, case::FREIGHT, case::COMPENSATION]
            .iter()
            .any(|sum| sum.name() == path);
        if let Some(below) = Money::from_value(value).filter(|sum| is_sum && sum.minor < 0) {
            return Err(not_positive(below));
        }
    }
    Ok(())
}

fn not_positive(asked: Money) -> Problem {
    refused("problem-case-amount")
        .arg("asked", asked)
        .hint("problem-case-amount-hint")
}

/// Returns whether a person answers for a case.
pub fn is_owned_by(record: &Record, person: Id) -> bool {
    record.owner == Some(Owner::Person(person))
}
