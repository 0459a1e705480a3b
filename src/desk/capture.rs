//! The one line (F2): what was recognised in it, and the record that it becomes.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::Desk;
use super::act::{Done, fields, register};
use super::case::Request;
use super::note::NewNote;
use crate::domain::id::Id;
use crate::domain::money::{Currency, Money};
use crate::domain::payload::{Direction, Fields, Payload, Say};
use crate::domain::register::{Owner, Post, Register};
use crate::domain::registers::{self, conversation, follow_up, order, sheet};
use crate::exchange::intake::capture::{
    BuyerFound, CaptureWords, Context, KindFound, OrderFound, Recognised, recognise,
};
use crate::exchange::intake::{clean_number, is_masked};
use crate::problem::{Kind, Problem};
use crate::store::{Query, Row};

/// Until when something without a time is to be done, where no shift end is known: 2 hours.
const SOON: i64 = 2 * 3_600_000;
/// How far back the buyer's records are shown: 30 days.
const RECENT: i64 = 30 * 86_400_000;

/// A line, what was recognised in it and what it would become; nothing is written yet.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The line as typed.
    pub line: String,
    /// Its pieces, each with the word that led to it.
    pub found: Recognised,
    /// The register of the item that it becomes.
    pub register: &'static Register,
    /// The kind within the register.
    pub kind: Option<String>,
    /// The whole order number, typed or found by its tail.
    pub order: Option<String>,
    /// Whether no import has brought that order yet.
    pub unverified: bool,
    /// By when, milliseconds UTC.
    pub due: Option<i64>,
    /// What a person should look at before recording, by message id with arguments.
    pub warnings: Vec<(&'static str, Vec<(&'static str, String)>)>,
    /// The buyer's records of the last 30 days.
    pub recent: Vec<Row>,
}

impl Preview {
    /// Returns the buyer's name, masked or not.
    pub fn buyer(&self) -> Option<&str> {
        self.found.buyer.as_ref().map(|buyer| buyer.name.as_str())
    }

    /// Returns the amount.
    pub fn amount(&self) -> Option<Money> {
        let (minor, currency) = self.found.money.as_ref()?;
        Some(Money {
            minor: *minor,
            currency: Currency::of(currency)?,
        })
    }

    /// Returns the line's words without what was recognised; the whole line where nothing is left.
    pub fn text(&self) -> &str {
        let text = self.found.text.trim();
        if text.is_empty() {
            self.line.trim()
        } else {
            text
        }
    }
}

/// What a person puts in the place of what was recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    /// The buyer's name.
    pub buyer: Option<String>,
    /// The register and the kind within it.
    pub matter: Option<(String, Option<String>)>,
    /// The whole order number.
    pub order: Option<String>,
    /// By when, milliseconds UTC.
    pub due: Option<i64>,
}

impl Desk {
    /// Takes a line to pieces and says what it would become.
    pub fn capture_preview(&self, line: &str) -> Result<Preview, Problem> {
        self.capture_corrected(line, &Corrections::default())
    }

    /// Says what a line would become with a person's corrections.
    pub fn capture_corrected(
        &self,
        line: &str,
        corrections: &Corrections,
    ) -> Result<Preview, Problem> {
        let mut found = self.recognised(line)?;
        self.correct(&mut found, corrections)?;
        let mut preview = Preview {
            line: line.to_owned(),
            register: &conversation::REGISTER,
            kind: None,
            order: None,
            unverified: false,
            due: found.due,
            warnings: found
                .warnings
                .iter()
                .map(|one| (one.message, one.args.clone()))
                .collect(),
            recent: Vec::new(),
            found,
        };
        self.find_order(&mut preview)?;
        self.choose_register(&mut preview);
        preview.recent = self.recent_of(&preview)?;
        Ok(preview)
    }

