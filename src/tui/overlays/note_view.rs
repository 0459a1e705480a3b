//! How an order note is drawn: one column beside the chat client, two where there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::note::{MEMO_BYTES, NoteForm};
use super::note_facts::Stage;
use super::note_texts::bytes;
use crate::desk::note::STEPS;
use crate::desk::printing::Printing;
use crate::desk::wording::counted;
use crate::i18n::Words;
use crate::tui::keys::Spot;
use crate::tui::theme::Ink;
use crate::tui::widgets::form::Value;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::page::{self, Page};
use crate::tui::widgets::{Look, form, line};

/// From this size on two columns are drawn.
const WIDE: (u16, u16) = (100, 30);
/// The labels of what stands below the fields where there is room.
const RECEIVER: &str = "note-receiver";
const COURIER: &str = "field-note-courier";
/// Columns of a step's name.
const STEP: u16 = 12;

/// Draws the form and returns the caret.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    note: &NoteForm,
    look: &Look<'_>,
) -> Option<Position> {
    if area.width >= WIDE.0 && area.height >= WIDE.1 {
        return page::double(
            buf,
            area,
            area.width / 2,
            look,
            |page| wide_left(page, note),
            |page| wide_right(page, note),
        );
    }
    page::single(buf, area, look, |page| narrow(page, note))
}

fn narrow(page: &mut Page<'_, '_>, note: &NoteForm) -> Option<Position> {
    let caret = fields(page, note, true);
    let steps = steps(page, note);
    let look = page.look();
    let (at, title, right) = copied(note, look);
    page.section(vec![Run::new(title, Ink::Title)], right);
    let words = note.texts.get(at).map_or("", String::as_str);
    let used = page.text(words, 3, Ink::Text);
    page.skip(3 - used.min(3));
    page.titled(&look.words.get("note-limits"));
    let facts = &note.facts;
    let mut limits = limits(note, "note-printing-short", look.words);
    // What the row does not hold stands at the right of the next one.
    let blanks = 2 * limits.len().saturating_sub(1) as u16;
    let is_long = line::columns(&limits, look) + blanks + 2 > page.width();
    let printed: Vec<Run<'_>> = limits.pop_if(|_| is_long).into_iter().collect();
    page.row(&join(&mut limits), &[]);
    let courier = look.words.get(COURIER);
    page.row(&[dim(format!("{courier}  {}", facts.carrier))], &printed);
    earlier(page, note);
    steps.or(caret)
}

fn wide_left(page: &mut Page<'_, '_>, note: &NoteForm) -> Option<Position> {
    let look = page.look();
    let words = look.words;
    let caret = fields(page, note, false);
    let facts = &note.facts;
    let label = label_of(&note.sheet.form, false, look) - 2;
    if !facts.receiver.is_empty() {
        let unchanged = dim(words.get("note-unchanged").to_string());
        page.labelled(
            &words.get(RECEIVER),
            label,
            &[text(facts.receiver.as_str())],
            &[unchanged],
        );
    }
    if !facts.carrier.is_empty() {
        page.labelled(
            &words.get(COURIER),
            label,
            &[text(facts.carrier.as_str())],
            &[],
        );
    }
    let steps = steps(page, note);
    page.titled(&words.get("note-limits"));
    for run in limits(note, "note-printing-at", words) {
        page.row(&[run], &[]);
    }
    earlier(page, note);
    page.titled(&words.get("note-if-printed"));
    page.text(&words.get("note-if-printed-text"), 3, Ink::Dim);
    page.titled(&words.get("note-if-unverified"));
    page.text(&words.get("note-if-unverified-text"), 3, Ink::Dim);
    steps.or(caret)
}

