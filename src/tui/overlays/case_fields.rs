//! The fields of the after-sale form: which apply to a kind, what they hold, and the values
//! that a person's answers make.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::case_facts::{CaseFacts, Line};
use super::sheet::{set_choice, set_text};
use super::time;
use crate::domain::money::{Currency, Money};
use crate::domain::payload::Fields;
use crate::domain::record::Record;
use crate::domain::registers::{case, words};
use crate::i18n::Words;
use crate::text::edit::Editor;
use crate::text::fold;
use crate::tui::theme::Ink;
use crate::tui::widgets::form::{Choice, Field, Form, Value};
use crate::tui::widgets::line::Run;
use crate::tui::words::Speech;

/// What the id of a line's field begins with.
pub const LINE: &str = "line/";

/// How many pieces of each line, by sub-order number; lines that are not ticked are absent.
pub type Pieces = BTreeMap<String, i64>;

/// Returns whether a kind moves money.
pub fn moves_money(kind: &str) -> bool {
    matches!(
        kind,
        "refund_only" | "return_refund" | "dispute" | "price_difference"
    )
}

/// Returns whether goods come back for a kind.
pub fn goods_return(kind: &str) -> bool {
    matches!(kind, "return_refund" | "exchange" | "repair")
}

/// What decides which fields there are.
pub struct Layout<'a> {
    /// The words.
    pub words: &'a Words,
    /// What is known.
    pub facts: &'a CaseFacts,
    /// The chosen kind.
    pub kind: &'a str,
    /// Where the goods are.
    pub goods: &'a str,
    /// The ticked lines.
    pub pieces: &'a Pieces,
    /// What the tick of the read-back says.
    pub tick: String,
    /// When to look again, as typed or proposed.
    pub chase: String,
}

impl Layout<'_> {
    /// Returns the fields in their order; those that do not apply are not in it.
    pub fn fields(&self) -> Vec<Field> {
        let mut all = vec![self.choice("kind", case::KINDS.values, "case_kind")];
        if self.facts.number.is_empty() {
            let order = Field::new(
                "order",
                self.word("note-order"),
                Value::Text(Editor::single_line(), 1),
            );
            all.push(order.required());
        }
        if let Some((id, words)) = &self.facts.twin {
            let twin = Choice::new(id.to_string(), words.clone());
            all.push(Field::new(
                "twin",
                self.word("case-same-order"),
                Value::Choice(vec![twin], Some(0)),
            ));
        }
        for (at, line) in self.facts.lines.iter().enumerate() {
            all.push(self.line(line, at == 0));
        }
        all.push(
            self.choice("reason", case::REASONS.values, "case_reason")
                .required(),
        );
        all.push(
            self.choice("goods_state", case::GOODS_STATES.values, "goods_state")
                .beside(),
        );
        all.push(
            self.choice("fault", words::FAULT.values, "fault")
                .required(),
        );
        all.push(Field::new("evidence_note", self.label("evidence_note"), text()).beside());
        self.money(&mut all);
        all.push(
            Field::new(
                "read_back",
                self.label("read_back"),
                Value::Flag(false, self.tick.clone()),
            )
            .required(),
        );
        if let Some(read_back) = all.last_mut() {
            read_back
                .note
                .push(Run::new(self.word("case-copy-this"), Ink::Dim));
        }
        let chase = Value::Time(single(&self.chase));
        all.push(
            Field::new("chase_at", self.label("chase_at"), chase)
                .note(self.word("case-source-rule"), Ink::Source),
        );
        all.push(Field::new("note", self.label("note"), text()).beside());
        all
    }

    fn money(&self, all: &mut Vec<Field>) {
        if moves_money(self.kind) {
            let amount = Field::new(
                "amount",
                self.label("amount"),
                Value::Money(Editor::single_line()),
            );
            all.push(amount.prefix("¥ ").required());
            all.push(self.choice("payee", case::PAYEES.values, "payee").beside());
        }
        let shipped = self.goods != "not_shipped";
        if shipped && moves_money(self.kind) && self.kind != "price_difference" {
            let mut freight = Field::new(
                "freight",
                self.label("freight"),
                Value::Money(Editor::single_line()),
            )
            .prefix("¥ ");
            if let Some(paid) = self.facts.freight {
                let paid = self.words.with(
                    "case-order-freight",
                    &[("freight", paid.to_string().into())],
                );
                freight = freight.note(paid, Ink::Dim);
            }
            all.push(freight);
        }
        if shipped && goods_return(self.kind) {
            let mut payer = self.choice(
                "freight_payer",
                case::FREIGHT_PAYERS.values,
                "freight_payer",
            );
            payer.beside = all.last().is_some_and(|field| field.id == "freight");
            all.push(payer);
        }
        if !shipped {
            let none = self.word("case-no-freight");
            all.push(Field::new(
                "no_freight",
                self.word("case-freight"),
                Value::Fixed(none),
            ));
        }
        let beside = all.last().is_some_and(|field| field.id == "no_freight");
        let mut small = Field::new(
            "compensation",
            self.label("compensation"),
            Value::Money(Editor::single_line()),
        )
        .prefix("¥ ");
        small.beside = beside;
        all.push(small);
    }

    fn line(&self, line: &Line, first: bool) -> Field {
        let pieces = self.pieces.get(&line.key).copied();
        let label = if first {
            self.label("lines")
        } else {
            String::new()
        };
        let price = line
            .worth(1)
            .map(|price| price.to_string())
            .unwrap_or_default();
        let figures = self.words.with(
            "case-line",
            &[
                ("price", price.into()),
                ("bought", line.bought.into()),
                ("back", pieces.unwrap_or(0).into()),
            ],
        );
        Field::new(
            format!("{LINE}{}", line.key),
            label,
            Value::Flag(pieces.is_some(), line.title.clone()),
        )
        .note(figures, Ink::Money)
    }

    fn choice(&self, field: &str, values: &[&str], list: &str) -> Field {
        let choices = values
            .iter()
            .map(|value| {
                Choice::new(
                    *value,
                    self.words.get(&format!("value-{list}-{value}")).to_string(),
                )
            })
            .collect();
        Field::new(field, self.label(field), Value::Choice(choices, None))
    }

    /// The short label of a field, as narrow screens need it.
    fn label(&self, field: &str) -> String {
        self.word(&format!("case-field-{field}"))
    }

    fn word(&self, id: &str) -> String {
        self.words.get(id).to_string()
    }
}

