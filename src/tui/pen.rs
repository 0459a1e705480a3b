//! Cells to bytes, as few as the change needs.
//!
//! The library's own writer moves the cursor after every wide character and sets
//! each colour apart; a row of Chinese takes three times the bytes. Here the
//! cursor moves only after characters whose width terminals dispute, and a style
//! is one sequence.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// A backend over a writer that the rest of the program shares.
#[derive(Debug)]
pub struct Pen<W: Write> {
    /// Does everything but drawing cells.
    rest: CrosstermBackend<W>,
    out: W,
    cursor_shown: Option<bool>,
    /// Where the cursor was put, while nothing was written since.
    cursor_at: Option<Position>,
}

impl<W: Write + Clone> Pen<W> {
    /// A pen that writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            rest: CrosstermBackend::new(out.clone()),
            out,
            cursor_shown: None,
            cursor_at: None,
        }
    }

    /// Somebody else had the terminal: nothing is known of its cursor any more.
    pub fn forget(&mut self) {
        self.cursor_shown = None;
        self.cursor_at = None;
    }
}

/// What the terminal is set to.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ink {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const BARE: Ink = Ink {
    fg: Color::Reset,
    bg: Color::Reset,
    modifier: Modifier::empty(),
};

impl<W: Write> Backend for Pen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut text = String::new();
        let mut ink = BARE;
        let mut at: Option<(u16, u16)> = None;
        for (x, y, cell) in content {
            if at != Some((x, y)) {
                go(&mut text, at, (x, y));
            }
            let wanted = Ink {
                fg: cell.fg,
                bg: cell.bg,
                modifier: cell.modifier,
            };
            if wanted != ink {
                dip(&mut text, ink, wanted);
                ink = wanted;
            }
            text.push_str(cell.symbol());
            at = sure_width(cell).map(|width| (x + width, y));
        }
        if ink != BARE {
            text.push_str("\x1b[0m");
        }
        if !text.is_empty() {
            self.cursor_at = None;
        }
        self.out.write_all(text.as_bytes())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown.replace(false) == Some(false) {
            return Ok(());
        }
        self.rest.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown.replace(true) == Some(true) {
            return Ok(());
        }
        self.rest.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.rest.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor_at.replace(position) == Some(position) {
            return Ok(());
        }
        self.rest.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.cursor_at = None;
        self.rest.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.cursor_at = None;
        self.rest.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.rest.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.rest.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.out)
    }
}

/// The columns of a cell where every terminal agrees on them.
fn sure_width(cell: &Cell) -> Option<u16> {
    let mut chars = cell.symbol().chars();
    let first = chars.next()?;
    if chars.next().is_some() {
        return None;
    }
    match first {
        ' '..='~' => Some(1),
        // Ideographs, kana, Chinese punctuation and full-width forms.
        '\u{3001}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ff01}'..='\u{ff60}' => Some(2),
        _ => None,
    }
}

/// Moves the cursor; within a row by the shorter sequence.
fn go(text: &mut String, from: Option<(u16, u16)>, (x, y): (u16, u16)) {
    // Writing to a String cannot fail.
    let _ = match from {
        Some((at, row)) if row == y && x > at => match x - at {
            1 => write!(text, "\x1b[C"),
            by => write!(text, "\x1b[{by}C"),
        },
        _ => write!(text, "\x1b[{};{}H", y + 1, x + 1),
    };
}

/// Sets a style by what differs from the one before.
fn dip(text: &mut String, from: Ink, to: Ink) {
    let mut codes = String::new();
    let mut from = from;
    if to == BARE || !to.modifier.contains(from.modifier) {
        codes.push('0');
        from = BARE;
    }
    for (modifier, code) in [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::SLOW_BLINK, 5),
        (Modifier::RAPID_BLINK, 6),
        (Modifier::REVERSED, 7),
        (Modifier::HIDDEN, 8),
        (Modifier::CROSSED_OUT, 9),
    ] {
        if to.modifier.contains(modifier) && !from.modifier.contains(modifier) {
            add(&mut codes, format_args!("{code}"));
        }
    }
    if to.fg != from.fg {
        color(&mut codes, to.fg, 30);
    }
    if to.bg != from.bg {
        color(&mut codes, to.bg, 40);
    }
    let _ = write!(text, "\x1b[{codes}m");
}

