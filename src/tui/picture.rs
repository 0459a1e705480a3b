//! A drawn buffer as a picture (SVG), for readers who have no terminal at hand: the cells as
//! the view drew them, in the theme's colours.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// A cell's width and height in pixels.
const CELL: (u32, u32) = (9, 20);
/// Blank pixels around the screen.
const MARGIN: u32 = 10;
/// Where letters stand on, from the top of a cell.
const BASE: u32 = 15;
/// The colours of a terminal that was told none.
const GROUND: &str = "#101418";
const TEXT: &str = "#d4d7db";
/// The first sixteen colours, as most terminals have them.
const NAMED: [&str; 16] = [
    "#000000", "#c0392b", "#27ae60", "#c9a227", "#2f6fd0", "#a03fb5", "#1f9fb0", "#c5c8cc",
    "#6b7078", "#ff6b60", "#4fd68a", "#f2d45c", "#6ea8ff", "#e08bf0", "#5fd7e7", "#ffffff",
];

/// Letters of one look beside each other.
struct Piece {
    x: u16,
    columns: u16,
    text: String,
    look: Look,
    is_wide: bool,
}

/// How letters look.
#[derive(Clone, PartialEq)]
struct Look {
    ink: String,
    ground: Option<String>,
    modifier: Modifier,
}

/// Draws a buffer with its caret as an SVG picture that is named so.
pub fn svg(buf: &Buffer, caret: Option<Position>, name: &str) -> String {
    let area = buf.area;
    let width = u32::from(area.width) * CELL.0 + 2 * MARGIN;
    let height = u32::from(area.height) * CELL.1 + 2 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-size=\"15\" font-family=\"'Sarasa Mono SC', \
         'Noto Sans Mono CJK SC', 'DejaVu Sans Mono', Menlo, Consolas, 'PingFang SC', \
         'Microsoft YaHei', monospace\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{GROUND}\"/>\n",
        escaped(name)
    );
    for y in area.top()..area.bottom() {
        for piece in pieces(buf, y) {
            put(&mut out, &piece, y);
        }
    }
    if let Some(caret) = caret {
        let (x, y) = corner(caret.x, caret.y);
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"2\" height=\"{}\" fill=\"{TEXT}\"/>",
            CELL.1
        );
    }
    out.push_str("</svg>\n");
    out
}

fn corner(x: u16, y: u16) -> (u32, u32) {
    (
        MARGIN + u32::from(x) * CELL.0,
        MARGIN + u32::from(y) * CELL.1,
    )
}

/// A row in pieces of one look and one width of letters, so that no font can shift what follows.
fn pieces(buf: &Buffer, y: u16) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    let mut x = buf.area.left();
    while x < buf.area.right() {
        let Some(cell) = buf.cell((x, y)) else { break };
        let columns = cell.symbol().width().max(1) as u16;
        let (look, is_wide) = (look(cell), columns > 1);
        match all.last_mut() {
            Some(last) if last.look == look && last.is_wide == is_wide => {
                last.columns += columns;
                last.text.push_str(cell.symbol());
            }
            _ => all.push(Piece {
                x,
                columns,
                text: cell.symbol().to_owned(),
                look,
                is_wide,
            }),
        }
        x += columns;
    }
    all
}

fn look(cell: &Cell) -> Look {
    let mut ink = colour(cell.fg).unwrap_or_else(|| TEXT.to_owned());
    let mut ground = colour(cell.bg);
    if cell.modifier.contains(Modifier::REVERSED) {
        let behind = ground.unwrap_or_else(|| GROUND.to_owned());
        ground = Some(std::mem::replace(&mut ink, behind));
    }
    Look {
        ink,
        ground,
        modifier: cell.modifier,
    }
}

