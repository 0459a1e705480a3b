//! Text alone from column 1, to be marked with the mouse where no clipboard answers (ux 8.10).

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text::clean;
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
    pub fn new(text: &str) -> Self {
        Self {
            text: clean::block(text).into_owned(),
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
        let lines = wrap(&self.text, usize::from(area.width.max(1)), look.ambiguous);
        let room = usize::from(area.height - 2);
        let top = self.top.get().min(lines.len().saturating_sub(room));
        self.top.set(top);
        for (range, y) in lines.into_iter().skip(top).zip(area.y + 2..area.bottom()) {
            line::put(
                buf,
                (area.x, y),
                area.width,
                self.text[range].trim_end_matches('\n'),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::overlays::stage::Stage;
    use crate::tui::widgets::line::tests::with_look;

    fn shown(plain: &Plain) -> String {
        with_look(Language::ZhCn, "dark", |look| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 30, 8));
            plain.view(&mut buf, Rect::new(0, 0, 30, 8), look);
            assert!(dump::is_whole(&buf));
            dump::text(&buf)
        })
    }

    #[test]
    fn a_long_text_is_scrolled_to_its_end() {
        let lines: Vec<String> = (0..40).map(|at| format!("第 {at} 行")).collect();
        let word = "长".repeat(1_000) + "尾";
        for (text, last) in [(lines.join("\n"), "第 39 行"), (word, "尾")] {
            let mut stage = Stage::new();
            let mut plain = Plain::new(&text);
            assert!(!shown(&plain).contains(last));
            let mut press = |plain: &mut Plain, command| {
                stage.with(|reach| plain.command(command, reach));
            };
            press(&mut plain, Command::PageDown);
            press(&mut plain, Command::Previous);
            assert_eq!(plain.top.get(), 9);
            for _ in 0..100 {
                press(&mut plain, Command::PageDown);
            }
            assert!(shown(&plain).contains(last), "{}", shown(&plain));
            press(&mut plain, Command::First);
            assert_eq!(plain.top.get(), 0);
        }
    }
}