fn wide_right(page: &mut Page<'_, '_>, note: &NoteForm) {
    let look = page.look();
    let words = look.words;
    // The step to be done stands on top, below it those before it, the nearest first, then those
    // that come.
    let first = note.step.or(note.facts.next()).unwrap_or(2).min(3);
    for at in (0..=first).rev().chain(first + 1..4) {
        let body = note.texts.get(at).map_or("", String::as_str);
        let number = at + 1;
        let id = match (STEPS[at], note.kind()) {
            ("changed", "address") => "note-text-changed-address".to_owned(),
            (step, _) => format!("note-text-{step}"),
        };
        let title = words.with(&id, &[("step", number.into())]);
        let right = match note.facts.stages.get(at) {
            Some(Stage::Locked(by)) if STEPS[at] == "told" => {
                words.with("note-after", &[("step", (*by).into())])
            }
            _ => words.get("note-copy").to_string(),
        };
        page.section(vec![Run::new(title, Ink::Title)], vec![dim(right)]);
        let used = page.text(body, 3, Ink::Text);
        if STEPS[at] == "told" {
            road(page, note);
            continue;
        }
        page.skip(3 - used.min(3));
        page.row(
            &parts(note, at, words),
            &[dim(measure(note, at, body, words))],
        );
    }
    page.titled(&words.get("note-text-acknowledged"));
    let receipt = match note.facts.stages.get(4) {
        Some(Stage::Done(when)) => when.clone(),
        _ if note.state == "told" => words.get("state-note-told").to_string(),
        _ => words.get("note-not-told").to_string(),
    };
    page.row(&[text(receipt)], &[]);
    page.titled(&words.get("note-checked"));
    let new = note.texts.first().cloned().unwrap_or_default();
    let flag = words
        .get(&format!("value-flag-{}", note.facts.flag))
        .to_string();
    page.text(
        &words.with(
            "note-checked-text",
            &[("new", new.into()), ("flag", flag.into())],
        ),
        3,
        Ink::Dim,
    );
}

/// How the notice gets to the printing room, and when it was last heard of.
fn road(page: &mut Page<'_, '_>, note: &NoteForm) {
    let words = page.look().words;
    let id = if note.facts.by_folder {
        "note-by-folder"
    } else {
        "note-by-hand"
    };
    let way = words.get(id);
    page.row(&[text(format!("{way}   {}", note.facts.printers))], &[]);
    page.row(&[dim(words.get("note-if-away").to_string())], &[]);
}

/// How long a step's text is: of a memo in the platform's bytes, with the flag beside it.
fn measure(note: &NoteForm, at: usize, body: &str, words: &Words) -> String {
    let length = words.with("note-length", &[("count", body.chars().count().into())]);
    if STEPS[at] == "confirmed" {
        // These words go to the buyer.
        let (blocked, hints) = counted(&note.wording.check(body));
        let count = [("count", (blocked + hints).into())];
        return format!("{length}  {}", words.with("wording-count", &count));
    }
    if STEPS[at] != "flagged" {
        return length;
    }
    let counts = [("used", bytes(body).into()), ("most", MEMO_BYTES.into())];
    let flag = words.get(&format!("value-flag-{}", note.facts.flag));
    format!("{} (GBK)  {flag}", words.with("note-bytes", &counts))
}

/// A new address in the boxes of the platform, where it was written in its parts.
fn parts<'a>(note: &NoteForm, at: usize, words: &Words) -> Vec<Run<'a>> {
    let new = note.sheet.form.text("new");
    let places: Vec<&str> = new.split_whitespace().collect();
    let [province, city, district, _, ..] = &places[..] else {
        return Vec::new();
    };
    if STEPS[at] != "changed" || note.kind() != "address" {
        return Vec::new();
    }
    let args = [
        ("province", (*province).into()),
        ("city", (*city).into()),
        ("district", (*district).into()),
    ];
    vec![text(words.with("note-address-parts", &args))]
}

