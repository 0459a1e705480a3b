//! What stands under the list of what waits: what does not count yet, what the list cannot
//! see, and how it is to be read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::DeskPane;
use super::view::speech;
use crate::desk::freshness::blind_to_work;
use crate::tui::theme::Ink;
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::{Look, line};

/// From this height on the list has room for a foot.
const ROOM: u16 = 12;
/// The most lines about what does not count yet.
const MOST: usize = 2;

/// Draws the foot, where there is room for it; returns what is left for the list.
pub(super) fn list_foot(pane: &DeskPane, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Rect {
    if area.height < ROOM {
        return area;
    }
    let mut rows: Vec<Vec<Run<'_>>> = Vec::new();
    for held in pane.held.iter().take(MOST) {
        let args = [
            ("who", held.who.as_str().into()),
            ("count", held.count.into()),
            ("what", held.what.as_str().into()),
            ("code", held.code.as_str().into()),
        ];
        rows.push(vec![
            Run::new(format!(" {} ", look.words.get("mark-held")), Ink::Held),
            text(look.words.with("desk-held", &args)),
            dim(format!("  {}", held.next)),
        ]);
    }
    if !pane.rows.is_empty() {
        let blind = blind_to_work(&pane.freshness);
        if !blind.is_empty() {
            let unseen = speech(pane, look).blind(&blind, "blind-behind", "blind-never");
            rows.push(vec![Run::new(format!(" {unseen}"), Ink::Stale)]);
        }
        rows.push(vec![dim(reading(pane, area.width, look))]);
    }
    let height = area.height - rows.len() as u16;
    for (runs, y) in rows.iter().zip(area.y + height..area.bottom()) {
        line::put_runs(buf, (area.x, y), area.width, runs, look);
    }
    Rect { height, ..area }
}

/// How many are marked, by what the list is ordered, and what `+2` in a row means, where that has
/// room.
fn reading(pane: &DeskPane, width: u16, look: &Look<'_>) -> String {
    let marked = pane.marked.len();
    let read: usize = pane.todo.buyers.iter().map(|buyer| buyer.items.len()).sum();
    let has_more = pane.todo.is_cut && marked == read;
    let count = format!("{marked}{}", if has_more { "+" } else { "" });
    let args = [("count", count.into())];
    let said = format!(" {}", look.words.with("desk-foot", &args));
    let more = pane.todo.buyers.iter().map(|buyer| buyer.items.len() - 1);
    let Some(more) = more.max().filter(|more| *more > 0) else {
        return said;
    };
    let args = [("count", more.into())];
    let whole = format!("{said}   {}", look.words.with("desk-foot-more", &args));
    if look.columns(&whole) > width {
        said
    } else {
        whole
    }
}