fn add(codes: &mut String, code: std::fmt::Arguments<'_>) {
    if !codes.is_empty() {
        codes.push(';');
    }
    let _ = codes.write_fmt(code);
}

/// `base` is 30 for the text, 40 for the background.
fn color(codes: &mut String, color: Color, base: u8) {
    let plain = match color {
        Color::Reset => 9,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Indexed(index) => {
            add(codes, format_args!("{};5;{index}", base + 8));
            return;
        }
        Color::Rgb(r, g, b) => {
            add(codes, format_args!("{};2;{r};{g};{b}", base + 8));
            return;
        }
    };
    add(codes, format_args!("{}", base + plain));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use std::cell::RefCell;
    use std::num::NonZero;
    use std::rc::Rc;

    const AREA: Rect = Rect::new(0, 0, 40, 3);

    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn bytes(before: &Buffer, after: &Buffer) -> Vec<u8> {
        let out = Shared::default();
        Pen::new(out.clone())
            .draw(before.diff(after).into_iter())
            .unwrap();
        out.0.take()
    }

    fn screen() -> vt100::Parser {
        vt100::Parser::new(NonZero::new(3).unwrap(), NonZero::new(40).unwrap(), 0)
    }

    fn seen(
        screen: &vt100::Parser,
        x: u16,
        y: u16,
    ) -> (String, bool, bool, vt100::Color, vt100::Color) {
        let cell = screen.screen().cell(y, x).unwrap();
        (
            cell.contents().to_owned(),
            cell.bold(),
            cell.inverse(),
            cell.fgcolor(),
            cell.bgcolor(),
        )
    }

    #[test]
    fn a_row_of_chinese_is_one_move_and_one_style() {
        let before = Buffer::empty(AREA);
        let mut after = before.clone();
        after.set_string(
            2,
            1,
            "阳光小屋，退款",
            Style::new().fg(Color::LightRed).bg(Color::Indexed(237)),
        );
        assert_eq!(
            String::from_utf8(bytes(&before, &after)).unwrap(),
            "\x1b[2;3H\x1b[91;48;5;237m阳光小屋，退款\x1b[0m"
        );
        assert!(bytes(&after, &after).is_empty());
    }

    #[test]
    fn a_disputed_width_is_followed_by_a_move() {
        let before = Buffer::empty(AREA);
        let mut after = before.clone();
        after.set_string(0, 0, "👍a", Style::new());
        assert!(
            String::from_utf8(bytes(&before, &after))
                .unwrap()
                .ends_with("👍\x1b[1;3Ha")
        );
    }

    fn style() -> impl Strategy<Value = Style> {
        let colors = prop::sample::select(vec![
            Color::Reset,
            Color::Red,
            Color::LightCyan,
            Color::White,
            Color::Indexed(240),
            Color::Rgb(1, 2, 3),
        ]);
        (colors.clone(), colors, any::<bool>(), any::<bool>()).prop_map(
            |(fg, bg, bold, reversed)| {
                let mut style = Style::new().fg(fg).bg(bg);
                if bold {
                    style = style.add_modifier(Modifier::BOLD);
                }
                if reversed {
                    style = style.add_modifier(Modifier::REVERSED);
                }
                style
            },
        )
    }

    fn page() -> impl Strategy<Value = Buffer> {
        let piece = (0u16..36, 0u16..3, "[a-c退款，]{1,8}", style());
        prop::collection::vec(piece, 0..8).prop_map(|pieces| {
            let mut buf = Buffer::empty(AREA);
            for (x, y, text, style) in pieces {
                crate::tui::widgets::line::clear(&mut buf, Rect::new(x, y, 1, 1));
                buf.set_string(x, y, text, style);
            }
            buf
        })
    }

    proptest! {
        #[test]
        fn changes_lead_to_the_same_screen_as_drawing_it_whole(one in page(), two in page()) {
            let mut changed = screen();
            changed.process(&bytes(&Buffer::empty(AREA), &one));
            changed.process(&bytes(&one, &two));
            let mut whole = screen();
            whole.process(&bytes(&Buffer::empty(AREA), &two));
            for y in 0..AREA.height {
                for x in 0..AREA.width {
                    let (a, b) = (seen(&changed, x, y), seen(&whole, x, y));
                    let blank = |text: &str| text.trim().is_empty();
                    if !(blank(&a.0) && blank(&b.0)) {
                        prop_assert_eq!(a, b, "at {} {}", x, y);
                    }
                }
            }
        }
    }
}