    fn correct(&self, found: &mut Recognised, corrections: &Corrections) -> Result<(), Problem> {
        if let Some(name) = &corrections.buyer {
            found.buyer = Some(BuyerFound {
                name: name.clone(),
                known: self.knows_buyer(name),
                masked: is_masked(name),
            });
        }
        if let Some(number) = &corrections.order {
            let number = clean_number(number);
            found.orders = vec![OrderFound {
                number,
                tail: false,
            }];
        }
        if let Some(due) = corrections.due {
            found.due = Some(due);
        }
        if let Some((register, kind)) = &corrections.matter {
            let known = self.capture_matters()?;
            found.kinds = known
                .into_iter()
                .filter(|one| one.register == *register && one.kind == *kind)
                .collect();
        }
        Ok(())
    }

    /// Returns every matter that a line can be about, each once, in the order of the tables.
    pub fn capture_matters(&self) -> Result<Vec<KindFound>, Problem> {
        let mut matters: Vec<KindFound> = Vec::new();
        for words in self.capture_words()?.kinds() {
            let known = |one: &KindFound| one.register == words.register && one.kind == words.kind;
            if !matters.iter().any(known) {
                matters.push(KindFound {
                    register: words.register.clone(),
                    kind: words.kind.clone(),
                    job: words.job.clone(),
                    next: words.next,
                    because: String::new(),
                });
            }
        }
        Ok(matters)
    }

    /// Takes a text to pieces by the words of the one line.
    pub(super) fn recognised(&self, text: &str) -> Result<Recognised, Problem> {
        let words = self.capture_words()?;
        let persons: Vec<String> = self
            .people()
            .all()
            .iter()
            .map(|person| person.name.clone())
            .collect();
        let known = |name: &str| self.knows_buyer(name);
        let now = self.now();
        let platform = self.setting("platform")?;
        let shift_end = match self.signed_in() {
            Some(me) => self
                .shift_of(me.id)?
                .and_then(|shift| shift.get(sheet::ENDS))
                .filter(|ends| *ends > now),
            None => None,
        };
        Ok(recognise(
            text,
            &words,
            &Context {
                now,
                zone: self.zone(),
                shift_end,
                date_order: None,
                platform: Some(platform.as_deref().unwrap_or("taobao")),
                currency: "CNY",
                persons: &persons,
                known_buyer: &known,
            },
        ))
    }

    /// Records a line as the item that its preview shows; the first event of its own act.
    pub fn capture(&mut self, preview: &Preview) -> Result<Done, Problem> {
        if preview.line.trim().is_empty() {
            return Err(Problem::new(Kind::NotUnderstood, "problem-nothing-said")
                .hint("problem-nothing-said-hint"));
        }
        let buyer = preview.buyer().map(str::to_owned);
        let done = match (preview.register.name, &preview.order) {
            ("note", Some(number)) => self.open_note(&NewNote {
                order: number.clone(),
                kind: preview.kind.clone().unwrap_or_else(|| "other".into()),
                new: preview.text().to_owned(),
                buyer,
                ..NewNote::default()
            })?,
            ("case", Some(number)) => {
                let amount = preview.amount().map_or(Value::Null, |amount| json!(amount));
                let values = fields([
                    ("kind", json!(preview.kind)),
                    ("amount", amount),
                    ("words", json!(preview.text())),
                    ("buyer", json!(buyer)),
                ]);
                self.draft_case(
                    None,
                    &Request {
                        order: number.clone(),
                        about: None,
                        values,
                    },
                )?
            }
            ("conversation", _) => self.capture_talk(preview)?,
            _ => self.capture_item(preview)?,
        };
        self.hand_over_to(preview, done)
    }

