//! What was said to the person in this session, the newest first.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text::clean;
use crate::text::wrap::wrap;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Spot;
use crate::tui::pane::{Flow, Notice, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::line::Run;
use crate::tui::widgets::{Look, frame, line};

/// The list of messages.
pub struct Messages {
    /// What they are about; what was said in this session where it is not told.
    title: Option<String>,
    notices: Vec<Notice>,
    /// Rows above what is shown; drawing holds it to what there is.
    top: Cell<usize>,
}

impl Messages {
    /// Shows these, given oldest first; what there is more to say of one stands below it.
    pub fn new(notices: Vec<Notice>) -> Self {
        let each = notices.into_iter().rev().flat_map(|mut notice| {
            let more = std::mem::take(&mut notice.more);
            std::iter::once(notice).chain(more)
        });
        Self {
            title: None,
            notices: each.collect(),
            top: Cell::new(0),
        }
    }

    /// Shows what else there is to say about one thing, in this order.
    pub fn titled(title: String, notices: Vec<Notice>) -> Self {
        Self {
            title: Some(title),
            notices,
            top: Cell::new(0),
        }
    }

    /// The messages as rows of a width, each with what it is a row of.
    fn rows<'a>(&'a self, width: u16, look: &Look<'_>) -> Vec<(&'a Notice, String)> {
        let width = usize::from(width.max(1));
        let rows = |notice: &'a Notice| {
            let text = clean::block(&notice.text).into_owned();
            let ranges = wrap(&text, width, look.ambiguous).into_iter();
            let pieces = ranges.map(|range| text[range].trim_end().to_owned());
            pieces.map(|piece| (notice, piece)).collect::<Vec<_>>()
        };
        self.notices.iter().flat_map(rows).collect()
    }
}

impl Pane for Messages {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Message, Context::List]
    }

    fn command(&mut self, command: Command, _reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Next => self.top.set(self.top.get().saturating_add(1)),
            Command::Previous => self.top.set(self.top.get().saturating_sub(1)),
            Command::Back | Command::Accept | Command::Open => return Flow::Close,
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let named = self.title.clone();
        let title = named.unwrap_or_else(|| look.words.get("command-messages").to_string());
        let title = Run::new(title, Ink::Title);
        let inner = frame::overlay(buf, area, &[title], &[], &[], look);
        let room = inner.width.saturating_sub(2);
        let rows = self.rows(room, look);
        let top = self.top.get().min(rows.len().saturating_sub(1));
        self.top.set(top);
        look.note(|record| {
            record.places.push((inner, Spot::Scroll(0)));
            record.chosen = rows.get(top).map(|(notice, _)| notice.text.clone());
        });
        for ((notice, row), y) in rows.iter().skip(top).zip(inner.top()..inner.bottom()) {
            line::put(buf, (inner.x + 1, y), room, row, notice.ink, look);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::tui::dump;
    use crate::tui::overlays::stage::Stage;
    use crate::tui::widgets::line::tests::with_look;

    #[test]
    fn a_long_message_is_shown_whole() {
        let sentences = (1..).map(|at| format!("第{at}次来电，"));
        let remark: String = sentences
            .flat_map(|one| one.chars().collect::<Vec<_>>())
            .take(200)
            .collect();
        let said = [remark.as_str(), "完"].map(|text| Notice::line(text.to_owned(), Ink::Text));
        let mut shown = Messages::titled("变化".to_owned(), said.to_vec());
        for (width, height) in [(80, 24), (30, 8)] {
            let mut stage = Stage::new();
            let mut seen = Vec::new();
            for _ in 0..40 {
                let drawn = with_look(Language::ZhCn, "dark", |look| {
                    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
                    shown.view(&mut buf, Rect::new(0, 0, width, height), look);
                    assert!(dump::is_whole(&buf));
                    dump::rows(&buf)
                });
                for row in drawn {
                    let row = row.trim_matches(['│', ' ']).to_owned();
                    if !row.starts_with(['┌', '└']) && !seen.contains(&row) {
                        seen.push(row);
                    }
                }
                stage.with(|reach| shown.command(Command::Next, reach));
            }
            let seen = seen.concat();
            assert!(seen.contains(&format!("{remark}完")), "{width}\n{seen}");
            for _ in 0..40 {
                stage.with(|reach| shown.command(Command::Previous, reach));
            }
        }
    }
}