/// The header with the fields below it.
fn fields(page: &mut Page<'_, '_>, note: &NoteForm, narrow: bool) -> Option<Position> {
    let look = page.look();
    let words = look.words;
    let facts = &note.facts;
    let kind = words.get(&format!("value-note_kind-{}", note.kind()));
    let mut title = vec![
        Run::new(format!("{} {kind}", words.get("register-note")), Ink::Title),
        text(format!("  {}  {}", facts.buyer, facts.order)),
    ];
    if facts.unverified && !facts.number.is_empty() {
        title.push(Run::new(
            format!("  [{}]", words.get("note-unverified")),
            Ink::Warn,
        ));
    }
    let at = facts.next().map_or(STEPS.len(), |at| at + 1);
    let ended = matches!(note.state.as_str(), "revoked" | "withdrawn");
    let count = if ended {
        words.get(&format!("state-note-{}", note.state)).to_string()
    } else {
        words.with(
            "note-step-count",
            &[("step", at.into()), ("of", STEPS.len().into())],
        )
    };
    page.section(
        title,
        vec![Run::new(count, if ended { Ink::Warn } else { Ink::Title })],
    );
    let mut form = note.sheet.form.clone();
    if !narrow {
        // Kind and job stand below each other where a column is half as wide.
        for field in &mut form.fields {
            field.beside = false;
        }
    }
    let label = label_of(&form, narrow, look);
    let beside = kind_columns(&form, label, look)
        .min(page.width().saturating_sub(14))
        .max(page.width() / 2);
    let mut caret = page.form(&form, form::Shape { label, beside }, page.rows_left());
    if note.step.is_some() {
        caret = None;
    }
    caret
}

/// The columns of the labels, with the mark before and a blank behind them: one column for the
/// fields and, where they stand below these, for receiver and courier.
fn label_of(form: &form::Form, narrow: bool, look: &Look<'_>) -> u16 {
    let label = page::shape(form, 0, look).label;
    if narrow {
        return label;
    }
    let below = [RECEIVER, COURIER].map(|id| look.columns(&look.words.get(id)) + 2);
    below.into_iter().fold(label, u16::max)
}

/// How many columns the row of kinds takes whole.
fn kind_columns(form: &form::Form, label: u16, look: &Look<'_>) -> u16 {
    let Some(Value::Choice(kinds, _)) = form.field("kind").map(|field| &field.value) else {
        return 0;
    };
    kinds
        .iter()
        .map(|kind| look.columns(&kind.label) + 2)
        .sum::<u16>()
        + label
        + 3
}

fn steps(page: &mut Page<'_, '_>, note: &NoteForm) -> Option<Position> {
    let look = page.look();
    let words = look.words;
    page.titled(&words.get("note-steps"));
    let mut caret = None;
    for (at, stage) in note.facts.stages.iter().enumerate() {
        let (mark, ink, detail) = match stage {
            Stage::Done(when) => (
                "note-mark-done",
                Ink::Ok,
                vec![text(when.clone()), flag(note, at, words)],
            ),
            Stage::Next => (
                "note-mark-next",
                Ink::Urgent,
                vec![text(next_words(note, at, words))],
            ),
            Stage::Locked(by) => (
                "note-mark-locked",
                Ink::Dim,
                vec![dim(locked_words(note, at, *by, words))],
            ),
        };
        let mine = note.step == Some(at);
        let sign = if mine || (note.step.is_none() && *stage == Stage::Next) {
            ">"
        } else {
            " "
        };
        let row = page.draw(1, |buf, row, look| {
            if row.height == 0 {
                return row;
            }
            let name = words.get(&format!("note-step-{}", STEPS[at]));
            let start = [
                text(format!(" {sign}")),
                Run::new(words.get(mark).to_string(), ink),
                text(format!(" {} {name}", at + 1)),
            ];
            line::put_runs(buf, (row.x, row.y), row.width, &start, look);
            let indent = (STEP + 8)
                .max(line::columns(&start, look) + 1)
                .min(row.width);
            line::put_runs(
                buf,
                (row.x + indent, row.y),
                row.width - indent,
                &detail,
                look,
            );
            if let Some(step) = note.step {
                let away = at as isize - step as isize;
                look.note(|record| record.places.push((row, Spot::Row(away))));
            }
            if mine {
                line::paint(buf, row, Ink::CursorRow, look);
            }
            row
        });
        if mine && row.width > 1 && row.height > 0 {
            caret = Some(Position::new(row.x + 1, row.y));
        }
    }
    caret
}