    /// The words of the line: read once, since they are needed at every key.
    fn capture_words(&self) -> Result<Cow<'static, CaptureWords>, Problem> {
        static BUILT_IN: OnceLock<CaptureWords> = OnceLock::new();
        let words = match BUILT_IN.get() {
            Some(words) => words,
            None => BUILT_IN.get_or_init({
                let words = CaptureWords::built_in()?;
                move || words
            }),
        };
        let Some(own) = self.setting("capture")? else {
            return Ok(Cow::Borrowed(words));
        };
        let mut words = words.clone();
        words.add(&own)?;
        Ok(Cow::Owned(words))
    }

    fn knows_buyer(&self, name: &str) -> bool {
        let query = |register: &'static str, field: &'static str| Query {
            registers: vec![register],
            fields: vec![(field, name.to_owned())],
            is_few: true,
            ..Query::default()
        };
        [query("customer", "buyer"), query("conversation", "buyer")]
            .iter()
            .any(|query| self.store().any(query).unwrap_or_default())
    }

    /// The order of the line: a whole number, or the only one that ends so.
    fn find_order(&self, preview: &mut Preview) -> Result<(), Problem> {
        let Some(named) = preview.found.orders.first().cloned() else {
            return Ok(());
        };
        if !named.tail {
            preview.unverified = self
                .order_by_number(&named.number)?
                .as_ref()
                .is_none_or(order::is_unverified);
            preview.order = Some(named.number);
            return Ok(());
        }
        let mut ending: Vec<String> = self
            .store()
            .find(&named.number, 50)?
            .into_iter()
            .filter(|row| row.register == "order")
            .filter_map(|row| row.fields.get("number")?.as_str().map(str::to_owned))
            .filter(|number| number.ends_with(&named.number))
            .collect();
        ending.dedup();
        match &ending[..] {
            [only] => preview.order = Some(only.clone()),
            [] => preview
                .warnings
                .push(("capture-tail-unknown", vec![("tail", named.number)])),
            several => preview.warnings.push((
                "capture-tail-several",
                vec![("tail", named.number), ("count", several.len().to_string())],
            )),
        }
        Ok(())
    }

    /// The register by the line's word; what cannot be filed there goes where it can, and says so.
    fn choose_register(&self, preview: &mut Preview) {
        // A general word such as "note" gives way to the particular one beside it.
        let particular = preview
            .found
            .kinds
            .iter()
            .find(|kind| kind.kind.as_deref() != Some("other"));
        let found = particular.or(preview.found.kind()).cloned();
        let wanted = found
            .as_ref()
            .and_then(|kind| registers::by_name(&kind.register));
        preview.kind = found.and_then(|kind| kind.kind);
        match wanted {
            Some(register)
                if matches!(register.name, "note" | "case") && preview.order.is_none() =>
            {
                preview.warnings.push((
                    "capture-needs-order",
                    vec![("register", register.name.to_owned())],
                ));
                preview.register = &follow_up::REGISTER;
                preview.kind = Some("reminder".into());
            }
            Some(register) => preview.register = register,
            None if preview.found.due.is_some() => {
                preview.register = &follow_up::REGISTER;
                preview.kind = Some("reminder".into());
                preview.warnings.push(("capture-no-kind-due", Vec::new()));
            }
            None => preview.warnings.push(("capture-no-kind", Vec::new())),
        }
        let needs_due = preview
            .register
            .field("due_at")
            .is_some_and(|field| field.required);
        if needs_due && preview.due.is_none() {
            preview.due = Some(self.now() + SOON);
            preview.warnings.push(("capture-no-due", Vec::new()));
        }
    }

    fn recent_of(&self, preview: &Preview) -> Result<Vec<Row>, Problem> {
        let about = fields([("buyer", json!(preview.buyer()))]);
        let Some(customer) = self.customer_of(&about, None)? else {
            return Ok(Vec::new());
        };
        Ok(self.store().rows(&Query {
            customer: Some(customer),
            opened_from: Some(self.now() - RECENT),
            limit: Some(20),
            ..Query::default()
        })?)
    }

    /// What every captured item carries: buyer, customer, order, account, tags.
    fn captured(&self, preview: &Preview) -> Result<Fields, Problem> {
        let account = self.account_for(None)?;
        let mut values = fields([
            ("buyer", json!(preview.buyer())),
            ("order_number", json!(preview.order)),
            (
                "tags",
                if preview.found.tags.is_empty() {
                    Value::Null
                } else {
                    json!(preview.found.tags)
                },
            ),
        ]);
        if !account.is_empty() {
            values.insert("account".into(), json!(account));
        }
        if let Some(number) = &preview.order {
            let id = self.order_id(number)?;
            values.insert("order".into(), json!(id.to_string()));
        }
        if let Some(customer) = self.customer_of(&values, None)? {
            values.insert("customer".into(), json!(customer.to_string()));
        }
        Ok(values)
    }

    /// A buyer's matter without a register of its own: the day's conversation with a remark.
    fn capture_talk(&mut self, preview: &Preview) -> Result<Done, Problem> {
        let account = self.account_for(None)?;
        let (now, me) = (self.now(), self.me()?.clone());
        let id = self.talk_id(
            &account,
            None,
            preview.buyer(),
            now,
            preview.order.as_deref(),
        )?;
        let mut values = self.captured(preview)?;
        values.insert("channel".into(), json!("chat"));
        self.give_stage(&mut values, &preview.found.kinds)?;
        values.retain(|path, value| {
            conversation::REGISTER
                .field(path)
                .is_some_and(|field| field.kind.accepts(value))
        });
        let mut act = self.act();
        self.know_customer(&mut act, &values, None)?;
        match self.store().record(id)? {
            None => act.begin(&conversation::REGISTER, id, values, me.id),
            Some(record) => act.claim(&conversation::REGISTER, &record, me.id),
        }
        let say = Say {
            author: Some(me.name),
            ..Say::plain(Direction::Internal, preview.text())
        };
        act.add(&conversation::REGISTER, id, Payload::Say(Box::new(say)));
        self.about(id, act)
    }

    /// An item of any other register, its fields filled from the pieces that they can take.
    fn capture_item(&mut self, preview: &Preview) -> Result<Done, Problem> {
        let wanted = preview.register;
        let me = self.me()?.id;
        let id = self.new_id();
        let mut values = self.captured(preview)?;
        let text = preview.text();
        let waybill = preview.found.waybills.first();
        values.extend(fields([
            ("text", json!(text)),
            ("words", json!(text)),
            ("question", json!(text)),
            ("title", json!(text)),
            ("subject", json!(text)),
            ("source", json!("customer")),
            ("channel", json!("chat")),
            ("due_at", json!(preview.due)),
            (
                "promised_at",
                json!(if wanted.name == "promise" {
                    Some(self.now())
                } else {
                    preview.due
                }),
            ),
            ("amount", json!(preview.amount())),
            ("waybill", json!(waybill.map(|one| one.number.clone()))),
            (
                "carrier",
                json!(
                    waybill
                        .and_then(|one| one.carrier.clone())
                        .or(preview.found.carrier.clone())
                ),
            ),
            ("department", json!("warehouse")),
        ]));
        if let Some(field) = wanted.kind_field() {
            values.insert(field.name.into(), json!(preview.kind));
        }
        values.retain(|path, value| {
            wanted
                .field(path)
                .is_some_and(|field| !field.mirror && field.kind.accepts(value))
        });
        let mut act = self.act();
        self.know_customer(&mut act, &values, None)?;
        act.begin(register(wanted.name)?, id, values, me);
        self.about(id, act)
    }

    /// `@name` makes the item that person's or post's.
    fn hand_over_to(&mut self, preview: &Preview, done: Done) -> Result<Done, Problem> {
        let Some(person) = preview.found.persons.iter().find(|person| person.known) else {
            return Ok(done);
        };
        let to = match person.post.as_deref().and_then(Post::of) {
            Some(post) => Some(Owner::Post(post)),
            None => self
                .people()
                .by_name(&person.name)
                .map(|person| Owner::Person(person.id)),
        };
        if let Some(to) = to {
            self.give(done.record(), to)?;
        }
        Ok(done)
    }

    /// Writes an act and names the record that it is about.
    pub(super) fn about(&mut self, id: Id, act: super::act::Act) -> Result<Done, Problem> {
        let done = self.write(act)?;
        let others = done.records.iter().copied().filter(|one| *one != id);
        Ok(Done {
            records: std::iter::once(id).chain(others).collect(),
            ..done
        })
    }
}
