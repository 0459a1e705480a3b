//! The steps of the open talk as the desk screen draws them: a panel of their own where there is
//! room, else where the talk is in a word.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::view::{below, inset, speech};
use super::{DeskPane, OpenItem};
use crate::desk::reception::Reception;
use crate::domain::registers::conversation;
use crate::i18n::Words;
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::titles;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, line};

/// Rows of the panel: its title and the steps.
pub(super) const ROWS: u16 = 2;
/// From this width of the screen on the panel has room.
const WIDE: u16 = 112;
/// From this height of the screen on the panel has room.
const HIGH: u16 = 24;

/// Returns how many rows the panel takes of a screen of this size.
pub(super) fn rows(open: Option<&OpenItem>, area: Rect) -> u16 {
    let has_room = area.width >= WIDE && area.height >= HIGH;
    match open.and_then(|open| open.reception.as_ref()) {
        Some(_) if has_room => ROWS,
        _ => 0,
    }
}

/// Returns where the talk is, in a word, for a screen without the panel.
pub(super) fn place(open: &OpenItem, words: &Words) -> Option<String> {
    let reception = open.reception.as_ref()?;
    let at = reception.at()?;
    let step = &reception.steps[at].0.name;
    Some(format!(
        "{}/{} {}",
        at + 1,
        reception.steps.len(),
        words.get(&format!("step-now-{step}"))
    ))
}

/// Draws the panel.
pub(super) fn draw(
    pane: &DeskPane,
    open: &OpenItem,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) {
    let Some(reception) = open.reception.as_ref().filter(|_| area.height > 0) else {
        return;
    };
    let title = [text(look.words.get("steps-title").to_string())];
    let right = about(pane, open, reception, look);
    titles(buf, Rect { height: 1, ..area }, &title, &right, look);
    let row = Rect {
        height: 1.min(area.height.saturating_sub(1)),
        ..inset(below(area))
    };
    let whole = strip(reception, "   ", look);
    let strip = if line::columns(&whole, look) <= row.width {
        whole
    } else {
        strip(reception, " ", look)
    };
    if row.height > 0 {
        line::row(buf, row, &strip, &[], look);
    }
}

/// Each step by whether it was taken; the next one has a mark, not a colour alone.
fn strip(reception: &Reception, gap: &str, look: &Look<'_>) -> Vec<Run<'static>> {
    let at = reception.at();
    let mut runs = Vec::new();
    for (place, (step, is_done)) in reception.steps.iter().enumerate() {
        let (state, ink) = match (is_done, at == Some(place)) {
            (true, _) => ("done", Ink::Ok),
            (false, true) => ("now", Ink::Title),
            (false, false) => ("open", Ink::Dim),
        };
        let word = look.words.get(&format!("step-{state}-{}", step.name));
        let mark = if state == "now" { ">" } else { "" };
        runs.push(Run::new(format!("{mark}{word}{gap}"), ink));
    }
    runs
}

/// How hard the talk is, whose fault it is, how long the call has been on hold.
fn about(
    pane: &DeskPane,
    open: &OpenItem,
    reception: &Reception,
    look: &Look<'_>,
) -> Vec<Run<'static>> {
    let speech = speech(pane, look);
    let record = &open.record;
    let mut runs = Vec::new();
    if let Some(since) = reception.hold {
        let age = [("age", speech.age(pane.now - since).into())];
        let held = look.words.with("steps-on-hold", &age);
        runs.push(Run::new(format!("{held}  "), Ink::Urgent));
    }
    let word = |field: &crate::domain::field::FieldSpec| {
        record
            .text(field.name)
            .map(|word| speech.choice(field, word))
    };
    let mut said = Vec::new();
    said.extend(word(&conversation::COMPLEXITY.spec));
    if let Some(fault) = word(&conversation::FAULT_OF.spec) {
        let label = speech.label(&conversation::REGISTER, &conversation::FAULT_OF.spec);
        said.push(format!("{label} {fault}"));
    }
    runs.push(dim(said.join("  ")));
    runs
}
