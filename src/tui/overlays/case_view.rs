//! How the after-sale form and its ladder are drawn: one column beside the chat client, two
//! where there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::case::CaseForm;
use super::case_fields::LINE;
use super::case_ladder::Ladder;
use crate::i18n::Words;
use crate::tui::keys::Spot;
use crate::tui::theme::Ink;
use crate::tui::widgets::exact::exact;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::page::{self, Page};
use crate::tui::widgets::{Look, form, line};

/// From this size on two columns are drawn.
const WIDE: (u16, u16) = (100, 30);
/// Columns of the labels beside the form.
const LABEL: u16 = 8;

/// Draws the case and returns the caret.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    case: &CaseForm,
    look: &Look<'_>,
) -> Option<Position> {
    let wide = area.width >= WIDE.0 && area.height >= WIDE.1;
    // As drawn: 74 of 120 columns for the form.
    let at = area.width.saturating_mul(5) / 8;
    match (&case.ladder, wide) {
        (Some(ladder), true) => page::double(
            buf,
            area,
            at,
            look,
            |page| rungs(page, case, ladder),
            |page| beside(page, case),
        ),
        (Some(ladder), false) => page::single(buf, area, look, |page| {
            let caret = rungs(page, case, ladder);
            page.titled(&page.look().words.get("case-check"));
            checks(page, case);
            caret
        }),
        (None, true) => page::double(
            buf,
            area,
            at,
            look,
            |page| wide_form(page, case),
            |page| beside(page, case),
        ),
        (None, false) => page::single(buf, area, look, |page| narrow(page, case)),
    }
}

fn header(page: &mut Page<'_, '_>, case: &CaseForm) {
    let look = page.look();
    let words = look.words;
    let facts = &case.facts;
    let (name, right) = if let Some(ladder) = &case.ladder {
        let kind = words.get(&format!("value-case_kind-{}", case.kind()));
        (
            format!("{} {} {kind}", words.get("register-case"), ladder.number),
            Run::new(ladder.state.clone(), Ink::Title),
        )
    } else {
        let id = if case.amending {
            "case-amending"
        } else {
            "case-new"
        };
        (
            words.get(id).to_string(),
            form::header(&case.sheet.form, look),
        )
    };
    let mut left = vec![Run::new(name, Ink::Title), text("  ")];
    left.extend(exact(&facts.buyer, words));
    left.push(text(format!("  {}", facts.order_words)));
    if facts.unverified && !facts.number.is_empty() {
        left.push(Run::new(
            format!("  [{}]", words.get("note-unverified")),
            Ink::Warn,
        ));
    }
    page.section(left, vec![right]);
}

fn narrow(page: &mut Page<'_, '_>, case: &CaseForm) -> Option<Position> {
    header(page, case);
    let look = page.look();
    let label = page::shape(&case.sheet.form, 0, look).label;
    let shape = form::Shape {
        label,
        beside: page.width() * 9 / 16,
    };
    // At least the sums stay in sight below a long list of goods.
    let most = page.rows_left().saturating_sub(4).max(1);
    let caret = page.form(&case.sheet.form, shape, most);
    page.titled(&look.words.get("case-check"));
    checks(page, case);
    if page.rows_left() > 4 {
        page.skip(1);
    }
    page.titled(&look.words.get("case-said"));
    said(page, case);
    page.skip(1);
    page.row(&[dim(look.words.get("case-locks").to_string())], &[]);
    caret
}

fn wide_form(page: &mut Page<'_, '_>, case: &CaseForm) -> Option<Position> {
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
    if lines < facts {
        let right = vec![dim(words.get("case-lines-hint").to_string())];
        page.section(
            vec![Run::new(
                words.get("field-case-lines").to_string(),
                Ink::Title,
            )],
            right,
        );
        caret = part(page, case, lines..facts).or(caret);
    }
    for (title, range) in [
        ("case-facts", facts..money),
        ("case-money", money..handling),
        ("case-handling", handling..fields.len()),
    ] {
        page.titled(&words.get(title));
        caret = part(page, case, range).or(caret);
    }
    page.titled(&words.get("case-read-out"));
    page.text(&case.read_back, 4, Ink::Text);
    page.titled(&words.get("case-said"));
    said(page, case);
    page.titled(&words.get("case-after"));
    page.text(&words.get("case-locks"), 2, Ink::Dim);
    page.text(&words.get("case-goes-on"), 2, Ink::Dim);
    caret
}