/// A colour as the picture writes it, none for what the terminal was told nothing about.
fn colour(colour: Color) -> Option<String> {
    let index = match colour {
        Color::Reset => return None,
        Color::Rgb(red, green, blue) => return Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    Some(match index {
        0..=15 => NAMED[usize::from(index)].to_owned(),
        16..=231 => {
            // The cube of six steps a colour, which every terminal has.
            let step = |at: u8| if at == 0 { 0 } else { 55 + 40 * at };
            let at = index - 16;
            let (red, green, blue) = (step(at / 36), step(at / 6 % 6), step(at % 6));
            format!("#{red:02x}{green:02x}{blue:02x}")
        }
        _ => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    })
}

fn put(out: &mut String, piece: &Piece, y: u16) {
    let (left, top) = corner(piece.x, y);
    let width = u32::from(piece.columns) * CELL.0;
    // Writing to a string cannot fail.
    if let Some(ground) = &piece.look.ground {
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{ground}\"/>",
            CELL.1
        );
    }
    let lines = lines(piece, left, top);
    if !lines.is_empty() {
        let _ = writeln!(
            out,
            "<path d=\"{lines}\" stroke=\"{}\" fill=\"none\"/>",
            piece.look.ink
        );
    }
    let shown: String = piece
        .text
        .chars()
        .map(|c| if arms(c).is_some() { ' ' } else { c })
        .collect();
    let blanks = shown.len() - shown.trim_start().len();
    let text = shown.trim();
    if text.is_empty() {
        return;
    }
    let columns = text.width() as u32;
    let modifier = piece.look.modifier;
    let mut style = String::new();
    for (one, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::DIM, " opacity=\"0.6\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::CROSSED_OUT, " text-decoration=\"line-through\""),
    ] {
        if modifier.contains(one) {
            style.push_str(attribute);
        }
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\" fill=\"{}\"{style}>{}</text>",
        left + blanks as u32 * CELL.0,
        top + BASE,
        columns * CELL.0,
        piece.look.ink,
        escaped(text)
    );
}

/// The frame lines of a piece as strokes from the middle of each cell, so that they meet.
fn lines(piece: &Piece, left: u32, top: u32) -> String {
    let mut path = String::new();
    for (at, c) in piece.text.chars().enumerate() {
        let Some((up, down, before, after)) = arms(c) else {
            continue;
        };
        let (x, y) = (left + at as u32 * CELL.0, top);
        let (middle, centre) = (x + CELL.0 / 2, y + CELL.1 / 2);
        for (is_there, end) in [
            (up, format!("V{y}")),
            (down, format!("V{}", y + CELL.1)),
            (before, format!("H{x}")),
            (after, format!("H{}", x + CELL.0)),
        ] {
            if is_there {
                let _ = write!(path, "M{middle} {centre}{end}");
            }
        }
    }
    path
}

/// Where the lines of a frame character go: up, down, to the left, to the right.
fn arms(c: char) -> Option<(bool, bool, bool, bool)> {
    Some(match c {
        '─' => (false, false, true, true),
        '│' => (true, true, false, false),
        '┌' => (false, true, false, true),
        '┐' => (false, true, true, false),
        '└' => (true, false, false, true),
        '┘' => (true, false, true, false),
        '├' => (true, true, false, true),
        '┤' => (true, true, true, false),
        '┬' => (false, true, true, true),
        '┴' => (true, false, true, true),
        '┼' => (true, true, true, true),
        _ => return None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::theme::Ink;
    use crate::tui::widgets::line::{put, tests::with_look};
    use ratatui::layout::Rect;

    #[test]
    fn letters_colours_and_lines_stand_in_their_cells() {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 12, 2));
            put(&mut buf, (1, 0), 11, "退<18>元", Ink::Overdue, look);
            put(&mut buf, (0, 1), 2, "├─", Ink::Frame, look);
            put(&mut buf, (3, 1), 4, "冲", Ink::Conflict, look);
            let picture = svg(&buf, Some(Position::new(2, 0)), "a & b");
            assert!(picture.contains("<title>a &amp; b</title>"), "{picture}");
            // Wide and narrow letters are told apart: each begins where its cell does.
            assert!(
                picture.contains("<text x=\"19\" y=\"25\" textLength=\"18\""),
                "{picture}"
            );
            assert!(
                picture.contains("<text x=\"37\" y=\"25\" textLength=\"36\""),
                "{picture}"
            );
            assert!(picture.contains(">&lt;18&gt;</text>") && picture.contains("#ff6b60"));
            assert!(
                picture.contains("d=\"M14 40V30M14 40V50M14 40H19M23 40H19M23 40H28\""),
                "{picture}"
            );
            assert!(
                picture.contains(
                    "<rect x=\"37\" y=\"30\" width=\"18\" height=\"20\" fill=\"#c0392b\"/>"
                )
            );
            assert!(
                picture.contains("<rect x=\"28\" y=\"10\" width=\"2\""),
                "the caret"
            );
        });
    }

    #[test]
    fn colours_by_number_are_those_of_terminals() {
        assert_eq!(colour(Color::Indexed(16)).as_deref(), Some("#000000"));
        assert_eq!(colour(Color::Indexed(231)).as_deref(), Some("#ffffff"));
        assert_eq!(colour(Color::Indexed(24)).as_deref(), Some("#005f87"));
        assert_eq!(colour(Color::Indexed(245)).as_deref(), Some("#8a8a8a"));
        assert_eq!(colour(Color::Reset), None);
    }
}
