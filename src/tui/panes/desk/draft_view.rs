//! The draft as the desk screen draws it: how long it is, what the checker says of it, what is
//! missing, for whom.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::draft::unfilled;
use super::view::{below, focus_mark, inset, speech};
use super::{DeskPane, Focus, OpenItem};
use crate::desk::wording::{told, weight};
use crate::domain::rules::phrase::Severity;
use crate::tui::keys::Spot;
use crate::tui::overlays::wording;
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::titles;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, editor, line};

/// The name of the text to the mouse while another text has the caret.
pub(super) const COMPOSER: &str = "composer";
/// From this height on the pane has a row for what was found.
const ROOM_FOR_FINDINGS: u16 = 4;
/// From this width on the figures of the title stand apart.
const WIDE: u16 = 70;

/// Draws title, text and the row of what was found; says where the caret stands.
pub(super) fn draw_draft(
    pane: &DeskPane,
    open: &OpenItem,
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    title(pane, open, buf, Rect { height: 1, ..area }, look);
    let mut field = inset(below(area));
    if area.height >= ROOM_FOR_FINDINGS && !pane.draft.findings.is_empty() {
        field.height -= 1;
        let row = Rect {
            y: field.bottom(),
            height: 1,
            ..field
        };
        found(pane, buf, row, look);
    }
    let copied = open
        .beside
        .copied
        .filter(|_| pane.draft.findings.is_empty());
    if let Some(at) = copied.filter(|_| area.height >= ROOM_FOR_FINDINGS) {
        field.height -= 1;
        let speech = speech(pane, look);
        let args = [("time", speech.moment(at).into())];
        let told = look.words.with("draft-copied", &args);
        let place = (field.x, field.bottom());
        line::put(buf, place, field.width, &told, Ink::Dim, look);
    }
    let caret = editor::draw(buf, field, &pane.composer, Ink::Text, look);
    if pane.narrowing.is_typing() {
        // Its cells are those of the line that narrows the list until it comes in front.
        let place = field.intersection(buf.area);
        look.note(|record| {
            let composer = Spot::Field(COMPOSER.to_owned());
            record.places.push((place, composer));
        });
    }
    caret.filter(|_| pane.focus == Focus::Composer)
}

fn title(pane: &DeskPane, open: &OpenItem, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let whom = open.record.text("buyer").unwrap_or_default();
    let left = [
        focus_mark(pane, Focus::Composer, area, look),
        Run::new(
            format!("{} > ", look.words.get("composer-draft")),
            if pane.focus == Focus::Composer {
                Ink::Selection
            } else {
                Ink::Title
            },
        ),
        text(whom.to_owned()),
    ];
    let count = pane.composer.text().chars().count();
    let gap = if area.width < WIDE { " " } else { "  " };
    let mut right = vec![
        dim(look
            .words
            .with("composer-count", &[("count", count.into())])),
        text(gap),
    ];
    if count > 0 {
        right.extend([wording_figure(pane, look), text(gap)]);
    }
    right.push(match unfilled(pane.composer.text()) {
        Some(name) => Run::new(
            look.words
                .with("composer-missing", &[("name", name.into())]),
            Ink::Missing,
        ),
        None => dim(look.words.get("composer-complete").to_string()),
    });
    titles(buf, area, &left, &right, look);
}

/// What the checker says in a figure: what must not be said before what is only to be looked at.
fn wording_figure<'a>(pane: &DeskPane, look: &Look<'_>) -> Run<'a> {
    let findings = &pane.draft.findings;
    let (id, count, ink) = match (findings.blocking(), findings.hints()) {
        (0, 0) => return dim(look.words.get("composer-wording-clear").to_string()),
        (0, hints) => ("composer-wording-hints", hints, Ink::Urgent),
        (blocking, _) => ("composer-wording-blocked", blocking, Ink::Missing),
    };
    Run::new(look.words.with(id, &[("count", count.into())]), ink)
}

/// What weighs most of what was found, and the key to all of it.
fn found(pane: &DeskPane, buf: &mut Buffer, row: Rect, look: &Look<'_>) {
    let findings = &pane.draft.findings;
    let worst = findings.worst();
    let early = findings
        .too_early
        .as_ref()
        .filter(|_| findings.blocking() == 0);
    let (severity, what) = match (early, worst) {
        (Some(early), _) => (Severity::Warn, wording::too_early(early, look.words)),
        (None, Some(hit)) => (hit.severity, told(hit, pane.composer.text(), look.words)),
        (None, None) => return,
    };
    let ink = wording::ink(severity);
    let left = [
        Run::new(weight(severity, look.words), ink),
        Run::new(format!("  {what}"), ink),
    ];
    let key = [dim(look.words.get("wording-see").to_string())];
    line::row(buf, row, &left, &key, look);
}
