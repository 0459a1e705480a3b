//! One question with one line of answer: a reason, a name, an order number.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::kept::KeptLine;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::editor::{self, Typed};
use crate::tui::widgets::line::{self, Run};
use crate::tui::widgets::{Look, frame};

/// The widest that the box gets.
const WIDEST: u16 = 72;

/// What is done with the answer.
type Act = Box<dyn FnMut(&str, &mut Reach<'_>) -> Flow>;

/// A question in front of everything else. Enter and F8 give the answer, Esc keeps it as a draft
/// where the question is about one thing.
pub struct Ask {
    title: String,
    hint: String,
    answer: Editor,
    act: Act,
    kept: Option<KeptLine>,
}

impl Ask {
    /// Makes a question, the line below it, and what its answer does. The answer is never
    /// empty.
    pub fn new(
        title: impl Into<String>,
        hint: impl Into<String>,
        act: impl FnMut(&str, &mut Reach<'_>) -> Flow + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            hint: hint.into(),
            answer: Editor::single_line(),
            act: Box::new(act),
            kept: None,
        }
    }

    /// Begins with an answer that can be taken as it is.
    #[must_use]
    pub fn answered(mut self, answer: &str) -> Self {
        self.answer.set(answer);
        self
    }

    /// Keeps what is typed as a draft of this question about this thing, and takes up what was
    /// typed the last time.
    #[must_use]
    pub fn keeping(mut self, reach: &Reach<'_>, question: &str, about: impl Display) -> Self {
        self.kept = KeptLine::new(reach, format!("ask/{question}/{about}"));
        if let Some(text) = self.kept.as_ref().and_then(|kept| kept.text(reach)) {
            self.answer.set(&text);
        }
        self
    }

    fn give(&mut self, reach: &mut Reach<'_>) -> Flow {
        let answer = self.answer.text().trim().to_owned();
        if answer.is_empty() {
            let text = self.hint.clone();
            *reach.notice = Some(crate::tui::pane::Notice::line(text, Ink::Warn));
            return Flow::Stay;
        }
        let flow = (self.act)(&answer, reach);
        // What was done with it stands in the log; what was refused is still to be mended.
        if !matches!(flow, Flow::Stay | Flow::Pass) {
            self.answer.set("");
            if let Some(kept) = &self.kept {
                kept.forget(reach);
            }
        }
        flow
    }
}

impl Pane for Ask {
    fn contexts(&self) -> Vec<Context> {
        vec![Context::Text, Context::Form]
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Unfold | Command::Accept | Command::Finish => self.give(reach),
            Command::Back => Flow::Close,
            Command::Undo if self.answer.undo() => Flow::Stay,
            _ => Flow::Pass,
        }
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        if editor::type_into(&mut self.answer, input) == Typed::Ignored {
            Flow::Pass
        } else {
            Flow::Stay
        }
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let place = frame::middle(area, (WIDEST, 4));
        let title = [Run::new(self.title.as_str(), Ink::Title)];
        let inner = frame::overlay(buf, place, &title, &[], &[], look);
        let field = Rect {
            x: inner.x + 1.min(inner.width),
            width: inner.width.saturating_sub(2),
            height: 1.min(inner.height),
            ..inner
        };
        let caret = editor::draw(buf, field, &self.answer, Ink::Field, look);
        if inner.height > 1 {
            line::put(
                buf,
                (field.x, field.y + 1),
                field.width,
                &self.hint,
                Ink::Dim,
                look,
            );
        }
        caret
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        let kept = self.kept.as_ref()?;
        Some((kept.key.clone(), self.answer.text().to_owned()))
    }
}
