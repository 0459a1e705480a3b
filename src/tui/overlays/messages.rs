//! What was said to the person in this session, the newest first.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

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
    top: usize,
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
            top: 0,
        }
    }

    /// Shows what else there is to say about one thing, in this order.
    pub fn titled(title: String, notices: Vec<Notice>) -> Self {
        Self {
            title: Some(title),
            notices,
            top: 0,
        }
    }
}

impl Pane for Messages {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Message, Context::List]
    }

    fn command(&mut self, command: Command, _reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Next => self.top = (self.top + 1).min(self.notices.len().saturating_sub(1)),
            Command::Previous => self.top = self.top.saturating_sub(1),
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
        look.note(|record| {
            record.places.push((inner, Spot::Scroll(0)));
            record.chosen = self.notices.get(self.top).map(|notice| notice.text.clone());
        });
        for (notice, y) in self.notices[self.top.min(self.notices.len())..]
            .iter()
            .zip(inner.top()..inner.bottom())
        {
            line::put(
                buf,
                (inner.x + 1, y),
                inner.width.saturating_sub(2),
                &notice.text,
                notice.ink,
                look,
            );
        }
        None
    }
}
