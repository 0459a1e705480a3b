//! A buffer as text, for tests: what a person would see, and where a style lies.
//!
//! The library's own display lists stale symbols behind wide characters.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};
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

/// The whole buffer for keeping and comparing: each row between bars, below it the meanings of
/// its pieces with their columns, `~ 1-4 title, 7-9 dim`. Ordinary text is not mentioned, nor a
/// blank of an ordinary background. A style laid over another one is told by both names.
pub fn styled(buf: &Buffer, theme: &Theme, caret: Option<Position>) -> String {
    let caret = caret.map_or_else(
        || "no caret".to_owned(),
        |caret| format!("caret {},{}", caret.x, caret.y),
    );
    let mut out = format!("{}x{}, {caret}\n", buf.area.width, buf.area.height);
    for y in buf.area.top()..buf.area.bottom() {
        let shown = row(buf, y, buf.area.left(), buf.area.right());
        // Writing to a string cannot fail.
        let _ = writeln!(out, "|{shown}|");
        let pieces: Vec<String> = pieces(buf, theme, y)
            .into_iter()
            .map(|(from, to, name)| format!("{from}-{to} {name}"))
            .collect();
        if !pieces.is_empty() {
            let _ = writeln!(out, "~ {}", pieces.join(", "));
        }
    }
    out
}

/// The pieces of a row that are of one meaning: first and last column, name.
fn pieces(buf: &Buffer, theme: &Theme, y: u16) -> Vec<(u16, u16, String)> {
    let mut out: Vec<(u16, u16, String)> = Vec::new();
    let mut x = buf.area.left();
    while x < buf.area.right() {
        let Some(cell) = buf.cell((x, y)) else { break };
        let wide = cell.symbol().width().max(1) as u16;
        let is_bare = cell.symbol() == " " && cell.bg == Color::Reset;
        let name = if is_bare {
            None
        } else {
            Some(meaning(cell, theme)).filter(|name| name != Ink::Text.name())
        };
        if let Some(name) = name {
            match out.last_mut() {
                Some(last) if last.1 + 1 == x && last.2 == name => last.1 = x + wide - 1,
                // A blank between two words of one meaning belongs to them.
                Some(last) if last.1 + 2 == x && last.2 == name => last.1 = x + wide - 1,
                _ => out.push((x, x + wide - 1, name)),
            }
        }
        x += wide;
    }
    out
}

/// The first meaning that looks as this cell does, or a meaning and the one laid over it.
fn meaning(cell: &Cell, theme: &Theme) -> String {
    let base = |ink: Ink| Style::reset().patch(theme.style(ink));
    let looks = |style: Style| {
        style.fg.unwrap_or(Color::Reset) == cell.fg
            && style.bg.unwrap_or(Color::Reset) == cell.bg
            && style.add_modifier == cell.modifier
    };
    let plain = Ink::ALL.iter().copied().find(|ink| looks(base(*ink)));
    if let Some(ink) = plain {
        return ink.name().to_owned();
    }
    for over in [Ink::CursorRow, Ink::Status, Ink::Selection, Ink::Marked] {
        let laid = |ink: &&Ink| {
            looks(base(**ink).patch(theme.style(over)))
                || looks(base(over).patch(theme.style(**ink)))
        };
        if let Some(under) = Ink::ALL.iter().find(laid) {
            return match *under {
                Ink::Text => over.name().to_owned(),
                under => format!("{} on {}", under.name(), over.name()),
            };
        }
    }
    format!("{:?}/{:?} {:?}", cell.fg, cell.bg, cell.modifier)
}
