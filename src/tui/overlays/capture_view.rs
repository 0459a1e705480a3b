//! How the one line is drawn: what was recognised, by which word, and what comes next.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::capture::{CHOICES, Capture};
use super::capture_edit::PieceOf;
use super::choices;
use crate::desk::capture::Preview;
use crate::exchange::intake::capture::PieceKind;
use crate::tui::theme::Ink;
use crate::tui::widgets::editor;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, frame, line};

/// The columns of the labels.
const LABEL: u16 = 10;
/// The most of the buyer's records that are shown.
const RECENT: usize = 3;

/// A row of what was recognised.
struct Found<'a> {
    label: String,
    runs: Vec<Run<'a>>,
    piece: Option<PieceOf>,
}

/// Draws the pane and returns where the caret stands.
pub(super) fn draw(
    pane: &Capture,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let area = frame::paper(area);
    let words = look.words;
    let found = pane
        .preview
        .as_ref()
        .map(|preview| rows(pane, preview, look))
        .unwrap_or_default();
    let recent = pane
        .preview
        .as_ref()
        .map_or(0, |preview| preview.recent.len().min(RECENT));
    let shelf_found = area.y + 3;
    let shelf_recent = shelf_found + 1 + found.len() as u16;
    let mut shelf_then = shelf_recent + 1 + recent.max(1) as u16;
    let mut shelves = vec![
        (shelf_found, "capture-found"),
        (shelf_recent, "capture-recent"),
    ];
    if pane.preview.is_none() {
        // Nothing is recognised: no rule stands over nothing.
        shelf_then = shelf_found;
        shelves.clear();
    }
    shelves.push((shelf_then, "capture-then"));
    let title = [Run::new(words.get("capture-title").to_string(), Ink::Title)];
    let rules: Vec<u16> = shelves.iter().map(|(y, _)| *y).collect();
    let inner = frame::overlay(buf, area, &title, &[dim(pace(pane, look))], &rules, look);
    if inner.height < 3 || inner.width < 4 {
        return None;
    }
    let row = |y: u16| Rect {
        x: inner.x + 1,
        y,
        width: inner.width.saturating_sub(2),
        height: 1,
    };
    let prompt = [dim(words.get("capture-prompt").to_string())];
    line::row(buf, row(inner.y), &prompt, &[], look);
    let mut caret = editor::draw(buf, row(inner.y + 1), &pane.line, Ink::Field, look);
    for (y, id) in shelves {
        if y < inner.bottom() {
            let place = Rect {
                y,
                height: 1,
                ..inner
            };
            frame::titles(buf, place, &[text(words.get(id).to_string())], &[], look);
        }
    }
    for (at, one) in found.iter().enumerate() {
        let y = shelf_found + 1 + at as u16;
        if y < inner.bottom() {
            caret = draw_found(pane, one, buf, row(y), look).or(caret);
        }
    }
    draw_recent(pane, buf, part(inner, shelf_recent + 1, shelf_then), look);
    draw_choices(pane, buf, part(inner, shelf_then + 1, inner.bottom()), look);
    match pane.correction.menu() {
        Some(menu) => menu.draw(buf, inner, look),
        None => caret,
    }
}

/// Which one of the day it is, and how long one took so far.
fn pace(pane: &Capture, look: &Look<'_>) -> String {
    let nth = [("nth", i64::from(pane.pace.count + 1).into())];
    let said = look.words.with("capture-nth", &nth);
    match pane.pace.average() {
        Some(average) => {
            let seconds = [("seconds", ((average + 500) / 1_000).into())];
            format!("{said}  {}", look.words.with("capture-average", &seconds))
        }
        None => said,
    }
}

fn part(inner: Rect, from: u16, to: u16) -> Rect {
    let from = from.min(inner.bottom());
    Rect {
        x: inner.x + 1,
        y: from,
        width: inner.width.saturating_sub(2),
        height: to.min(inner.bottom()).saturating_sub(from),
    }
}

/// A row of what was recognised; the piece that is being corrected is a field.
fn draw_found(
    pane: &Capture,
    found: &Found<'_>,
    buf: &mut Buffer,
    row: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    line::put(buf, (row.x, row.y), LABEL, &found.label, Ink::Dim, look);
    let value = Rect {
        x: row.x + LABEL.min(row.width),
        width: row.width.saturating_sub(LABEL),
        ..row
    };
    let typed = pane
        .correction
        .typed()
        .filter(|(piece, _)| Some(*piece) == found.piece);
    if let Some((_, typed)) = typed {
        return editor::draw(buf, value, typed, Ink::Field, look);
    }
    line::put_runs(buf, (value.x, value.y), value.width, &found.runs, look);
    None
}

fn draw_recent(pane: &Capture, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let Some(preview) = &pane.preview else {
        return;
    };
    let speech = pane.speech(look.words);
    if preview.recent.is_empty() && area.height > 0 {
        let none = look.words.get("capture-recent-none");
        line::put(buf, (area.x, area.y), area.width, &none, Ink::Dim, look);
    }
    for (one, y) in preview.recent.iter().zip(area.y..area.bottom()) {
        let label = look.words.get(&format!("short-{}", one.register));
        let left = [
            dim(format!("{} {label} ", speech.day(one.opened))),
            text(format!("{} {}", speech.title(one), speech.subject(one))),
        ];
        let right = [dim(speech.state(&one.register, &one.state))];
        let place = Rect {
            y,
            height: 1,
            ..area
        };
        line::row(buf, place, &left, &right, look);
    }
}

