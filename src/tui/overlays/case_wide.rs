//! How the after-sale form is drawn where there is room for two columns: one field a row under
//! its full label, and beside it what decides.

use ratatui::layout::Position;

use super::case::CaseForm;
use super::case_facts::Line;
use super::case_fields::LINE;
use super::case_view::{approval, guard, header, is_alone, label_of, names, others, rules, said};
use crate::domain::money::Money;
use crate::i18n::Words;
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::widgets::form::{self, Field};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::page::Page;

/// The fewest and the most columns of the labels of the form, with the mark before them.
const FIELD_LABELS: (u16, u16) = (11, 24);

/// The columns of the widest label of the form, with the mark before and a blank behind it.
fn label_columns(case: &CaseForm, look: &Look<'_>) -> u16 {
    let words = look.words;
    let fields = case.sheet.form.fields.iter();
    let ids = fields
        .filter_map(|field| full_label(&field.id))
        .chain(["case-order".to_owned(), "case-said-label".to_owned()]);
    let widest = ids.map(|id| look.columns(&words.get(&id))).max();
    (widest.unwrap_or(0) + 3).clamp(FIELD_LABELS.0, FIELD_LABELS.1)
}

/// The id of a field's label where there is room for it, none where it has one of its own.
fn full_label(id: &str) -> Option<String> {
    match id {
        "no_freight" => Some("field-case-freight_payer".to_owned()),
        "order" | "twin" => None,
        _ if id.starts_with(LINE) => None,
        id => Some(format!("field-case-{id}")),
    }
}

/// Draws the form and returns the caret.
pub(super) fn wide_form(page: &mut Page<'_, '_>, case: &CaseForm) -> Option<Position> {
    header(page, case);
    let words = page.look().words;
    let fields = &case.sheet.form.fields;
    let place = |id: &str| {
        fields
            .iter()
            .position(|field| field.id == id)
            .unwrap_or(fields.len())
    };
    let facts = place("reason");
    let lines = fields
        .iter()
        .position(|field| field.id.starts_with(LINE))
        .unwrap_or(facts);
    let money = (place("evidence_note") + 1).min(fields.len());
    let handling = place("read_back");
    let mut caret = part(page, case, 0..lines);
    order(page, case);
    if lines < facts {
        let right = vec![dim(words.get("case-lines-hint").to_string())];
        let title = Run::new(words.get("field-case-lines").to_string(), Ink::Title);
        page.section(vec![title], right);
        caret = part(page, case, lines..facts).or(caret);
    }
    page.titled(&words.get("case-facts"));
    caret = part(page, case, facts..money).or(caret);
    let label = label_columns(case, page.look()) - 2;
    page.labelled(
        &words.get("case-said-label"),
        label,
        &said(case, words),
        &[],
    );
    for (title, range) in [
        ("case-money", money..handling),
        ("case-handling", handling..fields.len()),
    ] {
        page.titled(&words.get(title));
        caret = part(page, case, range).or(caret);
    }
    page.titled(&words.get("case-read-out"));
    page.text(&case.read_back, 4, Ink::Text);
    page.titled(&words.get("case-after"));
    page.text(&words.get("case-locks"), 2, Ink::Dim);
    page.text(&words.get("case-goes-on"), 2, Ink::Dim);
    caret
}

/// The order: its whole number, where it stands, when it was paid.
fn order(page: &mut Page<'_, '_>, case: &CaseForm) {
    let (facts, words) = (&case.facts, page.look().words);
    if facts.number.is_empty() {
        return;
    }
    let mut value = vec![text(facts.number.as_str())];
    if let Some(state) = &facts.state {
        value.push(text(format!("   {state}")));
    }
    if let Some(at) = &facts.paid_at {
        let paid = words.with("case-paid-at", &[("at", at.into())]);
        value.push(text(format!("   {paid}")));
    }
    let label = label_columns(case, page.look()) - 2;
    page.labelled(&words.get("case-order"), label, &value, &[]);
}

/// Draws some of the fields; the caret only where the field in front is among them.
fn part(
    page: &mut Page<'_, '_>,
    case: &CaseForm,
    range: std::ops::Range<usize>,
) -> Option<Position> {
    let words = page.look().words;
    let whole = &case.sheet.form;
    let mut part = whole.part(range.start.min(range.end)..range.end);
    for field in &mut part.fields {
        spread(field, case, words);
    }
    let shape = form::Shape {
        label: label_columns(case, page.look()),
        beside: page.width() * 9 / 16,
    };
    let caret = page.form(&part, shape, page.rows_left());
    caret.filter(|_| range.contains(&whole.cursor()))
}

/// Gives a field a row of its own, its full label, and what there is room to say of it.
fn spread(field: &mut Field, case: &CaseForm, words: &Words) {
    field.beside = false;
    if let Some(key) = field.id.strip_prefix(LINE) {
        field.label = String::new();
        let lines = &case.facts.lines;
        let left = lines.iter().find(|line| line.key == key);
        if let Some(left) = left.and_then(Line::refundable) {
            let left = [("left", left.to_string().into())];
            let note = format!("  {}", words.with("case-line-left", &left));
            field.note.push(Run::new(note, Ink::Dim));
        }
        return;
    }
    if let Some(id) = full_label(&field.id) {
        field.label = words.get(&id).to_string();
    }
    match (
        field.id.as_str(),
        case.facts.limit.and_then(|limit| limit.left),
    ) {
        ("compensation", Some(left)) => {
            let left = [("left", left.to_string().into())];
            let note = Run::new(words.with("case-left-today", &left), Ink::Dim);
            field.note.push(note);
        }
        ("reason", _) => {
            let note = Run::new(words.get("case-enter-changes").to_string(), Ink::Dim);
            field.note.push(note);
        }
        _ => {}
    }
}

