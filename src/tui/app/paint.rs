//! The workstation drawn: the status line, what is in front, the key rows.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Workstation;
use crate::tui::pane::{Pane as _, stacked};
use crate::tui::theme::Ink;
use crate::tui::widgets::spots::Spots;
use crate::tui::widgets::{Look, keyrow, line};

/// Whether a window of so many rows has room for the two key rows.
pub(super) fn has_keys(rows: u16) -> bool {
    rows >= 8
}

impl Workstation {
    /// Draws everything, and writes down what stands where.
    pub(super) fn paint(&self, buf: &mut Buffer, area: Rect, spots: &Spots) -> Option<Position> {
        let look = Look {
            spots: Some(spots),
            ..self.look()
        };
        if let Some(gate) = &self.gate {
            return gate.view(buf, area, &look);
        }
        if self.pane().fills_everything() {
            return self.pane().view(buf, area, &look);
        }
        let rows = area.height;
        let keys = if has_keys(rows) { 2 } else { 0 };
        let status = u16::from(rows > 2);
        let guide = self.guide_line().filter(|_| keys > 0);
        let inner = Rect {
            y: area.y + status,
            height: rows.saturating_sub(status + keys + u16::from(guide.is_some())),
            ..area
        };
        if status > 0 {
            self.status.view(buf, Rect { height: 1, ..area }, &look);
        }
        let caret = stacked(&self.home, &self.front, buf, inner, &look);
        if let Some(guide) = guide {
            let row = Rect {
                y: inner.bottom(),
                height: 1,
                ..area
            };
            line::clear(buf, row);
            line::put(
                buf,
                (row.x + 1, row.y),
                row.width.saturating_sub(1),
                &guide,
                Ink::Title,
                &look,
            );
        }
        if keys > 0 {
            self.paint_keys(buf, area, &look);
        }
        caret
    }

    /// The two key rows; a message, or how far long work
    /// is, lies over the upper one, which comes back with the next key.
    fn paint_keys(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        let upper = Rect {
            y: area.bottom() - 2,
            height: 1,
            ..area
        };
        let lower = Rect {
            y: area.bottom() - 1,
            ..upper
        };
        keyrow::draw(buf, lower, &self.key_row(area.width, look), look);
        let work = self.work_line();
        let standing = || self.standing.line().or(work.as_ref());
        let Some(notice) = self.notice.as_ref().or_else(standing) else {
            let hints = keyrow::hints(&self.keymap, &self.contexts(), area.width, look);
            keyrow::draw(buf, upper, &hints, look);
            return;
        };
        let room = upper.width.saturating_sub(1);
        let place = (upper.x + 1, upper.y);
        line::clear(buf, upper);
        line::put(buf, place, room, &notice.text, notice.ink, look);
    }

    /// The lower key row's entries.
    pub(super) fn key_row(&self, width: u16, look: &Look<'_>) -> Vec<keyrow::Entry> {
        keyrow::row(
            &self.keymap,
            width,
            &|command| self.is_barred(command),
            look,
        )
    }
}
