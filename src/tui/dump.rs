//! A buffer as text, for tests: what a person would see, and where a style lies.
//!
//! The library's own display lists stale symbols behind wide characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr as _;

use super::theme::{Ink, Theme};

/// The rows of a buffer, each without blanks at its end.
pub fn rows(buf: &Buffer) -> Vec<String> {
    (buf.area.top()..buf.area.bottom())
        .map(|y| {
            row(buf, y, buf.area.left(), buf.area.right())
                .trim_end()
                .to_owned()
        })
        .collect()
}

/// The rows as one text.
pub fn text(buf: &Buffer) -> String {
    rows(buf).join("\n")
}

/// The cells of one row from column `from` to before `to`.
pub fn row(buf: &Buffer, y: u16, from: u16, to: u16) -> String {
    let mut out = String::new();
    let mut x = from;
    while x < to {
        let Some(cell) = buf.cell((x, y)) else { break };
        out.push_str(cell.symbol());
        x += (cell.symbol().width().max(1)) as u16;
    }
    out
}

/// The text of all cells that carry exactly the style of this ink, rows joined by `|`.
pub fn inked(buf: &Buffer, theme: &Theme, ink: Ink) -> String {
    let wanted = theme.style(ink);
    let Rect {
        x: left, y: top, ..
    } = buf.area;
    let mut out: Vec<String> = Vec::new();
    for y in top..buf.area.bottom() {
        let mut line = String::new();
        let mut x = left;
        while x < buf.area.right() {
            let Some(cell) = buf.cell((x, y)) else { break };
            let same = wanted.fg.is_none_or(|fg| fg == cell.fg)
                && wanted.bg.is_none_or(|bg| bg == cell.bg)
                && cell.modifier.contains(wanted.add_modifier);
            if same {
                line.push_str(cell.symbol());
            }
            x += (cell.symbol().width().max(1)) as u16;
        }
        if !line.trim().is_empty() {
            out.push(line.trim().to_owned());
        }
    }
    out.join("|")
}

/// Says whether every row is exactly as wide as the buffer: no wide character
/// hangs over the edge, none lost its second column to something else.
pub fn is_whole(buf: &Buffer) -> bool {
    (buf.area.top()..buf.area.bottom()).all(|y| {
        let mut x = buf.area.left();
        while x < buf.area.right() {
            let wide = buf
                .cell((x, y))
                .map_or(1, |cell| cell.symbol().width().max(1)) as u16;
            let hidden_is_blank = (x + 1..x + wide).all(|hidden| {
                buf.cell((hidden, y))
                    .is_some_and(|cell| cell.symbol().trim().is_empty())
            });
            if !hidden_is_blank {
                return false;
            }
            x += wide;
        }
        x == buf.area.right()
    })
}
