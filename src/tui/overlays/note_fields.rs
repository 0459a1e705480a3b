//! The fields of an order note, and what forms of orders read to begin with.

use serde_json::Value as Json;

use crate::domain::id::Id;
use crate::domain::record::Record;
use crate::domain::registers::note;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::pane::Reach;
use crate::tui::widgets::form::{Choice, Field, Value};

/// The kinds in the order of their digits.
const KINDS: [&str; 9] = [
    "address",
    "attribute",
    "courier",
    "invoice_title",
    "greeting_card",
    "delivery_time",
    "gift",
    "other",
    "hold",
];
/// Returns what a person had typed under a draft's key, as it was kept.
pub(super) fn kept_draft(reach: &Reach<'_>, key: &str) -> Option<Json> {
    let person = reach.desk.me().ok()?.id.to_string();
    let kept = reach.desk.store().draft(&person, key).ok().flatten()?;
    serde_json::from_str(&kept).ok()
}

/// Returns the flag that the shop puts for a kind of change (`flag_KIND`), red where it says none.
pub(super) fn flag_of(reach: &Reach<'_>, kind: &str) -> Option<String> {
    reach.desk.setting(&format!("flag_{kind}")).ok().flatten()
}

/// Returns the number of the order that a record is about, empty where there is none.
pub(super) fn order_number(reach: &Reach<'_>, record: &Record) -> Result<String, Problem> {
    if record.register == "order" {
        return Ok(record.text("number").unwrap_or_default().to_owned());
    }
    if let Some(number) = record.text("order_number") {
        return Ok(number.to_owned());
    }
    let Some(id) = record.text("order").and_then(|id| id.parse::<Id>().ok()) else {
        return Ok(String::new());
    };
    let order = reach.desk.store().record(id)?;
    Ok(order
        .and_then(|order| order.text("number").map(str::to_owned))
        .unwrap_or_default())
}

/// Returns the fields of a note's form; the order only where it is not known.
pub(super) fn fields(words: &Words, ask: bool) -> Vec<Field> {
    let label = |id: &str| words.get(id).to_string();
    let kinds = KINDS
        .map(|kind| Choice::new(kind, words.get(&format!("note-kind-{kind}")).to_string()))
        .to_vec();
    let jobs = note::JOBS.values;
    let jobs: Vec<Choice> = jobs
        .iter()
        .map(|job| Choice::new(*job, words.get(&format!("note-job-{job}")).to_string()))
        .collect();
    let change = jobs.iter().position(|job| job.id == "change");
    let mut all = Vec::new();
    if ask {
        all.push(
            Field::new(
                "order",
                label("note-order"),
                Value::Text(Editor::single_line(), 1),
            )
            .required(),
        );
    }
    all.push(Field::new(
        "kind",
        label("field-note-kind"),
        Value::Choice(kinds, Some(0)),
    ));
    all.push(Field::new("job", label("field-note-job"), Value::Choice(jobs, change)).beside());
    all.push(Field::new(
        "old",
        label("field-note-old"),
        Value::Text(Editor::single_line(), 1),
    ));
    all.push(
        Field::new(
            "new",
            label("field-note-new"),
            Value::Text(Editor::single_line(), 1),
        )
        .required(),
    );
    all
}
