//! Text alone from column 1, to be marked with the mouse where no clipboard answers (ux 8.10).

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::clean;
use crate::text::wrap::wrap;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::{Look, line};

/// The longest piece by which a text without line breaks is scrolled, in characters.
const PIECE: usize = 60;
/// How many pieces a page is.
const PAGE: isize = 10;

/// The screen.
pub struct Plain {
    text: String,
    /// Where a row at the top may begin.
    starts: Vec<usize>,
    /// The one that is at the top.
    top: usize,
}

impl Plain {
    /// Shows this text.
    pub fn new(text: &str) -> Self {
        let text = clean::block(text).into_owned();
        let mut starts = vec![0];
        let mut since = 0;
        for (at, grapheme) in text.grapheme_indices(true) {
            if since == PIECE {
                starts.push(at);
                since = 0;
            }
            since += 1;
            if grapheme == "\n" && at + 1 < text.len() {
                starts.push(at + 1);
                since = 0;
            }
        }
        Self {
            text,
            starts,
            top: 0,
        }
    }

    fn scroll(&mut self, by: isize) {
        let last = self.starts.len() - 1;
        self.top = self.top.saturating_add_signed(by).min(last);
    }
}

impl Pane for Plain {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Plain, Context::Timeline]
    }

    fn command(&mut self, command: Command, _reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Back => return Flow::Close,
            Command::Next => self.scroll(1),
            Command::Previous => self.scroll(-1),
            Command::PageDown => self.scroll(PAGE),
            Command::PageUp => self.scroll(-PAGE),
            Command::First => self.top = 0,
            Command::Last => self.top = self.starts.len() - 1,
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
        let text = &self.text[self.starts[self.top]..];
        let lines = wrap(text, usize::from(area.width.max(1)), look.ambiguous);
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
            assert!(plain.top == 9, "{}", plain.top);
            for _ in 0..100 {
                press(&mut plain, Command::PageDown);
            }
            assert!(shown(&plain).contains(last), "{}", shown(&plain));
            press(&mut plain, Command::First);
            assert_eq!(plain.top, 0);
        }
    }
}