fn flag(note: &NoteForm, at: usize, words: &Words) -> Run<'static> {
    if STEPS[at] != "flagged" {
        return text("");
    }
    let flag = words.get(&format!("value-flag-{}", note.facts.flag));
    if note.facts.legend.is_empty() {
        return dim(format!("   {flag}"));
    }
    let legend = [
        ("flag", flag.as_ref().into()),
        ("meaning", note.facts.legend.as_str().into()),
    ];
    dim(format!("   {flag} {}", words.with("note-legend", &legend)))
}

fn next_words(note: &NoteForm, at: usize, words: &Words) -> String {
    match (&note.facts.offer, STEPS[at]) {
        (Some(offer), "confirmed") => words.with(
            "note-offer",
            &[
                ("text", (&offer.text).into()),
                ("when", (&offer.when).into()),
            ],
        ),
        (_, "acknowledged") => {
            let waits = words.get("note-waits-printing");
            format!("{waits}  {}", note.facts.printers)
        }
        (_, step) => words.get(&format!("note-do-{step}")).to_string(),
    }
}

fn locked_words(note: &NoteForm, at: usize, by: usize, words: &Words) -> String {
    if STEPS[at] == "acknowledged" {
        let waits = words.get("note-waits-printing");
        return format!("{waits}  {}", note.facts.printers);
    }
    words.with("note-locked", &[("step", by.into())])
}

/// Which text F9 copies, with the titles of its section.
fn copied(note: &NoteForm, look: &Look<'_>) -> (usize, String, Vec<Run<'static>>) {
    let at = note.step.or(note.facts.next()).unwrap_or(0).min(3);
    let title = look.words.get("note-this-text").to_string();
    let body = note.texts.get(at).map_or("", String::as_str);
    let length = measure(note, at, body, look.words);
    (
        at,
        title,
        vec![dim(format!("{}  {length}", look.words.get("note-copy")))],
    )
}

fn limits(note: &NoteForm, printing: &str, words: &Words) -> Vec<Run<'static>> {
    let facts = &note.facts;
    let mut all = Vec::new();
    if let Some(wave) = &facts.wave {
        all.push(Run::new(
            format!("{} {wave}", words.get("note-wave")),
            Ink::Urgent,
        ));
    }
    if let Some(due) = &facts.ship_due {
        all.push(text(format!("{} {due}", words.get("note-ship-due"))));
    }
    if facts.is_late() {
        all.push(Run::new(words.get("printing-late").to_string(), Ink::Block));
    }
    let known = [("at", facts.printing_at.as_str().into())];
    let known = match facts.printing {
        Printing::HasWaybill | Printing::Shipped => {
            format!(" [{}]", words.get("source-platform"))
        }
        _ if facts.printing_at.is_empty() => String::new(),
        _ => format!(" {}", words.with(printing, &known)),
    };
    all.push(text(format!("{}{known}", facts.printing_words(words))));
    all
}

fn join(runs: &mut Vec<Run<'static>>) -> Vec<Run<'static>> {
    let mut all = Vec::with_capacity(runs.len() * 2);
    for (at, run) in runs.drain(..).enumerate() {
        if at > 0 {
            all.push(text("  "));
        }
        all.push(run);
    }
    all
}

fn earlier(page: &mut Page<'_, '_>, note: &NoteForm) {
    page.titled(&page.look().words.get("note-earlier"));
    if note.facts.earlier.is_empty() {
        page.row(
            &[dim(page.look().words.get("note-none-earlier").to_string())],
            &[],
        );
    }
    let most = if page.rows_left() > 8 {
        4
    } else {
        usize::from(page.rows_left())
    };
    for (when, what) in note.facts.earlier.iter().take(most) {
        page.row(&[dim(format!("{when} ")), text(what.as_str())], &[]);
    }
}
