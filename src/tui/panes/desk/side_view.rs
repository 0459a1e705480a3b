//! The side panel's title and how old its facts are, as the desk screen draws them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::view::{focus_mark, speech};
use super::{DeskPane, Focus};
use crate::tui::keys::Spot;
use crate::tui::theme::Ink;
use crate::tui::widgets::frame::titles;
use crate::tui::widgets::line::{Run, dim};
use crate::tui::widgets::{Look, line};
use crate::tui::words::tail;

/// From this width on the side panel's title has room for a whole order number.
const NUMBERED: u16 = 60;

/// How old what is known is, by kind of export.
pub(super) fn draw_ages(pane: &DeskPane, buf: &mut Buffer, row: Rect, look: &Look<'_>) {
    let speech = speech(pane, look);
    let mut runs = vec![dim(format!(" {} ", look.words.get("side-as-of")))];
    for one in &pane.freshness {
        let kind = format!("value-import_kind-{}", one.kind);
        let when = speech.as_of(one);
        let label = format!(" {} {when}", look.words.get(&kind));
        runs.push(if one.stale {
            let stale = look.words.get("status-stale");
            Run::new(format!("{label}{stale}"), Ink::Urgent)
        } else {
            dim(label)
        });
    }
    line::row(buf, row, &runs, &[], look);
}

pub(super) fn side_title(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let leaves = super::leaves();
    let mark = focus_mark(pane, Focus::Side, area, look);
    let names = leaves.iter().map(|leaf| {
        let here = *leaf == pane.side.leaf();
        let ink = match (here, pane.focus == Focus::Side) {
            (true, true) => Ink::Selection,
            (true, false) => Ink::Title,
            (false, _) => Ink::Dim,
        };
        let name = look.words.get(&format!("leaf-{}", leaf.name()));
        let label = if here {
            format!("[{name}] ")
        } else {
            format!("{name} ")
        };
        Run::new(label, ink)
    });
    let left: Vec<Run<'_>> = std::iter::once(mark).chain(names).collect();
    look.note(|record| {
        // Behind the rule's own column and its blank.
        let mut x = area.x + 2 + look.columns(&left[0].text);
        for (number, name) in left[1..].iter().enumerate() {
            let width = look.columns(&name.text);
            let place = Rect {
                x,
                width,
                height: 1,
                ..area
            }
            .intersection(area);
            record.places.push((place, Spot::Leaf(number)));
            x += width;
        }
    });
    let number = pane.side.order_number().unwrap_or_default();
    // Beside four leaves a whole number has no room; the leaf shows it.
    let number = if area.width < NUMBERED {
        tail(number)
    } else {
        number.to_owned()
    };
    titles(buf, area, &left, &[dim(number)], look);
}
