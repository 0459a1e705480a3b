//! Text alone from column 1, to be marked with the mouse where no clipboard answers (ux 8.10).

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text::wrap::wrap;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::{Look, line};

/// Rows that a page key moves.
const PAGE: usize = 10;

/// The screen.
pub struct Plain {
    text: String,
    /// Rows above what is shown; drawing holds it to what there is.
    top: Cell<usize>,
}

impl Plain {
    /// Shows this text.
    pub fn new(text: String) -> Self {
        Self {
            text,
            top: Cell::new(0),
        }
    }
}

impl Pane for Plain {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Plain, Context::Timeline]
    }

    fn command(&mut self, command: Command, _reach: &mut Reach<'_>) -> Flow {
        let top = self.top.get();
        match command {
            Command::Back => return Flow::Close,
            Command::Next => self.top.set(top.saturating_add(1)),
            Command::Previous => self.top.set(top.saturating_sub(1)),
            Command::PageDown => self.top.set(top.saturating_add(PAGE)),
            Command::PageUp => self.top.set(top.saturating_sub(PAGE)),
            Command::First => self.top.set(0),
            Command::Last => self.top.set(usize::MAX),
            _ => {}
        }
        Flow::Stay
    }

    fn input(&mut self, _input: &Input, _reach: &mut Reach<'_>) -> Flow {
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        line::clear(buf, area);
        if area.height < 3 {
            return None;
        }
        line::put(
            buf,
            (area.x, area.y),
            area.width,
            &look.words.get("tui-plain"),
            Ink::Dim,
            look,
        );
        let text = crate::text::clean::block(&self.text);
        let lines = wrap(&text, usize::from(area.width.max(1)), look.ambiguous);
        let room = usize::from(area.height - 2);
        let top = self.top.get().min(lines.len().saturating_sub(room));
        self.top.set(top);
        for (range, y) in lines.into_iter().skip(top).zip(area.y + 2..area.bottom()) {
            line::put(
                buf,
                (area.x, y),
                area.width,
                text[range].trim_end_matches('\n'),
                Ink::Text,
                look,
            );
        }
        None
    }

    fn fills_everything(&self) -> bool {
        true
    }
}
