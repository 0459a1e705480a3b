//! Text alone from column 1, to be marked with the mouse where no clipboard answers (ux 8.10).

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text::wrap::wrap;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::{Look, line};

/// The screen.
pub struct Plain {
    text: String,
}

impl Plain {
    /// Shows this text.
    pub fn new(text: String) -> Self {
        Self { text }
    }
}

impl Pane for Plain {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Plain]
    }

    fn command(&mut self, command: Command, _reach: &mut Reach<'_>) -> Flow {
        if command == Command::Back {
            Flow::Close
        } else {
            Flow::Stay
        }
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
        for (range, y) in lines.into_iter().zip(area.y + 2..area.bottom()) {
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