/// Draws some of the fields; the caret only where the field in front is among them.
fn part(
    page: &mut Page<'_, '_>,
    case: &CaseForm,
    range: std::ops::Range<usize>,
) -> Option<Position> {
    let whole = &case.sheet.form;
    let label = page::shape(whole, 0, page.look()).label;
    let part = whole.part(range.start.min(range.end)..range.end);
    let shape = form::Shape {
        label,
        beside: page.width() * 9 / 16,
    };
    let caret = page.form(&part, shape, page.rows_left());
    caret.filter(|_| range.contains(&whole.cursor()))
}

fn said(page: &mut Page<'_, '_>, case: &CaseForm) {
    match &case.facts.said {
        Some((what, when)) => {
            let quoted = page
                .look()
                .words
                .with("case-quoted", &[("text", what.into())]);
            page.row(&[text(quoted), dim(format!(" {when}"))], &[]);
        }
        None => page.row(
            &[dim(page.look().words.get("case-nothing-said").to_string())],
            &[],
        ),
    }
}

/// The checks in a line each, for narrow screens.
fn checks(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    let sum = arithmetic(case, words);
    page.labelled(&words.get("case-sum"), LABEL, &[sum], &[]);
    page.labelled(
        &words.get("case-policy"),
        LABEL,
        &[dim(words.get("case-no-policy").to_string())],
        &[],
    );
    if let Some(due) = &case.facts.due {
        page.labelled(&words.get("case-due"), LABEL, &[text(due.as_str())], &[]);
    }
    page.labelled(
        &words.get("case-approval"),
        LABEL,
        &[approval(case, words)],
        &[],
    );
    page.labelled(&words.get("case-guard"), LABEL, &[guard(case, words)], &[]);
}

fn beside(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    page.titled(&words.get("case-may-refund"));
    page.labelled(
        &words.get("case-policy"),
        LABEL,
        &[dim(words.get("case-no-policy").to_string())],
        &[],
    );
    if let Some(due) = &case.facts.due {
        page.labelled(&words.get("case-due"), LABEL, &[text(due.as_str())], &[]);
    }
    page.titled(&words.get("case-sum-of"));
    sums(page, case);
    page.titled(&words.get("case-who-approves"));
    page.text(&approval(case, words).text, 3, Ink::Text);
    if case.ladder.is_none() {
        page.titled(&words.get("case-still-missing"));
        let missing = case
            .sheet
            .form
            .fields
            .iter()
            .filter(|field| field.is_missing());
        for (at, field) in missing.enumerate() {
            page.row(
                &[Run::new(
                    format!("{} {}", at + 1, field.label),
                    Ink::Missing,
                )],
                &[],
            );
        }
    }
    page.titled(&words.get("case-guard-title"));
    page.row(&[guard(case, words)], &[]);
    page.text(&words.get("case-if-printed"), 2, Ink::Dim);
    page.titled(&words.get("case-source"));
    page.text(&words.get("case-why"), 4, Ink::Dim);
}

/// `paid - refunded - elsewhere - this = rest` in a line.
fn arithmetic(case: &CaseForm, words: &Words) -> Run<'static> {
    let sum = &case.sum;
    let Some((paid, left)) = sum.paid.zip(sum.left()) else {
        return Run::new(words.get("case-paid-unknown").to_string(), Ink::Warn);
    };
    let args = [
        ("paid", paid.plain().into()),
        ("refunded", sum.refunded.plain().into()),
        ("elsewhere", sum.elsewhere.plain().into()),
        ("asked", sum.asked.plain().into()),
        ("left", left.plain().into()),
    ];
    let ink = if left.minor < 0 {
        Ink::Block
    } else {
        Ink::Money
    };
    Run::new(words.with("case-arithmetic", &args), ink)
}

