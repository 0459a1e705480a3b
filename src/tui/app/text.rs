//! The text that has the caret, asked for by keys that mean the same in every field; and what
//! is said of input that nobody takes.

use super::Workstation;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::{Edit, Input};
use crate::tui::pane::Notice;
use crate::tui::run::{Effect, Effects};
use crate::tui::theme::Ink;
use crate::tui::widgets::keyrow;

impl Workstation {
    /// Does what a command asks of the text that has the caret; false where it is meant for
    /// somebody else.
    pub(super) fn on_text(&mut self, command: Command, effects: &mut Effects) -> bool {
        let is_text = self.contexts().contains(&Context::Text);
        match command {
            Command::CopyText => self.copy_text(effects),
            Command::Cut => self.cut(effects),
            Command::SelectAll => return self.edit(Edit::SelectAll, effects),
            Command::Redo if self.edit(Edit::Redo, effects) => {}
            Command::Redo => self.say("tui-nothing-to-redo", &[], Ink::Dim),
            Command::Undo if is_text => return self.edit(Edit::Undo, effects),
            _ => return false,
        }
        true
    }

    fn edit(&mut self, edit: Edit, effects: &mut Effects) -> bool {
        let input = Input::Edit(edit);
        self.with_pane(effects, |pane, reach| pane.input(&input, reach))
    }

    /// The selection, else the text of the field, else what is chosen; nothing changes.
    fn copy_text(&mut self, effects: &mut Effects) {
        let (record, caret) = self.trace();
        let field = record.field(caret);
        let text = field
            .map(|field| field.selected.as_ref().unwrap_or(&field.text))
            .filter(|text| !text.is_empty())
            .or(record.chosen.as_ref())
            .filter(|text| !text.is_empty());
        match text {
            Some(text) => effects.list.push(Effect::Copy(text.clone())),
            None => self.say("tui-nothing-to-copy", &[], Ink::Dim),
        }
    }

    fn cut(&mut self, effects: &mut Effects) {
        let (record, caret) = self.trace();
        let selected = record
            .field(caret)
            .and_then(|field| field.selected.clone())
            .filter(|_| self.edit(Edit::Cut, effects));
        match selected {
            Some(text) => effects.list.push(Effect::Copy(text)),
            None => self.say("tui-nothing-selected", &[], Ink::Dim),
        }
    }

    /// No key is ever swallowed without a word, and no paste is lost.
    pub(super) fn untaken(&mut self, input: &Input) {
        let key_of = |command| {
            let key = self.keymap.key_of(command, &self.contexts());
            key.map_or_else(String::new, |key| keyrow::key_name(key, &self.words))
        };
        let text = match input {
            Input::Key(press) => {
                let key = match press.typed {
                    Some(c) if !c.is_whitespace() => c.to_string(),
                    _ => keyrow::key_name(press.key, &self.words),
                };
                let args = [
                    ("key", key.into()),
                    ("help", key_of(Command::Help).into()),
                    ("capture", key_of(Command::Capture).into()),
                ];
                self.words.with("tui-no-such-key", &args)
            }
            Input::Paste(pasted) => {
                let args = [
                    ("count", pasted.chars().count().into()),
                    ("capture", key_of(Command::Capture).into()),
                ];
                self.words.with("tui-paste-offered", &args)
            }
            _ => return,
        };
        if let Input::Paste(pasted) = input {
            self.offered = Some(pasted.clone());
        }
        self.tell(Notice::line(text, Ink::Dim));
    }

    /// Gives the paste that was offered to what was opened for it.
    pub(super) fn hand_over(&mut self, pasted: String, effects: &mut Effects) {
        let input = Input::Paste(pasted);
        self.with_pane(effects, |pane, reach| pane.input(&input, reach));
    }
}