/// Draws what decides: whether it may be refunded, the sum, who approves, what is missing, what
/// guards.
pub(super) fn beside(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    page.titled(&words.get("case-may-refund"));
    rules(page, case);
    page.titled(&words.get("case-sum-of"));
    sums(page, case);
    page.titled(&words.get("case-who-approves"));
    approvers(page, case);
    if case.ladder.is_none() {
        page.titled(&words.get("case-still-missing"));
        missing(page, case);
    }
    page.titled(&words.get("case-guard-title"));
    page.row(&[guard(case, words)], &[]);
    page.row(&[others(case, words)], &[]);
    if !case.facts.is_shipped() {
        page.row(&[text(words.get("case-no-intercept").to_string())], &[]);
        page.text(&words.get("case-if-printed"), 2, Ink::Dim);
    }
    page.titled(&words.get("case-source"));
    if case.facts.goods == Some("not_shipped") {
        page.row(&[dim(words.get("case-freight-why").to_string())], &[]);
    }
    page.text(&words.get("case-why"), 4, Ink::Dim);
}

/// What whoever asks may do alone and did today.
fn own_limit(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    let Some(limit) = case.facts.limit else {
        return;
    };
    let args = [
        ("limit", limit.amount.to_string().into()),
        ("today", limit.today.to_string().into()),
    ];
    let mut row = |label: &str, value: &str| {
        page.labelled(
            &words.get(label),
            label_of(page.look()),
            &[text(value)],
            &[],
        );
    };
    let own = words.with("case-own-limit", &args);
    match &case.facts.asker {
        None => row("case-own", &own),
        Some(asker) => {
            row("case-asked-by", asker);
            row("case-asker-limit", &own);
        }
    }
}

/// What whoever asks may do alone, what the sum needs, and who may approve it or decided it.
fn approvers(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    own_limit(page, case);
    let asked = [("amount", case.sum.asked.to_string().into())];
    let label = words.get("case-this-one");
    if let Some(decided) = &case.facts.decided {
        let amount = text(case.sum.asked.to_string());
        page.labelled(&label, label_of(page.look()), &[amount], &[]);
        page.text(&decided.text, 2, decided.ink);
        return;
    }
    let needs = if is_alone(case) {
        Run::new(words.with("case-needs-nobody", &asked), Ink::Ok)
    } else {
        Run::new(words.with("case-needs-approval", &asked), Ink::Approve)
    };
    page.labelled(&label, label_of(page.look()), &[needs], &[]);
    let names = names(case, words, true);
    if names.is_empty() {
        page.text(&approval(case, words).text, 2, Ink::Warn);
        return;
    }
    page.labelled(
        &words.get("case-may-approve"),
        label_of(page.look()),
        &[text(names)],
        &[],
    );
    page.text(&words.get("case-road"), 2, Ink::Dim);
}

/// The fields that are still to be filled.
fn missing(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    let missing = case
        .sheet
        .form
        .fields
        .iter()
        .filter(|field| field.is_missing());
    let mut is_any = false;
    for (at, field) in missing.enumerate() {
        let name = format!("{} {}", at + 1, field.label);
        page.row(&[Run::new(name, Ink::Missing)], &[]);
        is_any = true;
    }
    if !is_any {
        page.row(
            &[Run::new(
                words.get("case-nothing-missing").to_string(),
                Ink::Ok,
            )],
            &[],
        );
    }
}

/// `paid - refunded - elsewhere - this = rest`, a line each with the figures below each other.
fn sums(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    let sum = &case.sum;
    let figure = |label: &str, sign: &str, amount: Option<String>| {
        let shown = amount.unwrap_or_else(|| "-".to_owned());
        (
            text(format!("      {sign} {}", words.get(label))),
            Run::new(shown, Ink::Money),
        )
    };
    let rows = [
        figure(
            "field-case-paid",
            " ",
            sum.paid.map(|paid| paid.to_string()),
        ),
        figure("case-refunded", "-", Some(sum.refunded.to_string())),
        figure("case-elsewhere", "-", Some(sum.elsewhere.to_string())),
        figure("case-this", "-", Some(sum.asked.to_string())),
        figure("case-left", "=", sum.left().map(|left| left.to_string())),
    ];
    for (label, amount) in rows {
        page.row(&[label], &[amount]);
    }
    if sum.paid.is_none() {
        page.text(&words.get("case-paid-unknown"), 2, Ink::Warn);
    }
    if let Some(discount) = case.facts.discount {
        let rest = case.facts.rest(sum.paid).unwrap_or(Money::cny(0));
        let args = [
            ("discount", discount.to_string().into()),
            ("rest", rest.to_string().into()),
        ];
        page.row(&[dim(words.with("case-shared", &args))], &[]);
    }
}