/// The same, a line each with the figures below each other.
fn sums(page: &mut Page<'_, '_>, case: &CaseForm) {
    let words = page.look().words;
    let sum = &case.sum;
    let figure = |label: &str, sign: &str, amount: Option<String>| {
        let shown = amount.unwrap_or_else(|| "-".to_owned());
        (
            text(format!("  {sign} {}", words.get(label))),
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
}

fn approval(case: &CaseForm, words: &Words) -> Run<'static> {
    let facts = &case.facts;
    let names = facts.approvers.join(&*words.get("case-names-between"));
    let asked = case.sum.asked;
    let alone = facts
        .limit
        .is_some_and(|limit| case.sum.paid.is_some() && asked.minor <= limit.amount.minor);
    if names.is_empty() && !alone {
        return Run::new(words.get("case-nobody-approves").to_string(), Ink::Warn);
    }
    match facts.limit {
        Some(limit) => {
            let args = [
                ("limit", limit.amount.to_string().into()),
                ("drawn", limit.drawn.to_string().into()),
                ("names", names.into()),
            ];
            let (word, ink) = match (alone, limit.is_allowance) {
                (true, true) => ("case-allowance-alone", Ink::Ok),
                (true, false) => ("case-approval-alone", Ink::Ok),
                (false, true) => ("case-allowance-above", Ink::Approve),
                (false, false) => ("case-approval-above", Ink::Approve),
            };
            Run::new(words.with(word, &args), ink)
        }
        None => Run::new(
            words.with("case-approval-by", &[("names", names.into())]),
            Ink::Approve,
        ),
    }
}

fn guard(case: &CaseForm, words: &Words) -> Run<'static> {
    match &case.facts.twin {
        Some((_, twin)) => Run::new(twin.clone(), Ink::Warn),
        None => text(words.get("case-no-twin").to_string()),
    }
}

/// The ladder: what is asked, the steps, what became of it.
/// What a rung waits for, and of whom it is awaited.
fn case_waits(case: &CaseForm, to: &str, words: &Words) -> String {
    let waits = words.get(&format!("case-do-{to}"));
    if to != "approved" {
        return waits.to_string();
    }
    let names = case.facts.approvers.join(&*words.get("case-names-between"));
    format!("{waits}  {names}")
}

fn rungs(page: &mut Page<'_, '_>, case: &CaseForm, ladder: &Ladder) -> Option<Position> {
    header(page, case);
    let look = page.look();
    let words = look.words;
    page.text(&case.read_back, 3, Ink::Text);
    page.section(
        vec![Run::new(words.get("case-ladder").to_string(), Ink::Title)],
        vec![dim(words.get("case-ladder-keys").to_string())],
    );
    let mut caret = None;
    for (at, rung) in ladder.rungs.iter().enumerate() {
        let (mark, ink, detail) = match (&rung.done, rung.next) {
            (Some(when), _) => ("note-mark-done", Ink::Ok, text(when.as_str())),
            (None, true) => (
                "note-mark-next",
                Ink::Urgent,
                text(case_waits(case, rung.to, words)),
            ),
            (None, false) => ("note-mark-locked", Ink::Dim, text("")),
        };
        let here = at == ladder.cursor;
        let row = page.draw(1, |buf, row, look| {
            let name = words.get(&format!("case-step-{}", rung.to));
            let start = [
                text(if here { " >" } else { "  " }),
                Run::new(words.get(mark).to_string(), ink),
                text(format!("  {name}")),
            ];
            if row.height > 0 {
                line::put_runs(buf, (row.x, row.y), row.width, &start, look);
                let indent = 22.max(line::columns(&start, look) + 1).min(row.width);
                line::put_runs(
                    buf,
                    (row.x + indent, row.y),
                    row.width - indent,
                    &[detail],
                    look,
                );
            }
            let away = at as isize - ladder.cursor as isize;
            look.note(|record| record.places.push((row, Spot::Row(away))));
            if here && row.height > 0 {
                line::paint(buf, row, Ink::CursorRow, look);
            }
            row
        });
        if here && row.width > 1 && row.height > 0 {
            caret = Some(Position::new(row.x + 1, row.y));
        }
    }
    for remark in &ladder.remarks {
        page.text(remark, 2, Ink::Warn);
    }
    for alarm in &ladder.alarms {
        page.text(alarm, 2, Ink::Block);
    }
    if ladder.signs {
        page.row(
            &[Run::new(
                words.get("case-verbal-sign").to_string(),
                Ink::Approve,
            )],
            &[],
        );
    }
    if ladder.decides {
        page.row(
            &[Run::new(words.get("case-decide").to_string(), Ink::Approve)],
            &[],
        );
    }
    if !ladder.to_tell.is_empty() {
        page.section(
            vec![Run::new(words.get("case-tell").to_string(), Ink::Title)],
            vec![dim(words.get("note-copy").to_string())],
        );
        page.text(&ladder.to_tell, 3, Ink::Text);
    }
    caret
}