fn text() -> Value {
    Value::Text(Editor::single_line(), 1)
}

fn single(text: &str) -> Editor {
    let mut editor = Editor::single_line();
    editor.set(text);
    editor
}

/// Copies what was answered into fields that are laid out anew.
pub fn carry(from: &Form, to: &mut Form) {
    for field in &from.fields {
        match &field.value {
            Value::Choice(choices, Some(at)) => {
                if let Some(choice) = choices.get(*at) {
                    set_choice(to, &field.id, &choice.id);
                }
            }
            Value::Text(..) | Value::Money(_) | Value::Time(_) => carry_text(field, to),
            Value::Flag(ticked, _) => {
                if let Some(Value::Flag(other, _)) =
                    to.field_mut(&field.id).map(|field| &mut field.value)
                    && !field.id.starts_with(LINE)
                {
                    *other = *ticked;
                }
            }
            _ => {}
        }
    }
}

/// Returns the answers to fields of which none is laid out now, to be copied back when they are.
pub fn set_apart(earlier: Form, before: Form, now: &Form) -> Form {
    let mut fields = before.fields;
    fields.extend(earlier.fields);
    fields.retain(|field| now.field(&field.id).is_none());
    Form::new(fields)
}

/// Chooses that money goes back the way it came, where nothing else was said.
pub fn propose_payee(form: &mut Form) {
    if form.chosen("payee").is_none() {
        set_choice(form, "payee", "original");
    }
}

/// A text keeps its caret and its history.
fn carry_text(field: &Field, to: &mut Form) {
    if let Some(new) = to.field_mut(&field.id) {
        new.value = field.value.clone();
    }
}

/// Reads an amount as it was typed, empty as none.
pub fn amount(form: &Form, id: &str) -> Option<Money> {
    Money::parse(&fold::number(form.text(id)), Currency::CNY).ok()
}