/// The choices, then what needs no record at all.
fn draw_choices(pane: &Capture, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let words = look.words;
    let labels = CHOICES.map(|(_, id)| words.get(id).to_string());
    let used = choices::draw(buf, area, &labels, pane.chosen, look);
    let advice = area.bottom().saturating_sub(2);
    if advice > area.y + used {
        let text = words.get("capture-advice");
        line::put(buf, (area.x, advice), area.width, &text, Ink::Dim, look);
    }
}

/// What was recognised, a row each: label, value, and why.
fn rows<'a>(pane: &'a Capture, preview: &'a Preview, look: &Look<'a>) -> Vec<Found<'a>> {
    let words = look.words;
    let speech = pane.speech(look.words);
    let mut rows = Vec::new();
    let mut row = |id: &str, piece: Option<PieceOf>, runs: Vec<Run<'a>>| {
        rows.push(Found {
            label: words.get(id).to_string(),
            runs,
            piece,
        });
    };
    let is_corrected = pane.correction.typed().map(|(piece, _)| piece);
    match &preview.found.buyer {
        Some(buyer) => {
            let known = match (buyer.masked, buyer.known) {
                (true, _) => "capture-buyer-masked",
                (false, true) => "capture-buyer-known",
                (false, false) => "capture-buyer-new",
            };
            let is_order = |row: &&crate::store::Row| row.register == "order";
            let orders = preview.recent.iter().filter(is_order).count();
            let open = preview.recent.iter().filter(|row| row.closed.is_none());
            let counts = [
                ("orders", orders.into()),
                ("open", open.filter(|row| !is_order(row)).count().into()),
            ];
            let mut known = format!("  {}", words.get(known));
            if buyer.known && !buyer.masked {
                known = format!("{known}  {}", words.with("capture-buyer-has", &counts));
            }
            let runs = vec![text(buyer.name.clone()), dim(known)];
            row("capture-buyer", Some(PieceOf::Buyer), runs);
        }
        None if is_corrected == Some(PieceOf::Buyer) => {
            row("capture-buyer", Some(PieceOf::Buyer), Vec::new());
        }
        None => {}
    }
    let register = words.get(&format!("register-{}", preview.register.name));
    let what = match &preview.kind {
        Some(kind) => {
            let kind = speech.matter(preview.register.name, Some(kind));
            format!("{register} > {kind}")
        }
        None => register.to_string(),
    };
    let led = preview
        .found
        .kind()
        .map(|kind| kind.because.clone())
        .filter(|word| !word.is_empty());
    row(
        "capture-matter",
        Some(PieceOf::Matter),
        vec![Run::new(what, Ink::Title), because(led, look)],
    );
    match &preview.order {
        Some(order) => {
            let known = words.get(if preview.unverified {
                "capture-order-unknown"
            } else {
                "capture-order-known"
            });
            let runs = vec![text(order.clone()), dim(format!("  {known}"))];
            row("capture-order", Some(PieceOf::Order), runs);
        }
        None if is_corrected == Some(PieceOf::Order) => {
            row("capture-order", Some(PieceOf::Order), Vec::new());
        }
        None => {}
    }
    if let Some(amount) = preview.amount() {
        row("capture-amount", None, vec![text(amount.to_string())]);
    }
    for waybill in &preview.found.waybills {
        let carrier = waybill.carrier.clone().unwrap_or_default();
        let runs = vec![text(waybill.number.clone()), dim(format!("  {carrier}"))];
        row("capture-waybill", None, runs);
    }
    match preview.due {
        Some(due) => {
            let led = piece(preview, PieceKind::Time);
            let runs = vec![text(speech.moment(due)), because(led, look)];
            row("capture-due", Some(PieceOf::Due), runs);
        }
        None if is_corrected == Some(PieceOf::Due) => {
            row("capture-due", Some(PieceOf::Due), Vec::new());
        }
        None => {}
    }
    let owner = preview
        .found
        .persons
        .iter()
        .find(|one| one.known)
        .map(|one| match &one.post {
            Some(post) => words.get(&format!("value-post-{post}")).to_string(),
            None => one.name.clone(),
        });
    let me = [("me", pane.me.as_str().into())];
    let owner = owner.unwrap_or_else(|| words.with("capture-owner-me", &me));
    let first = words.with("capture-first", &me);
    let owned = vec![text(owner), dim(format!("   {first}"))];
    row("capture-owner", None, owned);
    row("capture-text", None, vec![text(preview.text().to_owned())]);
    for (message, args) in &preview.warnings {
        let args: Vec<(&str, crate::i18n::Arg<'_>)> = args
            .iter()
            .map(|(name, value)| (*name, value.as_str().into()))
            .collect();
        let warning = Run::new(words.with(message, &args), Ink::Warn);
        row("capture-warning", None, vec![warning]);
    }
    rows
}

fn piece(preview: &Preview, kind: PieceKind) -> Option<String> {
    preview
        .found
        .pieces
        .iter()
        .find(|piece| piece.kind == kind)
        .map(|piece| piece.because.clone())
}

fn because<'a>(word: Option<String>, look: &Look<'a>) -> Run<'a> {
    match word {
        Some(word) => dim(format!(
            "  {}",
            look.words.with("capture-because", &[("word", word.into())])
        )),
        None => text(""),
    }
}
