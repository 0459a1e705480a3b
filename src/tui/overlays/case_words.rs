//! What an after-sale form says in sentences, and what of it survives a kill.

use serde_json::{Value as Json, json};

use super::case::CaseForm;
use super::case_fields;
use super::note_fields::kept_draft;
use super::sheet::{set_choice, set_text};
use crate::domain::money::Money;
use crate::i18n::{Arg, Words};
use crate::tui::pane::Reach;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::Run;

impl CaseForm {
    pub(super) fn tick(&self, words: &Words) -> String {
        self.sentence("case-tick", words)
    }

    /// What is asked in a sentence of this sort for the kind.
    pub(super) fn sentence(&self, sort: &str, words: &Words) -> String {
        let kind = self.kind();
        let id = if case_fields::moves_money(kind) && kind != "price_difference" {
            "money"
        } else {
            kind
        };
        let goods = self.goods(words);
        let amount = case_fields::amount(&self.sheet.form, "amount").map_or_else(
            || words.get("case-amount-open").to_string(),
            |money| money.to_string(),
        );
        let payee = self.sheet.form.chosen("payee").unwrap_or("original");
        let payee = words.get(&format!("case-payee-{payee}")).to_string();
        words.with(
            &format!("{sort}-{id}"),
            &[
                ("goods", goods.into()),
                ("amount", amount.into()),
                ("payee", payee.into()),
            ],
        )
    }

    /// The goods that are ticked; where none is, no more than is known of them.
    fn goods(&self, words: &Words) -> String {
        let goods = self.facts.lines.iter().filter_map(|line| {
            let count = self.pieces.get(&line.key)?;
            let args = [
                ("count", Arg::from(*count)),
                ("title", (&line.title).into()),
            ];
            Some(words.with("case-goods", &args))
        });
        let goods: Vec<String> = goods.collect();
        if !goods.is_empty() {
            return goods.join(&words.get("case-goods-between"));
        }
        let id = if self.asks_all() {
            "case-goods-order"
        } else if self.asks_part() {
            "case-goods-part"
        } else {
            "case-goods-some"
        };
        words.get(id).to_string()
    }

    /// Whether all is asked that can still be refunded: only then it is the whole order.
    fn asks_all(&self) -> bool {
        let asked = self.asked();
        asked.is_some() && asked == self.sum.limit()
    }

    fn asks_part(&self) -> bool {
        let both = self.asked().zip(self.sum.limit());
        both.is_some_and(|(asked, limit)| limit.minus(asked).is_some_and(|left| left.minor > 0))
    }

    /// What is asked, where the kind moves money for goods.
    fn asked(&self) -> Option<Money> {
        let of_goods = case_fields::moves_money(self.kind()) && self.kind() != "price_difference";
        let asked = case_fields::amount(&self.sheet.form, "amount");
        asked.filter(|asked| of_goods && asked.minor > 0)
    }

    /// Whether it must still be said which of the order's goods it is about.
    pub(super) fn lacks_goods(&self) -> bool {
        let lines = &self.facts.lines;
        let is_ticked = lines.iter().any(|line| self.pieces.contains_key(&line.key));
        let names_goods = self.kind() != "price_difference";
        names_goods && !lines.is_empty() && !is_ticked && !self.asks_all()
    }

    /// Writes the limit beside the amount; what cannot be read or is too much is said there.
    pub(super) fn note_limit(&mut self, words: &Words) {
        let unreadable = case_fields::unreadable(&self.sheet.form, "amount");
        let above = self.sum.left().is_some_and(|left| left.minor < 0);
        let limit = self.sum.limit();
        let Some(field) = self.sheet.form.field_mut("amount") else {
            return;
        };
        let run = match limit {
            _ if unreadable => {
                Run::new(words.get("case-amount-unreadable").to_string(), Ink::Block)
            }
            Some(limit) => {
                let text = words.with("case-limit", &[("limit", limit.to_string().into())]);
                Run::new(text, if above { Ink::Block } else { Ink::Dim })
            }
            None => Run::new(words.get("case-paid-unknown").to_string(), Ink::Warn),
        };
        field.note = vec![run];
    }

    /// What must survive a kill: what was answered and is in no record yet.
    pub(super) fn unsaved(&self) -> String {
        if self.case.is_some() || !self.is_begun() {
            return String::new();
        }
        let form = &self.sheet.form;
        let texts: Vec<(&str, Json)> =
            ["amount", "note", "evidence_note", "freight", "compensation"]
                .into_iter()
                .map(|id| (id, json!(form.text(id))))
                .chain(
                    ["kind", "reason", "goods_state", "fault", "payee"]
                        .into_iter()
                        .map(|id| (id, json!(form.chosen(id)))),
                )
                .collect();
        let mut kept: serde_json::Map<String, Json> = texts
            .into_iter()
            .map(|(id, value)| (id.to_owned(), value))
            .collect();
        kept.insert("pieces".to_owned(), json!(self.pieces));
        Json::Object(kept).to_string()
    }

    pub(super) fn restore(&mut self, reach: &Reach<'_>) {
        let Some(kept) = kept_draft(reach, &format!("case/{}", self.facts.number)) else {
            return;
        };
        let text = |id: &str| kept.get(id).and_then(Json::as_str).map(str::to_owned);
        self.pieces = kept
            .get("pieces")
            .and_then(|pieces| serde_json::from_value(pieces.clone()).ok())
            .unwrap_or_default();
        for id in ["kind", "goods_state", "reason", "fault", "payee"] {
            if let Some(chosen) = text(id) {
                set_choice(&mut self.sheet.form, id, &chosen);
            }
        }
        self.lay(reach);
        for id in ["amount", "note", "evidence_note", "freight", "compensation"] {
            set_text(&mut self.sheet.form, id, &text(id).unwrap_or_default());
        }
        self.amount_typed = !self.sheet.form.text("amount").is_empty();
    }
}