/// Returns whether an amount was typed that cannot be read.
pub fn unreadable(form: &Form, id: &str) -> bool {
    !form.text(id).trim().is_empty() && amount(form, id).is_none()
}

/// Returns the values that the answers make; `null` where an answer was taken back.
pub fn values(form: &Form, facts: &CaseFacts, pieces: &Pieces, speech: Speech<'_>) -> Fields {
    let mut values = Fields::new();
    for id in [
        "kind",
        "reason",
        "goods_state",
        "fault",
        "payee",
        "freight_payer",
    ] {
        values.insert(
            id.to_owned(),
            form.chosen(id).map_or(Json::Null, |chosen| json!(chosen)),
        );
    }
    for id in ["evidence_note", "note"] {
        let text = form.text(id).trim();
        values.insert(
            id.to_owned(),
            if text.is_empty() {
                Json::Null
            } else {
                json!(text)
            },
        );
    }
    for id in ["amount", "freight", "compensation"] {
        values.insert(
            id.to_owned(),
            amount(form, id).map_or(Json::Null, |amount| json!(amount)),
        );
    }
    let read_back = form.ticked("read_back");
    values.insert(
        "read_back".to_owned(),
        if read_back { json!(true) } else { Json::Null },
    );
    let chase = form.text("chase_at").trim();
    let proposed = chase == speech.moment(facts.chase);
    let chase = if proposed {
        Some(facts.chase)
    } else {
        time::read(chase, speech.now, speech.zone)
    };
    values.insert(
        "chase_at".to_owned(),
        chase.map_or(Json::Null, |at| json!(at)),
    );
    if let Some((words, _)) = &facts.said {
        values.insert("words".to_owned(), json!(words));
    }
    for line in &facts.lines {
        line_values(line, pieces.get(&line.key).copied(), &mut values);
    }
    values
}

fn line_values(line: &Line, pieces: Option<i64>, values: &mut Fields) {
    let cells = [
        ("title", json!(line.title)),
        ("quantity", json!(pieces)),
        ("bought", json!(line.bought)),
        ("paid", json!(line.paid)),
        (
            "refund",
            json!(pieces.and_then(|pieces| line.worth(pieces))),
        ),
    ];
    for (cell, value) in cells {
        let value = if pieces.is_some() { value } else { Json::Null };
        values.insert(format!("lines/{}/{cell}", line.key), value);
    }
}

/// Puts a record's values into the form.
pub fn show(form: &mut Form, record: &Record, speech: Speech<'_>) {
    for id in [
        "kind",
        "reason",
        "goods_state",
        "fault",
        "payee",
        "freight_payer",
    ] {
        if let Some(chosen) = record.text(id) {
            set_choice(form, id, chosen);
        }
    }
    for id in ["evidence_note", "note"] {
        set_text(form, id, record.text(id).unwrap_or_default());
    }
    for (id, field) in [
        ("amount", case::AMOUNT),
        ("freight", case::FREIGHT),
        ("compensation", case::COMPENSATION),
    ] {
        let amount = record
            .get(field)
            .map(|amount| amount.plain())
            .unwrap_or_default();
        set_text(form, id, &amount);
    }
    if let Some(at) = record.get(case::CHASE_AT) {
        set_text(form, "chase_at", &speech.moment(at));
    }
    if let Some(Value::Flag(ticked, _)) = form.field_mut("read_back").map(|field| &mut field.value)
    {
        *ticked = record.get(case::READ_BACK) == Some(true);
    }
}

/// Returns the pieces that a record asks.
pub fn pieces_of(record: &Record) -> Pieces {
    let keys = record.keys("lines");
    keys.into_iter()
        .filter_map(|key| Some((key.to_owned(), record.cell("lines", key, "quantity")?)))
        .collect()
}

/// Returns what the lines ask together; none where nothing is ticked or no price is known.
pub fn asked_of(facts: &CaseFacts, pieces: &Pieces) -> Option<Money> {
    let mut sum: Option<Money> = None;
    for line in &facts.lines {
        let Some(count) = pieces.get(&line.key) else {
            continue;
        };
        let worth = line.worth(*count)?;
        sum = Some(match sum {
            Some(sum) => sum.plus(worth)?,
            None => worth,
        });
    }
    sum
}
