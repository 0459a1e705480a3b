//! What the person is told in the message line.

use super::{KEPT, Workstation};
use crate::desk::Desk;
use crate::i18n::Arg;
use crate::problem::Problem;
use crate::tui::clipboard::{Copied, Road};
use crate::tui::commands::Command;
use crate::tui::overlays;
use crate::tui::pane::Notice;
use crate::tui::run::Effects;
use crate::tui::theme::Ink;

impl Workstation {
    /// Shows what was wrong with the person's files before the first key.
    pub fn greet(&mut self, problems: &[Problem]) {
        if let Some(problem) = problems.first() {
            self.notice = Some(Notice::of(problem, &self.words));
        }
    }

    /// Puts the list of what a new shop lacks in front of who can see to it.
    pub fn tell_lacks(&mut self) {
        let has_folder = self.config.shared_folder().is_some();
        let lacks = |desk: &Desk| {
            Ok::<_, Problem>(desk.lists_lacks()? && !desk.lacks(has_folder)?.is_empty())
        };
        match lacks(&self.desk) {
            Ok(true) if self.gate.is_none() => {
                let mut effects = Effects::none();
                self.run(Command::StartCard, &mut effects);
            }
            Ok(_) => {}
            Err(problem) => self.trouble(&problem),
        }
    }

    pub(super) fn tell(&mut self, notice: Notice) {
        if self.messages.len() == KEPT {
            self.messages.remove(0);
        }
        self.messages.push(notice.clone());
        self.notice = Some(notice);
    }

    pub(super) fn trouble(&mut self, problem: &Problem) {
        self.tell(Notice::of(problem, &self.words));
    }

    /// Tells the person something, by message id.
    pub(super) fn say(&mut self, id: &str, args: &[(&str, Arg<'_>)], ink: Ink) {
        self.tell(Notice::new(id, args, ink, &self.words));
    }

    pub(super) fn copied(&mut self, copied: &Copied) {
        let Some(text) = self.copying.take() else {
            return;
        };
        if copied.road == Road::Plain {
            self.front
                .push(Box::new(overlays::plain::Plain::new(&text)));
            return;
        }
        let id = if copied.sure {
            "tui-copied-native"
        } else {
            "tui-copied-terminal"
        };
        self.say(id, &[("count", text.chars().count().into())], Ink::Ok);
    }

    /// Says how many notices the person must read, where there are any.
    pub fn tell_unread(&mut self) {
        if self.gate.is_some() {
            return;
        }
        match self.desk.to_read() {
            Ok(unread) if unread.is_empty() => {}
            Ok(unread) => {
                let count = [("count", unread.len().into())];
                self.say("notice-unread", &count, Ink::Warn);
            }
            Err(problem) => self.trouble(&problem),
        }
    }
}
