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
use crate::tui::widgets::{Look, line, page};

/// Rows above the text: what it is, which may take both.
const HEAD: u16 = 2;

/// The screen.
pub struct Plain {
    text: String,
    /// Rows above what is shown; drawing holds it to what there is.
    top: Cell<usize>,
    /// Rows that the screen holds, by which a page key moves: no row is left out between two
    /// selections.
    room: Cell<usize>,
}

impl Plain {
    /// Shows this text.
    pub fn new(text: &str) -> Self {
        Self {
            text: clean::block(text).into_owned(),
            top: Cell::new(0),
            room: Cell::new(1),
        }
    }
}

/// What the screen is for, and which of its rows are shown where they are not all.
fn head(top: usize, room: usize, of: usize, look: &Look<'_>) -> String {
    if of <= room {
        return look.words.get("tui-plain").to_string();
    }
    let rows = [("rows", page::shown(top, room, of, look.words).into())];
    look.words.with("tui-plain-part", &rows)
}

impl Pane for Plain {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Plain, Context::Timeline]
    }

    fn command(&mut self, command: Command, _reach: &mut Reach<'_>) -> Flow {
        let (top, page) = (self.top.get(), self.room.get());
        match command {
            Command::Back => return Flow::Close,
            Command::Next => self.top.set(top.saturating_add(1)),
            Command::Previous => self.top.set(top.saturating_sub(1)),
            Command::PageDown => self.top.set(top.saturating_add(page)),
            Command::PageUp => self.top.set(top.saturating_sub(page)),
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
        if area.height <= HEAD {
            return None;
        }
        let width = usize::from(area.width.max(1));
        let lines = wrap(&self.text, width, look.ambiguous);
        let room = usize::from(area.height - HEAD);
        let top = self.top.get().min(lines.len().saturating_sub(room));
        self.top.set(top);
        self.room.set(room);
        let head = head(top, room, lines.len(), look);
        for (range, y) in wrap(&head, width, look.ambiguous)
            .into_iter()
            .zip(area.y..area.y + HEAD)
        {
            line::put(buf, (area.x, y), area.width, &head[range], Ink::Dim, look);
        }
        for (range, y) in lines
            .into_iter()
            .skip(top)
            .zip(area.y + HEAD..area.bottom())
        {
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
            assert_eq!(plain.top.get(), 5, "a page is what the screen holds");
            for _ in 0..100 {
                press(&mut plain, Command::PageDown);
            }
            assert!(shown(&plain).contains(last), "{}", shown(&plain));
            press(&mut plain, Command::First);
            assert_eq!(plain.top.get(), 0);
        }
    }

    #[test]
    fn it_is_said_which_rows_are_shown_where_they_are_not_all() {
        let lines: Vec<String> = (0..47).map(|at| format!("ZB1-{at}")).collect();
        let at = |plain: &Plain, language, (width, height): (u16, u16)| {
            with_look(language, "dark", |look| {
                let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
                plain.view(&mut buf, Rect::new(0, 0, width, height), look);
                dump::text(&buf)
            })
        };
        let mut stage = Stage::new();
        let mut plain = Plain::new(&lines.join("\n"));
        let seen = at(&plain, Language::ZhCn, (80, 24));
        assert!(seen.contains("行 1-22/47，PgDn 往下"), "{seen}");
        assert!(seen.contains("分几次选"), "{seen}");
        assert!(!seen.contains("下面全部"), "{seen}");
        // A page is what the screen holds: nothing is left out between two selections.
        stage.with(|reach| plain.command(Command::PageDown, reach));
        let seen = at(&plain, Language::ZhCn, (80, 24));
        assert!(seen.contains("行 23-44/47，PgDn 往下"), "{seen}");
        stage.with(|reach| plain.command(Command::PageDown, reach));
        let seen = at(&plain, Language::ZhCn, (80, 24));
        assert!(seen.contains("行 26-47/47"), "{seen}");
        for language in Language::ALL {
            let seen = at(&plain, language, (80, 24));
            let head = seen.lines().next().unwrap_or_default();
            assert!(head.contains("26-47/47") && !head.contains(".."), "{seen}");
        }
        // Where all is there, one selection takes all.
        let whole = at(&Plain::new("ZB1-1"), Language::ZhCn, (80, 24));
        assert!(
            whole.contains("用鼠标选中下面全部") && !whole.contains("行 1"),
            "{whole}"
        );
    }
}
